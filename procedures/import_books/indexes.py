"""The indexes of the books during a load that is larger than they are: set aside first, built anew at the end.

To keep thirty indexes in step row by row takes several times as long as to build them once. Only the tables' owner may do
it, and readers wait until the load is done: so it is done for books that hold next to nothing yet, and where a load
enters as the owner. What a constraint rests on is never touched.
"""

from typing import Any

import psycopg
from psycopg import sql

from procedures.import_books.staging import Progress

LARGE_ROWS = 50_000
FILLED_ROWS = 100_000

TABLES = ["tenant", "subscription", "plan_history", "invoice", "invoice_line", "payment", "refund", "journal",
          "accounting_entry"]  # fmt: skip

OWNED = """
    select bool_and(pg_has_role(current_user, relowner, 'usage')) from pg_class where oid = any(%s::regclass[])"""
FILLED = """
    select exists (select from invoice offset %(filled)s) or exists (select from payment offset %(filled)s)"""
BUILT = """
    select indexrelid::regclass::text, pg_get_indexdef(indexrelid)
      from pg_index where indrelid = any(%s::regclass[]) and not indisunique
     order by pg_relation_size(indrelid), indexrelid"""


def set_aside(cursor: psycopg.Cursor[Any], *, rows: int) -> list[str]:
    """Drop what can be built again, if a load of `rows` is worth it; gives the statements that build it."""
    if rows < LARGE_ROWS or not _is_true(cursor, OWNED, [TABLES]) or _is_true(cursor, FILLED, {"filled": FILLED_ROWS}):
        return []
    indexes = cursor.execute(BUILT, [TABLES]).fetchall()
    for name, _ in indexes:
        cursor.execute(sql.SQL("drop index {}").format(sql.SQL(name)))
    return [definition for _, definition in indexes]


def build(cursor: psycopg.Cursor[Any], definitions: list[str], progress: Progress) -> None:
    """Build what was set aside, and count anew what the planner goes by."""
    if not definitions:
        return
    cursor.execute("select set_config('maintenance_work_mem', '256MB', true)")
    for number, definition in enumerate(definitions, 1):
        cursor.execute(sql.SQL(definition))
        progress("indexes built", number)
    cursor.execute(sql.SQL("analyze {}").format(sql.SQL(", ").join(map(sql.Identifier, TABLES))))


def _is_true(cursor: psycopg.Cursor[Any], query: str, parameters: Any) -> bool:
    found = cursor.execute(query.encode(), parameters).fetchone()
    return bool(found and found[0])
