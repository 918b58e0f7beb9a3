"""Booking what providers report and nobody else does: the fees they keep and the payouts they send.

Each movement is booked once, as the subject of its journal. The fee of a charge that came with the payment itself is booked
with it, and not a second time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import Select, exists, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from billing.journals import MovementRef, PaymentRef, fee_taken, paid_out
from billing.ledger import Posting
from procedures.books import Books, Order, sign
from procedures.paid_through import locked_payments
from storage.accounting import Journal
from storage.journals import post_many
from storage.movements import ProviderMovement, one_at_a_time
from storage.payments import Payment
from storage.rates import every_rate

BATCH: Final = 1_000
Place = tuple[date, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The movements of a provider on the business days from `first` to `last`, both included; where `references` are named,
    only those that bear one."""

    provider: str
    first: date
    last: date
    references: Sequence[str] | None = None


async def book_movements(lines: Lines, told_by: tuple[str, UUID], *, order: Order, books: Books) -> int:
    """Book the fees and payouts that are not booked yet, a batch a transaction; gives how many.

    `told_by`: type and id of what brought them, for the audit trail.

    Raises: FxRateMissing.
    """
    booked, after = 0, (lines.first, UUID(int=0))
    while True:
        async with books.transaction() as session:
            await one_at_a_time(session, lines.provider)
            batch = list(await session.scalars(_unbooked(lines, after)))
            postings = await _postings(session, lines.provider, batch)
            if postings:
                await session.flush()
                await post_many(session, postings, await every_rate(session))
                details: dict[str, object] = {"provider": lines.provider, "booked": len(postings)}
                await sign(session, order.done("provider.movements_booked", *told_by, details))
        booked += len(postings)
        if len(batch) < BATCH:
            return booked
        after = (batch[-1].occurred_on, batch[-1].id)


def _unbooked(lines: Lines, after: Place) -> Select[ProviderMovement]:
    movement = ProviderMovement
    booked = exists().where(Journal.subject_id == movement.id, Journal.kind == movement.kind)
    return (
        select(movement)
        .where(
            movement.provider == lines.provider,
            movement.occurred_on.between(lines.first, lines.last),
            true() if lines.references is None else movement.reference.in_(lines.references),
            tuple_(movement.occurred_on, movement.id) > after,
            movement.kind.in_(("FEE", "PAYOUT")),
            movement.amount_cents != 0,
            ~booked,
        )
        .order_by(movement.occurred_on, movement.id)
        .limit(BATCH)
    )


async def _postings(session: AsyncSession, provider: str, batch: Sequence[ProviderMovement]) -> list[Posting]:
    fees = [movement for movement in batch if movement.kind == "FEE"]
    of_charges = await _taken_off_charges(session, provider, fees)
    payments = await locked_payments(session, provider, sorted({name for fee in fees for name in names(fee)}))
    by_lines = await _with_fees_by_lines(session, list(payments.values()))
    postings = [posting for moved in batch if moved.kind == "PAYOUT" for posting in paid_out(movement_ref(moved))]
    for fee in fees:
        payment = next((payments[name] for name in names(fee) if name in payments), None)
        if (
            payment is not None
            and payment.outcome == "SUCCEEDED"
            and (payment.fee_cents is None or payment in by_lines)
        ):
            by_lines.add(payment)
            _keep(payment, fee)
            postings += fee_taken(movement_ref(fee), payment=_payment_ref(payment, fee))
        elif payment is None and fee.reference not in of_charges:
            postings += fee_taken(movement_ref(fee))
    return postings


async def _taken_off_charges(session: AsyncSession, provider: str, fees: Sequence[ProviderMovement]) -> set[str]:
    """The references among `fees` that are charges': of a payment that is not known here, nothing is booked."""
    charges = select(ProviderMovement.reference).where(
        ProviderMovement.provider == provider,
        ProviderMovement.kind == "CHARGE",
        ProviderMovement.reference.in_([fee.reference for fee in fees]),
    )
    return set(await session.scalars(charges))


async def _with_fees_by_lines(session: AsyncSession, payments: Sequence[Payment]) -> set[Payment]:
    """The payments whose fee is known from the provider's lines alone: another line adds to it."""
    told = select(Journal.payment_id).where(
        Journal.kind == "FEE", Journal.payment_id.in_([payment.id for payment in payments])
    )
    known = set(await session.scalars(told))
    return {payment for payment in payments if payment.id in known}


def _keep(payment: Payment, fee: ProviderMovement) -> None:
    """A fee in another currency cannot be told as the payment's: the ledger alone holds it."""
    if fee.currency == payment.currency:
        payment.fee_cents = max(0, (payment.fee_cents or 0) - fee.amount_cents)


def names(movement: ProviderMovement) -> list[str]:
    """What the provider calls that which moved."""
    return [name for name in (movement.subject_reference, *movement.subject_aliases) if name]


def movement_ref(movement: ProviderMovement) -> MovementRef:
    return MovementRef(
        id=movement.id,
        cents=movement.amount_cents,
        currency=movement.currency,
        occurred_on=movement.occurred_on,
        provider=movement.provider,
        reference=movement.subject_reference or movement.reference,
    )


def _payment_ref(payment: Payment, fee: ProviderMovement) -> PaymentRef:
    return PaymentRef(
        id=payment.id,
        tenant_id=payment.tenant_id,
        currency=fee.currency,
        allocated_cents=payment.allocated_cents,
        credited_cents=payment.credited_cents,
        occurred_on=fee.occurred_on,
    )
