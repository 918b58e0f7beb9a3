"""The vouchers of one book as SIE 4I, as they are read."""

from collections.abc import AsyncGenerator
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import psycopg

from billing.chart import account_name
from billing.fx import REPORTING_CURRENCY
from billing.refusals import NotFound
from billing.sie import Company, CurrenciesMixed, SieFile, Voucher
from schema.exports import ExportInput
from schema.ids import from_global
from schema.sheets import Asked

PROGRAM, VERSION = "petanque-billing", "1"
PIECE_BYTES: Final = 64 * 1024
ROWS_AT_ONCE: Final = 2_000

IN_BOOK: Final = """
    book_id is not distinct from %(book)s
    and booked_on >= coalesce(%(first)s::date, '-infinity') and booked_on <= coalesce(%(last)s::date, 'infinity')"""
ACCOUNTS: Final = f"select distinct account from accounting_entry where {IN_BOOK} order by account"  # noqa: S608 - ours
CURRENCIES: Final = f"select distinct currency from journal where {IN_BOOK} order by currency"  # noqa: S608 - ours
ROWS: Final = f"""
    select j.id, j.booked_on, j.description, e.account, e.amount_cents, e.amount_eur_cents
      from (select id, booked_on, description from journal where {IN_BOOK}) j
      join accounting_entry e on e.journal_id = j.id
     order by j.booked_on, j.id, e.leg"""  # noqa: S608 - ours


async def sie_bytes(
    connection: psycopg.AsyncConnection[Any], asked: ExportInput, asked_in: Asked, *, platform_name: str
) -> AsyncGenerator[bytes, None]:
    """The file in pieces: the platform's book in EUR, as it is weighed there; a tenant's book in the tenant's currency.

    Raises: NotFound, CurrenciesMixed, TooManyDecimals.
    """
    book = None if asked.tenant_id is None else from_global(asked.tenant_id, "Tenant", argument="input.tenantId")
    values = {"book": book, "first": asked.from_, "last": asked.to}
    async with connection.transaction():
        await connection.execute("set transaction isolation level repeatable read, read only")
        company = await _company(connection, values, platform_name)
        file = SieFile(company)
        accounts = await (await connection.execute(ACCOUNTS.encode(), values)).fetchall()
        named = [(number, account_name(number)) for (number,) in accounts]
        yield file.head(program=PROGRAM, version=VERSION, on=asked_in.today, accounts=named)
        piece = bytearray()
        async for voucher in _vouchers(connection, values, in_eur=book is None):
            piece += file.voucher(voucher)
            if len(piece) >= PIECE_BYTES:
                yield bytes(piece)
                piece.clear()
        yield bytes(piece) + file.end()


async def _company(connection: psycopg.AsyncConnection[Any], values: dict[str, Any], platform_name: str) -> Company:
    if values["book"] is None:
        return Company(name=platform_name, currency=REPORTING_CURRENCY)
    told = "select name, currency, organisation_number from tenant where id = %s"
    found = await (await connection.execute(told, [values["book"]])).fetchone()
    if found is None:
        raise NotFound("tenant", key=str(values["book"]))
    name, currency, number = found
    booked = await (await connection.execute(CURRENCIES.encode(), values)).fetchall()
    if others := [other for (other,) in booked if other != currency]:
        raise CurrenciesMixed(currency=currency, others=others)
    return Company(name=name, currency=currency, organisation_number=number)


async def _vouchers(
    connection: psycopg.AsyncConnection[Any], values: dict[str, Any], *, in_eur: bool
) -> AsyncGenerator[Voucher, None]:
    """The journals in the order of their days, numbered from 1; those that weigh nothing in the file's currency are
    left out."""
    number = 0
    async with connection.cursor("vouchers") as cursor:
        await cursor.execute(ROWS.encode(), values)
        legs: list[Any] = []
        while rows := await cursor.fetchmany(ROWS_AT_ONCE):
            legs += rows
            last = legs[-1][0] if len(rows) == ROWS_AT_ONCE else None
            whole = [leg for leg in legs if leg[0] != last]
            for _, journal in groupby(whole, key=itemgetter(0)):
                number += 1
                yield _voucher(number, list(journal), in_eur=in_eur)
            legs = [leg for leg in legs if leg[0] == last]


def _voucher(number: int, legs: list[Any], *, in_eur: bool) -> Voucher:
    _, on, text, *_ = legs[0]
    amounts = [(account, eur if in_eur else cents) for *_, account, cents, eur in legs]
    return Voucher(number=number, on=on, text=text, rows=amounts)
