"""Pausing a subscription: until then it neither counts nor uses up what was paid."""

from datetime import date
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from billing.subscription_changes import pause as paused
from billing.subscriptions import COUNTED
from procedures.books import Books, Order
from procedures.change_subscription import Changed, Decided, carry_out, carry_out_within
from procedures.subscription_lives import Life, Lives


async def pause(
    subscription_id: UUID, *, until: date, expected_version: int | None = None, order: Order, books: Books
) -> Changed:
    """Pause the subscription from today until a day, within a year, on which it goes on by itself.

    Raises: NotFound, BadInput, SubscriptionState, SubscriptionChanged.
    """
    return await carry_out(
        subscription_id,
        partial(decide, until=until),
        action="subscription.paused",
        expected_version=expected_version,
        order=order,
        books=books,
    )


def decide(lives: Lives, life: Life, *, until: date | None) -> Decided:
    """The step of a pause; `until` None: until somebody resumes it."""
    return Decided(steps=paused(life.standing, until=until, on=lives.today))


async def pause_within(session: AsyncSession, subscription_id: UUID, *, order: Order, today: date) -> bool:
    """Pause the subscription in a transaction of the caller's, until it is resumed; False where it is not active.

    Raises: NotFound.
    """
    return await carry_out_within(
        session,
        subscription_id,
        partial(decide, until=None),
        only_from=COUNTED,
        action="subscription.paused",
        order=order,
        today=today,
    )
