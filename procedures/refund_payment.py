"""Sending money back, exactly once: the intent is committed, then the provider is called, then the outcome is booked.

A process that dies anywhere in between leaves a PENDING refund, which the completer finishes with the same key.
"""

from dataclasses import asdict, dataclass, replace
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from billing.refund_tokens import PreviewToken
from billing.refunds import StalePreview
from billing.refusals import BadInput
from procedures.books import Books, Order, sign
from procedures.payer_account import checked, known_account
from procedures.refund_call import LEASE, Attempt, attempt, provider_order
from procedures.refund_terms import Terms, refunds_of, terms_of
from procedures.rows import locked, locked_invoices
from procedures.settle_refund import COMPLETE, settle
from providers.refunding import PayerAccount, PayerAccountNeeded, RefundOrder, Refunds
from providers.registry import Registry
from storage.jobs import Jobs
from storage.notices import Notice
from storage.payments import Payment
from storage.rates import rates_for
from storage.refunds import Refund, RefundEvent
from storage.signing import REFUND_PREVIEW, signing_key
from storage.tenants import Tenant

KEY_LENGTH_MAX: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """What is asked for. `idempotency_key` tells a second, intended refund from a retry."""

    payment_id: UUID
    amount_cents: int
    preview_token: str
    notify_tenant: bool = False
    idempotency_key: str | None = None
    payer_account: PayerAccount | None = None

    def __post_init__(self) -> None:
        key = self.idempotency_key
        if key is not None and not 0 < len(key.strip()) <= len(key) <= KEY_LENGTH_MAX:
            raise BadInput(f"An idempotencyKey has 1 to {KEY_LENGTH_MAX} characters.", argument="idempotencyKey")


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """The refund, new or (`replayed`) the one that was ordered before."""

    refund_id: UUID
    payment_id: UUID
    invoice_id: UUID | None
    replayed: bool
    notification_queued: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ordered:
    """A committed intent: what the provider is to be told, by whom."""

    refund_id: UUID
    provider: str
    refunds: Refunds
    order: RefundOrder


async def execute(request: RefundRequest, *, order: Order, books: Books, registry: Registry, jobs: Jobs) -> Executed:
    """Send the money back, or give the refund that this very request has made before.

    Once the intent is committed the answer is the refund, whatever the provider did.

    Raises: NotFound, BadInput, StalePreview, PaymentNotRefundable, RefundExceedsBalance, CreditExceeded, FxRateMissing,
    ProviderUnknown, ProviderNotConfigured, PayerAccountNeeded.
    """
    intent = await reserve(request, order=order, books=books, registry=registry, jobs=jobs)
    if isinstance(intent, UUID):
        return await _executed(intent, replayed=True, books=books)
    learnt = await attempt(
        intent.refunds, Attempt(provider=intent.provider, order=intent.order, number=1, accepted=False, at=order.at)
    )
    await settle(intent.refund_id, learnt, order=order, books=books, jobs=jobs)
    return await _executed(intent.refund_id, replayed=False, books=books)


async def reserve(
    request: RefundRequest, *, order: Order, books: Books, registry: Registry, jobs: Jobs
) -> _Ordered | UUID:
    """Commit the intent, PENDING and leased to this process; or the id of the refund that was made before."""
    async with books.transaction() as session:
        payment = await locked(session, Payment, request.payment_id, what="payment")
        earlier = await earlier_refund(session, request, actor=order.actor)
        if earlier is not None:
            return earlier
        token = PreviewToken.read(request.preview_token, await signing_key(session, REFUND_PREVIEW))
        terms = await _locked_terms(session, payment, request)
        refunds = refunds_of(registry, payment)
        await _check_token(session, token, request, terms, order)
        account = await _account(session, payment, request, refunds)
        await _check_rate(session, terms, order, books)
        refund = _refund(request, terms, token, account, order)
        session.add(refund)
        await session.flush()
        session.add(RefundEvent(refund_id=refund.id, kind="ORDERED", at=order.at))
        await jobs.defer(session, COMPLETE, at=order.at + LEASE)
        details: dict[str, object] = {
            "payment": payment.id,
            "amount_cents": refund.amount_cents,
            "surplus_cents": refund.surplus_cents,
            "notify_tenant": request.notify_tenant,
        }
        await sign(session, order.done("refund.ordered", "refund", refund.id, details))
        return _Ordered(
            refund_id=refund.id,
            provider=payment.provider,
            refunds=refunds,
            order=provider_order(payment, refund),
        )


async def earlier_refund(session: AsyncSession, request: RefundRequest, *, actor: str) -> UUID | None:
    """The refund that the same request has made, unless it failed."""
    same = select(Refund.id).where(
        Refund.payment_id == request.payment_id,
        Refund.amount_cents == request.amount_cents,
        Refund.actor == actor,
        func.coalesce(Refund.idempotency_key, "") == (request.idempotency_key or ""),
        Refund.status != "FAILED",
    )
    return (await session.scalars(same.order_by(Refund.created_at, Refund.id).limit(1))).first()


async def _locked_terms(session: AsyncSession, payment: Payment, request: RefundRequest) -> Terms:
    """The terms, with everything locked that they rest on."""
    await locked_invoices(session, [payment.invoice_id] if payment.invoice_id else [])
    if payment.credited_cents:
        await locked(session, Tenant, payment.tenant_id, what="tenant")
    return await terms_of(session, payment, request.amount_cents)


async def _check_token(
    session: AsyncSession, token: PreviewToken, request: RefundRequest, terms: Terms, order: Order
) -> None:
    """Raises: StalePreview."""
    token.check(
        payment_id=request.payment_id,
        amount_cents=request.amount_cents,
        actor=order.actor,
        version=terms.version,
        at=order.at,
    )
    if (await session.scalars(select(Refund.id).where(Refund.preview_id == token.id))).first() is not None:
        raise StalePreview("The preview has been used: preview the refund again.")


async def _account(
    session: AsyncSession, payment: Payment, request: RefundRequest, refunds: Refunds
) -> PayerAccount | None:
    """Where the money goes, as somebody says or else as the bank's file did.

    Raises: BadInput, PayerAccountNeeded.
    """
    if request.payer_account is not None:
        return checked(request.payer_account)
    if not refunds.needs_payer_account:
        return None
    known = await known_account(session, payment)
    if known is None:
        raise PayerAccountNeeded("The bank's file does not say whose account the money came from: name payerAccount.")
    return known


async def _check_rate(session: AsyncSession, terms: Terms, order: Order, books: Books) -> None:
    """What could not be booked is not ordered.

    Raises: FxRateMissing.
    """
    today = books.day(order.at)
    rates = await rates_for(session, terms.amount.currency, today)
    rates.eur_cents(terms.amount.cents, terms.amount.currency, today)


def _refund(
    request: RefundRequest, terms: Terms, token: PreviewToken, account: PayerAccount | None, order: Order
) -> Refund:
    return Refund(
        id=uuid7(),
        payment_id=request.payment_id,
        amount_cents=terms.amount.cents,
        surplus_cents=terms.surplus_cents,
        tax_cents=0,
        status="PENDING",
        actor=order.actor,
        reason=order.reason,
        idempotency_key=request.idempotency_key,
        preview_id=token.id,
        payer_account=None if account is None else asdict(replace(account)),
        notify_tenant=request.notify_tenant,
        attempts=1,
        due_at=order.at + LEASE,
        created_at=order.at,
    )


async def _executed(refund_id: UUID, *, replayed: bool, books: Books) -> Executed:
    async with books.transaction() as session:
        found = select(Refund.payment_id, Payment.invoice_id).join(Payment, Payment.id == Refund.payment_id)
        payment_id, invoice_id = (await session.execute(found.where(Refund.id == refund_id))).one()
        notice = await session.scalar(select(Notice.id).where(Notice.subject_id == refund_id))
    return Executed(
        refund_id=refund_id,
        payment_id=payment_id,
        invoice_id=invoice_id,
        replayed=replayed,
        notification_queued=notice is not None,
    )
