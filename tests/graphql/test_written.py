"""What PostgreSQL writes into an answer by itself says what Python would say of the same rows, and none of it is the client's."""

from datetime import timedelta
from decimal import Decimal

import orjson
import pytest

from graphql_api.documents import Operation
from graphql_api.replies import written
from tests.books import NOW, LittleBooks
from tests.graphql.doors import OpenDoor

TEXTS = (
    'He said "no"', "back\\slash", "tab\tline\nreturn\rbell\afeed\fback\b", "\x01\x1f\x7f", "100 %s %1$s %%",
    "Björk </script> \u2028\u2029", "𐐷🎯", "null", "", "'; drop table payment; --",
)  # fmt: skip
PAYMENTS = """query Q {{ payments(first: 50) {{ nodes {{ __typename {key}: id externalId method status provider
    providerReference paidAt refundedAt fee {{ amountCents currency }} tenant {{ __typename id name country email }}
    invoice {{ id number ocr issuedOn isOverdue daysOverdue lines {{ description vatRate vat {{ amountCents }} {line} }} }}
    {payment} }} }} }}"""
BY_POSTGRESQL = {"line": "", "payment": ""}
BY_PYTHON = {"line": "net { formatted }", "payment": "amount { formatted }"}


async def told(door: OpenDoor, document: str) -> bytes:
    answer = await door.answer(Operation(text=document, name="Q"))
    assert not answer.errors, answer.errors
    return written(answer.data)


@pytest.fixture
def payments(little: LittleBooks) -> None:
    """Every text in every column that holds what people wrote, instants with and without a fraction, and nothing at all."""
    for n, text in enumerate(TEXTS):
        tenant = little.tenant(text or "Björkens Boule", email=text or None)
        invoice = little.invoice(tenant, ocr=None)
        for ordinal, rate in enumerate((None, Decimal(25), Decimal("12.5"), Decimal("0.01"))):
            little.line(invoice, ordinal, text, rate)
        at = NOW - timedelta(hours=n, microseconds=n % 3 * 1_200)
        little.payment(
            tenant, invoice if n % 4 else None, 100 + n, paid_at=at, fee_cents=n or None, provider_reference=text
        )


@pytest.mark.usefixtures("payments")
async def test_postgresql_writes_what_python_would(door: OpenDoor) -> None:
    written_there = await told(door, PAYMENTS.format(key="id", **BY_POSTGRESQL))
    nodes = orjson.loads(await told(door, PAYMENTS.format(key="id", **BY_PYTHON)))["payments"]["nodes"]
    assert [node["providerReference"] for node in nodes] == list(TEXTS)
    assert {node["paidAt"][19:] for node in nodes} == {"Z", ".998800Z", ".997600Z"}
    for node in nodes:
        del node["amount"]
        for line in node["invoice"]["lines"] if node["invoice"] else ():
            del line["net"]
    assert orjson.loads(written_there) == {"payments": {"nodes": nodes}}
    assert written_there == orjson.dumps(orjson.loads(written_there)), "escaped and spaced alike"


@pytest.mark.usefixtures("payments")
async def test_what_the_client_calls_a_field_is_not_in_the_statement(door: OpenDoor) -> None:
    for key in ("id", "drop_table_payment"):
        assert f'"{key}":"payment_'.encode() in await told(door, PAYMENTS.format(key=key, **BY_POSTGRESQL))
    first, second = door.statements
    assert first == second


@pytest.mark.usefixtures("payments")
async def test_an_object_of_very_many_fields_is_written_too(door: OpenDoor) -> None:
    own = "id externalId name country currency"
    many = " ".join(f"t{n}: tenant {{ {own} }}" for n in range(25))
    document = "query Q {{ payments(first: 1) {{ nodes {{ {selected} }} }} }}"
    (alone,) = orjson.loads(await told(door, document.format(selected=f"tenant {{ {own} }}")))["payments"]["nodes"]
    (both,) = orjson.loads(await told(door, document.format(selected=many)))["payments"]["nodes"]
    assert both == {f"t{n}": alone["tenant"] for n in range(25)}
