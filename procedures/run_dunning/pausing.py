"""Pauses of subscriptions by dunning: they end when the invoice is paid, whoever paid it and however."""

from typing import Final
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from billing.refusals import Refusal
from procedures.books import Books, Order, sign
from procedures.pause_subscription import pause_within
from procedures.resume_subscription import resume_within
from procedures.rows import locked
from procedures.stopping import Stopped, never, until
from storage.dunning import DunningAction, DunningCase
from storage.invoices import Invoice
from storage.subscriptions import PlanHistory

NO_SUBSCRIPTION: Final = "The invoice belongs to no subscription."
NOT_ACTIVE: Final = "The subscription is not active."
ABOUT_PAUSES: Final = ("PAUSED", "RESUMED", "CANCELLED")

AnotherCase, TheirInvoice = aliased(DunningCase), aliased(Invoice)  # made once: it takes longer than most statements


async def pause_by(
    case: DunningCase, invoice: Invoice, *, session: AsyncSession, order: Order, books: Books
) -> str | None:
    """Pause the invoice's subscription until further notice; gives why not, where it cannot be paused."""
    key = invoice.subscription_id
    if key is None:
        return NO_SUBSCRIPTION
    try:
        if not await pause_within(session, key, order=order, today=books.day(order.at)):
            return NOT_ACTIVE
    except Refusal as refusal:
        return str(refusal)
    case.paused_entry_id = await _last_entry(session, key)
    return None


async def _last_entry(session: AsyncSession, subscription_id: UUID) -> UUID | None:
    """The last thing that happened to a subscription as to being paused."""
    newest = (
        select(PlanHistory.id)
        .where(PlanHistory.subscription_id == subscription_id, PlanHistory.kind.in_(ABOUT_PAUSES))
        .order_by(PlanHistory.ordinal.desc())
        .limit(1)
    )
    return await session.scalar(newest)


async def end_pauses(*, order: Order, books: Books, stopped: Stopped = never) -> int:
    """End the pauses whose invoice is settled, unless another case wants the subscription paused; gives how many."""
    case, invoice, another, theirs = DunningCase, Invoice, AnotherCase, TheirInvoice
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
    return sum([await _end(key, order=order, books=books) for key in until(stopped, keys)])


async def _end(case_id: UUID, *, order: Order, books: Books) -> bool:
    """Resume, unless somebody did, or paused it anew: then it is theirs to say how long."""
    async with books.transaction() as session:
        case = await locked(session, DunningCase, case_id, what="dunning case")
        invoice = await session.get_one(Invoice, case.invoice_id)
        if case.paused_entry_id is None or invoice.outstanding_cents or invoice.subscription_id is None:
            return False
        is_ours = await _last_entry(session, invoice.subscription_id) == case.paused_entry_id
        case.paused_entry_id = None
        resumed = is_ours and await resume_within(
            session, invoice.subscription_id, order=order, today=books.day(order.at)
        )
        details: dict[str, object] = {"subscription": invoice.subscription_id, "resumed": resumed}
        await sign(session, order.done("dunning.pause_ended", "dunning_case", case_id, details))
    return resumed
