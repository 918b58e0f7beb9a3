"""The platform fee report: what the platform invoiced, and the invoices that it is made of."""

from collections.abc import Sequence
from datetime import date
from enum import Enum
from itertools import groupby, islice
from typing import Any

import strawberry

from billing.refusals import BadInput
from schema.invoice_lists import InvoiceFilter, InvoiceOrder, InvoiceStatus, IssuerType, invoices
from schema.invoices import InvoiceConnection
from schema.money import Money
from schema.reading.bindings import derived, listed
from schema.reading.paging import page
from schema.reading.questions import PageOf
from schema.scalars import CurrencyCode

STANDING: list[InvoiceStatus] = [
    status for status in InvoiceStatus if status not in {InvoiceStatus.DRAFT, InvoiceStatus.VOID}
]


@strawberry.enum(description="What platform fees are grouped by.")
class FeeGrouping(Enum):
    TENANT = "TENANT"
    COUNTRY = "COUNTRY"
    PLAN = "PLAN"


@strawberry.type(description="The invoices of one tenant, country or plan in one currency.")
class PlatformFeeGroup:
    key: str = strawberry.field(
        description="The tenant's id, the ISO country, or the code of the plan on the day of the invoice (`none` without)."
    )
    label: str
    currency: CurrencyCode
    invoice_count: int
    gross: Money = strawberry.field(description="With VAT.")
    paid: Money
    outstanding: Money = strawberry.field(description="Less than gross - paid where some was written off.")
    booked: Money = strawberry.field(description="What the ledger holds for the same invoices.")
    difference: Money = strawberry.field(description="booked - gross: 0 unless something is wrong.")


@strawberry.type(description="All groups of one currency.")
class PlatformFeeTotals:
    currency: CurrencyCode
    invoice_count: int
    gross: Money
    paid: Money
    outstanding: Money


def first_groups(groups: Sequence[Any], *, first: int | None = None) -> Sequence[object]:
    """The `first` groups of each currency, which are the largest; all where it is left out.

    Raises: BadInput.
    """
    if first is None:
        return groups
    if first < 1:
        raise BadInput(f"`first` is at least 1, and {first} was asked for.", argument="first")
    by_currency = groupby(groups, lambda group: group.currency)
    return [group for _, same in by_currency for group in islice(same, first)]


def invoices_of_report(from_: date, to: date, *, first: int = 50, after: str | None = None) -> PageOf:
    """The invoices that the report counts, the latest issued first."""
    asked = InvoiceFilter(status=STANDING, issuer_type=IssuerType.PLATFORM, issued_from=from_, issued_to=to)
    return invoices(
        asked, InvoiceOrder(), page("PlatformFeeReport.invoices", first=first, after=after, narrowed_by=asked)
    )


@strawberry.type(
    description="The platform's own invoices issued in a window; drafts and void ones are none, written-off ones are."
)
class PlatformFeeReport:
    from_: date = strawberry.field(name="from")
    to: date
    groups: list[PlatformFeeGroup] = derived(
        first_groups, "groups", description="By currency, the largest first: so many of each, or all."
    )
    group_count: int = derived(len, "groups", description="How many groups there are in all.")
    totals: list[PlatformFeeTotals] = strawberry.field(description="A row a currency.")
    invoices: InvoiceConnection = listed(invoices_of_report, "from_", "to")
