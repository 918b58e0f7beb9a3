"""Writing postings: the one place where journals and their legs enter the ledger, a few at a time or by the million."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from billing.fx import Rates
from billing.ledger import Posting
from storage.accounting import AccountingEntry, Journal
from storage.closing import first_open_day, first_open_day_now

JOURNAL = (
    "id", "book_id", "kind", "subject_id", "currency", "leg_count", "occurred_on", "booked_on", "description", "tenant_id",
    "invoice_id", "payment_id", "refund_id", "bank_transfer_id", "provider", "provider_reference", "reverses_id",
)  # fmt: skip
ENTRY = (
    "journal_id", "leg", "book_id", "tenant_id", "account", "currency", "amount_cents", "amount_eur_cents", "booked_on",
)  # fmt: skip


def booking_day(posting: Posting, first_open: date) -> date:
    """The day on which a posting counts in the books: when it happened, or the first open day where that is closed."""
    return max(posting.occurred_on, first_open)


def _journal_row(journal_id: UUID, posting: Posting, first_open: date) -> tuple[Any, ...]:
    return (
        journal_id, posting.book_id, posting.kind, posting.subject_id, posting.currency, len(posting.legs),
        posting.occurred_on, booking_day(posting, first_open), posting.description, posting.tenant_id, posting.invoice_id,
        posting.payment_id, posting.refund_id, posting.bank_transfer_id, posting.provider, posting.provider_reference,
        posting.reverses_id,
    )  # fmt: skip


def _entry_rows(journal_id: UUID, posting: Posting, rates: Rates, first_open: date) -> list[tuple[Any, ...]]:
    weights = posting.eur_cents(rates)
    return [
        (
            journal_id,
            leg,
            posting.book_id,
            posting.tenant_id,
            account,
            posting.currency,
            cents,
            eur,
            booking_day(posting, first_open),
        )
        for leg, ((account, cents), eur) in enumerate(zip(posting.legs, weights, strict=True), 1)
    ]


async def post(session: AsyncSession, postings: Sequence[Posting], rates: Rates) -> list[UUID]:
    """Write the postings in the session's transaction; gives the journals' ids in the same order.

    Raises: FxRateMissing.
    """
    if not postings:
        return []
    ids: list[UUID] = [uuid7() for _ in postings]
    first_open = await first_open_day(session)
    journals = [
        dict(zip(JOURNAL, _journal_row(i, p, first_open), strict=True)) for i, p in zip(ids, postings, strict=True)
    ]
    entries = [
        dict(zip(ENTRY, row, strict=True))
        for i, p in zip(ids, postings, strict=True)
        for row in _entry_rows(i, p, rates, first_open)
    ]
    await session.execute(insert(Journal).values(journals))
    await session.execute(insert(AccountingEntry).values(entries))
    return ids


async def post_many(session: AsyncSession, postings: Sequence[Posting], rates: Rates) -> None:
    """Write many postings in the session's transaction by COPY, each table in one statement.

    Raises: FxRateMissing.
    """
    first_open = await first_open_day(session)
    written = [(uuid7(), posting) for posting in postings]
    raw = await (await session.connection()).get_raw_connection()
    connection = raw.driver_connection
    assert isinstance(connection, psycopg.AsyncConnection), connection
    async with connection.cursor() as cursor:
        async with cursor.copy(f"copy journal ({', '.join(JOURNAL)}) from stdin") as copy:
            for journal_id, posting in written:
                await copy.write_row(_journal_row(journal_id, posting, first_open))
        async with cursor.copy(f"copy accounting_entry ({', '.join(ENTRY)}) from stdin") as copy:
            for journal_id, posting in written:
                for row in _entry_rows(journal_id, posting, rates, first_open):
                    await copy.write_row(row)


def copy_postings(cursor: psycopg.Cursor[Any], postings: Iterable[Posting], rates: Rates) -> tuple[int, int]:
    """Write many postings by COPY, journals first, each table in one statement; gives how many journals and legs.

    Raises: FxRateMissing.
    """
    written = [(uuid7(), posting) for posting in postings]
    if not written:
        return 0, 0
    first_open = first_open_day_now(cursor)
    with cursor.copy(f"copy journal ({', '.join(JOURNAL)}) from stdin") as copy:
        for journal_id, posting in written:
            copy.write_row(_journal_row(journal_id, posting, first_open))
    legs = 0
    with cursor.copy(f"copy accounting_entry ({', '.join(ENTRY)}) from stdin") as copy:
        for journal_id, posting in written:
            for row in _entry_rows(journal_id, posting, rates, first_open):
                copy.write_row(row)
                legs += 1
    return len(written), legs
