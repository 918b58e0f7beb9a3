"""Finishing returns whose process died, whose outcome is unknown, or that wait to be confirmed; the rows say what is due."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from billing.refusals import Refusal
from procedures.books import Books, Order
from procedures.refund_call import LEASE, Attempt, again, attempt
from procedures.return_transfer import provider_order
from procedures.settle_refund import Unknown
from procedures.settle_return import locked_return, settle_return
from procedures.stopping import Stopped, never, until
from providers.refunding import RefundOutcome, Refunds
from providers.registry import Registry
from storage.payouts import TransferReturn

BATCH: Final = 100
ACTOR: Final = "system:worker"
REASON: Final = "Completing a return that was ordered"


async def complete_returns(*, at: datetime, books: Books, registry: Registry, stopped: Stopped = never) -> int:
    """Look after every return that is due at `at`; gives how many."""
    order, done = Order(actor=ACTOR, reason=REASON, at=at), 0
    for return_id in until(stopped, await _due(at, books)):
        done += await _complete_one(return_id, order=order, books=books, registry=registry)
    return done


async def _due(at: datetime, books: Books) -> list[UUID]:
    async with books.transaction() as session:
        due = select(TransferReturn.id).where(TransferReturn.due_at <= at)
        return list(await session.scalars(due.order_by(TransferReturn.due_at, TransferReturn.id).limit(BATCH)))


async def _complete_one(return_id: UUID, *, order: Order, books: Books, registry: Registry) -> bool:
    claimed = await _claim(return_id, order=order, books=books, registry=registry)
    if claimed is None:
        return False
    refunds, this = claimed
    if isinstance(refunds, str):
        learnt: RefundOutcome | Unknown = again(this, refunds)
    else:
        learnt = await attempt(refunds, this)
    await settle_return(return_id, learnt, order=order, books=books)
    return True


async def _claim(
    return_id: UUID, *, order: Order, books: Books, registry: Registry
) -> tuple[Refunds | str, Attempt] | None:
    """Lease the return to this process, unless somebody was faster; with who is to be asked, or why nobody can be."""
    async with books.transaction() as session:
        transfer, made = await locked_return(session, return_id)
        if made.due_at is None or made.due_at > order.at:
            return None
        made.due_at, made.attempts = order.at + LEASE, made.attempts + 1
        this = Attempt(
            provider=transfer.provider,
            order=provider_order(transfer, made),
            number=made.attempts,
            accepted=made.accepted_at is not None,
            at=order.at,
        )
        return _refunds(registry, transfer.provider), this


def _refunds(registry: Registry, provider: str) -> Refunds | str:
    try:
        return registry.refunds(provider) or f"Provider {provider} sends no money any more."
    except Refusal as refusal:
        return str(refusal)
