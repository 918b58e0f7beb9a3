"""What an import leaves in the audit trail: an event for each row that was changed, and one for the run."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from procedures.import_books.report import ImportReport
from procedures.import_books.source import Source
from procedures.import_books.staging import changed
from storage.audit import Done, record_bulk

BATCH = 1_000


def record_changes(
    cursor: psycopg.Cursor[Any], source: Source, *, at: datetime, actor: str, reason: str | None
) -> None:
    """One event a changed row: which columns, and the values of those that hold no personal data."""
    after = 0
    newest = sql.SQL("select line, id, columns, was, becomes from {} where line > %s order by line limit %s").format(
        changed(source)
    )
    while rows := cursor.execute(newest, [after, BATCH]).fetchall():
        record_bulk(
            cursor,
            [
                Done(
                    at=at,
                    actor=actor,
                    action=f"{source.noun}.changed_by_import",
                    subject_type=source.noun,
                    subject_id=subject_id,
                    reason=reason,
                    details={
                        "changed": columns,
                        "before": {name: was[name] for name in columns if name in was},
                        "after": {name: becomes[name] for name in columns if name in becomes},
                    },
                )
                for _, subject_id, columns, was, becomes in rows
            ],
        )
        after = rows[-1][0]


def record_run(
    cursor: psycopg.Cursor[Any], report: ImportReport, *, run: UUID, at: datetime, actor: str, reason: str | None
) -> None:
    record_bulk(
        cursor,
        [
            Done(
                at=at,
                actor=actor,
                action="books.imported",
                subject_type="import",
                subject_id=run,
                reason=reason,
                details={
                    "files": [asdict(file) for file in report.files],
                    "journals": report.journals,
                    "legs": report.legs,
                },
            )
        ],
    )
