"""A load larger than the books: indexes and foreign keys are set aside and put back, and nothing else is different."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from procedures.import_books import ImportRefused, aside, import_books
from tests.procedures.import_books.conftest import NOW, STOCKHOLM, Platform
from tests.procedures.import_books.platform_files import Row, write

TRIGGERS = "select tgrelid::regclass::text, tgname, tgenabled from pg_trigger where not tgisinternal order by 1, 2"
INDEXES_AND_KEYS = """
    select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
     union all
    select conname, pg_get_constraintdef(oid) || convalidated from pg_constraint order by 1, 2"""
FILES: dict[str, list[Row]] = {
    "tenants": [{}],
    "fx_rates": [{}],
    "invoices": [{"external_id": f"I{n}", "number": f"{1000 + n}"} for n in range(20)],
    "payments": [
        {"external_id": f"P{n}", "invoice": f"I{n}", "provider_reference": f"ch_{n}", "fee_cents": 0} for n in range(10)
    ],
    "refunds": [{"payment": "P3"}],
}


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was set aside; loads of ten rows count as large, books of five invoices as filled."""
    moved: list[str] = []
    set_aside = aside.set_aside

    def watch(cursor: psycopg.Cursor[Any], *, rows: int) -> list[str]:
        moved.extend(statements := set_aside(cursor, rows=rows))
        return statements

    monkeypatch.setattr(aside, "LARGE_ROWS", 10)
    monkeypatch.setattr(aside, "FILLED_ROWS", 5)
    monkeypatch.setattr("procedures.import_books.importing.set_aside", watch)
    return moved


def load(connection: psycopg.Connection[Any], folder: Path) -> None:
    import_books(connection, folder, now=NOW, zone=STOCKHOLM, actor="cli:test")


def test_the_owner_sets_indexes_and_keys_aside_and_leaves_them_as_they_were(
    platform: Platform, owner: psycopg.Connection[Any], watched: list[str]
) -> None:
    before, triggers = platform.rows(INDEXES_AND_KEYS), platform.rows(TRIGGERS)
    load(owner, write(platform.folder, **FILES))

    assert platform.rows(INDEXES_AND_KEYS) == before
    assert platform.rows(TRIGGERS) == triggers
    assert any("invoice_words_searched_idx" in statement for statement in watched)
    assert any("invoice_tenant_id_fkey FOREIGN KEY" in statement for statement in watched)
    assert platform.rows("select sum(gross_cents) from revenue_month") == platform.rows(
        "select sum(gross_cents) from revenue_flow"
    )
    assert platform.rows("select count(*) > 0 from revenue_flow") == [(True,)]
    assert platform.balances() == {"1510": 125000, "1580": 120000, "3001": -196000, "2611": -49000}


def test_a_refused_load_leaves_the_indexes_too(
    platform: Platform, owner: psycopg.Connection[Any], watched: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_cursor: psycopg.Cursor[Any]) -> None:
        raise ImportRefused([])

    monkeypatch.setattr("procedures.import_books.importing.refuse_overdrawn", refuse)
    before = platform.rows(INDEXES_AND_KEYS)
    with pytest.raises(ImportRefused):
        load(owner, write(platform.folder, **FILES))

    assert watched
    assert platform.rows(INDEXES_AND_KEYS) == before
    assert platform.rows("select count(*) from tenant") == [(0,)]


def test_the_service_itself_keeps_its_indexes(platform: Platform, watched: list[str]) -> None:
    platform.load(**FILES)

    assert watched == []


def test_books_that_are_filled_keep_their_indexes(
    platform: Platform, owner: psycopg.Connection[Any], watched: list[str]
) -> None:
    load(owner, write(platform.folder, **FILES))
    watched.clear()
    load(owner, write(platform.folder, **FILES))

    assert watched == []
