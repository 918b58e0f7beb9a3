"""Resuming a paused subscription: its period ends as many days later as it was paused."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from billing.subscription_changes import resume as resumed
from procedures.books import Books, Order
from procedures.change_subscription import Changed, Decided, apply_decided, carry_out
from procedures.subscription_lives import Life, Lives, life_of, told


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

    It locks the tenant and its subscriptions, writes its audit events, and commits nothing.

    Raises: NotFound.
    """
    lives, life = await life_of(session, subscription_id, expected_version=None, today=today, order=order)
    is_paused = life.standing.status == "PAUSED"
    if is_paused:
        decided = decide(lives, life)
        await apply_decided(lives, life, decided, order)
        lives.done.append(order.done("subscription.resumed", "subscription", subscription_id, told(decided.steps[-1])))
    await lives.write()
    await lives.sign()
    return is_paused
