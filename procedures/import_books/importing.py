"""Import a folder of the platform's own data: read, check, write, book, record; all of it or nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from uuid_utils.compat import uuid7

from billing.periods import business_day
from procedures.import_books.applying import apply, keep_left_out, list_changes
from procedures.import_books.aside import put_back, set_aside
from procedures.import_books.book_costs import book_balances, book_costs
from procedures.import_books.book_invoices import book_invoices
from procedures.import_books.book_movements import book_movements
from procedures.import_books.book_payments import book_payments
from procedures.import_books.book_refunds import book_refunds, refuse_overdrawn
from procedures.import_books.booking import Ledger
from procedures.import_books.checking import Parameters, check
from procedures.import_books.problems import Problems
from procedures.import_books.report import FileReport, ImportReport
from procedures.import_books.rows import CsvFile
from procedures.import_books.sources import SOURCES
from procedures.import_books.staging import Progress, known_files, make_tables, stage
from procedures.import_books.trail import record_changes, record_run
from storage.rates import all_rates

ONE_AT_A_TIME = 0x696D_706F  # the advisory lock's key


def _nothing(what: str, rows: int) -> None:
    """Nobody watches."""


def import_books(
    connection: psycopg.Connection[Any],
    folder: Path,
    *,
    now: datetime,
    zone: ZoneInfo,
    actor: str,
    reason: str | None = None,
    progress: Progress = _nothing,
) -> ImportReport:
    """Load the CSV files of `folder` into the books, in one transaction of the connection's. Safe to repeat.

    A row that the books know already is left, or its names, contacts and status are taken over; history is booked on its
    own days, a business day being one of `zone`. Imports wait for each other.

    Raises: ImportRefused, with every fault of every file; then nothing was changed.
    """
    problems = Problems()
    files = known_files(folder, SOURCES, problems)
    problems.refuse_any()
    parameters: Parameters = {"now": now, "today": business_day(now, zone), "zone": zone.key, "actor": actor}
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s), set_config('work_mem', '64MB', true)", [ONE_AT_A_TIME])
        _stage(cursor, files, problems, progress)
        _check(cursor, files, parameters, problems, progress)
        aside = set_aside(cursor, rows=sum(file.row_count for file in files))
        changed = {source.noun: list_changes(cursor, source) for source in SOURCES}
        new = _write(cursor, parameters, progress)
        ledger = Ledger(connection=connection, rates=all_rates(cursor), parameters=parameters, progress=progress)
        new |= _book(ledger)
        put_back(cursor, aside, progress)
        refuse_overdrawn(cursor)
        report = _report(files, new, changed, ledger)
        for source in SOURCES:
            record_changes(cursor, source, at=now, actor=actor, reason=reason)
        record_run(cursor, report, run=uuid7(), at=now, actor=actor, reason=reason)
    return report


def _stage(cursor: psycopg.Cursor[Any], files: Sequence[CsvFile], problems: Problems, progress: Progress) -> None:
    make_tables(cursor, SOURCES)
    for file in files:
        stage(cursor, file, progress)
    problems.refuse_any()
    for file in files:
        keep_left_out(cursor, file)


def _check(
    cursor: psycopg.Cursor[Any],
    files: Sequence[CsvFile],
    parameters: Parameters,
    problems: Problems,
    progress: Progress,
) -> None:
    keys = {source.noun: source.key[0] for source in SOURCES if source.key}
    for file in files:
        check(cursor, file.source, keys, parameters, problems)
        progress(f"{file.source.file} checked", file.row_count)
    problems.refuse_any()


def _write(cursor: psycopg.Cursor[Any], parameters: Parameters, progress: Progress) -> dict[str, int]:
    """Write the tables; gives how many rows of each noun are new."""
    new = {}
    for source in SOURCES:
        if source.prepare:
            cursor.execute(source.prepare, parameters)
    for source in SOURCES:
        new[source.noun] = apply(cursor, source, parameters)
        if new[source.noun]:
            progress(f"{source.file} written", new[source.noun])
    return new


def _book(ledger: Ledger) -> dict[str, int]:
    """Book what was written; gives how many are new of the nouns that are only written here."""
    book_movements(ledger)
    book_invoices(ledger)
    book_payments(ledger)
    return {"refund": book_refunds(ledger), "cost": book_costs(ledger), "balance": book_balances(ledger)}


def _report(
    files: Sequence[CsvFile], new: Mapping[str, int], changed: Mapping[str, int], ledger: Ledger
) -> ImportReport:
    return ImportReport(
        files=tuple(
            FileReport(
                file=file.source.file,
                sha256=file.sha256,
                rows=file.row_count,
                new=new[file.source.noun],
                changed=changed[file.source.noun],
            )
            for file in files
        ),
        journals=ledger.journals,
        legs=ledger.legs,
    )
