"""Taking back what is planned for a subscription."""

from uuid import UUID

from billing.subscription_changes import revoke as revoked
from procedures.books import Books, Order
from procedures.change_subscription import Changed, Decided, carry_out
from procedures.subscription_lives import Life, Lives


async def revoke(subscription_id: UUID, *, expected_version: int | None = None, order: Order, books: Books) -> Changed:
    """Let the planned change of plan or cancellation not happen.

    Raises: NotFound, SubscriptionState, SubscriptionChanged.
    """
    return await carry_out(
        subscription_id,
        decide,
        action="subscription.schedule_revoked",
        expected_version=expected_version,
        order=order,
        books=books,
    )


def decide(lives: Lives, life: Life) -> Decided:
    """The step that takes it back."""
    return Decided(steps=revoked(life.standing, on=lives.today))
