"""Telling a tenant, by mail and once, that its money was sent back."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Final, Protocol
from uuid import UUID

from babel.numbers import format_currency
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from billing.money import decimal_amount
from procedures.books import Books
from procedures.rows import locked
from storage.invoices import Invoice
from storage.jobs import Jobs
from storage.notices import Notice
from storage.payments import Payment
from storage.refunds import Refund
from storage.tenants import Tenant

NOTIFY: Final = "notify_tenant"
LEASE: Final = timedelta(minutes=2)
"""Longer than a mail takes to be handed over."""
ATTEMPTS_MAX: Final = 12
WAIT_LONGEST: Final = timedelta(hours=6)
BATCH: Final = 100

TEXTS: Final = {
    "en": (
        "Refund of {amount}",
        (
            "Hello {name},\n\nwe have sent {amount} back to you{invoice}. "
            "Depending on your bank it takes a few days to arrive.{credit_note}\n"
        ),
        " for invoice {number}",
        "\n\nCredit note: {number}",
    ),
    "sv": (
        "Återbetalning av {amount}",
        (
            "Hej {name},\n\nvi har betalat tillbaka {amount} till er{invoice}. "
            "Beroende på er bank kan det ta några dagar innan pengarna kommer fram.{credit_note}\n"
        ),
        " för faktura {number}",
        "\n\nKreditnota: {number}",
    ),
}
SWEDISH_SPEAKING: Final = frozenset({"SE", "AX"})

log = logging.getLogger(__name__)


class MailNotTaken(Exception):
    """The mail could not be handed over; it may be tried again. The message names no recipient."""


class Postbox(Protocol):
    """Hands mails over. `key` names a mail: one that was handed over under it before may be left out."""

    async def hand_over(self, mail: EmailMessage, *, key: UUID) -> None:
        """Raises: MailNotTaken."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What the mail says."""

    tenant: Tenant
    payment: Payment
    refund: Refund
    invoice: Invoice | None


async def put_up(session: AsyncSession, refund_id: UUID, tenant_id: UUID, *, at: datetime, jobs: Jobs) -> None:
    """Have the tenant told of the refund once this transaction has committed; one without an address is not."""
    tenant = await session.get_one(Tenant, tenant_id)
    if not tenant.email:
        return
    notice = Notice(id=uuid7(), kind="REFUND", subject_id=refund_id, tenant_id=tenant_id, created_at=at, due_at=at)
    session.add(notice)
    await session.flush()
    await jobs.defer(session, NOTIFY, notice_id=str(notice.id))


async def notify(notice_id: UUID, *, at: datetime, books: Books, postbox: Postbox) -> bool:
    """Send one notice that is due, unless somebody else does; tells whether it was sent now."""
    facts = await _claim(notice_id, at=at, books=books)
    if facts is None:
        return False
    try:
        await postbox.hand_over(mail_of(facts), key=notice_id)
    except MailNotTaken as problem:
        log.warning("notice %s was not taken: %s", notice_id, problem)
        return False
    async with books.transaction() as session:
        notice = await locked(session, Notice, notice_id, what="notice")
        notice.sent_at, notice.due_at = at, None
    return True


async def notify_all(*, at: datetime, books: Books, postbox: Postbox) -> int:
    """Send every notice that is due; gives how many were sent."""
    async with books.transaction() as session:
        due = select(Notice.id).where(Notice.due_at <= at).order_by(Notice.due_at, Notice.id).limit(BATCH)
        keys = list(await session.scalars(due))
    return sum([await notify(key, at=at, books=books, postbox=postbox) for key in keys])


async def _claim(notice_id: UUID, *, at: datetime, books: Books) -> _Facts | None:
    """Lease the notice to this process, until it is sent or tried again later."""
    async with books.transaction() as session:
        notice = await locked(session, Notice, notice_id, what="notice")
        if notice.due_at is None or notice.due_at > at:
            return None
        notice.attempts += 1
        wait = min(LEASE * 2 ** (notice.attempts - 1), WAIT_LONGEST)
        notice.due_at = at + wait if notice.attempts < ATTEMPTS_MAX else None
        refund = await session.get_one(Refund, notice.subject_id)
        payment = await session.get_one(Payment, refund.payment_id)
        return _Facts(
            tenant=await session.get_one(Tenant, notice.tenant_id),
            payment=payment,
            refund=refund,
            invoice=await session.get(Invoice, payment.invoice_id) if payment.invoice_id else None,
        )


def mail_of(facts: _Facts) -> EmailMessage:
    """The mail in the tenant's language (English or Swedish; that of its country where none is set)."""
    tenant, refund, currency = facts.tenant, facts.refund, facts.payment.currency
    language = language_of(tenant)
    subject, body, for_invoice, with_credit_note = TEXTS[language]
    amount = format_currency(decimal_amount(refund.amount_cents, currency), currency, locale=language)
    mail = EmailMessage()
    mail["To"] = tenant.email
    mail["Subject"] = subject.format(amount=amount)
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = language
    mail.set_content(
        body.format(
            name=tenant.name,
            amount=amount,
            invoice=for_invoice.format(number=facts.invoice.number) if facts.invoice else "",
            credit_note=with_credit_note.format(number=refund.credit_note) if refund.credit_note else "",
        )
    )
    return mail


def language_of(tenant: Tenant) -> str:
    """A language that mails are written in."""
    spoken = (tenant.language or ("sv" if tenant.country in SWEDISH_SPEAKING else "en")).lower()[:2]
    return spoken if spoken in TEXTS else "en"
