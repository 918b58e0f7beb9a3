"""Taking in what a provider says of a refund: one of ours, or one that was made at the provider itself."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from billing.refusals import Refusal
from procedures.books import Books, Order
from procedures.paid_through import locked_payment
from procedures.refund_terms import terms_of
from procedures.rows import locked, locked_invoices
from procedures.settle_refund import reverse, settle_locked, take_in
from providers.refunding import RefundState
from providers.webhooks import RefundFact
from storage.jobs import Jobs
from storage.payments import Payment
from storage.refunds import Refund, RefundEvent
from storage.tenants import Tenant

Problem = str | None
"""Why a fact could not be booked; None where it was, or where nothing was left to do."""


async def take_in_refund(fact: RefundFact, *, provider: str, order: Order, books: Books, jobs: Jobs) -> Problem:
    """Book what became of a refund, whoever made it, in whichever order its messages come.

    Raises: FxRateMissing.
    """
    async with books.transaction() as session:
        payment = await _payment(session, fact, provider)
        if payment is None:
            return _unknown(fact)
        refund = await _known(session, payment, fact)
    if refund is not None:
        await take_in(refund.id, fact.outcome, order=order, books=books, jobs=jobs)
        return None
    if fact.outcome.state is not RefundState.SUCCEEDED:
        return None
    return await take_in_made_elsewhere(fact, provider=provider, order=order, books=books, jobs=jobs)


async def take_in_made_elsewhere(fact: RefundFact, *, provider: str, order: Order, books: Books, jobs: Jobs) -> Problem:
    """Book a refund that succeeded and that nobody here ordered, unless it is known by now.

    Raises: FxRateMissing.
    """
    async with books.transaction() as session:
        payment = await _payment(session, fact, provider)
        if payment is None:
            return _unknown(fact)
        if await _known(session, payment, fact) is not None:
            return None
        if await _may_be_ours(session, payment, fact):
            return "A refund of the same amount is under way here: it may be the same one."
        if fact.amount.currency != payment.currency:
            return f"It is of {fact.amount}, and the payment is in {payment.currency}."
        try:
            refund = await _made_elsewhere(session, payment, fact, provider, order)
        except Refusal as refusal:
            return str(refusal)
        await settle_locked(
            session, payment, refund, fact.outcome, order=order, books=books, jobs=jobs, happened_at=fact.occurred_at
        )
    return None


async def take_in_returned(fact: RefundFact, *, provider: str, order: Order, books: Books) -> Problem:
    """Undo a refund whose money came back."""
    async with books.transaction() as session:
        payment = await _payment(session, fact, provider)
        refund = await _known(session, payment, fact) if payment is not None else None
    if refund is None:
        return _unknown(fact)
    await reverse(refund.id, fact.outcome.failure_reason or "It came back.", order=order, books=books)
    return None


async def _payment(session: AsyncSession, fact: RefundFact, provider: str) -> Payment | None:
    return await locked_payment(session, provider, (fact.payment_reference, *fact.payment_aliases))


def _unknown(fact: RefundFact) -> str:
    return f"No payment {fact.payment_reference} is known here."


async def _known(session: AsyncSession, payment: Payment, fact: RefundFact) -> Refund | None:
    named = [Refund.provider_reference == fact.provider_reference]
    if (ordered := _as_id(fact.key)) is not None:
        named.append(Refund.id == ordered)
    found = await session.scalars(select(Refund).where(Refund.payment_id == payment.id, or_(*named)).limit(1))
    return found.first()


def _as_id(key: str | None) -> UUID | None:
    try:
        return UUID(hex=key or "")
    except ValueError:
        return None


async def _may_be_ours(session: AsyncSession, payment: Payment, fact: RefundFact) -> bool:
    """Whether a refund whose name at the provider nobody knows yet may be this very one."""
    alike = select(Refund.id).where(
        Refund.payment_id == payment.id,
        Refund.amount_cents == fact.amount.cents,
        Refund.provider_reference.is_(None),
        or_(Refund.status == "PENDING", Refund.needs_review, Refund.external_id.is_not(None)),
    )
    return (await session.scalars(alike.limit(1))).first() is not None


async def _made_elsewhere(
    session: AsyncSession, payment: Payment, fact: RefundFact, provider: str, order: Order
) -> Refund:
    """The refund as if it had been ordered here, with all locked that its booking rests on.

    Raises: PaymentNotRefundable, RefundExceedsBalance, CreditExceeded.
    """
    await locked_invoices(session, [payment.invoice_id] if payment.invoice_id else [])
    if payment.credited_cents:
        await locked(session, Tenant, payment.tenant_id, what="tenant")
    terms = await terms_of(session, payment, fact.amount.cents)
    refund = Refund(
        id=uuid7(),
        payment_id=payment.id,
        amount_cents=fact.amount.cents,
        surplus_cents=terms.surplus_cents,
        tax_cents=0,
        status="PENDING",
        actor=f"provider:{provider}",
        reason=f"Made at the provider ({fact.provider_reference})",
        idempotency_key=fact.provider_reference,
        provider_reference=fact.provider_reference,
        notify_tenant=False,
        attempts=0,
        needs_review=False,
        due_at=order.at,
        created_at=fact.occurred_at,
    )
    session.add(refund)
    await session.flush()
    session.add(RefundEvent(refund_id=refund.id, kind="ORDERED", at=order.at, note="Made at the provider itself."))
    return refund
