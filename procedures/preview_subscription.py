"""What a change would do to a subscription: decided by the very code that carries it out, and not written."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from billing.ledger import Leg
from billing.proration import Line
from billing.subscription_days import projected
from billing.subscriptions import Standing
from procedures.books import Books, Order
from procedures.change_subscription import Decide, charge_postings, credit_postings
from procedures.subscription_lives import Life, Lives, life_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionPreviewed:
    """What would come of it. `after`: how it stands on `effective_on`, where the change is only planned for that day."""

    subscription_id: UUID
    currency: str
    effective_on: date
    after: Standing
    mrr_delta_eur_cents: int
    lines: tuple[Line, ...]
    charged_cents: int
    credited_cents: int
    ledger: list[Leg]


async def preview(subscription_id: UUID, decide: Decide, *, order: Order, books: Books) -> SubscriptionPreviewed:
    """Decide as if it were carried out now.

    Raises: NotFound, and what `decide` raises.
    """
    async with books.transaction() as session:
        today = books.day(order.at)
        lives, life = await life_of(session, subscription_id, expected_version=None, today=today, order=order)
        return _previewed(lives, life, decide)


def _previewed(lives: Lives, life: Life, decide: Decide) -> SubscriptionPreviewed:
    before, decided = life.standing, decide(lives, life)
    last, proration = decided.steps[-1], decided.proration
    after = projected(last)
    return SubscriptionPreviewed(
        subscription_id=life.row.id,
        currency=life.row.currency,
        effective_on=last.on,
        after=after,
        mrr_delta_eur_cents=_monthly(after) - _monthly(before),
        lines=proration.lines,
        charged_cents=proration.charged_cents,
        credited_cents=proration.credited_cents,
        ledger=[
            leg
            for posting in (
                *charge_postings(lives, life, proration, invoice_id=uuid7(), number=""),
                *credit_postings(lives, life, proration, entry_id=uuid7()),
            )
            for leg in posting.legs
        ],
    )


def _monthly(standing: Standing) -> int:
    return standing.counted.monthly_eur_cents if standing.counted else 0
