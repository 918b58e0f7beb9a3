"""Pauses of subscriptions by dunning: they end when the invoice is paid, whoever paid it and however."""

from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from procedures.books import Books, Order, sign
from procedures.rows import locked
from storage.dunning import DunningAction, DunningCase
from storage.invoices import Invoice

NO_SUBSCRIPTION: Final = "The invoice belongs to no subscription."


class Pauses(Protocol):
    """Pauses subscriptions inside a transaction of somebody else, who signs it."""

    async def pause(self, session: AsyncSession, subscription_id: UUID, *, order: Order) -> UUID:
        """Pause until further notice; gives the entry in the plan history. Raises: Refusal, where it cannot be paused."""
        ...

    async def end(self, session: AsyncSession, subscription_id: UUID, *, entry_id: UUID, order: Order) -> bool:
        """Resume, unless somebody did or paused it anew since `entry_id`; tells whether it was resumed now."""
        ...


async def end_pauses(*, order: Order, books: Books, pauses: Pauses) -> int:
    """End the pauses whose invoice is settled, unless another case wants the subscription paused; gives how many."""
    case, invoice, another = DunningCase, Invoice, aliased(DunningCase)
    theirs = aliased(Invoice)
    wanted = exists().where(
        another.invoice_id == theirs.id,
        theirs.subscription_id == invoice.subscription_id,
        theirs.outstanding_cents > 0,
        DunningAction.case_id == another.id,
        DunningAction.action == "PAUSE_SUBSCRIPTION",
    )
    over = (
        select(case.id)
        .join(invoice, invoice.id == case.invoice_id)
        .where(case.paused_entry_id.is_not(None), invoice.outstanding_cents == 0, ~wanted)
        .order_by(case.id)
    )
    async with books.transaction() as session:
        keys = list(await session.scalars(over))
    return sum([await _end(key, order=order, books=books, pauses=pauses) for key in keys])


async def _end(case_id: UUID, *, order: Order, books: Books, pauses: Pauses) -> bool:
    async with books.transaction() as session:
        case = await locked(session, DunningCase, case_id, what="dunning case")
        invoice = await session.get_one(Invoice, case.invoice_id)
        if case.paused_entry_id is None or invoice.outstanding_cents or invoice.subscription_id is None:
            return False
        resumed = await pauses.end(session, invoice.subscription_id, entry_id=case.paused_entry_id, order=order)
        case.paused_entry_id = None
        details: dict[str, object] = {"subscription": invoice.subscription_id, "resumed": resumed}
        await sign(session, order.done("dunning.pause_ended", "dunning_case", case_id, details))
    return resumed
