"""One subscription from its start until today: what happened to it, how it stands, which periods were billed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count, takewhile

from graphql_api.demo.plans import Plan
from graphql_api.demo.price import Price

DAY = timedelta(days=1)
DUE_DAYS = 30

AFTER = {
    "trial_ended": "active", "paused": "paused", "resumed": "active", "past_due": "past_due", "recovered": "active",
    "cancelled": "cancelled", "reactivated": "active",
}  # fmt: skip
PLANNED = frozenset({"plan_change_scheduled", "cancel_scheduled", "schedule_revoked"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    on: date
    kind: str
    price: Price
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    on: date
    mode: str
    reason: str
    requested_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A billing period that is invoiced on its first day; `paid_on` where the story tells it, `open` where it is not paid."""

    first: date
    until: date
    price: Price
    is_open: bool = False
    paid_on: date | None = None

    @property
    def due_on(self) -> date:
        return self.first + timedelta(days=DUE_DAYS)


@dataclass(slots=True, kw_only=True)
class Story:
    """Told entry by entry. `anchor`: the first day that is paid for, after the trial if there is one."""

    started_on: date
    today: date
    price: Price
    trial_days: int = 0
    entries: list[Entry] = field(default_factory=list)
    cancellations: list[Cancellation] = field(default_factory=list)
    late_from: date | None = None
    paid_late: dict[date, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.then(self.started_on, "started")

    @property
    def trial_ends_on(self) -> date | None:
        return self.started_on + timedelta(days=self.trial_days) if self.trial_days else None

    @property
    def anchor(self) -> date:
        return self.trial_ends_on or self.started_on

    @property
    def plan(self) -> Plan:
        return self.price.plan

    def begins(self, number: int) -> date:
        return self.plan.period_start(self.anchor, number)

    @property
    def periods(self) -> int:
        """How many periods have begun."""
        return sum(1 for _ in takewhile(lambda begin: begin <= self.today, map(self.begins, count())))

    def then(self, on: date, kind: str, *, price: Price | None = None, reason: str | None = None) -> None:
        """Something happens. A change that is only planned has the price that would hold."""
        if price is not None and kind not in PLANNED:
            self.price = price
        self.entries.append(Entry(on=on, kind=kind, price=price or self.price, reason=reason))

    def standing(self, day: date) -> tuple[str, Price]:
        """Status and price on a day."""
        status, price = "cancelled", self.entries[0].price
        for entry in sorted(self.entries, key=lambda entry: entry.on):
            if entry.on > day or entry.kind in PLANNED:
                continue
            price = entry.price
            status = AFTER.get(
                entry.kind, "trialing" if self.trial_days else "active" if entry.kind == "started" else status
            )
        return status, price

    def mrr_eur_cents(self, day: date) -> int:
        """What it brings a month, as of a day."""
        status, price = self.standing(day)
        return price.eur_cents // price.plan.months if status in {"active", "past_due"} else 0

    def bills(self) -> Iterator[Bill]:
        """The periods that were billed, oldest first."""
        for number in range(self.periods):
            first = self.begins(number)
            status, price = self.standing(first)
            if status in {"active", "past_due"} and price.cents:
                is_open = self.late_from is not None and first >= self.late_from
                until = self.begins(number + 1)
                yield Bill(first=first, until=until, price=price, is_open=is_open, paid_on=self.paid_late.get(first))

    @property
    def cancelled_on(self) -> date | None:
        """The day on which it ended, if it has."""
        if self.standing(self.today)[0] != "cancelled":
            return None
        return max(entry.on for entry in self.entries if entry.kind == "cancelled")

    @property
    def current_period(self) -> tuple[date, date]:
        """The period that today, or the last day of it all, falls into; before the first one is paid for, the trial."""
        last = (self.cancelled_on or self.today + DAY) - DAY
        begun = sum(1 for _ in takewhile(lambda begin: begin <= last, map(self.begins, count())))
        return (self.begins(begun - 1), self.begins(begun)) if begun else (self.started_on, self.anchor)
