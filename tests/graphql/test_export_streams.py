"""A file on its way: it begins at once, and nothing of it stays once nobody waits for it."""

import asyncio
import tempfile
from contextlib import aclosing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from graphql_api.exports.csv_file import csv_bytes
from graphql_api.exports.rendering import Order, rendered
from graphql_api.exports.sheet_tables import table_of
from schema.export_sheets import sheet_of
from schema.exports import ExportFormat, ExportInput, ExportKind
from schema.sheets import Asked
from storage.engine import Database
from tests.books import NOW, TODAY

ASKED_IN = Asked(today=TODAY, zone="Europe/Stockholm")


async def test_the_first_line_comes_before_any_row_is_read(database: Database, owner: psycopg.Connection[Any]) -> None:
    sheet = sheet_of(ExportInput(kind=ExportKind.INVOICES, format=ExportFormat.CSV), today=TODAY)
    async with await database.connect_to_export() as connection:
        with owner.transaction():
            owner.execute("lock table invoice")
            async with aclosing(csv_bytes(connection, sheet, ASKED_IN)) as pieces:
                first = await asyncio.wait_for(anext(pieces), 5)
    assert first.decode("utf-8-sig").split(",")[0] == sheet.columns[0].name
    assert first.endswith(b"\r\n")


def below(folder: Path) -> list[Path]:
    return list(folder.rglob("*"))


async def test_nothing_of_a_file_that_nobody_waits_for_stays_on_the_disk(
    database: Database, owner: psycopg.Connection[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    sheet = sheet_of(ExportInput(kind=ExportKind.INVOICES, format=ExportFormat.XLSX), today=TODAY)
    table = table_of(sheet, ASKED_IN, filter_words="", at=NOW)
    order = Order(conninfo=database.export_conninfo(), format="XLSX", table=table)
    with owner.transaction():
        owner.execute("lock table invoice")
        async with aclosing(rendered(order)) as pieces:
            first = asyncio.ensure_future(anext(pieces))
            for _ in range(1_000):
                if any(path.is_file() for path in below(tmp_path)):
                    break
                await asyncio.sleep(0.01)
            else:
                raise AssertionError("No file was begun.")
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
    assert below(tmp_path) == []
