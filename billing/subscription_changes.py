"""What people may ask of a subscription: functions from a standing to steps, which preview a change and carry it out."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from billing.intervals import months_after
from billing.mrr import Price
from billing.refusals import BadInput
from billing.subscriptions import (
    COUNTED,
    Planned,
    Standing,
    Step,
    SubscriptionState,
    TrialExtensionLimit,
    ended,
    step_of,
    told,
)

PAUSE_MONTHS_MAX: Final = 12
TRIAL_EXTENSION_DAYS_MAX: Final = 30


def change_plan(standing: Standing, price: Price, *, on: date) -> list[Step]:
    """Another plan or price from `on`; the period stays. Takes the place of a change of plan that was planned.

    Raises: SubscriptionState.
    """
    _check_changeable(standing, price)
    steps = _revoked(standing, on)
    now = steps[-1].after if steps else standing
    return [*steps, step_of("PLAN_CHANGED", on, now, replace(now, price=price))]


def plan_change_later(standing: Standing, price: Price, *, on: date) -> list[Step]:
    """The same at the end of the current period. `price` is weighed as of today; what counts is the weight on its day.

    Raises: SubscriptionState.
    """
    _check_changeable(standing, price)
    steps = _revoked(standing, on)
    now = steps[-1].after if steps else standing
    planned = Planned(kind="PLAN_CHANGE_SCHEDULED", on=standing.period_end, plan_id=price.plan_id, cents=price.cents)
    return [*steps, step_of(planned.kind, planned.on, now, replace(now, planned=planned), price=price)]


def pause(standing: Standing, *, until: date | None, on: date) -> list[Step]:
    """It neither counts nor uses up its period from `on` until a day (None: until somebody resumes it).

    Raises: SubscriptionState; BadInput for a day that is not within a year.
    """
    last = months_after(on, PAUSE_MONTHS_MAX)
    if until is not None and not on < until <= last:
        raise BadInput(
            f"A pause ends on a day from {on + timedelta(days=1)} to {last}, not on {until}.", argument="until"
        )
    if standing.status not in COUNTED:
        why = {"TRIALING": "extend its trial instead", "PAUSED": f"since {standing.paused_on}"}
        raise SubscriptionState(
            f"Only an active subscription can be paused; this one is {told(standing)}"
            f"{': ' + why[standing.status] if standing.status in why else ''}.",
            status=standing.status,
        )
    return [step_of("PAUSED", on, standing, replace(standing, paused_on=on, paused_until=until))]


def resume(standing: Standing, *, on: date) -> list[Step]:
    """It counts again. The period ends as many days later as it was paused, and so does what was planned for its end.

    Raises: SubscriptionState.
    """
    if standing.status != "PAUSED":
        raise SubscriptionState(
            f"Only a paused subscription can be resumed; this one is {told(standing)}.", status=standing.status
        )
    paused = timedelta(0) if standing.paused_on is None else max(on - standing.paused_on, timedelta(0))
    end, planned = standing.period_end + paused, standing.planned
    if planned is not None and planned.kind == "PLAN_CHANGE_SCHEDULED":
        planned = replace(planned, on=planned.on + paused)
    after = replace(
        standing, period_end=end, anchor_day=standing.anchor, planned=planned, paused_on=None, paused_until=None
    )
    return [step_of("RESUMED", on, standing, after)]


def cancel(standing: Standing, *, on: date) -> list[Step]:
    """It ends on `on`. Whatever was planned falls away.

    Raises: SubscriptionState.
    """
    if standing.status == "CANCELLED":
        raise SubscriptionState(f"This subscription is {told(standing)} already.", status=standing.status)
    steps = _revoked(standing, on)
    return [*steps, ended(steps[-1].after if steps else standing, on)]


def cancel_later(standing: Standing, *, on: date) -> list[Step]:
    """It ends with the current period. Takes the place of a change of plan that was planned.

    Raises: SubscriptionState.
    """
    if standing.status in {"CANCELLED", "PAUSED"} or standing.cancel_at:
        advice = " already" if standing.status != "PAUSED" else ": resume it first, or cancel it now"
        raise SubscriptionState(f"This subscription is {told(standing)}{advice}.", status=standing.status)
    steps = _revoked(standing, on)
    now = steps[-1].after if steps else standing
    planned = Planned(kind="CANCEL_SCHEDULED", on=standing.period_end)
    return [*steps, step_of(planned.kind, planned.on, now, replace(now, planned=planned))]


def extend_trial(standing: Standing, days: int, *, on: date, days_max: int = TRIAL_EXTENSION_DAYS_MAX) -> list[Step]:
    """The trial lasts some days longer: at most 30 a call, and `days_max` over the subscription's life.

    Raises: BadInput for less than a day; SubscriptionState; TrialExtensionLimit.
    """
    if days < 1:
        raise BadInput(f"A trial is extended by at least one day, not by {days}.", argument="days")
    if standing.status != "TRIALING" or standing.trial_ends_on is None or standing.cancel_at:
        raise SubscriptionState(
            f"Only a trial that goes on can be extended; this subscription is {told(standing)}.",
            status=standing.status,
        )
    left = max(days_max - standing.trial_extended_days, 0)
    if days > min(TRIAL_EXTENSION_DAYS_MAX, left):
        raise TrialExtensionLimit(
            f"A trial is extended by at most {TRIAL_EXTENSION_DAYS_MAX} days at a time and {days_max} in all; {days} were "
            f"asked for, {standing.trial_extended_days} were given before, and {left} are left.",
            asked_days=days,
            left_days=left,
        )
    ends_on, planned = standing.trial_ends_on + timedelta(days=days), standing.planned
    if planned is not None:
        planned = replace(planned, on=ends_on)
    after = replace(
        standing,
        trial_ends_on=ends_on,
        period_end=ends_on,
        planned=planned,
        trial_extended_days=standing.trial_extended_days + days,
    )
    return [step_of("TRIAL_EXTENDED", on, standing, after)]


def revoke(standing: Standing, *, on: date) -> list[Step]:
    """What was planned will not happen.

    Raises: SubscriptionState.
    """
    steps = _revoked(standing, on)
    if not steps:
        raise SubscriptionState("Nothing is planned for this subscription.", status=standing.status)
    return steps


def _revoked(standing: Standing, on: date) -> list[Step]:
    if standing.planned is None:
        return []
    return [step_of("SCHEDULE_REVOKED", on, standing, replace(standing, planned=None))]


def _check_changeable(standing: Standing, price: Price) -> None:
    if standing.status in {"PAUSED", "CANCELLED"} or standing.cancel_at:
        advice = {"PAUSED": "resume it first", "CANCELLED": "start another"}
        raise SubscriptionState(
            f"The plan of this subscription cannot be changed: it is {told(standing)}; "
            f"{advice.get(standing.status, 'revoke that first')}.",
            status=standing.status,
        )
    if (price.plan_id, price.cents) == (standing.price.plan_id, standing.price.cents):
        raise SubscriptionState("This subscription has that plan at that amount already.", status=standing.status)
