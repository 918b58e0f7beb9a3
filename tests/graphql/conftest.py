"""The service in two forms: a little one to try the door with, and the whole one over a test's own books."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage.engine import Database
from tests.graphql.doors import OpenDoor, open_door
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
async def door(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OpenDoor]:
    async with open_door(database, tmp_path, monkeypatch) as made:
        yield made
