"""What can happen to a subscription: each plot tells one life of it, as far as it has got."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from graphql_api.demo.dice import die
from graphql_api.demo.plans import CLUB, CLUB_PLUS, CLUB_YEAR, FEDERATION, FEDERATION_YEAR, SEASON, TRIAL, Plan
from graphql_api.demo.price import PriceList
from graphql_api.demo.story import DAY, Cancellation, Story
from graphql_api.demo.tenants import Tenant

REASONS = (
    "too_expensive", "missing_features", "switched_service", "unused", "customer_service", "low_quality", "too_complex",
    "payment_failed", "closed_down", "other",
)  # fmt: skip
TRIAL_DAYS = 30
ONE_OF = 8  # new tenants is still trying


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Who tells: the story so far, the prices, and the die of the tenant."""

    story: Story
    prices: PriceList
    draw: random.Random
    number: int

    def change(self, number: int, plan: Plan, *, percent: int = 100, reason: str | None = None) -> None:
        on = self.story.begins(number)
        self.story.then(on, "plan_changed", price=self.prices.of(plan, on=on, percent=percent), reason=reason)

    def cancel(self, number: int, *, mode: str = "period_end", days: int = 0) -> None:
        on = self.story.begins(number) + timedelta(days=days)
        requested_on = on - timedelta(days=20) if mode == "period_end" else on
        if mode == "period_end":
            self.story.then(on, "cancel_scheduled")
        self.story.then(on, "cancelled")
        reason = REASONS[self.number % len(REASONS)]
        self.story.cancellations.append(Cancellation(on=on, mode=mode, reason=reason, requested_on=requested_on))


def steady(_teller: Teller) -> None:
    """It goes on."""


def trial_ended(teller: Teller) -> None:
    teller.story.then(teller.story.anchor, "trial_ended")


def trial_extended(teller: Teller) -> None:
    teller.story.then(teller.story.anchor - timedelta(days=20), "trial_extended", reason="The board meets next month")
    teller.story.then(teller.story.anchor, "trial_ended")


def upgraded(teller: Teller) -> None:
    bigger = FEDERATION if teller.story.plan.tier == FEDERATION.tier else CLUB_PLUS
    teller.change(
        teller.story.periods // 2, bigger, percent=115 if bigger is FEDERATION else 100, reason="More members"
    )


def downgraded(teller: Teller) -> None:
    teller.change(teller.story.periods // 2, teller.story.plan, percent=80, reason="Fewer members")


def resumed(teller: Teller) -> None:
    half = teller.story.periods // 2
    teller.story.then(teller.story.begins(half - 1), "paused", reason="No boule in winter")
    teller.story.then(teller.story.begins(half + 1), "resumed")


def paused(teller: Teller) -> None:
    teller.story.then(teller.story.begins(teller.story.periods - 1), "paused", reason="The court is being rebuilt")


def late(teller: Teller) -> None:
    """The bill of some weeks ago is not paid, nor what came after it."""
    story = teller.story
    overdue = [bill for bill in story.bills() if bill.due_on < story.today - 5 * DAY]
    story.late_from = overdue[-1].first
    story.then(overdue[-1].due_on + DAY, "past_due")


def recovered(teller: Teller) -> None:
    bill = list(teller.story.bills())[teller.story.periods // 2]
    paid_on = bill.due_on + 12 * DAY
    teller.story.paid_late[bill.first] = paid_on
    teller.story.then(bill.due_on + DAY, "past_due")
    teller.story.then(paid_on, "recovered")


def cancelled(teller: Teller) -> None:
    teller.cancel(max(1, teller.story.periods * 2 // 3))


def cancelled_at_once(teller: Teller) -> None:
    teller.cancel(max(1, teller.story.periods * 2 // 3), mode="now", days=5)


def ended_lately(teller: Teller) -> None:
    teller.cancel(teller.story.periods - 1)


def ended_untold(teller: Teller) -> None:
    """The platform's old system kept no reasons."""
    teller.story.then(teller.story.begins(max(1, teller.story.periods * 2 // 3)), "cancelled")


def came_back(teller: Teller) -> None:
    half = teller.story.periods // 2
    teller.cancel(half - 2)
    teller.story.then(teller.story.begins(half + 1), "reactivated", reason="New board")


def set_to_end(teller: Teller) -> None:
    story = teller.story
    end, asked = story.begins(story.periods), story.begins(story.periods - 1)
    story.then(end, "cancel_scheduled")
    story.cancellations.append(
        Cancellation(on=end, mode="period_end", reason=REASONS[teller.number % len(REASONS)], requested_on=asked)
    )


def stays_after_all(teller: Teller) -> None:
    end = teller.story.begins(teller.story.periods - 1)
    teller.story.then(end, "cancel_scheduled")
    teller.story.then(end, "schedule_revoked", reason="Phoned, stays")


def goes_yearly(teller: Teller) -> None:
    story = teller.story
    end = story.begins(story.periods)
    yearly = FEDERATION_YEAR if story.plan.tier == FEDERATION.tier else CLUB_YEAR
    story.then(end, "plan_change_scheduled", price=teller.prices.of(yearly, on=story.today))


def trialing(_teller: Teller) -> None:
    """It is being tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """`periods`: how many it takes. `often`: how often, among those that have them. `trial_days`: it begins with a trial."""

    tell: Callable[[Teller], None]
    periods: int
    often: int
    trial_days: int = 0


PLOTS = (
    Plot(tell=steady, periods=0, often=120),
    Plot(tell=upgraded, periods=4, often=22),
    Plot(tell=trial_extended, periods=2, often=3, trial_days=50),
    Plot(tell=downgraded, periods=4, often=6),
    Plot(tell=resumed, periods=6, often=5),
    Plot(tell=paused, periods=3, often=3),
    Plot(tell=late, periods=4, often=6),
    Plot(tell=recovered, periods=6, often=6),
    Plot(tell=cancelled, periods=6, often=9),
    Plot(tell=cancelled_at_once, periods=6, often=5),
    Plot(tell=ended_lately, periods=3, often=1),
    Plot(tell=ended_untold, periods=6, often=2),
    Plot(tell=came_back, periods=8, often=2),
    Plot(tell=set_to_end, periods=3, often=2),
    Plot(tell=stays_after_all, periods=3, often=1),
    Plot(tell=goes_yearly, periods=3, often=2),
    Plot(tell=trial_ended, periods=1, often=30, trial_days=TRIAL_DAYS),
)
TRYING = Plot(tell=trialing, periods=0, often=0, trial_days=TRIAL_DAYS)


def tell(tenant: Tenant, prices: PriceList, *, today: date) -> Story:
    """The subscription of a tenant. The first tenants live through every plot once, the others as it happens."""
    draw = die("plot", tenant.number)
    age_days = (today - tenant.started_on).days
    if age_days < TRIAL_DAYS and tenant.number % ONE_OF == ONE_OF - 2:
        plot, plan = TRYING, draw.choice((TRIAL, CLUB))
    elif tenant.number < len(PLOTS):
        plot, plan = PLOTS[tenant.number], FEDERATION if tenant.is_federation else CLUB
    else:
        plot, plan = draw.choices(PLOTS, [plot.often for plot in PLOTS])[0], _plan(tenant, draw)
    story = _story(tenant, prices, plan, plot, today)
    if story.periods < plot.periods:
        plot = PLOTS[0]
        story = _story(tenant, prices, plan, plot, today)
    plot.tell(Teller(story=story, prices=prices, draw=draw, number=tenant.number))
    return story


def _story(tenant: Tenant, prices: PriceList, plan: Plan, plot: Plot, today: date) -> Story:
    price = prices.of(plan, on=tenant.started_on)
    return Story(started_on=tenant.started_on, today=today, price=price, trial_days=plot.trial_days)


def _plan(tenant: Tenant, draw: random.Random) -> Plan:
    if tenant.is_federation:
        return draw.choices((FEDERATION, FEDERATION_YEAR), (3, 1))[0]
    return draw.choices((CLUB, CLUB_PLUS, CLUB_YEAR, SEASON), (10, 5, 4, 2))[0]
