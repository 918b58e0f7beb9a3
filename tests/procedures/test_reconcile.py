"""Planted differences are found, nothing else is, and the days to ask a provider about leave no gap."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from benchmarks.reconciliation import ERRORS, OCTOBER, TOLERANCE_CENTS, prepared, reported
from billing.periods import Period
from procedures.books import Books
from procedures.reconcile import Reconciled, known_days, unknown_parts
from procedures.sync_movements import Window
from storage.engine import Database
from storage.reconciliation import AskedLines

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 10, 31, 23, tzinfo=UTC)  # of the first of November


@pytest.fixture
def books(database: Database) -> Books:
    return Books(engine=database.engine(), zone=ZoneInfo("Europe/Stockholm"))


async def test_every_planted_difference_is_found_and_none_made_up(database: Database) -> None:
    planted = prepared(database, 600, 24)
    figures, found, _ = await reported(database)
    assert len(planted) == 24
    assert len({(state, kind) for state, kind, _, _ in planted}) == len(ERRORS)
    assert sorted(found) == sorted(planted)
    assert all(one.drift_cents == one.timing_cents + one.unexplained_cents for one in figures)
    assert {one.kind: one.over_tolerance for one in figures} == {"CHARGE": 12, "FEE": 3, "REFUND": 6, "PAYOUT": 3}
    assert {one.kind: one.unexplained_cents for one in figures} == {
        kind: sum(off for _, of_kind, _, off in planted if of_kind == kind)
        for kind in ("CHARGE", "FEE", "REFUND", "PAYOUT")
    }
    assert TOLERANCE_CENTS == 100


async def test_without_planted_differences_nothing_is_reported(database: Database) -> None:
    prepared(database, 200, 0)
    figures, found, _ = await reported(database)
    assert found == []
    assert {one.drift_cents for one in figures} == {0}


def at(*day_and_hour: int) -> datetime:
    return datetime(2026, *day_and_hour, tzinfo=UTC)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("synced", "asked"),
    [
        (None, [(at(9, 27, 22), at(11, 3, 23))]),
        ((at(9, 27, 22), at(11, 3, 23)), []),
        ((at(9, 1), at(11, 20)), []),
        ((at(10, 10), at(10, 20)), [(at(9, 27, 22), at(10, 10)), (at(10, 20), at(11, 3, 23))]),
        ((at(11, 10), at(11, 12)), [(at(9, 27, 22), at(11, 10))]),
        ((at(8, 1), at(8, 5)), [(at(8, 5), at(11, 3, 23))]),
    ],
)
async def test_a_provider_is_asked_about_what_is_not_known_and_what_lies_between(
    books: Books, synced: tuple[datetime, datetime] | None, asked: list[tuple[datetime, datetime]]
) -> None:
    known = None if synced is None else Window(start=synced[0], end=synced[1])
    parts = unknown_parts(OCTOBER, known, at=NOW, books=books)
    assert [(part.start, part.end) for part in parts] == asked


async def test_nothing_is_asked_about_days_to_come(books: Books) -> None:
    [part] = unknown_parts(Period(start=date(2026, 11, 20), end=date(2026, 11, 21)), None, at=NOW, books=books)
    assert part.end == NOW


@pytest.mark.parametrize(
    ("start", "end", "first", "after"),
    [
        (MIDNIGHT, at(11, 10, 23), date(2026, 11, 1), date(2026, 11, 11)),
        (at(11, 1), at(11, 10, 22), date(2026, 11, 2), date(2026, 11, 10)),
        (at(11, 1), at(11, 1, 5), date(2026, 11, 2), date(2026, 11, 2)),
    ],
)
async def test_a_day_is_known_when_all_of_it_is(
    books: Books, start: datetime, end: datetime, first: date, after: date
) -> None:
    assert known_days(Window(start=start, end=end), books) == Period(start=first, end=after)


@pytest.mark.parametrize(
    ("known", "is_complete"),
    [
        (OCTOBER, True),
        (Period(start=date(2026, 9, 1), end=date(2026, 12, 1)), True),
        (Period(start=date(2026, 10, 2), end=date(2026, 11, 1)), False),
        (Period(start=date(2026, 10, 1), end=date(2026, 10, 31)), False),
        (None, False),
    ],
)
def test_a_reconciliation_is_complete_when_every_day_is_known(known: Period | None, is_complete: bool) -> None:
    lines = AskedLines(provider="sandbox", window=OCTOBER, today=date(2026, 11, 20), known=known, as_of=NOW)
    found = Reconciled(lines=lines, computed_at=NOW, synced_through=None, tolerance_cents=100, sums=())
    assert found.is_complete is is_complete
