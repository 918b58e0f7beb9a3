"""Resuming a paused subscription: its period ends as many days later as it was paused."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from billing.subscription_changes import resume as resumed
from procedures.books import Books, Order
from procedures.change_subscription import Changed, Decided, carry_out, carry_out_within
from procedures.subscription_lives import Life, Lives


async def resume(subscription_id: UUID, *, expected_version: int | None = None, order: Order, books: Books) -> Changed:
    """Resume the subscription today.

    Raises: NotFound, SubscriptionState, SubscriptionChanged.
    """
    return await carry_out(
        subscription_id,
        decide,
        action="subscription.resumed",
        expected_version=expected_version,
        order=order,
        books=books,
    )


def decide(lives: Lives, life: Life) -> Decided:
    """The step of a resumption."""
    return Decided(steps=resumed(life.standing, on=lives.today))


async def resume_within(session: AsyncSession, subscription_id: UUID, *, order: Order, today: date) -> bool:
    """Resume the subscription in a transaction of the caller's; False where it is not paused.

    Raises: NotFound.
    """
    return await carry_out_within(
        session,
        subscription_id,
        decide,
        only_from={"PAUSED"},
        action="subscription.resumed",
        order=order,
        today=today,
    )
