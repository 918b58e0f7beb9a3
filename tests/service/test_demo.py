"""The demo: whole books, however the calendar falls, that tell the story they are there for."""

import hashlib
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from sqlalchemy import select

from billing.matching import suggestions
from billing.periods import Period
from graphql_api.demo.folder import write_demo
from graphql_api.demo.loading import BooksInUse, load_demo
from graphql_api.demo.scale import SCALES, Scale
from providers.registry import Registry
from storage.candidates import with_candidates
from storage.engine import Database
from storage.inbox import facts_of
from storage.invariants import snapshot, verify
from storage.payments import METHODS
from storage.reconciliation import AskedLines, lines
from storage.subscriptions import HISTORY_KINDS
from storage.subscriptions import STATUSES as SUBSCRIPTION_STATUSES
from tests.database import Clones

STOCKHOLM = ZoneInfo("Europe/Stockholm")
TODAY = date(2026, 11, 22)
SMALL = SCALES["small"]


def load(database: Database, *, today: date = TODAY) -> bool:
    now = datetime.combine(today, time(9), STOCKHOLM)
    registry = Registry.load(settings={})
    loaded = load_demo(
        database, scale=SMALL, now=now, zone=STOCKHOLM, actor="cli:test", registry=registry, progress=lambda *_: None
    )
    return loaded is not None


@pytest.fixture(scope="module")
def demo(database_clones: Clones) -> Iterator[Database]:
    """The small demo of one day; the tests below only look at it."""
    with database_clones.clone() as database:
        load(database)
        yield database


@pytest.fixture
def books(demo: Database) -> Iterator[psycopg.Connection[Any]]:
    with demo.connect(autocommit=True) as connection:
        yield connection


def column(books: psycopg.Connection[Any], query: str) -> list[Any]:
    return [row[0] for row in books.execute(query)]  # type: ignore[arg-type]


@pytest.mark.parametrize("today", [TODAY, date(2027, 1, 1), date(2028, 2, 29), date(2026, 6, 3)], ids=str)
def test_the_books_hold_and_have_no_empty_corner_whatever_day_it_is(database: Database, today: date) -> None:
    load(database, today=today)
    with database.connect(autocommit=True) as books:
        with snapshot(books):
            assert [checked.broken for checked in verify(books) if checked.broken] == []
        assert set(column(books, "select status from invoice")) == {
            "DRAFT", "OPEN", "PARTIALLY_PAID", "PAID", "PARTIALLY_REFUNDED", "REFUNDED", "VOID", "UNCOLLECTIBLE",
        }  # fmt: skip
        assert dunned(books) == {"open", "freeze", "custom", "resolved", "waiting"}
        assert set(column(books, "select status from payment")) == {
            "PENDING", "SUCCEEDED", "FAILED", "PARTIALLY_REFUNDED", "REFUNDED",
        }  # fmt: skip
        assert set(column(books, "select method from payment")) == set(METHODS)
        assert set(column(books, "select status from subscription")) == set(SUBSCRIPTION_STATUSES)
        assert set(column(books, "select kind from plan_history")) == set(HISTORY_KINDS)
        assert set(column(books, "select status from bank_transfer")) == {"MATCHED", "UNMATCHED", "ASSIGNED", "IGNORED"}
        for table in ("invoice", "payment", "subscription", "bank_transfer"):
            assert set(column(books, f"select currency from {table}")) == {"SEK", "NOK", "DKK", "EUR"}
        growth, runway = outlook(books, today)
        assert growth == pytest.approx(1.04, abs=0.005)
        assert runway == pytest.approx(21, abs=1)
        assert len(three_of_yesterday(books, today)) == 3


def outlook(books: psycopg.Connection[Any], today: date) -> tuple[float, float]:
    """MRR now to that of the end of last month, and the runway in months."""
    before, now = (mrr(books, day) for day in (today.replace(day=1) - timedelta(days=1), today))
    [(cash,)] = books.execute(
        "select sum(amount_eur_cents) from accounting_entry where book_id is null"
        " and (account like '19%' or account in ('1580', '1589', '2899'))"
    )
    [(burn,)] = books.execute(
        "select sum(amount_eur_cents) / 3 from accounting_entry where book_id is null and account ~ '^[3-7]'"
        " and booked_on < date_trunc('month', %s::date) and booked_on >= date_trunc('month', %s::date) - interval '3 months'",
        [today, today],
    )
    return now / before, float(cash / burn)


def dunned(books: psycopg.Connection[Any]) -> set[str]:
    """What there is of dunning."""
    return set(
        column(
            books,
            "select case when i.outstanding_cents = 0 then 'resolved' when waiting_because is not null then 'waiting'"
            "            else coalesce(lower(override_path), 'open') end"
            "  from dunning_case c join invoice i on i.id = c.invoice_id",
        )
    )


def mrr(books: psycopg.Connection[Any], day: date) -> int:
    """MRR in EUR cents as the log tells it."""
    rows = books.execute(
        "select h.subscription_id, h.kind, h.amount_eur_cents, p.interval_count * case p.interval when 'YEAR' then 12 else 1 end,"
        "       s.trial_ends_on is not null"
        "  from plan_history h join plan p on p.id = h.plan_id join subscription s on s.id = h.subscription_id"
        " where h.effective_on <= %s and h.kind not like '%%SCHEDULE%%' order by h.ordinal",
        [day],
    )
    counted: dict[Any, int] = {}
    for subscription, kind, cents, months, tried in rows:
        paying = {"STARTED": not tried, "PAUSED": False, "CANCELLED": False, "TRIAL_EXTENDED": False}.get(kind, True)
        counted[subscription] = cents // months if paying else 0
    return sum(counted.values())


def three_of_yesterday(books: psycopg.Connection[Any], today: date) -> list[tuple[Any, ...]]:
    return books.execute(
        "select status, amount_cents, currency, booked_on, refs, message, counterparty_name, counterparty_account,"
        "       deposit_id from unmatched_bank_transfer where currency = 'SEK' and booked_on = %s",
        [today - timedelta(days=1)],
    ).fetchall()


async def test_three_crowns_of_yesterday_wait_with_an_excellent_suggestion_each(demo: Database) -> None:
    with demo.connect() as books:
        rows = [row[1:] for row in three_of_yesterday(books, TODAY)]
        names = dict(books.execute("select id, customer_name from invoice").fetchall())
    async with demo.read_pool() as pool, pool.connection() as connection:
        waiting = await facts_of(connection, rows)
        found = [suggestions(transfer, known, 5) for transfer, known in await with_candidates(connection, waiting)]

    assert [best[0].score >= 0.9 for best in found] == [True, True, True]
    assert [names[best[0].invoice_id] for best in found] == [transfer.counterparty_name for transfer in waiting]


def test_a_federation_was_charged_twice_and_has_the_surplus_as_credit(books: psycopg.Connection[Any]) -> None:
    [(first, second)] = books.execute(
        "select a.allocated_cents, b.credited_cents from payment a join payment b on b.invoice_id = a.invoice_id"
        "  join tenant t on t.id = a.tenant_id"
        " where t.external_id = 'demo-00000' and b.paid_at = a.paid_at + interval '2 minutes' and a.method = 'CARD'"
    ).fetchall()
    assert first == second > 0


def test_a_federation_pays_for_two_clubs_in_one_transfer(books: psycopg.Connection[Any]) -> None:
    [(paid, together, clubs)] = books.execute(
        "select t.amount_cents, sum(i.outstanding_cents)::bigint, count(distinct i.tenant_id)"
        "  from unmatched_bank_transfer t, jsonb_array_elements(t.refs) r join invoice i on i.ocr = r->>'text'"
        " where t.counterparty_name like 'Bouleförbundet%' group by t.id, t.amount_cents"
    ).fetchall()
    assert (paid, clubs) == (together, 2)


async def test_the_gateway_knows_a_payment_and_kept_a_fee_that_the_books_lack(demo: Database) -> None:
    year = Period(start=date(2026, 1, 1), end=TODAY)
    asked = AskedLines(provider="sandbox", window=year, today=TODAY, known=year, as_of=datetime.now(STOCKHOLM))
    line = lines(asked)
    found = select(line.c.state, line.c.kind, line.c.provider_reference, line.c.unexplained_cents)
    engine = demo.engine(connections_max=1)
    async with engine.connect() as connection:
        wrong = await connection.execute(found.where(line.c.unexplained_cents != 0).order_by(line.c.unexplained_cents))
        told = [tuple(row) for row in wrong]
    await engine.dispose()
    assert [row[:2] + row[3:] for row in told] == [
        ("MISSING_IN_LEDGER", "FEE", -2_796),
        ("AMOUNT_DIFFERS", "FEE", -250),
        ("MISSING_IN_LEDGER", "CHARGE", 189_000),
    ]
    assert {row[2] for row in told if row[0] == "MISSING_IN_LEDGER"} == {"sb_pay_unbooked"}


def test_every_field_of_a_tenant_is_told_of_somebody(books: psycopg.Connection[Any]) -> None:
    names = column(books, "select column_name from information_schema.columns where table_name = 'tenant'")
    empty = [name for name in names if not column(books, f"select 1 from tenant where {name} is not null limit 1")]

    assert empty == []


def test_loaded_again_it_changes_nothing(demo: Database, books: psycopg.Connection[Any]) -> None:
    before = books.execute("select seq, hash from audit_head").fetchall()

    assert load(demo) is False
    assert books.execute("select seq, hash from audit_head").fetchall() == before


def test_books_that_are_in_use_are_left_alone(database: Database, runtime: psycopg.Connection[Any]) -> None:
    runtime.execute(
        "insert into tenant (external_id, name, country, currency, created_on) values ('T1', 'A club', 'SE', 'SEK', now())"
    )
    with pytest.raises(BooksInUse):
        load(database)

    assert runtime.execute("select count(*) from tenant").fetchall() == [(1,)]


def test_the_same_day_gives_the_same_bytes(tmp_path: Path) -> None:
    def written(name: str, today: date) -> dict[str, str]:
        write_demo(tmp_path / name, scale=SMALL, today=today)
        files = sorted((tmp_path / name).rglob("*.*"))
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    first = written("first", TODAY)
    assert written("again", TODAY) == first
    assert written("tomorrow", TODAY + timedelta(days=1)) != first


@pytest.mark.parametrize("today", [TODAY, date(2027, 1, 1), date(2028, 2, 29), date(2026, 6, 3)], ids=str)
def test_todays_bank_file_is_left_to_be_taken_in(tmp_path: Path, today: date) -> None:
    write_demo(tmp_path / "files", scale=SMALL, today=today)
    [left] = (tmp_path / "files" / "today").iterdir()

    assert left.name == f"{today}-bgmax.txt"
    assert [line[2:8] for line in left.read_text("iso-8859-1").splitlines() if line[:2] == "20"] == ["000500"] * 3


def test_a_larger_demo_takes_no_more_memory(tmp_path: Path) -> None:
    def peak(tenants: int) -> int:
        tracemalloc.start()
        try:
            write_demo(
                tmp_path / str(tenants), scale=Scale(tenants=tenants, member_invoices=5, transfers=30), today=TODAY
            )
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(120) < peak(30) * 1.3


def test_the_command_writes_the_files_or_loads_them(demo: Database, tmp_path: Path) -> None:
    def billing(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).with_name("billing")), "demo", *arguments]
        urls = {"BILLING_DATABASE_URL": demo.runtime_url, "BILLING_OWNER_DATABASE_URL": demo.owner_url or ""}
        return subprocess.run(command, env=os.environ | urls, capture_output=True, text=True, check=False)

    written = billing("--write", str(tmp_path / "files"), "--today", "2026-11-22")
    again = billing("--write", str(tmp_path / "files"))
    loaded = billing()

    assert (written.returncode, written.stderr) == (0, "")
    assert (tmp_path / "files" / "bank" / "2026-11-21-bgmax.txt").read_bytes().startswith(b"01BGMAX ")
    assert len(list((tmp_path / "files" / "books").iterdir())) == 12
    assert (again.returncode, again.stderr) == (
        2, f"Error: {tmp_path / 'files'} is not empty; the demo is written into a folder of its own.\n"
    )  # fmt: skip
    assert (loaded.returncode, loaded.stdout) == (0, "The demo is loaded already; nothing was changed.\n")
