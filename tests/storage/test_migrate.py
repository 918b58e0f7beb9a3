"""Migrations: run once, in one transaction, by the owner; and never is a stranger's schema worked on."""

import importlib
import pkgutil
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import ProgrammingError

import storage
from storage.columns import Row
from storage.engine import Database
from storage.migrate import (
    Migration,
    Schema,
    SchemaIsAhead,
    SchemaIsBehind,
    current,
    migrate,
    require_current,
)
from tests.database import Clones


def revision(connection: psycopg.Connection[Any]) -> str | None:
    found = connection.execute("select version_num from alembic_version").fetchone()
    return found and found[0]


def test_an_empty_database_is_brought_to_this_release_and_then_left_alone(database_clones: Clones) -> None:
    with database_clones.clone("template1") as database:
        assert current(database) is Schema.BEHIND

        first, second = migrate(database), migrate(database)

        assert first.before is None
        assert first.after is not None
        assert second == Migration(before=first.after, after=first.after)
        assert current(database) is Schema.CURRENT
        with database.connect_as_owner() as connection:
            owners = connection.execute(
                "select distinct relowner::regrole::text from pg_class where relnamespace = 'public'::regnamespace"
                " and relkind in ('r', 'v', 'S') and oid not in (select objid from pg_depend where deptype = 'e')"
            ).fetchall()
            assert owners == [("billing_owner",)]


def test_two_who_migrate_at_once_migrate_once(database_clones: Clones) -> None:
    with database_clones.clone("template1") as database, ThreadPoolExecutor(2) as threads:
        one, two = threads.map(migrate, [database, database])

        assert {one.before, two.before} == {None, one.after}
        assert one.after == two.after


def test_a_schema_older_than_the_release_is_refused(database: Database, owner: psycopg.Connection[Any]) -> None:
    require_current(database)
    owner.execute("update alembic_version set version_num = '0001'")

    with pytest.raises(SchemaIsBehind, match="Run `billing migrate`"):
        require_current(database)


def test_a_schema_newer_than_the_release_is_refused_and_not_migrated(
    database: Database, owner: psycopg.Connection[Any]
) -> None:
    owner.execute("update alembic_version set version_num = '9999'")

    with pytest.raises(SchemaIsAhead, match="made by a newer release"):
        require_current(database)
    with pytest.raises(SchemaIsAhead, match="made by a newer release"):
        migrate(database)
    assert revision(owner) == "9999"


def test_a_migration_that_fails_leaves_nothing_behind(database_clones: Clones) -> None:
    with database_clones.clone("template1") as database:
        with database.connect_as_owner() as connection:
            connection.execute("create table journal (in_the_way int)")

        with pytest.raises(ProgrammingError, match='relation "journal" already exists'):
            migrate(database)

        with database.connect_as_owner() as connection:
            tables = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        assert tables == [("journal",)]


def test_whatever_the_rows_declare_the_migrations_have_made(database: Database) -> None:
    for module in pkgutil.iter_modules(storage.__path__, "storage."):
        importlib.import_module(module.name)
    engine = create_engine("postgresql+psycopg://", creator=database.connect_as_owner, poolclass=NullPool)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, Row.metadata)

    # a changed column comes as a list; indexes, and columns that only the database computes, are the migrations' own
    assert [difference for difference in found if isinstance(difference, list)] == []
    assert [difference for difference in found if difference[0] in {"add_table", "add_column"}] == []
