"""Changing a subscription: what was decided for it, previewed and carried out alike, in one transaction with all it leads to."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from billing.journals import InvoiceRef, issued, rest_credited
from billing.ledger import Posting
from billing.ocr import ocr_of
from billing.proration import Proration
from billing.subscriptions import Step
from procedures.books import Books, Order
from procedures.subscription_lives import Life, Lives, life_of, told
from storage.invoices import Invoice, InvoiceLine
from storage.subscriptions import next_proration_number

PAYMENT_DAYS: Final = 30
"""How long a tenant has to pay for the rest of a period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What shall become of a subscription: at least one step, and how the current period is settled."""

    steps: Sequence[Step]
    proration: Proration = field(default_factory=Proration)


Decide = Callable[[Lives, Life], Decided]
"""Decides about a locked subscription, or refuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What was changed. `invoice_id`: the invoice that charges the rest of the period."""

    subscription_id: UUID
    entry_id: UUID
    invoice_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """Ids and number under which a proration is booked."""

    entry_id: UUID
    invoice_id: UUID
    number: str


async def carry_out(
    subscription_id: UUID, decide: Decide, *, action: str, expected_version: int | None, order: Order, books: Books
) -> Changed:
    """Bring the subscription up to the day, decide, and write what was decided.

    Raises: NotFound, SubscriptionChanged, and what `decide` raises; then nothing was changed.
    """
    today = books.day(order.at)
    async with books.transaction() as session:
        lives, life = await life_of(
            session, subscription_id, expected_version=expected_version, today=today, order=order
        )
        decided = decide(lives, life)
        changed = await apply_decided(lives, life, decided, order)
        await lives.write()
        details = told(decided.steps[-1]) | {"credited_cents": decided.proration.credited_cents}
        details |= {"charged_cents": decided.proration.charged_cents, "invoice": changed.invoice_id}
        await lives.sign(order.done(action, "subscription", subscription_id, details))
    return changed


async def carry_out_within(
    session: AsyncSession,
    subscription_id: UUID,
    decide: Decide,
    *,
    only_from: Collection[str],
    action: str,
    order: Order,
    today: date,
) -> bool:
    """The same in a transaction of the caller's; False, and nothing decided, where the status is none of `only_from`.

    It locks the tenant and its subscriptions, brings them up to the day, writes its audit events, and commits nothing.

    Raises: NotFound.
    """
    lives, life = await life_of(session, subscription_id, expected_version=None, today=today, order=order)
    applies = life.standing.status in only_from
    if applies:
        decided = decide(lives, life)
        await apply_decided(lives, life, decided, order)
        lives.done.append(order.done(action, "subscription", subscription_id, told(decided.steps[-1])))
    await lives.write()
    await lives.sign()
    return applies


async def apply_decided(lives: Lives, life: Life, decided: Decided, order: Order) -> Changed:
    """Take the steps, and book how the period is settled."""
    *first, last = decided.steps
    for step in first:
        lives.take(life, step, order)
    proration, invoice_id = decided.proration, None
    if proration.charged:
        invoice_id = await _invoice(lives, life, proration)
    entry_id = lives.take(life, last, order, credited_cents=proration.credited_cents, invoice_id=invoice_id)
    if proration.credited:
        lives.postings += credit_postings(lives, life, proration, entry_id=entry_id)
    return Changed(subscription_id=life.row.id, entry_id=entry_id, invoice_id=invoice_id)


def charge_postings(lives: Lives, life: Life, proration: Proration, *, invoice_id: UUID, number: str) -> list[Posting]:
    """What the invoice for the rest of a period does to the books."""
    row = life.row
    ref = InvoiceRef(
        id=invoice_id, tenant_id=row.tenant_id, issuer_type="PLATFORM", number=number, currency=row.currency
    )
    return issued(ref, proration.charged_parts, on=lives.today)


def credit_postings(lives: Lives, life: Life, proration: Proration, *, entry_id: UUID) -> list[Posting]:
    """What credit for the rest of a period does to the books."""
    return rest_credited(
        history_id=entry_id,
        tenant_id=life.row.tenant_id,
        parts=proration.credited_parts,
        currency=life.row.currency,
        on=lives.today,
        description=f"Unused rest of the period until {life.row.current_period_end}",
    )


async def _invoice(lives: Lives, life: Life, proration: Proration) -> UUID:
    """Issue the invoice of the platform for the rest of a period."""
    session, row, today = lives.session, life.row, lives.today
    invoice_id, number = uuid7(), await next_proration_number(session, today.year)
    session.add(
        Invoice(
            id=invoice_id,
            tenant_id=row.tenant_id,
            number=number,
            ocr=ocr_of(number),
            issuer_type="PLATFORM",
            customer_name=lives.tenants[row.tenant_id].name,
            currency=row.currency,
            total_cents=proration.charged_cents,
            tax_cents=sum(line.vat_cents for line in proration.charged),
            issued_on=today,
            due_on=_due_on(today),
            subscription_id=row.id,
        )
    )
    await session.flush()
    session.add_all(
        InvoiceLine(
            invoice_id=invoice_id,
            ordinal=ordinal,
            description=line.description,
            net_cents=line.net_cents,
            vat_rate=line.vat_rate,
            vat_cents=line.vat_cents,
        )
        for ordinal, line in enumerate(proration.charged, 1)
    )
    lives.postings += charge_postings(lives, life, proration, invoice_id=invoice_id, number=number)
    return invoice_id


def _due_on(today: date) -> date:
    return today + timedelta(days=PAYMENT_DAYS)
