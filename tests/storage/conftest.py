"""Full books, made once a run and cloned for each test that breaks them; and somebody whom nothing stops."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from storage.engine import Database
from tests.database import Clones
from tests.storage.full_books import FullBooks


@pytest.fixture(scope="session")
def full(database_clones: Clones) -> Iterator[tuple[str, dict[str, str]]]:
    """The name of a database with full books, and the names of the rows in it."""
    with database_clones.clone() as database:
        with database.connect(autocommit=True) as connection:
            books = FullBooks(connection)
            books.fill()
            made = connection.info.dbname, books.names()
        yield made


@pytest.fixture
def names(full: tuple[str, dict[str, str]]) -> dict[str, str]:
    """What stands in braces in a test's statements and sentences."""
    return full[1]


@pytest.fixture
def full_clone(database_clones: Clones, full: tuple[str, dict[str, str]]) -> Iterator[Database]:
    """Full books of the test's own. A test file that is about them makes them its `database`."""
    with database_clones.clone(full[0]) as made:
        yield made


@pytest.fixture
def superuser(database_clones: Clones, runtime: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """A superuser in the test's database who has switched every trigger off."""
    with database_clones.server.connect_as_superuser(runtime.info.dbname) as connection:
        for (table,) in connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall():
            connection.execute(f"alter table {table} disable trigger all".encode())
        yield connection
