"""The small demo, made once for a file of tests that read it and change nothing."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from graphql_api.demo.loading import load_demo
from graphql_api.demo.scale import SCALES
from graphql_api.progress import Counter
from providers.registry import Registry
from storage.engine import Database
from tests.database import Clones
from tests.graphql.api import Api, served


@pytest.fixture(scope="module")
def demo(database_clones: Clones) -> Iterator[Database]:
    with database_clones.clone() as database:
        load_demo(
            database, scale=SCALES["small"], now=datetime(2026, 11, 20, 12, tzinfo=UTC),
            zone=ZoneInfo("Europe/Stockholm"), actor="cli:test", registry=Registry.load(settings={}),
            progress=Counter(shown=False),
        )  # fmt: skip
        yield database


@pytest.fixture
async def api(demo: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with served(demo, tmp_path) as made:
        yield made


@pytest.fixture
def books(demo: Database) -> Iterator[psycopg.Connection[Any]]:
    with demo.connect(autocommit=True) as connection:
        yield connection
