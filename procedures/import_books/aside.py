"""What a load that is larger than the books sets aside first and puts back at the end: indexes, foreign keys, and triggers:
references are then proven and the sums of revenue made for all rows at once.

To keep thirty indexes in step row by row, and to look up every key by itself, takes several times as long as to sort and
join once. Only the tables' owner may do it, and readers wait until the load is done: so it is done for books that hold
next to nothing yet, and where a load enters as the owner. All of it is in the load's transaction, the proof of the keys
too.
"""

from typing import Any

import psycopg

from procedures.import_books.staging import Progress

LARGE_ROWS = 50_000
FILLED_ROWS = 100_000

TABLES = ["tenant", "subscription", "plan_history", "invoice", "invoice_words", "invoice_line", "payment", "refund",
          "journal", "accounting_entry", "mrr_movement"]  # fmt: skip

TRIGGERS = {
    "payment": "refer_to_what_is",
    "journal": "refer_to_what_is",
    "accounting_entry": "revenue_follows_entries_insert",
    "revenue_flow": "revenue_sums_follow_flows_insert",
}
COUNT_ANEW = f"analyze {', '.join(TABLES)}"
PROVE_AND_SUM = "select prove_references(), make_revenue_anew()"

OWNED = """
    select bool_and(pg_has_role(current_user, relowner, 'usage')) from pg_class where oid = any(%s::regclass[])"""
FILLED = """
    select exists (select from invoice offset %(filled)s) or exists (select from payment offset %(filled)s)"""

# Unique indexes stay, since the load looks rows up by them; but for those of the legs, which it never does.
MOVABLE = """
    select format('alter table %%s drop constraint %%I', conrelid::regclass, conname),
           format('alter table %%s add constraint %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
      from pg_constraint
     where conrelid = any(%(tables)s::regclass[])
       and (contype = 'f' or contype in ('p', 'u') and conrelid = 'accounting_entry'::regclass)
     union all
    select format('drop index %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
      from pg_index
     where indrelid = any(%(tables)s::regclass[]) and not indisunique"""


def set_aside(cursor: psycopg.Cursor[Any], *, rows: int) -> list[str]:
    """Take down what can be put back, if a load of `rows` is worth it; gives the statements that put it back."""
    if rows < LARGE_ROWS or not _is_true(cursor, OWNED, [TABLES]) or _is_true(cursor, FILLED, {"filled": FILLED_ROWS}):
        return []
    movable = cursor.execute(MOVABLE, {"tables": TABLES}).fetchall()
    for take_down, _ in movable:
        cursor.execute(take_down)
    for table, trigger in TRIGGERS.items():
        cursor.execute(f"alter table {table} disable trigger {trigger}".encode())
    enabled = [f"alter table {table} enable always trigger {trigger}" for table, trigger in TRIGGERS.items()]
    return [*(put_back for _, put_back in movable), COUNT_ANEW, PROVE_AND_SUM, *enabled]


def put_back(cursor: psycopg.Cursor[Any], statements: list[str], progress: Progress) -> None:
    """Put back what was set aside, and count anew what the planner goes by."""
    if not statements:
        return
    cursor.execute("select set_config('maintenance_work_mem', '256MB', true), set_config('work_mem', '64MB', true)")
    for number, statement in enumerate(statements, 1):
        cursor.execute(statement.encode())
        progress("indexes, keys and sums put back", number)


def _is_true(cursor: psycopg.Cursor[Any], query: str, parameters: Any) -> bool:
    found = cursor.execute(query.encode(), parameters).fetchone()
    return bool(found and found[0])
