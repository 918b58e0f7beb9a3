"""Finishing refunds whose process died, whose outcome is unknown, or that wait to be confirmed.

The refunds themselves say what is due; the queue is not asked.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from billing.refusals import Refusal
from procedures.books import Books, Order
from procedures.refund_call import LEASE, Attempt, again, attempt, provider_order
from procedures.refund_terms import refunds_of
from procedures.settle_refund import Unknown, locked_refund, settle
from procedures.stopping import Stopped, never, until
from providers.refunding import RefundOutcome, Refunds
from providers.registry import Registry
from storage.jobs import Jobs
from storage.payments import Payment
from storage.refunds import Refund, RefundEvent

BATCH: Final = 100
ACTOR: Final = "system:worker"
REASON: Final = "Completing a refund that was ordered"


async def complete(*, at: datetime, books: Books, registry: Registry, jobs: Jobs, stopped: Stopped = never) -> int:
    """Look after every refund that is due at `at`; gives how many."""
    order, done = Order(actor=ACTOR, reason=REASON, at=at), 0
    for refund_id in until(stopped, await _due(at, books)):
        done += await _complete_one(refund_id, order=order, books=books, registry=registry, jobs=jobs)
    return done


async def _due(at: datetime, books: Books) -> list[UUID]:
    async with books.transaction() as session:
        due = select(Refund.id).where(Refund.due_at <= at).order_by(Refund.due_at, Refund.id).limit(BATCH)
        return list(await session.scalars(due))


async def _complete_one(refund_id: UUID, *, order: Order, books: Books, registry: Registry, jobs: Jobs) -> bool:
    claimed = await _claim(refund_id, order=order, books=books, registry=registry)
    if claimed is None:
        return False
    refunds, this = claimed
    if isinstance(refunds, Refusal):
        learnt: RefundOutcome | Unknown = again(this, str(refunds))
    else:
        learnt = await attempt(refunds, this)
    await settle(refund_id, learnt, order=order, books=books, jobs=jobs)
    return True


async def _claim(
    refund_id: UUID, *, order: Order, books: Books, registry: Registry
) -> tuple[Refunds | Refusal, Attempt] | None:
    """Lease the refund to this process, unless somebody was faster; with who is to be asked, or why nobody can be."""
    async with books.transaction() as session:
        payment, refund = await locked_refund(session, refund_id)
        if refund.due_at is None or refund.due_at > order.at:
            return None
        refund.due_at, refund.attempts = order.at + LEASE, refund.attempts + 1
        session.add(RefundEvent(refund_id=refund.id, kind="TRIED", at=order.at, note=f"Attempt {refund.attempts}."))
        this = Attempt(
            provider=payment.provider,
            order=provider_order(payment, refund),
            number=refund.attempts,
            accepted=refund.accepted_at is not None,
            at=order.at,
        )
        return _provider(registry, payment), this


def _provider(registry: Registry, payment: Payment) -> Refunds | Refusal:
    try:
        return refunds_of(registry, payment)
    except Refusal as refusal:
        return refusal
