"""A bank account held against its statements: deposits one by one, and balances as a whole."""

import asyncio
from datetime import date
from typing import Any

import psycopg
import pytest
from uuid_utils.compat import uuid7

from billing.journals import cost
from storage.engine import Database
from tests.books import LittleBooks
from tests.graphql.api import Api
from tests.graphql.till import RECONCILIATION, figures, lines
from tests.procedures.intake import received
from tests.providers.bank_files import balance, camt, entry, notification

FIRST, SECOND = date(2026, 11, 3), date(2026, 11, 4)


def statement(day: date, opening: str, closing: str, *amounts: str, number: str) -> str:
    """A statement of one day; a negative amount is a debit."""
    head = balance("OPBD", opening, day=day) + balance("CLBD", closing, day=day)
    entries = [
        entry(amount.lstrip("-"), reference=f"{number}-{at}", servicer_reference=f"S{number}-{at}", day=day,
              side="DBIT" if amount.startswith("-") else "CRDT")
        for at, amount in enumerate(amounts)
    ]  # fmt: skip
    return notification(*entries, head=head, id=f"N{number}")


async def take_in(database: Database, *statements: str) -> None:
    await asyncio.to_thread(received, database, camt(*statements, message="053"), file_name="statement.xml")


pytestmark = pytest.mark.usefixtures("little")  # a rate for SEK


async def told(api: Api, **variables: Any) -> Any:
    asked = {"provider": "bankgirot", "from": "2026-11-01", "to": "2026-11-15"} | variables
    return (await api.ask(RECONCILIATION, **asked))["reconciliation"]


async def test_what_the_statements_say_is_what_the_ledger_holds(api: Api, database: Database) -> None:
    await take_in(
        database,
        statement(FIRST, "1000.00", "1150.00", "100.00", "50.00", number="1"),
        statement(SECOND, "1150.00", "1125.00", "-25.00", number="2"),
    )
    found = await told(api)
    assert [line[:2] for line in lines(found)] == [("MATCHED", "DEPOSIT"), ("MATCHED", "DEPOSIT")]
    assert figures(found) == [("DEPOSIT", 150_00, 150_00, 0, 0, 0, False)]
    assert (found["hasDrift"], found["syncedThrough"]) == (False, None)


async def test_a_deposit_that_the_ledger_lost_is_named(
    api: Api, database: Database, owner: psycopg.Connection[Any]
) -> None:
    await take_in(database, statement(FIRST, "0.00", "150.00", "100.00", "50.00", number="1"))
    for table in ("journal", "accounting_entry"):
        owner.execute(f"alter table {table} disable trigger user".encode())
    owner.execute(
        "with gone as (delete from journal where kind = 'RECEIPT' and bank_transfer_id ="
        " (select id from bank_transfer where amount_cents = 5000) returning id)"
        " delete from accounting_entry where journal_id in (select id from gone)"
    )
    found = await told(api, state=["MISSING_IN_LEDGER"])
    [(state, kind, _, theirs, ours)] = lines(found)
    assert (state, kind, theirs, ours) == ("MISSING_IN_LEDGER", "DEPOSIT", 50_00, None)
    assert figures(found) == [("DEPOSIT", 150_00, 100_00, 50_00, 0, 50_00, True)]


async def test_a_debit_that_the_ledger_lost_shows_in_the_balance_of_its_day(
    api: Api, database: Database, owner: psycopg.Connection[Any]
) -> None:
    await take_in(database, statement(FIRST, "500.00", "575.00", "100.00", "-25.00", number="1"))
    for table in ("journal", "accounting_entry"):
        owner.execute(f"alter table {table} disable trigger user".encode())
    owner.execute(
        "with gone as (delete from journal where kind = 'DEBIT' returning id)"
        " delete from accounting_entry where journal_id in (select id from gone)"
    )
    found = await told(api, state=["MISSING_IN_LEDGER"])
    assert lines(found) == [
        ("MISSING_IN_LEDGER", "UNCLASSIFIED", "Statement 2026-11-03 to 2026-11-03", -25_00, None)]  # fmt: skip
    assert found["hasDrift"] is True


async def test_money_that_moved_between_two_statements_is_named(api: Api, database: Database) -> None:
    await take_in(database, statement(FIRST, "0.00", "100.00", "100.00", number="1"))
    await take_in(database, statement(date(2026, 11, 6), "70.00", "80.00", "10.00", number="3"))
    [gap] = [line for line in lines(await told(api)) if line[0] != "MATCHED"]
    assert (gap[0], gap[1], gap[3], gap[4]) == ("MISSING_IN_LEDGER", "UNCLASSIFIED", -30_00, None)
    assert gap[2].endswith(" between statements")


async def test_what_was_booked_on_the_account_but_is_in_no_statement_shows_on_its_day(
    api: Api, database: Database, little: LittleBooks
) -> None:
    await take_in(database, statement(FIRST, "0.00", "100.00", "100.00", number="1"))
    little._post(cost(subject_id=uuid7(), account="6570", cents=7_00, currency="SEK", on=FIRST, description="A fee"))
    [off] = [line for line in lines(await told(api)) if line[0] != "MATCHED"]
    assert (off[0], off[3]) == ("MISSING_IN_LEDGER", 7_00)


async def test_the_same_statement_in_another_file_is_kept_once(
    api: Api, database: Database, little: LittleBooks
) -> None:
    one = statement(FIRST, "0.00", "100.00", "100.00", number="1")
    await take_in(database, one)
    await take_in(database, one, statement(SECOND, "100.00", "100.00", number="2"))
    assert little.one("select count(*) from bank_balance") == (2,)
    assert [line[0] for line in lines(await told(api))] == ["MATCHED"]
