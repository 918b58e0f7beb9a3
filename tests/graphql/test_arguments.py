"""What is kept of a root field's arguments is kept for the same values only, however they are given."""

from typing import Any

import pytest

from graphql_api.documents import Operation
from tests.books import LittleBooks
from tests.graphql.doors import OpenDoor

DOCUMENTS = {
    "all by variables": "query Q($n: Int, $s: [InvoiceStatus!]) { invoices(first: $n, filter: {status: $s}) { nodes { number } } }",
    "a whole filter": "query Q($n: Int, $f: InvoiceFilter) { invoices(first: $n, filter: $f) { nodes { number } } }",
    "one written out": "query Q($n: Int) { invoices(first: $n, filter: {status: [OPEN, PAID]}) { nodes { number } } }",
}


@pytest.fixture
def invoices(little: LittleBooks) -> None:
    tenant = little.tenant()
    for n in range(4):
        invoice = little.invoice(tenant, 1_000, number=f"F-{n}")
        if n == 0:
            little.payment(tenant, invoice, 1_000)


@pytest.mark.usefixtures("invoices")
@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())
async def test_each_request_is_answered_by_its_own_values(door: OpenDoor, document: str) -> None:
    async def numbers(n: int | None, status: list[str]) -> int:
        given: dict[str, Any] = {"n": n, "s": status, "f": {"status": status}}
        answer = await door.answer(Operation(text=document, name="Q", variables=given))
        assert not answer.errors, answer.errors
        nodes: list[Any] = answer.data["invoices"]["nodes"]  # type: ignore[index]
        return len(nodes)

    narrowed = "OPEN, PAID" not in document
    for _ in range(2):
        assert await numbers(1, ["OPEN"]) == 1
        assert await numbers(3, ["OPEN"]) == 3
        assert await numbers(3, ["PAID"]) == (1 if narrowed else 3)
        assert await numbers(None, ["OPEN"]) == (3 if narrowed else 4)
