"""The service in two forms: a little one to try the door with, and the whole one over a test's own books."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from storage.engine import Database
from tests.books import LittleBooks
from tests.graphql.api import Api, served
from tests.graphql.little_service import LittleService, little_service
from tests.logs import Logged, capturing


@pytest.fixture(autouse=True)
def logged() -> Iterator[Logged]:
    with capturing() as lines:
        yield lines


@pytest.fixture
async def service() -> AsyncIterator[LittleService]:
    made = little_service()
    async with made.client:
        yield made


@pytest.fixture
async def production() -> AsyncIterator[LittleService]:
    """The same with its schema closed to strangers."""
    made = little_service(open_schema=False)
    async with made.client:
        yield made


@pytest.fixture
def little(runtime: psycopg.Connection[Any]) -> LittleBooks:
    """Books with a rate for SEK and nothing else yet."""
    return LittleBooks(runtime)


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    """The whole service over the same books."""
    async with served(database, tmp_path) as made:
        yield made
