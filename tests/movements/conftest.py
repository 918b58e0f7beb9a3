"""The counter at which money moves."""

from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from storage.engine import Database
from tests.books import LittleBooks
from tests.movements.counter import Counter
from tests.refunds.desk import desk_over


@pytest.fixture
async def counter(database: Database, runtime: psycopg.Connection[Any]) -> AsyncIterator[Counter]:
    async with desk_over(database, LittleBooks(runtime)) as desk:
        yield Counter(desk=desk)
