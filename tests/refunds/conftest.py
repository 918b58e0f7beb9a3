"""The desk that refunds are tried on."""

from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from storage.engine import Database
from tests.books import LittleBooks
from tests.refunds.desk import Desk, desk_over


@pytest.fixture
async def desk(database: Database, runtime: psycopg.Connection[Any]) -> AsyncIterator[Desk]:
    async with desk_over(database, LittleBooks(runtime)) as made:
        yield made
