"""Fixtures every test may ask for: `database`, a migrated PostgreSQL database of the test's own, the ways into it, and what reads and writes there."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import hypothesis
import psycopg
import pytest

from graphql_api.garbage import look_seldom, settle
from procedures.books import Books
from storage.engine import Database
from tests.books import LittleBooks
from tests.database import Clones, clones, cluster_folder, data_folder
from tests.graphql.api import Api, served

FOLDER = pytest.StashKey[Path]()
CLOSING = pytest.StashKey[ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """Forget the settings of whoever runs the tests, but for the tests' own, and leave their data alone. The process that controls the run makes the
    cluster's folder; its xdist workers are told where it is."""
    look_seldom()
    hypothesis.settings.register_profile("unhurried", deadline=None)  # how long an example takes, the machine decides
    hypothesis.settings.load_profile("unhurried")
    for name in [name for name in os.environ if name.startswith("BILLING_") and not name.startswith("BILLING_TEST_")]:
        del os.environ[name]
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # many processes are started: each would compile every module anew
    if (told := getattr(config, "workerinput", None)) is not None:
        config.stash[FOLDER] = Path(told["cluster_folder"])
    else:
        config.stash[CLOSING] = ExitStack()
        config.stash[FOLDER] = config.stash[CLOSING].enter_context(cluster_folder())
    os.environ["BILLING_DATA_DIR"] = str(config.stash[FOLDER] / "nobodys")


def pytest_collection_finish() -> None:
    settle()  # the collected tests last, and make half a million objects


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["cluster_folder"] = str(node.config.stash[FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    if CLOSING in config.stash:
        config.stash[CLOSING].close()


@pytest.fixture(scope="session")
def database_clones(pytestconfig: pytest.Config) -> Iterator[Clones]:
    """The run's cluster, shared with the other workers."""
    worker = getattr(pytestconfig, "workerinput", {"workerid": "main"})["workerid"]
    with clones(pytestconfig.stash[FOLDER], worker=worker) as made:
        yield made


@pytest.fixture
def database(database_clones: Clones) -> Iterator[Database]:
    """A migrated, empty database for this test alone."""
    with database_clones.clone() as made:
        yield made


@pytest.fixture
def runtime(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """A connection as the running service, each statement a transaction of its own unless the test opens one."""
    with database.connect(autocommit=True) as connection:
        yield connection


@pytest.fixture
def owner(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """The same as the owner of the tables."""
    with database.connect_as_owner(autocommit=True) as connection:
        yield connection


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder for an embedded server of this test's own."""
    with data_folder() as folder:
        yield folder


@pytest.fixture
def little(runtime: psycopg.Connection[Any]) -> LittleBooks:
    """Books with a rate for SEK and nothing else yet."""
    return LittleBooks(runtime)


@pytest.fixture
async def books(database: Database) -> AsyncIterator[Books]:
    """The same books as procedures use them."""
    engine = database.engine(connections_max=4)
    try:
        yield Books(engine=engine, zone=ZoneInfo("Europe/Stockholm"))
    finally:
        await engine.dispose()


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    """The whole service over the same books."""
    async with served(database, tmp_path) as made:
        yield made
