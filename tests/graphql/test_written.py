"""What PostgreSQL writes into an answer by itself says what Python would say of the same rows, and none of it is the client's."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest

from billing.authority import Caller, Role
from graphql_api.direct import Direct
from graphql_api.documents import Operation
from graphql_api.door import Door
from graphql_api.execution import core_schema, field_by_field
from graphql_api.replies import written
from graphql_api.roots import build_schema
from graphql_api.settings import Settings
from graphql_api.wiring import Wiring
from storage.engine import Database
from storage.read_pool import ReadPool
from tests.books import NOW, LittleBooks

CALLER = Caller(actor="finance@example.org", roles=frozenset({Role.SYS_FINANCE}), authenticated_at=NOW)
SCHEMA = build_schema()
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


class Asked:
    """A door over a test's books, and the statements that reads sent."""

    def __init__(self, door: Door) -> None:
        self.door, self.statements = door, list[str]()

    async def text(self, document: str) -> bytes:
        answer = await self.door.answer(Operation(text=document, name="Q"), caller=CALLER, request_id="r")
        assert not answer.errors, answer.errors
        return written(answer.data)


@pytest.fixture
async def asked(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Asked]:
    wiring = Wiring.of(Settings(data_dir=tmp_path), database)
    execute = Direct(SCHEMA, field_by_field(SCHEMA))
    made = Asked(
        Door(core_schema(SCHEMA), execute=execute, make_context=wiring.context, now=lambda: NOW, open_schema=True)
    )
    rows = ReadPool.rows

    async def noted(pool: ReadPool, sql: str, values: Sequence[bytes | None]) -> Any:
        made.statements.append(sql)
        return await rows(pool, sql, values)

    monkeypatch.setattr(ReadPool, "rows", noted)
    async with wiring.opened():
        yield made


@pytest.fixture
def payments(little: LittleBooks) -> None:
    """Every text in every column that holds what people wrote, instants with and without a fraction, and nothing at all."""
    for n, told in enumerate(TEXTS):
        tenant = little.tenant(told or "Björkens Boule", email=told or None)
        invoice = little.invoice(tenant, ocr=None)
        for ordinal, rate in enumerate((None, Decimal(25), Decimal("12.5"), Decimal("0.01"))):
            little.line(invoice, ordinal, told, rate)
        at = NOW - timedelta(hours=n, microseconds=n % 3 * 1_200)
        little.payment(
            tenant, invoice if n % 4 else None, 100 + n, paid_at=at, fee_cents=n or None, provider_reference=told
        )


@pytest.mark.usefixtures("payments")
async def test_postgresql_writes_what_python_would(asked: Asked) -> None:
    written_there = await asked.text(PAYMENTS.format(key="id", **BY_POSTGRESQL))
    nodes = orjson.loads(await asked.text(PAYMENTS.format(key="id", **BY_PYTHON)))["payments"]["nodes"]
    assert [node["providerReference"] for node in nodes] == list(TEXTS)
    assert {node["paidAt"][19:] for node in nodes} == {"Z", ".998800Z", ".997600Z"}
    for node in nodes:
        del node["amount"]
        for line in node["invoice"]["lines"] if node["invoice"] else ():
            del line["net"]
    assert orjson.loads(written_there) == {"payments": {"nodes": nodes}}
    assert written_there == orjson.dumps(orjson.loads(written_there)), "escaped and spaced alike"


@pytest.mark.usefixtures("payments")
async def test_what_the_client_calls_a_field_is_not_in_the_statement(asked: Asked) -> None:
    for key in ("id", "drop_table_payment"):
        assert f'"{key}":"payment_'.encode() in await asked.text(PAYMENTS.format(key=key, **BY_POSTGRESQL))
    first, second = asked.statements
    assert first == second


@pytest.mark.usefixtures("payments")
async def test_an_object_of_more_fields_than_a_function_takes_is_written_too(asked: Asked) -> None:
    own = "id externalId name country currency"
    many = " ".join(f"t{n}: tenant {{ {own} }}" for n in range(25))
    document = "query Q {{ payments(first: 1) {{ nodes {{ {selected} }} }} }}"
    (alone,) = orjson.loads(await asked.text(document.format(selected=f"tenant {{ {own} }}")))["payments"]["nodes"]
    (told,) = orjson.loads(await asked.text(document.format(selected=many)))["payments"]["nodes"]
    assert told == {f"t{n}": alone["tenant"] for n in range(25)}
