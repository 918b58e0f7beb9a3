"""What happens to a subscription by itself: trials end, pauses end, what is planned comes, periods roll, each on its day."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from enum import IntEnum

from billing.intervals import begins_on
from billing.mrr import Price
from billing.subscription_changes import resume
from billing.subscriptions import COUNTED, Planned, Standing, Step, ended, step_of

PriceOf = Callable[[Planned], Price]
"""The price of a planned change of plan, weighed in EUR on its day."""


class _Falls(IntEnum):
    """What falls due; on one day, in this order."""

    CANCEL = 0
    RESUME = 1
    PLAN = 2
    TRIAL = 3
    ROLL = 4


def due(standing: Standing, *, today: date, price_of: PriceOf) -> tuple[Standing, list[Step]]:
    """All that has fallen due by `today`, each on its own day, in order; and how the subscription stands then.

    Periods roll without an entry in the log.
    """
    steps: list[Step] = []
    while (falls := min(_falling_due(standing), default=None)) and falls[0] <= today:
        on, what = falls
        if what == _Falls.ROLL:
            standing = _rolled(standing)
        else:
            steps.append(_happens(standing, what, on, price_of))
            standing = steps[-1].after
    return standing, steps


def overdue(standing: Standing, *, is_overdue: bool, on: date) -> list[Step]:
    """PAST_DUE while an invoice of the subscription is overdue, ACTIVE again when none is."""
    if is_overdue and standing.status == "ACTIVE":
        return [step_of("PAST_DUE", on, standing, standing)]
    if not is_overdue and standing.status == "PAST_DUE":
        return [step_of("RECOVERED", on, standing, standing)]
    return []


def projected(step: Step) -> Standing:
    """How the subscription stands once what the step plans has happened, with all else that falls due by that day, as far
    as can be told today."""
    planned = step.after.planned
    if planned is None or step.kind != planned.kind:
        return step.after
    return due(step.after, today=planned.on, price_of=lambda _planned: step.price)[0]


def _falling_due(standing: Standing) -> Iterator[tuple[date, _Falls]]:
    planned, status = standing.planned, standing.status
    if planned is not None and status != "CANCELLED":
        if planned.kind == "CANCEL_SCHEDULED":
            yield planned.on, _Falls.CANCEL
        elif status != "PAUSED":
            yield planned.on, _Falls.PLAN
    if status == "PAUSED" and standing.paused_until is not None:
        yield standing.paused_until, _Falls.RESUME
    if status == "TRIALING" and standing.trial_ends_on is not None:
        yield standing.trial_ends_on, _Falls.TRIAL
    if status in COUNTED:
        yield standing.period_end, _Falls.ROLL


def _happens(standing: Standing, what: _Falls, on: date, price_of: PriceOf) -> Step:
    match what:
        case _Falls.CANCEL:
            return ended(standing, on)
        case _Falls.RESUME:
            return resume(standing, on=on)[0]
        case _Falls.PLAN:
            assert standing.planned is not None
            return step_of(
                "PLAN_CHANGED", on, standing, replace(standing, price=price_of(standing.planned), planned=None)
            )
    end = standing.price.interval.after(on)
    return step_of("TRIAL_ENDED", on, standing, replace(standing, period_start=on, period_end=end, anchor_day=on.day))


def _rolled(standing: Standing) -> Standing:
    """The next period. It begins with an anchor of its own where it does not begin on the one before."""
    start = standing.period_end
    anchor_day = standing.anchor if begins_on(start, standing.anchor) else start.day
    end = standing.price.interval.after(start, anchor_day=anchor_day)
    return replace(standing, period_start=start, period_end=end, anchor_day=anchor_day)
