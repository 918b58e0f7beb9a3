"""Showing what a refund would do, and signing what was shown. Nothing is changed."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from billing.fx import STALE_AFTER
from billing.money import Money
from billing.refund_tokens import VALID_FOR, PreviewToken
from billing.refusals import NotFound
from procedures.books import Books
from procedures.keep_lines import kept_text
from procedures.payer_account import known_account
from procedures.refund_terms import Terms, refunds_of, terms_of
from providers.plugin_code import PluginFailed, plugin_code
from providers.refunding import ForeseesRefusals, PayerAccount, Refunds
from providers.registry import Registry
from storage.payments import Payment
from storage.rates import rates_for
from storage.refunds import Refund
from storage.signing import REFUND_PREVIEW, signing_key


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewedLine:
    """A leg that would be booked, debit positive; `book_id` None: in the platform's books."""

    account: str
    amount: Money
    book_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """What a refund would do, and the token that orders exactly this."""

    terms: Terms
    already_done: list[UUID]
    lines: list[PreviewedLine]
    settles_immediately: bool
    warnings: list[str]
    token: str
    expires_at: datetime


async def preview(
    payment_id: UUID, amount_cents: int | None, *, actor: str, at: datetime, books: Books, registry: Registry
) -> Previewed:
    """Work out the refund of `amount_cents` (None: of all that can go back) for `actor`.

    Raises: NotFound, PaymentNotRefundable, BadInput, RefundExceedsBalance, CreditExceeded, ProviderUnknown,
    ProviderNotConfigured, FxRateMissing.
    """
    async with books.transaction() as session:
        payment = await session.get(Payment, payment_id)
        if payment is None:
            raise NotFound("payment", key=str(payment_id))
        terms = await terms_of(session, payment, amount_cents)
        refunds = refunds_of(registry, payment)
        token = PreviewToken(
            id=uuid7(),
            payment_id=payment_id,
            amount_cents=terms.amount.cents,
            actor=actor,
            version=terms.version,
            expires_at=at + VALID_FOR,
        )
        postings = terms.postings(token.id, on=books.day(at))
        warnings = await _stale_rate(session, payment.currency, books.day(at))
        account = await known_account(session, payment) if refunds.needs_payer_account else None
        if refunds.needs_payer_account and account is None:
            warnings.append("The payer's account is not known: name it in payerAccount.")
        warnings += _objections(refunds, payment.provider, terms.amount, account)
        return Previewed(
            terms=terms,
            already_done=await _already_done(session, terms, actor),
            lines=[
                PreviewedLine(account=leg.account, amount=Money(leg.cents, payment.currency), book_id=posting.book_id)
                for posting in postings
                for leg in posting.legs
            ],
            settles_immediately=refunds.settles_immediately,
            warnings=warnings + _warnings(terms),
            token=token.signed(await signing_key(session, REFUND_PREVIEW)),
            expires_at=token.expires_at,
        )


async def _already_done(session: AsyncSession, terms: Terms, actor: str) -> list[UUID]:
    same = select(Refund.id).where(
        Refund.payment_id == terms.payment.id,
        Refund.amount_cents == terms.amount.cents,
        Refund.actor == actor,
        Refund.status != "FAILED",
    )
    return list(await session.scalars(same.order_by(Refund.created_at, Refund.id)))


async def _stale_rate(session: AsyncSession, currency: str, day: date) -> list[str]:
    """Raises: FxRateMissing."""
    rates = await rates_for(session, currency, day)
    if not rates.is_stale(currency, day):
        return []
    return [f"The newest rate of {currency} is more than {STALE_AFTER.days} days old."]


def _objections(refunds: Refunds, provider: str, amount: Money, account: PayerAccount | None) -> list[str]:
    """What the provider would refuse it for, where it tells beforehand."""
    if not isinstance(refunds, ForeseesRefusals):
        return []
    try:
        with plugin_code(provider):
            told = refunds.objection(amount, account)
    except PluginFailed:
        return []
    return [f"It could not be sent. {kept_text(told)}"] if isinstance(told, str) else []


def _warnings(terms: Terms) -> list[str]:
    found = []
    pending = terms.payment.pending_refund_cents
    if pending:
        found.append(f"{Money(pending, terms.amount.currency)} of this payment is on its way back already.")
    if terms.payment.fee_cents:
        found.append(f"The fee of {Money(terms.payment.fee_cents, terms.amount.currency)} is not given back.")
    if terms.surplus_cents:
        surplus = Money(terms.surplus_cents, terms.amount.currency)
        found.append(f"{surplus} is a surplus: it is taken out of the tenant's credit, not out of revenue.")
    return found
