"""Which payment a provider speaks of, by any of the names that it gives it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.payments import Payment


async def locked_payment(session: AsyncSession, provider: str, names: Sequence[str]) -> Payment | None:
    """The payment that bears one of the names, an earlier name first, locked; None where there is none."""
    by_name = await locked_payments(session, provider, names)
    return next((by_name[name] for name in names if name in by_name), None)


async def locked_payments(session: AsyncSession, provider: str, names: Sequence[str]) -> dict[str, Payment]:
    """Those that were paid through the provider, by their names, locked in the order that everybody keeps to."""
    paid = select(Payment).where(
        Payment.provider == provider,
        Payment.provider_reference.in_(names),
        Payment.bank_transfer_id.is_(None),
    )
    fresh = paid.order_by(Payment.id).with_for_update(key_share=True).execution_options(populate_existing=True)
    found = await session.scalars(fresh)
    return {payment.provider_reference or "": payment for payment in found}
