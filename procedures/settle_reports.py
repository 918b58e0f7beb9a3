"""Settling refunds and returns by what the bank's files say of them: each report once, in a transaction of its own.

The file's transaction has only written the reports down. Where one does not fit its order, its money is nobody's: a debit
is booked as unmatched, a payment that brings money back stays in the inbox.
"""

import logging
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncSession

from billing.journals import debited, reversal
from billing.money import Money
from billing.payout_reports import PASSED_OVER, verdict
from billing.periods import day_start
from billing.refusals import Refusal
from procedures.books import Books, Order, sign
from procedures.rows import locked, locked_invoices, posted
from procedures.settle_refund import Unknown, locked_refund, reverse_locked, settle_locked
from procedures.settle_return import locked_return, reverse_return_locked, settle_return_locked
from procedures.stopping import Stopped, never, until
from providers.refunding import RefundOutcome, RefundState
from storage.accounting import Journal
from storage.jobs import Jobs
from storage.journals import post
from storage.payments import Payment
from storage.payouts import PayoutReport, TransferReturn
from storage.rates import rates_for
from storage.refunds import Refund
from storage.transfers import BankFile, BankTransfer

ACTOR: Final = "system:bank"
STATES: Final = {"ACCEPTED": RefundState.PENDING, "REJECTED": RefundState.FAILED, "PAID": RefundState.SUCCEEDED}
IN_THIS_ORDER: Final = case({"ACCEPTED": 1, "REJECTED": 2, "PAID": 3}, value=PayoutReport.kind, else_=4)

log = logging.getLogger(__name__)


async def settle_reports(*, at: datetime, books: Books, jobs: Jobs, stopped: Stopped = never) -> int:
    """Settle what the bank has reported, as far as that can be done by now; gives how many reports that were."""
    async with books.transaction() as session:
        waiting = select(PayoutReport.id, PayoutReport.order_id, BankFile.file_name, TransferReturn.id.is_not(None))
        waiting = waiting.join(BankFile, BankFile.id == PayoutReport.bank_file_id)
        waiting = waiting.outerjoin(TransferReturn, TransferReturn.id == PayoutReport.order_id)
        waiting = waiting.where(PayoutReport.outcome.is_(None)).order_by(IN_THIS_ORDER, PayoutReport.id)
        found = (await session.execute(waiting)).all()
    done = 0
    for report_id, order_id, file_name, is_return in until(stopped, found):
        order = Order(actor=ACTOR, reason=f"The bank's file {file_name}", at=at)
        try:
            if is_return:
                done += await _settle_return(report_id, order_id, order=order, books=books)
            else:
                done += await _settle_refund(report_id, order_id, order=order, books=books, jobs=jobs)
        except Refusal as refusal:  # it stays unsettled, and keeps no other from being settled
            log.warning("report %s on order %s cannot be settled yet: %s", report_id, order_id, refusal)
    return done


async def _settle_refund(report_id: UUID, refund_id: UUID, *, order: Order, books: Books, jobs: Jobs) -> bool:
    async with books.transaction() as session:
        payment, refund = await locked_refund(session, refund_id)
        ordered = Money(refund.amount_cents, payment.currency)
        report = await _judged(session, report_id, status=refund.status, ordered=ordered, at=order.at)
        match report.outcome, report.kind:
            case "SETTLED", "RETURNED":
                await _refund_came_back(session, report, payment, refund, order)
            case "SETTLED", _:
                at = _moved_at(report, refund.created_at, books)
                await settle_locked(
                    session, payment, refund, _learnt(report), order=order, books=books, jobs=jobs, happened_at=at
                )
            case "CONTRADICTED", "PAID":
                await _book_as_nobodys(session, report, order)
                doubt = Unknown(why=f"The bank debited {_money(report)}, not {ordered}.", next_at=None)
                learnt = doubt if refund.status == "PENDING" else _learnt(report)
                await settle_locked(session, payment, refund, learnt, order=order, books=books, jobs=jobs)
        return report.outcome is not None


async def _settle_return(report_id: UUID, return_id: UUID, *, order: Order, books: Books) -> bool:
    async with books.transaction() as session:
        transfer, made = await locked_return(session, return_id)
        ordered = Money(transfer.amount_cents, transfer.currency)
        report = await _judged(session, report_id, status=made.status, ordered=ordered, at=order.at)
        on = report.booked_on or books.day(order.at)
        match report.outcome, report.kind:
            case "SETTLED", "RETURNED":
                if await _brought_back(session, report, on):
                    await reverse_return_locked(session, transfer, made, _why(report), order=order, on=on)
            case "SETTLED", _:
                await settle_return_locked(session, transfer, made, _learnt(report), order=order, on=on)
            case "CONTRADICTED", "PAID":
                await _book_as_nobodys(session, report, order)
                if made.status == "PENDING":
                    made.problem = f"The bank debited {_money(report)}, not {ordered}."
        return report.outcome is not None


async def _judged(session: AsyncSession, report_id: UUID, *, status: str, ordered: Money, at: datetime) -> PayoutReport:
    """The report with its verdict, locked after its order; passed over, if somebody else has settled it meanwhile."""
    report = await locked(session, PayoutReport, report_id, what="report")
    if report.outcome is not None:
        return PayoutReport(kind=report.kind, outcome=PASSED_OVER)
    fits = report.amount_cents is None or _money(report) == ordered
    report.outcome = verdict(report.kind, status, fits=fits)
    report.settled_at = at if report.outcome is not None else None
    return report


async def _refund_came_back(
    session: AsyncSession, report: PayoutReport, payment: Payment, refund: Refund, order: Order
) -> None:
    assert report.booked_on is not None, report.id
    await locked_invoices(session, [payment.invoice_id] if payment.invoice_id else [])
    if await _brought_back(session, report, report.booked_on):
        await reverse_locked(session, payment, refund, _why(report), on=report.booked_on, order=order)


async def _brought_back(session: AsyncSession, report: PayoutReport, on: date) -> bool:
    """Take the payment that brings money back out of the inbox: it is no receipt. False if it was used meanwhile."""
    assert report.bank_transfer_id is not None, report.id
    transfer = await locked(session, BankTransfer, report.bank_transfer_id, what="bank transfer")
    if transfer.status != "UNMATCHED":
        report.outcome = PASSED_OVER
        return False
    booked = await posted(session, Journal.kind == "RECEIPT", Journal.subject_id == transfer.id)
    rates = await rates_for(session, transfer.currency, on)
    await post(session, [reversal(posting, journal_id=key, on=on) for key, posting in booked], rates)
    transfer.status = "MATCHED"
    return True


async def _book_as_nobodys(session: AsyncSession, report: PayoutReport, order: Order) -> None:
    """A debit that does not fit its order left the bank account all the same."""
    moved = _money(report)
    assert report.booked_on is not None, report.id
    bank_file = await session.get_one(BankFile, report.bank_file_id)
    postings = debited(
        subject_id=report.id,
        cents=moved.cents,
        currency=moved.currency,
        on=report.booked_on,
        provider=bank_file.provider,
        reference=report.reference or "",
        description=report.said or "Debit",
        charge=False,
    )
    await post(session, postings, await rates_for(session, moved.currency, report.booked_on))
    details: dict[str, object] = {"order": report.order_id, "amount_cents": moved.cents, "currency": moved.currency}
    await sign(session, order.done("payout_report.contradicted", "payout_report", report.id, details))


def _learnt(report: PayoutReport) -> RefundOutcome:
    """What a report that brings nothing back says of its order."""
    state = STATES[report.kind]
    return RefundOutcome(
        state=state,
        provider_reference=report.reference,
        failure_reason=report.said if state is RefundState.FAILED else None,
    )


def _money(report: PayoutReport) -> Money:
    assert report.amount_cents is not None, report.id
    assert report.currency is not None, report.id
    return Money(report.amount_cents, report.currency)


def _moved_at(report: PayoutReport, ordered_at: datetime, books: Books) -> datetime | None:
    """When the money moved, as near as the bank says; never before it was ordered."""
    return None if report.booked_on is None else max(ordered_at, day_start(report.booked_on, books.zone))


def _why(report: PayoutReport) -> str:
    return f"The bank sent it back on {report.booked_on}. {report.said or ''}".strip()
