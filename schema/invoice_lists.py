"""Lists of invoices: how they are filtered, searched, ordered and paged."""

from datetime import date
from enum import Enum
from typing import Any, Final

import strawberry
from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    and_,
    literal_column,
    or_,
    select,
    union_all,
)

from schema.bounds import check_amounts, check_window
from schema.direction import Direction
from schema.dunning_lists import at_stages
from schema.filters import named
from schema.ids import keys_of
from schema.reading.bindings import Scope
from schema.reading.days import TODAY
from schema.reading.paging import NESTED_PAGE_MAX, Page, by_column, page
from schema.reading.questions import Condition, OneOf, PageOf, Whether, given, names
from schema.reading.searching import Search, like
from schema.scalars import Cents, CountryCode, CurrencyCode
from schema.tenant_lists import tenants_named, tenants_of
from storage.invoices import Invoice as InvoiceRow
from storage.invoices import InvoiceWords
from storage.payments import Payment as PaymentRow


@strawberry.enum
class IssuerType(Enum):
    PLATFORM = "PLATFORM"
    TENANT = "TENANT"


@strawberry.enum
class InvoiceStatus(Enum):
    DRAFT = "DRAFT"
    OPEN = "OPEN"
    PARTIALLY_PAID = "PARTIALLY_PAID"
    PAID = "PAID"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"
    VOID = "VOID"
    UNCOLLECTIBLE = "UNCOLLECTIBLE"


NOTHING: Final = literal_column("0", BigInteger)
"""As the indexes of what is open say it: by a parameter, no plan could tell that they serve."""


def is_overdue(invoice: Scope) -> ColumnElement[bool]:
    """Something is outstanding, and the due day is over."""
    return and_(invoice.outstanding_cents > NOTHING, invoice.due_on < TODAY)


@strawberry.enum
class InvoiceOrderField(Enum):
    ISSUED_ON = "ISSUED_ON"
    DUE_ON = "DUE_ON"
    TOTAL = "TOTAL"
    OUTSTANDING = "OUTSTANDING"
    NUMBER = "NUMBER"


@strawberry.input
class InvoiceOrder:
    field: InvoiceOrderField = InvoiceOrderField.ISSUED_ON
    direction: Direction = Direction.DESC


@strawberry.input(description="What to show; all conditions hold at once.")
class InvoiceFilter:
    tenant_ids: list[strawberry.ID] | None = None
    status: list[InvoiceStatus] | None = None
    issuer_type: IssuerType | None = None
    overdue: bool | None = strawberry.field(default=None, description="Something is outstanding and the due day over.")
    dunning_stage: list[str] | None = strawberry.field(
        default=None, description="Something is outstanding, and the last stage of its dunning is one of these codes."
    )
    currency: CurrencyCode | None = None
    country: CountryCode | None = strawberry.field(default=None, description="The tenant's.")
    issued_from: date | None = strawberry.field(default=None, description="This day included.")
    issued_to: date | None = strawberry.field(default=None, description="This day included.")
    due_from: date | None = strawberry.field(default=None, description="This day included.")
    due_to: date | None = strawberry.field(default=None, description="This day included.")
    min_amount_cents: Cents | None = strawberry.field(default=None, description="Of the total.")
    max_amount_cents: Cents | None = strawberry.field(default=None, description="Of the total.")
    search: str | None = strawberry.field(
        default=None,
        description="Part of the number, OCR, customer's or tenant's name, or of a payment's provider reference.",
    )


BY_NUMBER = Condition(lambda invoice, number: invoice.number == number)
_TENANTS = OneOf(lambda invoice: invoice.tenant_id)
_STATUS = OneOf(lambda invoice: invoice.status)
_ISSUER_TYPE = Condition(lambda invoice, issuer_type: invoice.issuer_type == issuer_type)
_OVERDUE = Whether(is_overdue)
_DUNNING_STAGE = Condition(at_stages)
_CURRENCY = Condition(lambda invoice, currency: invoice.currency == currency)
_COUNTRY = Condition(lambda invoice, country: invoice.tenant_id.in_(tenants_of(country)))
_ISSUED_FROM = Condition(lambda invoice, day: invoice.issued_on >= day)
_ISSUED_TO = Condition(lambda invoice, day: invoice.issued_on <= day)
_DUE_FROM = Condition(lambda invoice, day: invoice.due_on >= day)
_DUE_TO = Condition(lambda invoice, day: invoice.due_on <= day)
_MIN_AMOUNT = Condition(lambda invoice, cents: invoice.total_cents >= cents)
_MAX_AMOUNT = Condition(lambda invoice, cents: invoice.total_cents <= cents)


def _mentions(invoice: Scope, pattern: BindParameter[Any]) -> ColumnElement[bool]:
    payment = PaymentRow.__table__.alias()
    referred = select(payment.c.invoice_id).where(like(payment.c.provider_reference, pattern))
    said = (like(column, pattern) for column in (invoice.number, invoice.ocr, invoice.customer_name))
    return or_(*said, invoice.tenant_id.in_(tenants_named(pattern)), invoice.id.in_(referred))


def _mentioning(pattern: BindParameter[Any]) -> CompoundSelect[Any]:
    invoice, words, payment = (row.__table__.alias() for row in (InvoiceRow, InvoiceWords, PaymentRow))
    said = or_(*(like(column, pattern) for column in (words.c.number, words.c.ocr, words.c.customer_name)))
    return union_all(
        select(words.c.invoice_id).where(said),
        select(invoice.c.id).where(invoice.c.tenant_id.in_(tenants_named(pattern))),
        select(payment.c.invoice_id).where(
            payment.c.invoice_id.is_not(None), like(payment.c.provider_reference, pattern)
        ),
    )


_SEARCH = Search(_mentions, _mentioning)
_ORDERS = {
    (field, direction): by_column(name, descending=direction is Direction.DESC)
    for field, name in {
        InvoiceOrderField.ISSUED_ON: "issued_on",
        InvoiceOrderField.DUE_ON: "due_on",
        InvoiceOrderField.TOTAL: "total_cents",
        InvoiceOrderField.OUTSTANDING: "outstanding_cents",
        InvoiceOrderField.NUMBER: "number",
    }.items()
    for direction in Direction
}


def invoices(asked: InvoiceFilter, order: InvoiceOrder, at: Page, *, is_narrow: bool = False) -> PageOf:
    """The invoices that a filter lets through. `is_narrow`: of one tenant's, see `Search`.

    Raises: BadInput for bounds that nothing lies between; NotFound for an id of nothing, or of something else.
    """
    check_window(asked.issued_from, asked.issued_to, "issuedTo")
    check_window(asked.due_from, asked.due_to, "dueTo")
    check_amounts(asked.min_amount_cents, asked.max_amount_cents, "maxAmountCents")
    tenants = keys_of(asked.tenant_ids, "Tenant", argument="tenantIds")
    where = given(
        _TENANTS.of(tenants),
        _STATUS.of(names(asked.status)),
        (_ISSUER_TYPE, asked.issuer_type and asked.issuer_type.name),
        _OVERDUE.of(asked.overdue),
        (_DUNNING_STAGE, asked.dunning_stage),
        (_CURRENCY, asked.currency),
        (_COUNTRY, asked.country),
        (_ISSUED_FROM, asked.issued_from),
        (_ISSUED_TO, asked.issued_to),
        (_DUE_FROM, asked.due_from),
        (_DUE_TO, asked.due_to),
        (_MIN_AMOUNT, asked.min_amount_cents),
        (_MAX_AMOUNT, asked.max_amount_cents),
        _SEARCH.of(asked.search, is_narrow=is_narrow),
    )
    return PageOf(where=where, order=_ORDERS[order.field, order.direction], at=at, named=named("Tenant", tenants))


def invoices_of_tenant(*, first: int = 50, after: str | None = None, filter: InvoiceFilter | None = None) -> PageOf:
    """A tenant's invoices, the latest issued first."""
    asked = filter or InvoiceFilter()
    at = page("Tenant.invoices", first=first, after=after, size_max=NESTED_PAGE_MAX, narrowed_by=asked)
    return invoices(asked, InvoiceOrder(), at, is_narrow=True)
