"""What the outcome of a returned transfer does to the books, from whoever learnt it: each outcome counts once."""

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from billing.journals import returned, reversal
from billing.refusals import NotFound
from procedures.books import Books, Order, sign
from procedures.refund_call import WAIT_LONGEST
from procedures.rows import locked, posted
from procedures.settle_refund import CONFIRMED_EVERY, Unknown
from providers.refunding import RefundOutcome, RefundState
from storage.accounting import Journal
from storage.journals import post
from storage.payouts import TransferReturn
from storage.rates import rates_for
from storage.transfers import BankTransfer

NO_REASON: Final = "The provider gave no reason."


async def locked_return(session: AsyncSession, return_id: UUID) -> tuple[BankTransfer, TransferReturn]:
    """The return with its transfer, both locked, in the order that everybody keeps to.

    Raises: NotFound.
    """
    transfer_id = await session.scalar(select(TransferReturn.bank_transfer_id).where(TransferReturn.id == return_id))
    if transfer_id is None:
        raise NotFound("return", key=str(return_id))
    transfer = await locked(session, BankTransfer, transfer_id, what="bank transfer")
    return transfer, await locked(session, TransferReturn, return_id, what="return")


async def settle_return(return_id: UUID, learnt: RefundOutcome | Unknown, *, order: Order, books: Books) -> None:
    """Book what was learnt of a pending return; of one that is settled, nothing changes.

    Raises: NotFound.
    """
    async with books.transaction() as session:
        transfer, made = await locked_return(session, return_id)
        await settle_return_locked(session, transfer, made, learnt, order=order, on=books.day(order.at))


async def settle_return_locked(
    session: AsyncSession,
    transfer: BankTransfer,
    made: TransferReturn,
    learnt: RefundOutcome | Unknown,
    *,
    order: Order,
    on: date,
) -> None:
    """The same in a transaction that has locked both; it signs, so that nothing may follow. `on`: the day it happened."""
    if made.status != "PENDING":
        return
    if isinstance(learnt, Unknown):  # asked for as long as it takes: the transfer stays out of the inbox meanwhile
        made.due_at, made.problem = learnt.next_at or order.at + WAIT_LONGEST, learnt.why
        return
    made.provider_reference = learnt.provider_reference or made.provider_reference
    match learnt.state:
        case RefundState.PENDING:
            await _accept(session, transfer, made, order)
        case RefundState.FAILED:
            await _fail(
                session,
                transfer,
                made,
                learnt.failure_reason or NO_REASON,
                order=order,
                action="transfer.return_failed",
            )
        case RefundState.SUCCEEDED:
            await _succeed(session, transfer, made, order, on)


async def reverse_return_locked(
    session: AsyncSession, transfer: BankTransfer, made: TransferReturn, why: str, *, order: Order, on: date
) -> None:
    """Undo a return that had succeeded and came back; it signs, so that nothing may follow."""
    booked = await posted(session, Journal.kind == "RETURN", Journal.subject_id == made.id)
    rates = await rates_for(session, transfer.currency, on)
    await post(session, [reversal(posting, journal_id=key, on=on) for key, posting in booked], rates)
    await _fail(session, transfer, made, why, order=order, action="transfer.return_reversed")


async def _accept(session: AsyncSession, transfer: BankTransfer, made: TransferReturn, order: Order) -> None:
    first = made.accepted_at is None
    made.accepted_at = made.accepted_at or order.at
    made.due_at, made.problem = order.at + CONFIRMED_EVERY, None
    if first:
        await _sign(session, transfer, made, order, "transfer.return_accepted")


async def _fail(
    session: AsyncSession, transfer: BankTransfer, made: TransferReturn, why: str, *, order: Order, action: str
) -> None:
    """The transfer is in the inbox again."""
    made.status, made.due_at, made.settled_at, made.problem = "FAILED", None, order.at, why
    transfer.status = "UNMATCHED"
    await _sign(session, transfer, made, order, action)


async def _succeed(session: AsyncSession, transfer: BankTransfer, made: TransferReturn, order: Order, on: date) -> None:
    postings = returned(
        return_id=made.id,
        transfer_id=transfer.id,
        cents=transfer.amount_cents,
        currency=transfer.currency,
        on=on,
        rated_on=transfer.booked_on,
        provider=transfer.provider,
        reference=made.provider_reference,
    )
    await post(session, postings, await rates_for(session, transfer.currency, transfer.booked_on))
    made.status, made.due_at, made.settled_at, made.problem = "SUCCEEDED", None, order.at, None
    await _sign(session, transfer, made, order, "transfer.returned")


async def _sign(session: AsyncSession, transfer: BankTransfer, made: TransferReturn, order: Order, action: str) -> None:
    details: dict[str, object] = {
        "return": made.id,
        "status": transfer.status,
        "amount_cents": transfer.amount_cents,
        "currency": transfer.currency,
        "provider_reference": made.provider_reference,
    }
    await sign(session, order.done(action, "bank_transfer", transfer.id, details))
