"""A reference model of one tenant's subscriptions: it lives day by day, and knows nothing of how the service does it."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

DAY = timedelta(days=1)
PLANS = {"club": ("MONTH", 49_000), "plus": ("MONTH", 99_000), "year": ("YEAR", 490_000), "week": ("WEEK", 12_000)}
A_MONTH = {"MONTH": Fraction(1), "YEAR": Fraction(1, 12), "WEEK": Fraction(52, 12)}
RATE, VAT = Fraction(1125, 100), Fraction(25, 100)


class No(Exception):
    """The model does not allow it."""


def on_anchor(day: date, anchor: int) -> bool:
    return day.day == min(anchor, monthrange(day.year, day.month)[1])


def later(day: date, unit: str, anchor: int) -> date:
    if unit == "WEEK":
        return day + 7 * DAY
    anchor = anchor if on_anchor(day, anchor) else day.day
    month = day.month % 12 + 1 if unit == "MONTH" else day.month
    year = day.year + 1 if unit == "YEAR" or month == 1 else day.year
    return date(year, month, min(anchor, monthrange(year, month)[1]))


@dataclass
class Model:
    """One subscription. `log` holds kind and day of its entries, `mrr` what it brought at the end of each day."""

    started: date
    trial_ends: date | None
    plan: str = "club"
    cents: int = 49_000
    extended: int = 0
    paused: date | None = None
    until: date | None = None
    planned: tuple[str, date, str, int] | None = None
    log: list[tuple[str, date]] = field(default_factory=list)
    bills: list[tuple[date, int]] = field(default_factory=list)  # due day and amount of what is not paid
    charged: int = 0
    credited: int = 0
    mrr: dict[date, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.status = "TRIALING" if self.trial_ends else "ACTIVE"
        self.start, self.anchor = self.started, self.started.day
        self.end = self.trial_ends or later(self.started, "MONTH", self.anchor)
        self.today, self.log = self.started, [("STARTED", self.started)]
        self._close()

    def _close(self) -> None:
        """What it brings at the end of the day."""
        eur = round(self.cents / RATE)
        counts = self.status in ("ACTIVE", "PAST_DUE")
        self.mrr[self.today] = round(eur * A_MONTH[PLANS[self.plan][0]]) if counts else 0

    def live(self, today: date) -> None:
        """Every day until today, and what is noticed today."""
        while self.today < today:
            self.today += DAY
            self._morning()
            self._close()
        late = any(due < today for due, _ in self.bills)
        if late and self.status == "ACTIVE":
            self._become("PAST_DUE", "PAST_DUE")
        elif not late and self.status == "PAST_DUE":
            self._become("RECOVERED", "ACTIVE")

    def _become(self, kind: str, status: str, on: date | None = None) -> None:
        self.log.append((kind, on or self.today))
        self.status = status

    def _morning(self) -> None:
        if self.planned and self.planned[:2] == ("CANCEL_SCHEDULED", self.today):
            self._end()
        if self.status == "PAUSED" and self.until == self.today:
            self._resume()
        if self.planned and self.planned[:2] == ("PLAN_CHANGE_SCHEDULED", self.today) and self.status != "PAUSED":
            _, _, self.plan, self.cents = self.planned
            self.planned = None
            self._become("PLAN_CHANGED", self.status)
        if self.status == "TRIALING" and self.trial_ends == self.today:
            self._become("TRIAL_ENDED", "ACTIVE")
            self.start, self.anchor = self.today, self.today.day
            self.end = later(self.start, PLANS[self.plan][0], self.anchor)
        if self.status in ("ACTIVE", "PAST_DUE") and self.end == self.today:
            self.anchor = self.anchor if on_anchor(self.end, self.anchor) else self.end.day
            self.start, self.end = self.end, later(self.end, PLANS[self.plan][0], self.anchor)

    def _end(self) -> None:
        self._become("CANCELLED", "CANCELLED")
        self.planned = self.paused = self.until = None

    def _resume(self) -> None:
        assert self.paused is not None
        days = self.today - self.paused
        self.end += days
        if self.planned and self.planned[0] == "PLAN_CHANGE_SCHEDULED":
            self.planned = (self.planned[0], self.planned[1] + days, *self.planned[2:])
        self.paused = self.until = None
        self._become("RESUMED", "ACTIVE")

    def _set_to_end(self) -> bool:
        return bool(self.planned and self.planned[0] == "CANCEL_SCHEDULED")

    def _drop_plan(self) -> None:
        if self.planned:
            self._become("SCHEDULE_REVOKED", self.status)
        self.planned = None

    def change(self, plan: str, cents: int, now: bool) -> None:
        if self.status in ("PAUSED", "CANCELLED") or self._set_to_end() or (plan, cents) == (self.plan, self.cents):
            raise No
        self._drop_plan()
        if not now:
            self.planned = ("PLAN_CHANGE_SCHEDULED", self.end, plan, cents)
            self._become("PLAN_CHANGE_SCHEDULED", self.status, self.end)
            return
        if self.status != "TRIALING":
            self._settle(plan, cents)
        self.plan, self.cents = plan, cents
        self._become("PLAN_CHANGED", self.status)
        self._close()

    def _settle(self, plan: str, cents: int) -> None:
        rest = (self.end - self.today).days
        whole = (later(self.start, PLANS[self.plan][0], self.anchor) - self.start).days
        other = (later(self.start, PLANS[plan][0], self.anchor) - self.start).days
        unused, wanted = round(Fraction(self.cents * rest, whole)), round(Fraction(cents * rest, other))
        total = wanted + round(wanted * VAT) - unused - round(unused * VAT)
        if total > 0:
            self.charged += total
            self.bills.append((self.today + 30 * DAY, total))
        self.credited += max(-total, 0)

    def pause(self, days: int) -> None:
        if self.status not in ("ACTIVE", "PAST_DUE"):
            raise No
        self.paused, self.until = self.today, self.today + days * DAY
        self._become("PAUSED", "PAUSED")
        self._close()

    def resume(self) -> None:
        if self.status != "PAUSED":
            raise No
        self._resume()
        self._close()

    def cancel(self, now: bool) -> None:
        if self.status == "CANCELLED" or (not now and (self.status == "PAUSED" or self._set_to_end())):
            raise No
        self._drop_plan()
        if now:
            self._end()
            self._close()
        else:
            self.planned = ("CANCEL_SCHEDULED", self.end, self.plan, self.cents)
            self._become("CANCEL_SCHEDULED", self.status, self.end)

    def extend(self, days: int) -> None:
        if self.status != "TRIALING" or self._set_to_end() or days + self.extended > 30:
            raise No
        assert self.trial_ends is not None
        self.extended += days
        self.trial_ends = self.end = self.trial_ends + days * DAY
        if self.planned:
            self.planned = (self.planned[0], self.end, *self.planned[2:])
        self._become("TRIAL_EXTENDED", "TRIALING")

    def revoke(self) -> None:
        if not self.planned:
            raise No
        self._drop_plan()

    def pay(self) -> None:
        self.bills = []
