"""Extending a trial by some days."""

from functools import partial
from uuid import UUID

from billing.subscription_changes import TRIAL_EXTENSION_DAYS_MAX, extend_trial
from procedures.books import Books, Order
from procedures.change_subscription import Changed, Decided, carry_out
from procedures.subscription_lives import Life, Lives


async def extend(
    subscription_id: UUID,
    days: int,
    *,
    days_max: int = TRIAL_EXTENSION_DAYS_MAX,
    expected_version: int | None = None,
    order: Order,
    books: Books,
) -> Changed:
    """Let the trial last `days` longer; `days_max` is the most over the subscription's life.

    Raises: NotFound, BadInput, SubscriptionState, TrialExtensionLimit, SubscriptionChanged.
    """
    return await carry_out(
        subscription_id,
        partial(decide, days=days, days_max=days_max),
        action="subscription.trial_extended",
        expected_version=expected_version,
        order=order,
        books=books,
    )


def decide(lives: Lives, life: Life, *, days: int, days_max: int) -> Decided:
    """The step of an extension."""
    return Decided(steps=extend_trial(life.standing, days, on=lives.today, days_max=days_max))
