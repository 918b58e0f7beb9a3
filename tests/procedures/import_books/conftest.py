"""What imports are tried on: a folder of files, an empty database, and after each test the proof that its books hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from procedures.import_books import ImportRefused, ImportReport, import_books
from storage.engine import Database
from storage.invariants import snapshot, verify
from tests.procedures.import_books.platform_files import Row, write

NOW = datetime(2024, 4, 15, 12, tzinfo=UTC)
STOCKHOLM = ZoneInfo("Europe/Stockholm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """The platform's own system, from which we import, and a look at what the books make of it."""

    database: Database
    books: psycopg.Connection[Any]
    folder: Path

    def load(self, *, now: datetime = NOW, actor: str = "cli:test", **files: list[Row]) -> ImportReport:
        """Import files with these rows, each as usual but for what is told."""
        return self.load_folder(write(self.folder, **files), now=now, actor=actor)

    def load_folder(self, folder: Path, *, now: datetime = NOW, actor: str = "cli:test") -> ImportReport:
        with self.database.connect() as connection:
            return import_books(connection, folder, now=now, zone=STOCKHOLM, actor=actor)

    def refused(self, *, now: datetime = NOW, **files: list[Row]) -> list[str]:
        """Import the same way, see it refused and the books untouched; gives the problems."""
        return self.refused_folder(write(self.folder, **files), now=now)

    def refused_folder(self, folder: Path, *, now: datetime = NOW) -> list[str]:
        before = self.everything()
        with pytest.raises(ImportRefused) as refused:
            self.load_folder(folder, now=now)
        assert self.everything() == before
        return refused.value.problems

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self.books.execute(query, values).fetchall()  # type: ignore[arg-type]

    def balances(self, *, book: str | None = None) -> dict[str, int]:
        """What each account of a book (None: the platform's) holds, debit positive, currencies added up."""
        return dict(
            self.rows(
                "select account, sum(amount_cents)::bigint from accounting_entry e left join tenant t on t.id = e.book_id"
                " where t.external_id is not distinct from %s group by 1 having sum(amount_cents) <> 0",
                book,
            )
        )

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """The content of every table that an import can write."""
        return {table: self.rows(f"select * from {table} order by 1") for table in TABLES}


TABLES = (
    "tenant", "plan", "subscription", "plan_history", "subscription_cancellation", "invoice", "invoice_line", "payment",
    "refund", "journal", "accounting_entry", "fx_rate", "audit_event", "mrr_movement", "mrr_day",
)  # fmt: skip


@pytest.fixture
def platform(database: Database, runtime: psycopg.Connection[Any], tmp_path: Path) -> Iterator[Platform]:
    yield Platform(database=database, books=runtime, folder=tmp_path / "files")
    with snapshot(runtime):
        assert [checked.broken for checked in verify(runtime) if checked.broken] == []
