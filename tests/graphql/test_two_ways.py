"""Two ways to answer a read: by kept plans, and field by field. Whatever is asked, they give the same bytes."""

import os
import random
from pathlib import Path

import orjson
import pytest
from graphql import ExecutionResult

from graphql_api.direct import Direct
from graphql_api.documents import Operation
from graphql_api.door import Admitted
from graphql_api.execution import core_schema, field_by_field
from resolvers.authority import gives_question
from schema.ids import to_global
from storage.engine import Database
from tests.books import LittleBooks
from tests.graphql.doors import SCHEMA, open_door
from tests.graphql.operations import Operations

OPERATIONS = int(os.environ.get("BILLING_TEST_OPERATIONS", "400"))


class BothWays:
    """Runs an operation both ways, and holds their answers against each other."""

    def __init__(self) -> None:
        self.slow = field_by_field(SCHEMA)
        self.declined = 0
        self.quick = Direct(SCHEMA, self._declined)

    async def _declined(self, admitted: Admitted) -> ExecutionResult:
        self.declined += 1
        return await self.slow(admitted)

    async def __call__(self, admitted: Admitted) -> ExecutionResult:
        quick, slow = await self.quick(admitted), await self.slow(admitted)
        assert written(quick) == written(slow), admitted.asked.text
        return quick


def written(result: ExecutionResult) -> bytes:
    errors = [(error.message, error.path, error.locations) for error in result.errors or ()]
    return orjson.dumps([result.data, errors], option=orjson.OPT_UTC_Z, default=str)


@pytest.fixture
def ids(little: LittleBooks) -> dict[str, list[str]]:
    """Books with something in every list."""
    tenants = [little.tenant("Björkens Boule"), little.tenant("Havnens Petanque", country="DK", email="a@example.org")]
    plan = little.plan()
    for i, tenant in enumerate(tenants):
        little.subscription(tenant, plan)
        for n in range(3):
            invoice = little.invoice(
                tenant, 10_000 * (n + 1), issuer_type=("PLATFORM", "TENANT")[n % 2], ocr=f"12{n}{i}"
            )
            little.payment(tenant, invoice, 4_000, fee_cents=(None, 50, 0)[n])
    for n in range(3):
        little.transfer(10_000 * n + 500, ocr_text=f"12{n}0", message="faktura F-3", counterparty_name="Björkens Boule")
    return {
        type_name: [to_global(type_name, row[0]) for row in little.connection.execute(f"select {key} from {table}")]
        for type_name, table, key in [
            ("Tenant", "tenant", "id"), ("Invoice", "invoice", "id"), ("Payment", "payment", "id"),
            ("BankTransfer", "bank_transfer", "id"), ("BankFile", "bank_file", "id"), ("Plan", "plan", "id"),
            ("Subscription", "subscription", "id"), ("AccountingEntry", "accounting_entry", "id"),
            ("Journal", "journal", "id"),
        ]
    }  # fmt: skip


async def test_both_ways_give_the_same_bytes(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ids: dict[str, list[str]]
) -> None:
    seed = int(os.environ.get("BILLING_TEST_SEED", "20261122"))
    core = core_schema(SCHEMA)
    assert core.query_type is not None
    roots = [name for name, field in core.query_type.fields.items() if gives_question(field)]
    operations, both = Operations(core, random.Random(seed), ids, roots), BothWays()
    outcomes: dict[str, int] = {}
    async with open_door(database, tmp_path, monkeypatch, both) as door:
        for _ in range(OPERATIONS):
            text, variables = operations.make()
            answer = await door.answer(Operation(text=text, name="Q", variables=variables))
            assert not any(told.code == "INTERNAL" for told in answer.errors), (text, answer.errors)
            outcomes[answer.outcome.name] = outcomes.get(answer.outcome.name, 0) + 1
    assert outcomes["EXECUTED"] > OPERATIONS * 0.5, outcomes
    assert both.declined < outcomes["EXECUTED"] * 0.3, (both.declined, outcomes)
