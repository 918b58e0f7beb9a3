"""Cancelling a subscription, at once or at the end of its period, with the impact locked as it is today."""

from uuid import UUID

from billing.subscription_changes import cancel as cancelled
from billing.subscription_changes import cancel_later
from procedures.books import Books, Order
from procedures.change_subscription import Changed, Decided, carry_out
from procedures.subscription_lives import Life, Lives
from storage.subscriptions import SubscriptionCancellation


async def cancel(
    subscription_id: UUID, *, now: bool, why: str, expected_version: int | None = None, order: Order, books: Books
) -> Changed:
    """End the subscription today (`now`) or with its current period. `why`: one of CANCELLATION_REASONS.

    Raises: NotFound, SubscriptionState, SubscriptionChanged.
    """

    def decide_and_lock(lives: Lives, life: Life) -> Decided:
        decided = decide(lives, life, now=now)
        lives.session.add(_cancellation(lives, life, decided, now=now, why=why))
        return decided

    return await carry_out(
        subscription_id,
        decide_and_lock,
        action="subscription.cancelled" if now else "subscription.cancel_scheduled",
        expected_version=expected_version,
        order=order,
        books=books,
    )


def decide(lives: Lives, life: Life, *, now: bool) -> Decided:
    """The steps of a cancellation."""
    return Decided(steps=(cancelled if now else cancel_later)(life.standing, on=lives.today))


def _cancellation(lives: Lives, life: Life, decided: Decided, *, now: bool, why: str) -> SubscriptionCancellation:
    standing = life.standing
    return SubscriptionCancellation(
        subscription_id=life.row.id,
        requested_on=lives.today,
        cancelled_on=decided.steps[-1].on,
        mode="NOW" if now else "PERIOD_END",
        reason=why,
        amount_cents=standing.price.cents,
        currency=standing.price.currency,
        amount_eur_cents=standing.price.eur_cents,
        mrr_eur_cents=standing.counted.monthly_eur_cents if standing.counted else 0,
    )
