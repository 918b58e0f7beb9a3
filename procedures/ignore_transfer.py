"""Parking a transfer that is nobody's payment, and bringing it back."""

from dataclasses import dataclass
from uuid import UUID

from billing.allocation import TransferNotUnmatched
from procedures.books import Books, Order, sign
from procedures.rows import locked
from storage.transfers import BankTransfer


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The transfer that was parked or brought back."""

    transfer_id: UUID


async def ignore(transfer_id: UUID, *, order: Order, books: Books) -> Moved:
    """Take the transfer out of the inbox; its money stays in unmatched receipts.

    Raises: NotFound, TransferNotUnmatched.
    """
    return await _move(transfer_id, "UNMATCHED", "IGNORED", action="transfer.ignored", order=order, books=books)


async def restore(transfer_id: UUID, *, order: Order, books: Books) -> Moved:
    """Bring an ignored transfer back into the inbox.

    Raises: NotFound, TransferNotUnmatched.
    """
    return await _move(transfer_id, "IGNORED", "UNMATCHED", action="transfer.restored", order=order, books=books)


async def _move(transfer_id: UUID, before: str, after: str, *, action: str, order: Order, books: Books) -> Moved:
    async with books.transaction() as session:
        transfer = await locked(session, BankTransfer, transfer_id, what="bank transfer")
        if transfer.status != before:
            raise TransferNotUnmatched(status=transfer.status, wanted=before)
        transfer.status = after
        transfer.ignored_reason = order.reason if after == "IGNORED" else None
        await sign(session, order.done(action, "bank_transfer", transfer_id, {"status": [before, after]}))
    return Moved(transfer_id=transfer_id)
