"""Every saved operation, run as GraphiQL offers it: with its example variables, over books that hold what they name."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import psycopg
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from billing.authority import Role
from graphql_api.authentication import Authentication
from graphql_api.callers import Callers
from graphql_api.documents import Document
from graphql_api.execution import core_schema
from graphql_api.roots import build_schema
from graphql_api.saved_operations import SavedOperation, SavedOperationsRoute, saved_operations
from schema.ids import to_global
from storage.engine import Database
from tests.books import LittleBooks
from tests.graphql.api import Api, served
from tests.graphql.tokens import NOW, TestIssuer

SAVED = saved_operations()
PLACEHOLDER = re.compile(r"(?:the id of )?(.+ id|an? .+), from .+")


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with served(database, tmp_path) as made:
        yield made


async def shelf(api: Api, little: LittleBooks) -> dict[str, str]:
    """The ids of what the example variables speak of."""
    club = little.tenant()
    invoice, paid, owed = (to_global("Invoice", little.invoice(club, 50_000, number=f"F-{n}")) for n in (1, 2, 3))
    waiting, used, parked = (to_global("BankTransfer", little.transfer(cents)) for cents in (50_000, 60_000, 1_000))
    assigned = await api.ask(
        "mutation ($input: AssignTransferInput!) { assignTransfer(input: $input) { payments { id } } }",
        input={"transferId": used, "invoiceId": paid, "reason": "With a surplus"},
    )
    await api.ask(
        "mutation ($input: IgnoreTransferInput!) { ignoreTransfer(input: $input) { transfer { id } } }",
        input={"transferId": parked, "reason": "Not ours"},
    )
    return {
        "a transfer": waiting,
        "an assigned transfer": used,
        "an ignored transfer": parked,
        "an invoice": invoice,
        "any id": invoice,
        "an open invoice of that tenant": owed,
        "a payment": assigned["assignTransfer"]["payments"][0]["id"],
        "a subscription": to_global("Subscription", little.subscription(club, little.plan())),
        "a tenant with credit": to_global("Tenant", club),
    }


def filled(variables: Any, ids: dict[str, str]) -> Any:
    """Example variables with ids where they tell what to put."""
    if isinstance(variables, dict):
        return {name: filled(value, ids) for name, value in variables.items()}
    told = PLACEHOLDER.fullmatch(variables) if isinstance(variables, str) else None
    return variables if told is None else ids[told[1]]


@pytest.mark.parametrize("saved", SAVED, ids=lambda saved: saved.name)
async def test_a_saved_operation_runs_with_its_example_variables(
    api: Api, runtime: psycopg.Connection[Any], saved: SavedOperation
) -> None:
    ids = await shelf(api, LittleBooks(runtime))

    answer = await api.ask(saved.document, **filled(orjson.loads(saved.variables or "{}"), ids))

    assert None not in answer.values(), answer


def test_every_root_field_has_a_saved_operation() -> None:
    schema = core_schema(build_schema())
    assert schema.query_type is not None
    assert schema.mutation_type is not None
    used = {
        node.name.value
        for saved in SAVED
        for document in [Document.read(saved.document)]
        for node in document.root_fields(document.operation(None))
    }
    assert used == schema.query_type.fields.keys() | schema.mutation_type.fields.keys()


@pytest.mark.parametrize("saved", SAVED, ids=lambda saved: saved.name)
def test_a_saved_operation_says_what_it_is_for(saved: SavedOperation) -> None:
    operation = Document.read(saved.document).operation(None)

    assert operation.name is not None
    assert operation.name.value == "".join(word.capitalize() for word in saved.name.split("_"))
    assert saved.document.startswith(f"# {saved.about}\n")
    assert saved.about.endswith(".")
    assert bool(saved.variables) == bool(operation.variable_definitions)


def test_questions_come_before_changes() -> None:
    assert [saved.changes for saved in SAVED] == sorted(saved.changes for saved in SAVED)
    assert {saved.name: saved.changes for saved in SAVED}.items() >= {"viewer": False, "assign_transfer": True}.items()


async def offered(*roles: Role | None, open_schema: bool) -> httpx.Response:
    """What is answered to somebody with the roles; None: to nobody."""
    issuer = TestIssuer()
    authentication = Authentication(issuer=issuer, now=lambda: NOW)
    route = SavedOperationsRoute(callers=Callers(tokens=authentication), now=lambda: NOW, open_schema=open_schema)
    transport = httpx.ASGITransport(Starlette(routes=[Route("/operations.json", route.answer)]))
    token = issuer.token(roles=[role.value for role in roles if role])
    headers = {} if None in roles else {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://billing.test", headers=headers) as client:
        return await client.get("/operations.json")


async def test_they_are_offered_to_those_who_may_read_the_schema() -> None:
    finance = await offered(Role.SYS_FINANCE, open_schema=False)
    assert finance.headers["content-type"] == "application/json"
    assert [one["name"] for one in finance.json()] == [saved.name for saved in SAVED]
    assert (await offered(None, open_schema=True)).json() == finance.json()

    for response, status, code in [
        (await offered(None, open_schema=False), 401, "UNAUTHENTICATED"),
        (await offered(open_schema=False), 403, "FORBIDDEN"),
    ]:
        assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (status, code)
