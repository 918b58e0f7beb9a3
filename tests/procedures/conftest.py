"""What procedures are tried on."""

from collections.abc import AsyncIterator
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from procedures.books import Books, Order
from storage.engine import Database
from tests.books import NOW, LittleBooks


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
def order() -> Order:
    """Somebody asks for it."""
    return Order(actor="finance@example.org", reason="Phoned the club", at=NOW)
