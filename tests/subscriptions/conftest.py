"""What subscriptions are changed on: a desk with a club, its plans and its subscription, and the proof of the books after."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from procedures.books import Books
from storage.invariants import snapshot, verify
from tests.books import LittleBooks
from tests.subscriptions.desk import Desk


@pytest.fixture
def desk(books: Books, runtime: psycopg.Connection[Any]) -> Iterator[Desk]:
    """Books with one club; whatever the test does, every invariant must hold at its end."""
    yield Desk(books=books, little=LittleBooks(runtime))
    with snapshot(runtime):
        assert [checked.broken for checked in verify(runtime) if checked.broken] == []
