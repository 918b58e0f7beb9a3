"""Reconciliation: a provider's lines beside the ledger's."""

from datetime import date, datetime
from enum import Enum
from typing import Final

import strawberry

from billing.reports.reconciliation import LineState as LineState
from schema.money import Money
from schema.node import PageInfo
from schema.payments import Payment
from schema.reading.bindings import column, listed, money, one
from schema.reading.paging import ROOT_PAGE_MAX, Order, Page, page
from schema.reading.questions import OneOf, PageOf, given, names
from schema.scalars import Cents, CurrencyCode
from storage.reconciliation import AskedLines, lines

PAGE_SIZE: Final = 100

strawberry.enum(
    LineState,
    description="MATCHED: both sides agree. TIMING: they agree, but one falls outside the window, is still on its way to "
    "the bank, or lies on a day that the provider was not asked about yet. DUPLICATE: the same side has an equal line.",
)


@strawberry.enum(description="What moved our balance with the provider.")
class MovementKind(Enum):
    CHARGE = "CHARGE"
    REFUND = "REFUND"
    FEE = "FEE"
    DISPUTE = "DISPUTE"
    PAYOUT = "PAYOUT"
    DEPOSIT = "DEPOSIT"
    ADJUSTMENT = "ADJUSTMENT"
    UNCLASSIFIED = "UNCLASSIFIED"


@strawberry.type(
    description="A line of the provider's, one of the ledger, or both, signed from our side. Both amounts are shown, but "
    "those outside the window are not counted."
)
class ReconciliationLine:
    state: LineState = column()
    kind: MovementKind = column()
    provider_reference: str | None = column(description="What the provider calls that which moved.")
    provider_amount: Money | None = money("provider_cents", description="Null where the provider has no such line.")
    ledger_amount: Money | None = money("ledger_cents", description="Null where the ledger has no such entry.")
    occurred_on: date = column(description="The provider's day, or the ledger's where the provider has none.")
    payment: Payment | None = one(lambda line, payment: payment.id == line.payment_id)


@strawberry.type
class ReconciliationLineEdge:
    cursor: str
    node: ReconciliationLine


@strawberry.type
class ReconciliationLineConnection:
    edges: list[ReconciliationLineEdge]
    nodes: list[ReconciliationLine]
    page_info: PageInfo
    total_count: int


_STATE: Final = OneOf(lambda line: line.state)
_OLDEST_FIRST: Final = Order(lambda line: [line.occurred_on, line.id])


def lines_of(
    asked: AskedLines, *, state: list[LineState] | None = None, first: int = PAGE_SIZE, after: str | None = None
) -> PageOf:
    """A page of the lines of a reconciliation."""
    narrowed = (asked.provider, asked.window, state)
    at = page("Reconciliation.lines", first=first, after=after, size_max=ROOT_PAGE_MAX, narrowed_by=narrowed)
    return in_states(asked, state, at)


def in_states(asked: AskedLines, state: list[LineState] | None, at: Page) -> PageOf:
    """The lines of a reconciliation in these states, the oldest first."""
    return PageOf(where=given(_STATE.of(names(state))), order=_OLDEST_FIRST, at=at, source=lines(asked))


@strawberry.type(description="The movements of one kind in one currency.")
class KindReconciliation:
    kind: MovementKind
    provider_total: Money
    ledger_total: Money
    drift: Money
    timing: Money
    unexplained: Money
    exceeds_tolerance: bool


@strawberry.type(
    description="drift = provider - ledger = timing + unexplained; tolerance is held against unexplained differences line "
    "by line, never netted."
)
class CurrencyReconciliation:
    currency: CurrencyCode
    provider_total: Money
    ledger_total: Money
    drift: Money
    timing: Money
    unexplained: Money
    exceeds_tolerance: bool
    by_kind: list[KindReconciliation]


@strawberry.type(description="What a provider reports of a window of days, held against the ledger. Kept for an hour.")
class Reconciliation:
    provider: str
    from_: date = strawberry.field(name="from")
    to: date
    computed_at: datetime
    synced_through: datetime | None = strawberry.field(description="Up to when the provider's lines are known here.")
    tolerance_cents: Cents
    currencies: list[CurrencyReconciliation]
    has_drift: bool = strawberry.field(description="Some line is further off than the tolerance allows.")
    lines: ReconciliationLineConnection = listed(lines_of, "asked")
