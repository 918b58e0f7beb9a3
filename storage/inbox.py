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
    "amount_cents", "currency", "booked_on", "refs", "message", "counterparty_name", "counterparty_account", "deposit_id",
)  # fmt: skip
PAGE: Final = 50

WAITING: Final = f"""
select id, {", ".join(COLUMNS)} from bank_transfer
 where status = 'UNMATCHED' and amount_cents > 0 and id > coalesce(%s, '00000000-0000-0000-0000-000000000000'::uuid)
 order by id limit {PAGE}"""  # noqa: S608 - constants of this file


PAYEES: Final = "select id::text, payee from bank_deposit where id = any(%s::uuid[]) and payee is not null"


async def waiting_with_candidates(
    connection: psycopg.AsyncConnection[Any],
) -> AsyncIterator[tuple[TransferFacts, list[InvoiceCandidate]]]:
    """Every transfer in the inbox with the open invoices it may pay, a page at a time."""
    last = None
    while rows := await (await connection.execute(WAITING, [last])).fetchall():
        for found in await with_candidates(connection, await facts_of(connection, [row[1:] for row in rows])):
            yield found
        last = rows[-1][0]


async def facts_of(connection: psycopg.AsyncConnection[Any], rows: Sequence[Sequence[Any]]) -> list[TransferFacts]:
    """The `COLUMNS` of transfers, with what their deposits say, as matching sees them."""
    found = await connection.execute(PAYEES, [[str(row[-1]) for row in rows]])
    payees = dict(await found.fetchall())
    return [_facts(row, payee=payees.get(str(row[-1]))) for row in rows]


def _facts(columns: Sequence[Any], *, payee: str | None) -> TransferFacts:
    cents, currency, booked_on, refs, message, name, account, _deposit = columns
    return TransferFacts(
        amount=Money(cents, currency),
        booked_on=booked_on if isinstance(booked_on, date) else date.fromisoformat(booked_on),
        references=tuple(_reference(ref, currency) for ref in refs),
        message=message,
        counterparty_name=name,
        counterparty_account=account,
        payee=payee,
    )


def _reference(ref: dict[str, Any], currency: str) -> TransferReference:
    part = ref.get("amount_cents")
    return TransferReference(
        text=ref["text"],
        kind=ReferenceKind(ref["kind"]),
        amount=None if part is None else Money(part, currency),
    )
