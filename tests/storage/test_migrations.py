"""Migrations and declared tables are two descriptions of one database; here they are held against each other."""

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from uuid import RFC_4122, UUID

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine

import storage
from storage.columns import REFERS_TO, Row
from storage.engine import Database
from storage.migrate import MIGRATIONS

# What no row declares: the queue's own tables, and what lets a transfer find the open invoices it may pay.
QUEUE = "procrastinate_"
OWN_COLUMNS = {("invoice", "name_key")}
OWN_INDEXES = {
    *(f"invoice_open_{key}_idx" for key in ("ocr", "number", "digits", "account", "tenant", "name", "amount")),
    "invoice_open_amount_name_idx", "invoice_open_amount_name_backwards_idx", "tenant_bankgiro_idx",
    "bank_transfer_assigned_account_idx", "bank_transfer_assigned_name_idx",
}  # fmt: skip

COLUMNS = r"""
    select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated::text,
           regexp_replace(pg_get_expr(d.adbin, d.adrelid), '^''(\d+)''::\w+$', '\1')
      from pg_attribute a join pg_class c on c.oid = a.attrelid
      left join pg_attrdef d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
     where c.relnamespace = %s::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped"""
CONSTRAINTS = """
    select conrelid::regclass::text, conname, pg_get_constraintdef(oid)
      from pg_constraint where connamespace = %s::regnamespace and conrelid <> 0 and contype <> 'n'"""
INDEXES = """
    select tablename, indexname, replace(indexdef, schemaname || '.', '')
      from pg_indexes where schemaname = %s"""


@pytest.fixture
def declared() -> set[str]:
    """The names of all declared tables."""
    for module in pkgutil.iter_modules(storage.__path__, "storage."):
        importlib.import_module(module.name)
    return set(Row.metadata.tables)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    engine = create_engine("postgresql+psycopg://", creator=database.connect_as_owner, poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def test_a_new_migration_would_have_nothing_to_do(connection: Connection, declared: set[str]) -> None:
    def is_declared(thing: Any, name: str | None, kind: str, _reflected: bool, _compared: Any) -> bool:
        if kind == "table":
            return not str(name).startswith(QUEUE)
        own = {"column": OWN_COLUMNS, "index": {("", index) for index in OWN_INDEXES}}.get(kind, set())
        return (thing.table.name if kind == "column" else "", name) not in own

    compared = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True, "include_object": is_declared}
    )

    assert compare_metadata(compared, Row.metadata) == []


@pytest.mark.parametrize(("what", "own"), [(COLUMNS, OWN_COLUMNS), (CONSTRAINTS, set()), (INDEXES, OWN_INDEXES)])
def test_what_rows_declare_is_what_migrations_made_to_the_letter(
    connection: Connection, declared: set[str], what: str, own: set[Any]
) -> None:
    """Checks, computed columns, defaults and indexes over expressions included: PostgreSQL prints both."""
    connection.exec_driver_sql("create schema declared")
    connection.exec_driver_sql("set local search_path = declared, public")
    Row.metadata.create_all(connection, checkfirst=False)
    wanted = set(map(tuple, connection.exec_driver_sql(what, ("declared",))))
    connection.exec_driver_sql("set local search_path = public")
    made = set(map(tuple, connection.exec_driver_sql(what, ("public",))))

    made = {row for row in made if row[0] in declared and not {row[1], row[:2]} & own}
    assert sorted(made - wanted) == []
    assert sorted(wanted - made) == []


def test_every_table_is_declared(connection: Connection, declared: set[str]) -> None:
    made = set(connection.exec_driver_sql("select tablename from pg_tables where schemaname = 'public'").scalars())

    assert {name for name in made if not name.startswith(QUEUE)} == declared | {"alembic_version"}


def test_the_inbox_is_the_unmatched_transfers_with_all_their_columns(runtime: psycopg.Connection[Any]) -> None:
    columns = "select column_name from information_schema.columns where table_name = %s order by ordinal_position"

    assert runtime.execute(columns, ["unmatched_bank_transfer"]).fetchall() == (
        runtime.execute(columns, ["bank_transfer"]).fetchall()
    )


def test_what_is_looked_up_in_sets_is_what_rows_declare(owner: psycopg.Connection[Any], declared: set[str]) -> None:
    looked_up = owner.execute(
        "select tgrelid::regclass::text, tgargs from pg_trigger where tgname = 'refer_to_what_is'"
    ).fetchall()
    columns = [column for table in Row.metadata.tables.values() for column in table.columns if REFERS_TO in column.info]

    assert {(table, *pair.decode().split()) for table, pairs in looked_up for pair in pairs.split(b"\0") if pair} == {
        (column.table.name, column.name, column.info[REFERS_TO]) for column in columns
    }
    assert len(columns) == 12


def test_migrations_follow_each_other_in_one_line() -> None:
    revisions = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]

    assert revisions == sorted(revisions, reverse=True)
    assert len(ScriptDirectory(str(MIGRATIONS)).get_heads()) == 1


@pytest.fixture(params=["uuid7", "own_uuid7"])
def made_ids(request: pytest.FixtureRequest, owner: psycopg.Connection[Any]) -> list[tuple[UUID, datetime]]:
    """Ids with the instants at which they were made: 300 bursts of 20, a millisecond or more apart.

    `uuid7`: PostgreSQL's. `own_uuid7`: the one for servers that have none.
    """
    tables = ScriptDirectory(str(MIGRATIONS)).get_revision("0001")
    assert tables is not None
    owner.execute(
        f"create function own_uuid7() returns uuid language sql volatile as $$ select {tables.module.OWN_UUID7} $$"
    )
    owner.execute("create temporary table made (place serial, id uuid, at timestamptz)")
    owner.execute(
        f"do $$ begin for burst in 1..300 loop"
        f" insert into made (id, at) select {request.param}(), clock_timestamp() from generate_series(1, 20);"
        f" perform pg_sleep(0.002); end loop; end $$"
    )
    return owner.execute("select id, at from made order by place").fetchall()


def test_ids_are_of_version_7_and_unique(made_ids: list[tuple[UUID, datetime]]) -> None:
    ids = [made for made, _ in made_ids]

    assert {(made.version, made.variant) for made in ids} == {(7, RFC_4122)}
    assert len(set(ids)) == len(ids) == 6_000
    random_bits = [int.from_bytes(made.bytes) & (2**62 - 1) for made in ids]
    assert all(2_600 < sum(bits >> n & 1 for bits in random_bits) < 3_400 for n in range(62))


def test_ids_tell_when_they_were_made_and_sort_by_it(made_ids: list[tuple[UUID, datetime]]) -> None:
    for made, at in made_ids:
        told = datetime.fromtimestamp((made.int >> 80) / 1000, UTC)
        assert abs((told - at).total_seconds()) < 1  # made while others wait for the same processors
    bursts = [made_ids[n : n + 20] for n in range(0, len(made_ids), 20)]

    assert all(max(earlier)[0] < min(later)[0] for earlier, later in pairwise(bursts))
