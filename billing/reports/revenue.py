"""The revenue dashboard: figures out of sums. Each is a number, or None with the reason why it cannot be told.

Flows are summed over the window, stocks are as of its last day; all amounts are EUR cents. `docs/metrics.md` gives each
formula with a worked example.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

MONTHS_A_YEAR: Final = 12
BURN_MONTHS: Final = 3
NONE, OTHER = "none", "other"

FILTERED = "It is told of the whole platform only: the platform's own book is not divided by plan, country or tenant."
NO_COSTS = "No costs are booked in the last three complete months."
NO_BURN = "The platform earned more than it spent in the last three complete months."
NO_REVENUE = "No revenue is booked in the last three complete months."
NOBODY_LEFT = "No tenant left in the last three complete months."
NOBODY_CAME = "No tenant came in the last three complete months."
NOBODY_THERE = "No tenant brought anything three complete months ago."
NO_TENANTS = "No tenant brings anything on the last day."
NO_MARGIN = "The gross margin is not above zero."
NO_MARKETING = "Nothing was spent on marketing and sales in the last three complete months."
NO_MRR_BEFORE = "There was no MRR at the end of the month before."
NO_MRR_AT_START = "There was no MRR when the window began."
NO_SUBSCRIPTIONS = "No subscription was active when the window began."
NO_TENANTS_AT_START = "No tenant was there when the window began."
BY_PLAN = "A tenant leaves when it leaves its last plan: told without a filter of plans."


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """What moved in some days. Gross is what was collected, VAT included; refunds are without VAT; all are positive."""

    gross: int = 0
    vat: int = 0
    refunds: int = 0
    fees: int = 0
    platform_fees: int = 0

    @property
    def net(self) -> int:
        """What is left of what was collected."""
        return self.gross - self.vat - self.refunds - self.fees

    def __add__(self, other: "Flows") -> "Flows":
        return Flows(**{name: getattr(self, name) + getattr(other, name) for name in _FLOWS})

    def __sub__(self, other: "Flows") -> "Flows":
        return Flows(**{name: getattr(self, name) - getattr(other, name) for name in _FLOWS})


_FLOWS = tuple(field.name for field in fields(Flows))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What there is at the end of a day."""

    mrr: int = 0
    subscriptions: int = 0
    tenants: int = 0

    def __add__(self, other: "Stock") -> "Stock":
        return Stock(
            mrr=self.mrr + other.mrr,
            subscriptions=self.subscriptions + other.subscriptions,
            tenants=self.tenants + other.tenants,
        )

    def __sub__(self, other: "Stock") -> "Stock":
        return Stock(
            mrr=self.mrr - other.mrr,
            subscriptions=self.subscriptions - other.subscriptions,
            tenants=self.tenants - other.tenants,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What one plan, country or tenant has of the whole."""

    key: str
    label: str
    flows: Flows
    stock: Stock


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """What was cancelled in a window, of what was there when it began."""

    subscriptions: int
    tenants: int
    mrr: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookMonth:
    """The platform's own book in one month: revenue after refunds; `direct` costs are 4xxx and 6040, `marketing` 59xx."""

    revenue: int
    costs: int
    direct: int
    marketing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """The last three complete months: the platform's book, and the tenants that were there, came and left."""

    book: Sequence[BookMonth]
    tenants_at_start: int
    came: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendMonth:
    """One month: its flows, and the movements between the MRR at its start and at its end, by their kinds."""

    month: date
    starting: int
    movements: Mapping[str, int]
    flows: Flows
    subscriptions: int

    @property
    def mrr(self) -> int:
        return self.starting + sum(self.movements.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the figures are made of. `months` and `cash` are None where a filter makes them meaningless."""

    flows: Flows
    stock: Stock
    at_start: Stock
    mrr_before_month: int
    lost: Lost
    cash: int | None
    months: Months | None
    is_by_plan: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A ratio, a number of months; or why there is none."""

    value: float | None = None
    unavailable_because: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cents:
    """An amount; or why there is none."""

    cents: int | None = None
    unavailable_because: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The figures that are worked out of others."""

    mrr_change_ratio: Figure
    churn_rate: Figure
    logo_churn_rate: Figure
    revenue_churn_rate: Figure
    cash: Cents
    monthly_burn: Cents
    runway_months: Figure
    ltv: Cents
    cac: Cents
    ltv_to_cac: Figure


def health(facts: Facts) -> Health:
    """All of them."""
    burn, ltv, cac = monthly_burn(facts), lifetime_value(facts), acquisition_cost(facts)
    return Health(
        mrr_change_ratio=_change(facts),
        churn_rate=_rate(facts.lost.subscriptions, facts.at_start.subscriptions, NO_SUBSCRIPTIONS),
        logo_churn_rate=_logo_churn(facts),
        revenue_churn_rate=_rate(facts.lost.mrr, facts.at_start.mrr, NO_MRR_AT_START),
        cash=Cents(unavailable_because=FILTERED) if facts.cash is None else Cents(cents=facts.cash),
        monthly_burn=burn,
        runway_months=runway(facts),
        ltv=ltv,
        cac=cac,
        ltv_to_cac=_ltv_to_cac(ltv, cac),
    )


def monthly_burn(facts: Facts) -> Cents:
    """The mean of costs less revenue of the last three complete months; below zero where the platform earns."""
    if facts.months is None:
        return Cents(unavailable_because=FILTERED)
    if not any(month.costs for month in facts.months.book):
        return Cents(unavailable_because=NO_COSTS)
    return Cents(cents=_rounded(Decimal(_burn(facts.months)) / BURN_MONTHS))


def runway(facts: Facts) -> Figure:
    """How many months the cash lasts at that burn."""
    burn = monthly_burn(facts)
    if facts.months is None or facts.cash is None or burn.cents is None:
        return Figure(unavailable_because=burn.unavailable_because)
    if _burn(facts.months) <= 0:
        return Figure(unavailable_because=NO_BURN)
    return _figure(Decimal(facts.cash) * BURN_MONTHS / _burn(facts.months))


def lifetime_value(facts: Facts) -> Cents:
    """MRR a tenant x gross margin / monthly logo churn, the latter two of the last three complete months."""
    months = facts.months
    if months is None:
        return Cents(unavailable_because=FILTERED)
    revenue = sum(month.revenue for month in months.book)
    direct = sum(month.direct for month in months.book)
    if reason := _no_lifetime_value(facts, months, revenue, direct):
        return Cents(unavailable_because=reason)
    margin = 1 - Decimal(direct) / revenue
    churn_a_month = Decimal(months.left) / months.tenants_at_start / BURN_MONTHS
    return Cents(cents=_rounded(Decimal(facts.stock.mrr) / facts.stock.tenants * margin / churn_a_month))


def acquisition_cost(facts: Facts) -> Cents:
    """What was spent on marketing and sales in the last three complete months, for each tenant that came in them."""
    months = facts.months
    if months is None:
        return Cents(unavailable_because=FILTERED)
    if months.came <= 0:
        return Cents(unavailable_because=NOBODY_CAME)
    spent = sum(month.marketing for month in months.book)
    if spent <= 0:
        return Cents(unavailable_because=NO_MARKETING)
    return Cents(cents=_rounded(Decimal(spent) / months.came))


def largest(groups: Sequence[Group], whole: Group, first: int) -> list[Group]:
    """The `first` largest by MRR, then by what was collected; then what the others have together, if there are others."""
    by_size = sorted(groups, key=lambda group: (group.key == OTHER, -group.stock.mrr, -group.flows.gross, group.key))
    shown, flows, stock = by_size[:first], whole.flows, whole.stock
    for group in shown:
        flows, stock = flows - group.flows, stock - group.stock
    rest = Group(key=OTHER, label="Other", flows=flows, stock=stock)
    return [*shown, rest] if len(groups) > len(shown) else shown


def _no_lifetime_value(facts: Facts, months: Months, revenue: int, direct: int) -> str | None:
    """The reason why there is none."""
    reasons = (
        (facts.stock.tenants <= 0, NO_TENANTS),
        (revenue <= 0, NO_REVENUE),
        (not any(month.costs for month in months.book), NO_COSTS),
        (direct >= revenue, NO_MARGIN),
        (months.tenants_at_start <= 0, NOBODY_THERE),
        (months.left <= 0, NOBODY_LEFT),
    )
    return next((reason for holds, reason in reasons if holds), None)


def _change(facts: Facts) -> Figure:
    if facts.mrr_before_month <= 0:
        return Figure(unavailable_because=NO_MRR_BEFORE)
    return _figure(Decimal(facts.stock.mrr) / facts.mrr_before_month - 1)


def _logo_churn(facts: Facts) -> Figure:
    if facts.is_by_plan:
        return Figure(unavailable_because=BY_PLAN)
    return _rate(facts.lost.tenants, facts.at_start.tenants, NO_TENANTS_AT_START)


def _rate(lost: int, of: int, reason: str) -> Figure:
    return Figure(unavailable_because=reason) if of <= 0 else _figure(Decimal(lost) / of)


def _ltv_to_cac(ltv: Cents, cac: Cents) -> Figure:
    if ltv.cents is None or cac.cents is None:
        return Figure(unavailable_because=ltv.unavailable_because or cac.unavailable_because)
    return _figure(Decimal(ltv.cents) / cac.cents)


def _burn(months: Months) -> int:
    return sum(month.costs - month.revenue for month in months.book)


def _rounded(cents: Decimal) -> int:
    return int(cents.to_integral_value(ROUND_HALF_EVEN))


def _figure(value: Decimal) -> Figure:
    """Six decimals: more than anybody reads, and the same on every machine."""
    return Figure(value=float(round(value, 6)))
