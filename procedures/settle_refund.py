"""What a refund's outcome does to the books: journals, credit note, notice and audit event in one transaction.

Whatever is learnt of a refund comes through here, from whoever learnt it: under the locks of the payment and the refund, so
that each outcome counts once.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from billing.journals import reversal
from billing.refusals import NotFound
from procedures.books import Books, Order, sign
from procedures.notify_tenant import put_up
from procedures.refund_terms import refund_postings, refund_share
from procedures.rows import locked, locked_invoices, posted
from providers.refunding import RefundOutcome, RefundState
from storage.accounting import Journal
from storage.jobs import Jobs
from storage.journals import post
from storage.payments import Payment
from storage.rates import rates_for
from storage.refunds import Refund, RefundEvent, next_credit_note

COMPLETE: Final = "complete_refunds"
CONFIRMED_EVERY: Final = timedelta(hours=1)
"""How often a refund that was accepted is asked after, where nobody tells us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Nobody knows what became of the order. `next_at`: when to ask again; None: no machine can tell any more."""

    why: str
    next_at: datetime | None


async def locked_refund(session: AsyncSession, refund_id: UUID) -> tuple[Payment, Refund]:
    """The refund with its payment, both locked, in the order that everybody keeps to.

    Raises: NotFound.
    """
    payment_id = await session.scalar(select(Refund.payment_id).where(Refund.id == refund_id))
    if payment_id is None:
        raise NotFound("refund", key=str(refund_id))
    payment = await locked(session, Payment, payment_id, what="payment")
    return payment, await locked(session, Refund, refund_id, what="refund")


async def settle(refund_id: UUID, learnt: RefundOutcome | Unknown, *, order: Order, books: Books, jobs: Jobs) -> None:
    """Book what was learnt of a pending refund; `order`: who learnt it, and when. Of one that is settled, nothing changes.

    That a failed refund did send money is not passed over: it is put before a person.

    Raises: NotFound.
    """
    async with books.transaction() as session:
        payment, refund = await locked_refund(session, refund_id)
        await settle_locked(session, payment, refund, learnt, order=order, books=books, jobs=jobs)


async def settle_locked(
    session: AsyncSession,
    payment: Payment,
    refund: Refund,
    learnt: RefundOutcome | Unknown,
    *,
    order: Order,
    books: Books,
    jobs: Jobs,
    happened_at: datetime | None = None,
) -> None:
    """The same in a transaction that has locked both; it signs, so that nothing may follow.

    `happened_at`: when the money moved, where that is not when it was learnt.
    """
    match refund.status, learnt:
        case "PENDING", Unknown():
            await _wait(session, refund, learnt, order, jobs)
        case "PENDING", RefundOutcome(state=RefundState.PENDING):
            await _accept(session, refund, learnt, order)
        case "PENDING", RefundOutcome(state=RefundState.FAILED):
            await _fail(session, refund, learnt, order)
        case "PENDING", RefundOutcome(state=RefundState.SUCCEEDED):
            at = happened_at or order.at
            await _succeed(session, payment, refund, learnt, order=order, books=books, jobs=jobs, at=at)
        case "FAILED", RefundOutcome(state=RefundState.SUCCEEDED | RefundState.PENDING):
            await _contradict(session, refund, learnt, order)


async def reverse(refund_id: UUID, why: str, *, order: Order, books: Books) -> None:
    """Undo a refund that had succeeded and came back: its journals are reversed, its credit note's number stays taken.

    Of one that has not succeeded nothing changes.

    Raises: NotFound.
    """
    async with books.transaction() as session:
        payment, refund = await locked_refund(session, refund_id)
        if refund.status == "SUCCEEDED":
            await reverse_locked(session, payment, refund, why, on=books.day(order.at), order=order)


async def reverse_locked(
    session: AsyncSession, payment: Payment, refund: Refund, why: str, *, on: date, order: Order
) -> None:
    """The same of one that has succeeded, in a transaction that has locked both; it signs, so that nothing may follow."""
    await locked_invoices(session, [payment.invoice_id] if payment.invoice_id else [])
    booked = await posted(session, Journal.kind == "REFUND", Journal.subject_id == refund.id)
    reversals = [reversal(posting, journal_id=key, on=on) for key, posting in booked]
    await post(session, reversals, await rates_for(session, payment.currency, on))
    refund.status, refund.failure_reason = "FAILED", why
    _note(session, refund, "REVERSED", order.at, why)
    await sign(session, order.done("refund.reversed", "refund", refund.id, _figures(refund)))


async def take_in(refund_id: UUID, outcome: RefundOutcome, *, order: Order, books: Books, jobs: Jobs) -> None:
    """Book what the provider says of a refund now, in whichever order its messages come.

    Raises: NotFound.
    """
    if outcome.state is RefundState.FAILED:
        await reverse(refund_id, outcome.failure_reason or "It was returned.", order=order, books=books)
    await settle(refund_id, outcome, order=order, books=books, jobs=jobs)


async def _succeed(
    session: AsyncSession,
    payment: Payment,
    refund: Refund,
    learnt: RefundOutcome,
    *,
    order: Order,
    books: Books,
    jobs: Jobs,
    at: datetime,
) -> None:
    invoices = await locked_invoices(session, [payment.invoice_id] if payment.invoice_id else [])
    invoice = next(iter(invoices.values()), None)
    rest, on = refund.amount_cents - refund.surplus_cents, books.day(at)
    parts = await refund_share(session, invoice, rest)
    postings = refund_postings(
        payment,
        invoice,
        refund.id,
        refund.surplus_cents,
        parts,
        on=on,
        reference=learnt.provider_reference or refund.provider_reference,
    )
    await post(session, postings, await rates_for(session, payment.currency, on))
    refund.status, refund.settled_at, refund.due_at, refund.needs_review = "SUCCEEDED", at, None, False
    refund.tax_cents = sum(part.vat_cents for part in parts)
    refund.provider_reference = learnt.provider_reference or refund.provider_reference
    _note(session, refund, "SUCCEEDED", order.at)
    if refund.notify_tenant:
        await put_up(session, refund.id, payment.tenant_id, at=order.at, jobs=jobs)
    if rest:
        refund.credit_note = await next_credit_note(session, on.year)
    await sign(session, order.done("refund.succeeded", "refund", refund.id, _figures(refund)))


async def _fail(session: AsyncSession, refund: Refund, learnt: RefundOutcome, order: Order) -> None:
    refund.status, refund.settled_at, refund.due_at, refund.needs_review = "FAILED", order.at, None, False
    refund.failure_reason = learnt.failure_reason or "The provider gave no reason."
    refund.provider_reference = learnt.provider_reference or refund.provider_reference
    _note(session, refund, "FAILED", order.at, refund.failure_reason)
    await sign(session, order.done("refund.failed", "refund", refund.id, _figures(refund)))


async def _accept(session: AsyncSession, refund: Refund, learnt: RefundOutcome, order: Order) -> None:
    """The provider will send the money: from here on it is asked, never told again."""
    first = refund.accepted_at is None
    refund.accepted_at = refund.accepted_at or order.at
    refund.provider_reference = learnt.provider_reference or refund.provider_reference
    refund.due_at, refund.needs_review = order.at + CONFIRMED_EVERY, False
    if first:
        _note(session, refund, "ACCEPTED", order.at)
        await sign(session, order.done("refund.accepted", "refund", refund.id, _figures(refund)))


async def _wait(session: AsyncSession, refund: Refund, learnt: Unknown, order: Order, jobs: Jobs) -> None:
    """The amount stays held: unknown is not failed."""
    refund.due_at, refund.needs_review = learnt.next_at, learnt.next_at is None
    _note(session, refund, "REVIEW" if refund.needs_review else "UNKNOWN", order.at, learnt.why)
    if learnt.next_at is None:
        await sign(session, order.done("refund.needs_review", "refund", refund.id, _figures(refund)))
        return
    await session.flush()
    await jobs.defer(session, COMPLETE, at=learnt.next_at)


async def _contradict(session: AsyncSession, refund: Refund, learnt: RefundOutcome, order: Order) -> None:
    if refund.needs_review:
        return
    refund.needs_review = True
    refund.provider_reference = learnt.provider_reference or refund.provider_reference
    _note(session, refund, "CONTRADICTED", order.at, "The provider says that it did send the money.")
    await sign(session, order.done("refund.contradicted", "refund", refund.id, _figures(refund)))


def _note(session: AsyncSession, refund: Refund, kind: str, at: datetime, note: str | None = None) -> None:
    session.add(RefundEvent(refund_id=refund.id, kind=kind, at=at, note=note))


def _figures(refund: Refund) -> dict[str, object]:
    """What the audit trail keeps of a refund: no personal data."""
    return {
        "payment": refund.payment_id,
        "amount_cents": refund.amount_cents,
        "surplus_cents": refund.surplus_cents,
        "status": refund.status,
        "provider_reference": refund.provider_reference,
        "credit_note": refund.credit_note,
        "needs_review": refund.needs_review,
    }
