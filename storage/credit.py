"""What a tenant has left of its credit in a currency, and what of a payment can go back because of it."""

from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Text, case, func, literal_column, select

from storage.accounting import AccountingEntry
from storage.payments import Payment
from storage.refunds import Refund

CREDIT: Final = "credit"
"""The provider of a payment that no provider carried: the tenant's credit paid an invoice."""

_ZERO: Final = literal_column("0", BigInteger)


def credit_left_cents(tenant_id: Any, currency: Any) -> ColumnElement[int]:
    """The credit as it is booked, without what pending refunds will take out of it. Both are values, or columns of a row."""
    leg, refund, payment = AccountingEntry.__table__.alias(), Refund.__table__.alias(), Payment.__table__.alias()
    owed = select(func.coalesce(-func.sum(leg.c.amount_cents), _ZERO)).where(
        leg.c.account == _word("2420"),
        leg.c.book_id.is_(None),
        leg.c.tenant_id == tenant_id,
        leg.c.currency == currency,
    )
    leaving = (
        select(func.coalesce(func.sum(refund.c.surplus_cents), _ZERO))
        .select_from(refund.join(payment, payment.c.id == refund.c.payment_id))
        .where(refund.c.status == _word("PENDING"), payment.c.tenant_id == tenant_id, payment.c.currency == currency)
    )
    return (owed.scalar_subquery() - leaving.scalar_subquery()).cast(BigInteger)


def refundable_cents(payment: Any) -> ColumnElement[int]:
    """What can go back of a row of payments, by the rule of `billing.refunds.Position`: a surplus that has paid another
    invoice since cannot, and nothing of what credit paid. Looked up for those alone that left a surplus."""
    refund = Refund.__table__.alias()
    taken = select(func.coalesce(func.sum(refund.c.surplus_cents), _ZERO)).where(
        refund.c.payment_id == payment.id, refund.c.status != _word("FAILED")
    )
    left = func.greatest(_ZERO, credit_left_cents(payment.tenant_id, payment.currency))
    used = func.greatest(_ZERO, payment.credited_cents - taken.scalar_subquery() - left)
    return case(
        (payment.provider == _word(CREDIT), _ZERO),
        (payment.credited_cents == _ZERO, payment.refundable_cents),
        else_=(payment.refundable_cents - used).cast(BigInteger),
    )


def _word(text: str) -> ColumnElement[str]:
    """Written out, as the partial indexes that serve these lookups have it."""
    return literal_column(f"'{text}'", Text)
