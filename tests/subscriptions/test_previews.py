"""A preview shows what then happens: on the day for which a change is planned, with all that falls due on it."""

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from procedures import cancel_subscription, change_plan, pause_subscription
from procedures.change_plan import PlanChange
from procedures.change_subscription import Decide
from procedures.preview_subscription import SubscriptionPreviewed, preview
from tests.books import TODAY
from tests.subscriptions.desk import Desk

TRIAL = {"status": "TRIALING", "trial_ends_on": date(2026, 12, 1)}
TO_PLUS: Decide = partial(change_plan.decide, wanted=PlanChange(plan_code="plus", now=False))
TO_THE_END: Decide = partial(cancel_subscription.decide, now=False)


async def previewed(desk: Desk, key: UUID, decide: Decide) -> SubscriptionPreviewed:
    return await preview(key, decide, order=desk.order(TODAY), books=desk.books)


@pytest.fixture
def club(desk: Desk) -> UUID:
    desk.plan("plus", 99_000)
    return desk.plan("club", 49_000)


@pytest.mark.parametrize("decide", [TO_PLUS, TO_THE_END], ids=["another plan", "its end"])
@pytest.mark.parametrize("standing", [{}, TRIAL], ids=["active", "trial"])
async def test_what_is_planned_for_the_end_of_the_period(
    desk: Desk, club: UUID, standing: dict[str, Any], decide: Decide
) -> None:
    key = desk.little.subscription(desk.little.tenant(), club, **standing)
    [(before,)] = desk.rows("select coalesce(sum(eur_cents), 0)::int from mrr_movement")

    shown = await previewed(desk, key, decide)
    if decide is TO_PLUS:
        await desk.change(key, "plus", now=False)
    else:
        await desk.cancel(key, now=False)
    await desk.work(shown.effective_on)

    [(now,)] = desk.rows("select coalesce(sum(eur_cents), 0)::int from mrr_movement")
    status, start, end, _ = desk.standing(key)
    assert (shown.after.status, str(shown.after.period_start), str(shown.after.period_end)) == (status, start, end)
    assert shown.mrr_delta_eur_cents == now - before


async def test_a_pause_does_not_move_the_day_on_which_it_is_set_to_end(desk: Desk, club: UUID) -> None:
    key = desk.little.subscription(desk.little.tenant(), club)
    await desk.cancel(key, now=False)

    shown = await previewed(desk, key, partial(pause_subscription.decide, until=date(2027, 1, 15)))

    assert (shown.after.status, shown.after.period_end_after_pause) == ("PAUSED", date(2026, 12, 1))
