"""Undoing an assignment, or a machine's match: the matching journals are reversed, the receipt stays, nothing is deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from billing.allocation import CreditExceeded
from billing.journals import reversal, written_off
from billing.ledger import Posting
from billing.money import Money
from billing.refusals import ErrorCode, Refusal
from procedures.books import Books, Order, sign
from procedures.rows import invoice_ref, locked, locked_credit, locked_invoices, posted
from storage.accounting import Journal
from storage.invoices import Invoice
from storage.journals import post
from storage.payments import Payment
from storage.rates import rates_for
from storage.transfers import BankTransfer

UNDOABLE = ("ASSIGNED", "MATCHED")


class NothingToUndo(Refusal):
    """The transfer pays nothing."""

    code = ErrorCode.CONFLICT

    def __init__(self, *, status: str) -> None:
        self.status = status
        super().__init__(f"The transfer is {status}: only one that is ASSIGNED or MATCHED can be unassigned.")


class BroughtBack(Refusal):
    """The transfer was matched with money of ours that came back or came in, and not assigned to anything."""

    code = ErrorCode.CONFLICT

    def __init__(self) -> None:
        super().__init__(
            "The transfer is money of ours: a gateway's payout, or an order of ours that came back. Nothing was assigned."
        )


class PaymentRefunded(Refusal):
    """Money of the transfer went back, or is going back, to the payer."""

    code = ErrorCode.CONFLICT

    def __init__(self, *, refunded: Money) -> None:
        self.refunded = refunded
        super().__init__(f"{refunded} of this transfer was refunded: it cannot be unassigned any more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned:
    """What was undone."""

    transfer_id: UUID
    invoice_ids: list[UUID]
    journal_ids: list[UUID]


async def unassign(transfer_id: UUID, *, order: Order, books: Books) -> Unassigned:
    """Put the transfer back into the inbox. What it paid of an invoice that is uncollectible by now is written off.

    Raises: NotFound, NothingToUndo, BroughtBack, PaymentRefunded, CreditExceeded (its surplus was used meanwhile).
    """
    async with books.transaction() as session:
        payments = await _live_payments(session, transfer_id)
        invoices = await locked_invoices(session, [p.invoice_id for p in payments if p.invoice_id])
        transfer = await locked(session, BankTransfer, transfer_id, what="bank transfer")
        if transfer.status not in UNDOABLE:
            raise NothingToUndo(status=transfer.status)
        if not payments:
            raise BroughtBack
        await _check(session, payments)
        today = books.day(order.at)
        matches = await posted(
            session, Journal.kind == "MATCH", Journal.subject_id.in_([payment.id for payment in payments])
        )
        undoing = [reversal(posting, journal_id=key, on=today) for key, posting in matches]
        undoing += _bad_debts(payments, invoices, on=today)
        for payment in payments:
            payment.outcome, payment.allocated_cents, payment.undone_at = "FAILED", 0, order.at
        rates = await rates_for(session, transfer.currency, transfer.booked_on)
        postings = [replace(posting, rated_on=transfer.booked_on) for posting in undoing]
        journal_ids = await post(session, postings, rates)
        was, transfer.status = transfer.status, "UNMATCHED"
        details: dict[str, object] = {
            "status": [was, "UNMATCHED"],
            "payments": [payment.id for payment in payments],
        }
        await sign(session, order.done("transfer.unassigned", "bank_transfer", transfer_id, details))
    return Unassigned(transfer_id=transfer_id, invoice_ids=list(invoices), journal_ids=journal_ids)


async def _live_payments(session: AsyncSession, transfer_id: UUID) -> list[Payment]:
    """What the transfer was assigned as, locked."""
    live = select(Payment).where(Payment.bank_transfer_id == transfer_id, Payment.undone_at.is_(None))
    return list(await session.scalars(live.order_by(Payment.id).with_for_update()))


def _bad_debts(payments: Sequence[Payment], invoices: Mapping[UUID, Invoice], *, on: date) -> list[Posting]:
    """What the payments paid of uncollectible invoices, which nobody expects any more."""
    return [
        posting
        for payment in payments
        if payment.invoice_id and invoices[payment.invoice_id].declared_status == "UNCOLLECTIBLE"
        for posting in written_off(
            invoice_ref(invoices[payment.invoice_id]), payment.allocated_cents, on=on, undone_payment_id=payment.id
        )
    ]


async def _check(session: AsyncSession, payments: list[Payment]) -> None:
    """Neither refunded nor used: what the payments gave can be taken back.

    Raises: PaymentRefunded, CreditExceeded.
    """
    for payment in payments:
        gone = payment.refunded_cents + payment.pending_refund_cents
        if gone:
            raise PaymentRefunded(refunded=Money(gone, payment.currency))
    for payment in payments:
        if payment.credited_cents:
            needed = Money(payment.credited_cents, payment.currency)
            available = await locked_credit(session, payment.tenant_id, payment.currency)
            if available < needed:
                raise CreditExceeded(asked=needed, available=available)
