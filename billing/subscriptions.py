"""How a subscription stands, and the steps of its life: each an entry of its log, with the standing before and after it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from billing.mrr import Price
from billing.refusals import ErrorCode, Refusal

COUNTED: Final = frozenset({"ACTIVE", "PAST_DUE"})
"""The statuses in which a subscription counts as monthly recurring revenue."""

STATUS_AFTER: Final = {
    "TRIAL_ENDED": "ACTIVE", "PAUSED": "PAUSED", "RESUMED": "ACTIVE", "CANCELLED": "CANCELLED", "REACTIVATED": "ACTIVE",
    "PAST_DUE": "PAST_DUE", "RECOVERED": "ACTIVE",
}  # fmt: skip
"""Entries that change the status; STARTED leads to TRIALING or ACTIVE."""

UNCHANGED_PRICE: Final = frozenset({"PLAN_CHANGE_SCHEDULED", "CANCEL_SCHEDULED", "SCHEDULE_REVOKED"})
"""Entries about what is planned: the price they tell does not hold, or not yet."""


class SubscriptionState(Refusal):
    """How the subscription stands does not allow it."""

    code = ErrorCode.SUBSCRIPTION_STATE

    def __init__(self, message: str, *, status: str) -> None:
        self.status = status
        super().__init__(message)


class TrialExtensionLimit(Refusal):
    """A trial cannot be extended by so many days."""

    code = ErrorCode.TRIAL_EXTENSION_LIMIT

    def __init__(self, message: str, *, asked_days: int, left_days: int) -> None:
        self.asked_days, self.left_days = asked_days, left_days
        super().__init__(message)


class SubscriptionChanged(Refusal):
    """Somebody else, or the worker, has changed the subscription since it was read."""

    code = ErrorCode.CONFLICT

    def __init__(self, *, expected_version: int, version: int) -> None:
        self.expected_version, self.version = expected_version, version
        super().__init__(
            f"This subscription was changed meanwhile: it is at version {version}, and {expected_version} was expected. "
            "Read it again."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The one change that is planned, `kind` PLAN_CHANGE_SCHEDULED (to a `plan_id` at `cents`) or CANCEL_SCHEDULED."""

    kind: str
    on: date
    plan_id: UUID | None = None
    cents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a subscription stands. Dates as in `storage/subscriptions.py`; periods are half-open."""

    status: str
    price: Price
    trial_ends_on: date | None
    period_start: date
    period_end: date
    anchor_day: int | None = None
    trial_extended_days: int = 0
    paused_on: date | None = None
    paused_until: date | None = None
    planned: Planned | None = None
    cancelled_on: date | None = None

    @property
    def counted(self) -> Price | None:
        """The price that counts as monthly recurring revenue now."""
        return self.price if self.status in COUNTED else None

    @property
    def anchor(self) -> int:
        """The day of the month on which its periods begin where the month has it; the current one tells it as long as
        nothing else does."""
        return self.anchor_day or max(self.period_start.day, self.period_end.day)

    @property
    def period_end_after_pause(self) -> date:
        """The period's end once the pause that goes on has ended on its day; one without a day adds nothing yet, and nothing
        moves the day on which it is planned to end."""
        if self.paused_on is None or self.paused_until is None:
            return self.period_end
        end = self.period_end + (self.paused_until - self.paused_on)
        return min(end, self.cancel_at or end)

    @property
    def cancel_at(self) -> date | None:
        """The day on which it is planned to end."""
        return self.planned.on if self.planned and self.planned.kind == "CANCEL_SCHEDULED" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An entry of the log, and how the subscription stood before and after it. `price`: what the entry tells."""

    kind: str
    on: date
    before: Standing
    after: Standing
    price: Price


def step_of(kind: str, on: date, before: Standing, after: Standing, *, price: Price | None = None) -> Step:
    """The step of an entry, which changes the status as entries of its kind do; `price` where it tells another one."""
    status = STATUS_AFTER.get(kind, after.status)
    stands = replace(after, status=status)
    return Step(kind=kind, on=on, before=before, after=stands, price=price or stands.price)


def ended(standing: Standing, on: date) -> Step:
    """It ends on a day; whatever was planned falls away."""
    after = replace(standing, planned=None, paused_on=None, paused_until=None, cancelled_on=on)
    return step_of("CANCELLED", on, standing, after)


def told(standing: Standing) -> str:
    """How it stands, in words that go on after 'it is'."""
    if standing.cancelled_on is not None:
        return f"cancelled since {standing.cancelled_on}"
    if standing.cancel_at is not None:
        return f"set to end on {standing.cancel_at}"
    return standing.status.lower().replace("_", " ")
