"""The files of a folder, read into temporary tables of their own that last as long as the transaction."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from procedures.import_books.problems import Problems
from procedures.import_books.rows import CsvFile
from procedures.import_books.source import Source

Progress = Callable[[str, int], None]
"""Told what is being done and how many rows of it are done so far."""

REPORT_EVERY = 20_000


def known_files(folder: Path, sources: Iterable[Source], problems: Problems) -> list[CsvFile]:
    """The files of the folder in the order of `sources`; hidden files do not count, others that are not known are noted."""
    if not folder.is_dir():
        problems.add(str(folder), None, "there is no such folder")
        return []
    by_name = {source.file: source for source in sources}
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    for path in paths:
        if path.name not in by_name or not path.is_file():
            problems.add(path.name, None, f"this is none of the files that can be imported: {', '.join(by_name)}")
    files = [CsvFile(source, folder / source.file, problems) for source in sources if folder / source.file in paths]
    if not paths:
        problems.add(str(folder), None, f"the folder is empty; it may hold {', '.join(by_name)}")
    return files


def make_tables(cursor: psycopg.Cursor[Any], sources: Iterable[Source]) -> None:
    """An empty staging table a source, and what its statements share."""
    for source in sources:
        columns = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.sql)) for column in source.columns
        )
        cursor.execute(
            sql.SQL(
                "create temporary table {} (line integer primary key, id uuid not null default uuid7(), {}) on commit drop"
            ).format(staged(source), columns)
        )
        cursor.execute(
            sql.SQL(
                "create temporary table {} (line integer primary key, id uuid unique, columns text[] not null,"
                " was jsonb not null, becomes jsonb not null) on commit drop"
            ).format(changed(source))
        )
    for source in sources:
        for statement in source.shared:
            cursor.execute(statement)


def stage(cursor: psycopg.Cursor[Any], file: CsvFile, progress: Progress) -> None:
    """Copy the rows of a file that are right into its staging table."""
    rows = file.rows()
    first = next(rows, None)  # the header is known once a row is
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in file.columns)
    if first is None:
        return
    with cursor.copy(sql.SQL("copy {} (line, {}) from stdin").format(staged(file.source), names)) as copy:
        copy.write_row(first)
        for row in rows:
            copy.write_row(row)
            if file.row_count % REPORT_EVERY == 0:
                progress(file.source.file, file.row_count)
    cursor.execute(sql.SQL("analyze {}").format(staged(file.source)))
    progress(file.source.file, file.row_count)


def staged(source: Source) -> sql.Identifier:
    return sql.Identifier(f"staged_{source.noun}")


def changed(source: Source) -> sql.Identifier:
    """Lists the known rows of which a later file tells something new."""
    return sql.Identifier(f"changed_{source.noun}")
