"""Lists of payments: how they are filtered, searched, ordered and paged."""

from datetime import date
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import BindParameter, ColumnElement, CompoundSelect, or_, select, union_all

from schema.bounds import check_amounts, check_window
from schema.direction import Direction
from schema.filters import named
from schema.ids import keys_of
from schema.reading.bindings import Scope
from schema.reading.days import beginning, ending
from schema.reading.paging import NESTED_PAGE_MAX, Page, by_column, page
from schema.reading.questions import Condition, OneOf, PageOf, given, names
from schema.reading.searching import Search, like
from schema.scalars import Cents, CurrencyCode
from schema.tenant_lists import tenants_named
from storage.invoices import Invoice as InvoiceRow
from storage.invoices import InvoiceWords
from storage.payments import Payment as PaymentRow


@strawberry.enum
class PaymentMethod(Enum):
    CARD = "CARD"
    BANKGIRO = "BANKGIRO"
    BANK_TRANSFER = "BANK_TRANSFER"
    SWISH = "SWISH"
    SEPA_DEBIT = "SEPA_DEBIT"
    OTHER = "OTHER"


@strawberry.enum
class PaymentStatus(Enum):
    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"
    FAILED = "FAILED"


@strawberry.enum
class PaymentOrderField(Enum):
    PAID_AT = "PAID_AT"
    AMOUNT = "AMOUNT"


@strawberry.input
class PaymentOrder:
    field: PaymentOrderField = PaymentOrderField.PAID_AT
    direction: Direction = Direction.DESC


@strawberry.input(description="What to show; all conditions hold at once.")
class PaymentFilter:
    tenant_ids: list[strawberry.ID] | None = None
    status: list[PaymentStatus] | None = None
    method: list[PaymentMethod] | None = None
    provider: str | None = None
    currency: CurrencyCode | None = None
    paid_from: date | None = strawberry.field(default=None, description="This business day included.")
    paid_to: date | None = strawberry.field(default=None, description="This business day included.")
    min_amount_cents: Cents | None = None
    max_amount_cents: Cents | None = None
    search: str | None = strawberry.field(
        default=None, description="Part of the provider's reference, the invoice's number or the tenant's name."
    )


_TENANTS = OneOf(lambda payment: payment.tenant_id)
_STATUS = OneOf(lambda payment: payment.status)
_METHOD = OneOf(lambda payment: payment.method)
_PROVIDER = Condition(lambda payment, provider: payment.provider == provider)
_CURRENCY = Condition(lambda payment, currency: payment.currency == currency)
_PAID_FROM = Condition(lambda payment, day: payment.paid_at >= beginning(day))
_PAID_TO = Condition(lambda payment, day: payment.paid_at < ending(day))
_MIN_AMOUNT = Condition(lambda payment, cents: payment.amount_cents >= cents)
_MAX_AMOUNT = Condition(lambda payment, cents: payment.amount_cents <= cents)


def _mentions(payment: Scope, pattern: BindParameter[Any]) -> ColumnElement[bool]:
    invoice = InvoiceRow.__table__.alias()
    numbered = select(invoice.c.id).where(like(invoice.c.number, pattern))
    return or_(
        like(payment.provider_reference, pattern),
        payment.invoice_id.in_(numbered),
        payment.tenant_id.in_(tenants_named(pattern)),
    )


def _mentioning(pattern: BindParameter[Any]) -> CompoundSelect[Any]:
    payment, words = PaymentRow.__table__.alias(), InvoiceWords.__table__.alias()
    numbered = select(words.c.invoice_id).where(like(words.c.number, pattern))
    return union_all(
        select(payment.c.id).where(like(payment.c.provider_reference, pattern)),
        select(payment.c.id).where(payment.c.invoice_id.in_(numbered)),
        select(payment.c.id).where(payment.c.tenant_id.in_(tenants_named(pattern))),
    )


_SEARCH = Search(_mentions, _mentioning)
_ORDERS = {
    (field, direction): by_column(name, descending=direction is Direction.DESC)
    for field, name in {PaymentOrderField.PAID_AT: "paid_at", PaymentOrderField.AMOUNT: "amount_cents"}.items()
    for direction in Direction
}


def payments(asked: PaymentFilter, order: PaymentOrder, at: Page, *, is_narrow: bool = False) -> PageOf:
    """The payments that a filter lets through. `is_narrow`: of one tenant's, see `Search`.

    Raises: BadInput for bounds that nothing lies between; NotFound for an id of nothing, or of something else.
    """
    check_window(asked.paid_from, asked.paid_to, "paidTo")
    check_amounts(asked.min_amount_cents, asked.max_amount_cents, "maxAmountCents")
    tenants = keys_of(asked.tenant_ids, "Tenant", argument="tenantIds")
    where = given(
        _TENANTS.of(tenants),
        _STATUS.of(names(asked.status)),
        _METHOD.of(names(asked.method)),
        (_PROVIDER, asked.provider),
        (_CURRENCY, asked.currency),
        (_PAID_FROM, asked.paid_from),
        (_PAID_TO, asked.paid_to),
        (_MIN_AMOUNT, asked.min_amount_cents),
        (_MAX_AMOUNT, asked.max_amount_cents),
        _SEARCH.of(asked.search, is_narrow=is_narrow),
    )
    return PageOf(where=where, order=_ORDERS[order.field, order.direction], at=at, named=named("Tenant", tenants))


def payments_of_tenant(*, first: int = 50, after: str | None = None, filter: PaymentFilter | None = None) -> PageOf:
    """A tenant's payments, the latest first."""
    asked = filter or PaymentFilter()
    at = page("Tenant.payments", first=first, after=after, size_max=NESTED_PAGE_MAX, narrowed_by=asked)
    return payments(asked, PaymentOrder(), at, is_narrow=True)
