"""Transfers that wait to be assigned, as matching sees them."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any, Final

import psycopg

from billing.matching import InvoiceCandidate, TransferFacts, TransferReference
from billing.money import Money
from billing.ocr import ReferenceKind
from storage.candidates import with_candidates

COLUMNS: Final = (
    "amount_cents", "currency", "booked_on", "refs", "message", "counterparty_name", "counterparty_account",
)  # fmt: skip
PAGE: Final = 50

WAITING: Final = f"""
select id, {", ".join(COLUMNS)} from bank_transfer
 where status = 'UNMATCHED' and amount_cents > 0 and id > coalesce(%s, '00000000-0000-0000-0000-000000000000'::uuid)
 order by id limit {PAGE}"""  # noqa: S608 - constants of this file


async def waiting_with_candidates(
    connection: psycopg.AsyncConnection[Any],
) -> AsyncIterator[tuple[TransferFacts, list[InvoiceCandidate]]]:
    """Every transfer in the inbox with the open invoices it may pay, a page at a time."""
    last = None
    while rows := await (await connection.execute(WAITING, [last])).fetchall():
        for found in await with_candidates(connection, [transfer_facts(row[1:]) for row in rows]):
            yield found
        last = rows[-1][0]


def transfer_facts(columns: Sequence[Any]) -> TransferFacts:
    """The `COLUMNS` of a transfer as matching sees them."""
    cents, currency, booked_on, refs, message, name, account = columns
    return TransferFacts(
        amount=Money(cents, currency),
        booked_on=booked_on if isinstance(booked_on, date) else date.fromisoformat(booked_on),
        references=tuple(_reference(ref, currency) for ref in refs),
        message=message,
        counterparty_name=name,
        counterparty_account=account,
    )


def _reference(ref: dict[str, Any], currency: str) -> TransferReference:
    part = ref.get("amount_cents")
    return TransferReference(
        text=ref["text"],
        kind=ReferenceKind(ref["kind"]),
        amount=None if part is None else Money(part, currency),
    )
