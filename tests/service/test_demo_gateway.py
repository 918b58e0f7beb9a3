"""The demo's gateway: what it knows, what arrived at the bank, and the two things that differ from the books."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from graphql_api.demo.gateway import (
    DAY,
    FEE_MORE_CENTS,
    UNKNOWN,
    UNKNOWN_CENTS,
    UNKNOWN_FEE_CENTS,
    _as_kept_there,
)
from graphql_api.demo.loading import load_demo
from graphql_api.demo.scale import SCALES
from providers.registry import Registry
from storage.engine import Database
from tests.database import Clones

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LAST_WEEK = (date(2026, 11, 12), date(2026, 11, 19))


@pytest.fixture(scope="module")
def loaded(database_clones: Clones, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Path]]:
    """The small demo, and the file in which its gateway remembers."""
    file = tmp_path_factory.mktemp("gateway") / "sandbox.jsonl"
    with database_clones.clone() as database:
        load_demo(
            database, scale=SCALES["small"], now=NOW, zone=ZoneInfo("Europe/Stockholm"), actor="cli:test",
            registry=Registry.load(settings={}), progress=lambda *_: None, gateway_file=file,
        )  # fmt: skip
        yield database, file


@pytest.fixture
def books(loaded: tuple[Database, Path]) -> Iterator[psycopg.Connection[Any]]:
    with loaded[0].connect(autocommit=True) as connection:
        yield connection


def test_the_gateway_remembers_every_card_payment_and_refund_of_the_demo(
    loaded: tuple[Database, Path], books: psycopg.Connection[Any]
) -> None:
    records = [json.loads(line) for line in loaded[1].read_text().splitlines()]
    charged = books.execute(
        "select count(*) from payment where provider = 'sandbox' and outcome = 'SUCCEEDED'"
    ).fetchone()
    kinds = [record["record"] for record in records]

    assert charged is not None
    assert kinds.count("charge") == charged[0] + 1
    assert kinds.count("refund") > 0
    assert [record["at"] for record in records] == sorted(record["at"] for record in records)


def test_the_demo_ends_synced(books: psycopg.Connection[Any]) -> None:
    assert books.execute("select provider, synced_through from provider_sync").fetchall() == [("sandbox", NOW)]
    kinds = books.execute("select distinct kind from provider_movement order by kind").fetchall()
    assert kinds == [("CHARGE",), ("FEE",), ("PAYOUT",), ("REFUND",)]


def test_the_books_lack_one_charge_and_say_one_fee_too_little_and_nothing_else(
    books: psycopg.Connection[Any],
) -> None:
    unknown = books.execute(
        "select m.subject_reference, m.amount_cents, m.currency from provider_movement m where m.kind = 'CHARGE' and"
        " not exists (select from payment p where p.provider_reference = m.subject_reference)"
    ).fetchall()
    fees = books.execute(
        "select -m.amount_cents - p.fee_cents, m.occurred_on from provider_movement m"
        "  join payment p on p.provider_reference = m.subject_reference"
        " where m.kind = 'FEE' and -m.amount_cents <> coalesce(p.fee_cents, 0)"
    ).fetchall()

    assert unknown == [(UNKNOWN, UNKNOWN_CENTS, "SEK")]
    [(more, on)] = fees
    assert more == FEE_MORE_CENTS
    assert LAST_WEEK[0] <= on <= LAST_WEEK[1]


@pytest.mark.parametrize("days_ago", [4, 8, 40])
def test_a_fee_differs_however_long_ago_the_last_payment_was(days_ago: int) -> None:
    charges = [{"id": str(ago), "at": NOW - ago * DAY, "fee_cents": 100} for ago in (1, 2, days_ago, 60)]

    fees = {record["id"]: record["fee_cents"] for record in _as_kept_there(charges, NOW)}

    more = {str(days_ago): 100 + FEE_MORE_CENTS, UNKNOWN: UNKNOWN_FEE_CENTS}
    assert fees == {"1": 100, "2": 100, "60": 100} | more


def test_what_is_left_on_the_clearing_account_is_what_differs(books: psycopg.Connection[Any]) -> None:
    """Once everything is paid out, the account would be empty if the gateway and the books agreed."""
    sums = books.execute("select sum(amount_cents)::bigint from accounting_entry where account = '1580'").fetchone()

    assert sums == (-(UNKNOWN_CENTS - UNKNOWN_FEE_CENTS) + FEE_MORE_CENTS,)


def test_payouts_arrived_at_the_bank_and_none_of_them_waits_in_the_inbox(books: psycopg.Connection[Any]) -> None:
    sent, arrived = books.execute(
        "select count(*) filter (where kind = 'PAYOUT'), count(*) filter (where kind = 'PAYOUT_ARRIVAL') from journal"
    ).fetchone() or (0, 0)

    assert 0 < sent - arrived < 10
    assert books.execute("select count(*) from bank_transfer where message like 'SANDBOX%'").fetchone() == (0,)


def test_what_happened_at_a_gateway_that_remembers_is_not_told_again(
    loaded: tuple[Database, Path], database: Database
) -> None:
    before = loaded[1].read_bytes()

    load_demo(
        database, scale=SCALES["small"], now=NOW, zone=ZoneInfo("Europe/Stockholm"), actor="cli:test",
        registry=Registry.load(settings={}), progress=lambda *_: None, gateway_file=loaded[1],
    )  # fmt: skip

    assert loaded[1].read_bytes() == before
