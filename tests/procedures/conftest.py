"""What procedures are tried on."""

import pytest

from procedures.books import Order
from tests.books import NOW


@pytest.fixture
def order() -> Order:
    """Somebody asks for it."""
    return Order(actor="finance@example.org", reason="Phoned the club", at=NOW)
