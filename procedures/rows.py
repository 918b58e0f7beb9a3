"""Rows that procedures lock and change."""

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from billing.journals import InvoiceRef
from billing.ledger import Leg, Posting
from billing.money import Money
from billing.refusals import NotFound
from storage.accounting import AccountingEntry, Journal
from storage.columns import Row
from storage.credit import credit_left_cents
from storage.invoices import Invoice
from storage.tenants import Tenant

R = TypeVar("R", bound=Row)


async def locked(session: AsyncSession, table: type[R], key: UUID, *, what: str) -> R:
    """The row, locked until the transaction ends.

    Raises: NotFound.
    """
    row = await session.get(table, key, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(what, key=str(key))
    return row


async def locked_invoices(session: AsyncSession, keys: Iterable[UUID]) -> dict[UUID, Invoice]:
    """The invoices, locked in the order of their ids so that no two transactions wait for each other.

    Raises: NotFound.
    """
    return {key: await locked(session, Invoice, key, what="invoice") for key in sorted(set(keys))}


def invoice_ref(invoice: Invoice) -> InvoiceRef:
    return InvoiceRef(
        id=invoice.id,
        tenant_id=invoice.tenant_id,
        issuer_type=invoice.issuer_type,
        number=invoice.number,
        currency=invoice.currency,
    )


async def locked_credit(session: AsyncSession, tenant_id: UUID, currency: str) -> Money:
    """What is left of the tenant's credit in `currency`; the tenant stays locked, so that nobody else spends it.

    Raises: NotFound.
    """
    await locked(session, Tenant, tenant_id, what="tenant")
    return await credit_left(session, tenant_id, currency)


async def credit_left(session: AsyncSession, tenant_id: UUID, currency: str) -> Money:
    """The tenant's credit in `currency` as it is booked, without what pending refunds will take out of it."""
    left = await session.execute(select(credit_left_cents(tenant_id, currency)))
    return Money(left.scalar_one(), currency)


async def posted(session: AsyncSession, *conditions: Any) -> list[tuple[UUID, Posting]]:
    """Journals in the ledger, with their legs, as postings."""
    journals = (await session.scalars(select(Journal).where(*conditions).order_by(Journal.id))).all()
    legs = select(AccountingEntry).where(AccountingEntry.journal_id.in_([journal.id for journal in journals]))
    by_journal: dict[UUID, list[Leg]] = {journal.id: [] for journal in journals}
    for entry in await session.scalars(legs.order_by(AccountingEntry.journal_id, AccountingEntry.leg)):
        by_journal[entry.journal_id].append(Leg(entry.account, entry.amount_cents))
    return [(journal.id, _posting(journal, by_journal[journal.id])) for journal in journals]


def _posting(journal: Journal, legs: list[Leg]) -> Posting:
    return Posting(
        kind=journal.kind,
        subject_id=journal.subject_id,
        book_id=journal.book_id,
        currency=journal.currency,
        occurred_on=journal.occurred_on,
        description=journal.description,
        legs=tuple(legs),
        tenant_id=journal.tenant_id,
        invoice_id=journal.invoice_id,
        payment_id=journal.payment_id,
        refund_id=journal.refund_id,
        bank_transfer_id=journal.bank_transfer_id,
        provider=journal.provider,
        provider_reference=journal.provider_reference,
    )
