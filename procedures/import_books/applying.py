"""Carrying staged rows into the books: what is new is written, what has changed is taken over."""

from typing import Any

import psycopg
from psycopg import sql

from procedures.import_books.checking import Parameters
from procedures.import_books.columns import Column
from procedures.import_books.rows import CsvFile
from procedures.import_books.source import Source
from procedures.import_books.staging import changed, staged


def keep_left_out(cursor: psycopg.Cursor[Any], file: CsvFile) -> None:
    """A column that the file leaves out says what the books say."""
    source, told = file.source, {column.name for column in file.columns}
    left_out = [column.name for column in source.columns if column.name not in told]
    if not (left_out and source.books):
        return
    takes = sql.SQL(", ").join(sql.SQL("{0} = b.{0}").format(sql.Identifier(name)) for name in left_out)
    same = sql.SQL(" and ").join(sql.SQL("b.{0} = s.{0}").format(sql.Identifier(name)) for name in source.key)
    cursor.execute(
        sql.SQL("update {} s set {} from ({}) b where {}").format(staged(source), takes, sql.SQL(source.books), same)
    )


def list_changes(cursor: psycopg.Cursor[Any], source: Source) -> int:
    """Fill `changed_<noun>` with the known rows that the file tells otherwise; gives how many."""
    followed = [
        column
        for column in source.columns
        if not column.booked or (source.open and column.name not in source.key)  # of others than open rows none differs
    ]
    if not (followed and source.books):
        return 0
    differs = sql.SQL(", ").join(
        sql.SQL("case when s.{0} is distinct from b.{0} then {1} end").format(
            sql.Identifier(column.name), sql.Literal(column.name)
        )
        for column in followed
    )
    cursor.execute(
        sql.SQL(
            "insert into {changed} (line, id, columns, was, becomes)"
            " select s.line, b.id, array_remove(array[{differs}], null), {was}, {becomes}"
            "   from {staged} s join ({books}) b using ({key})"
            "  where ({told}) is distinct from ({known})"
        ).format(
            changed=changed(source),
            staged=staged(source),
            books=sql.SQL(source.books),
            key=sql.SQL(", ").join(map(sql.Identifier, source.key)),
            differs=differs,
            was=_open_values(followed, "b"),
            becomes=_open_values(followed, "s"),
            told=_values(followed, "s"),
            known=_values(followed, "b"),
        )
    )
    return cursor.rowcount


def apply(cursor: psycopg.Cursor[Any], source: Source, parameters: Parameters) -> int:
    """Write what is staged of one source; gives how many rows are new."""
    for statement in source.revise:
        cursor.execute(statement, parameters)
    if source.update:
        cursor.execute(source.update, parameters)
    new = 0
    if source.insert:
        cursor.execute(source.insert, parameters)
        new = cursor.rowcount
    for statement in source.follow:
        cursor.execute(statement, parameters)
    return new


def _values(columns: list[Column], row: str) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(row, column.name) for column in columns)


def _open_values(columns: list[Column], row: str) -> sql.Composable:
    """The values that anybody may read, as JSON."""
    pairs = [
        part
        for column in columns
        if not column.personal
        for part in (sql.Literal(column.name), sql.Identifier(row, column.name))
    ]
    return sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(pairs))
