"""Every saved operation, run as GraphiQL offers it: with its example variables, over books that hold what they name."""

import asyncio
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import orjson
import psycopg
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from billing.authority import Role
from billing.dunning import DEFAULT_STAGES
from graphql_api.authentication import Authentication
from graphql_api.callers import Callers
from graphql_api.documents import Document
from graphql_api.execution import core_schema
from graphql_api.roots import build_schema
from graphql_api.saved_operations import SavedOperation, SavedOperationsRoute, saved_operations
from procedures.run_dunning import run_dunning
from providers.registry import Registry
from schema.ids import from_global, to_global
from storage.engine import Database
from tests.books import TODAY, LittleBooks
from tests.database import Clones
from tests.graphql.api import Api, served
from tests.graphql.tokens import NOW, TestIssuer
from tests.providers.bank_files import Paid, PaidIn, bgmax
from tests.providers.bank_orders import settings
from tests.refunds.desk import Desk, desk_over
from tests.refunds.gateway import Fault, Gateway, registry_of

GATEWAY = Gateway()
SAVED = saved_operations(TODAY)
PLACEHOLDER = re.compile(r"(?:the (?:id|base64|first day) of )?(an? .+|any id|the token), (?:from|as) .+")


@dataclass(kw_only=True)
class Shelf:
    """Books that hold what the example variables speak of; `ids`: of what, as the variables tell it."""

    api: Api
    ids: dict[str, str] = field(default_factory=dict)

    async def run(self, name: str, **changes: Any) -> Any:
        """The one field that a saved operation answers. `changes`: of its example's input."""
        [saved] = (saved for saved in SAVED if saved.name == name)
        variables = self.filled(orjson.loads(saved.variables or "{}"))
        if changes:
            variables["input"] |= changes
        [answer] = (await self.api.ask(saved.document, **variables)).values()
        return answer

    def filled(self, variables: Any) -> Any:
        """Example variables with ids where they tell what to put, and a reason where they leave it open."""
        if isinstance(variables, dict):
            return {
                name: "It was asked for" if (name, value) == ("reason", "") else self.filled(value)
                for name, value in variables.items()
            }
        told = PLACEHOLDER.fullmatch(variables) if isinstance(variables, str) else None
        return variables if told is None else self.ids[told[1]]


@dataclass(kw_only=True)
class NewShelf(Shelf):
    """One to be filled, with the saved operations themselves."""

    desk: Desk

    async def fill(self) -> None:
        little = self.desk.little
        club = little.tenant()
        self.ids["a tenant with credit"] = to_global("Tenant", club)
        self.subscribe(club)
        for number, name in enumerate(("an invoice", "a paid invoice", "an open invoice of that tenant"), 1):
            self.ids[name] = to_global("Invoice", little.invoice(club, 50_000, number=f"F-{number}"))
        self.ids["any id"] = self.ids["an invoice"]
        for name, cents in (("an assigned transfer", 60_000), ("an ignored transfer", 1_000), ("a transfer", 50_000)):
            self.ids[name] = to_global("BankTransfer", little.transfer(cents))
        await self.run(
            "assign_transfer", transferId=self.ids["an assigned transfer"], invoiceId=self.ids["a paid invoice"]
        )
        await self.run("ignore_transfer", transferId=self.ids["an ignored transfer"])
        self.ids["a refund"] = await self.refund()
        GATEWAY.faults = [Fault.DROPPED]
        self.ids["a refund that needs review"] = await self.refund()
        changed = little.connection.execute(
            "update refund set needs_review = true, due_at = null where status = 'PENDING'"
        )
        assert changed.rowcount == 1
        await self.preview()
        await self.dun(club)
        self.ids["a month that is over"] = "2026-10-01"
        self.ids["a bank file"] = b64encode(bgmax(PaidIn(payments=[Paid(cents=49_900)]))).decode()

    def subscribe(self, club: UUID) -> None:
        """Subscriptions, each of which stands otherwise."""
        plan = self.desk.little.plan(vat_rate=25)
        trial = {"status": "TRIALING", "started_on": TODAY, "trial_ends_on": TODAY + timedelta(days=10)}
        planned = {"planned_kind": "CANCEL_SCHEDULED", "planned_on": TODAY + timedelta(days=10)}
        paused = {"status": "PAUSED", "paused_on": TODAY}
        for name, values in {
            "a subscription": {},
            "a trial": trial,
            "a paused subscription": paused,
            "a subscription with a planned change": planned,
        }.items():
            self.ids[name] = to_global("Subscription", self.desk.little.subscription(club, plan, **values))

    async def dun(self, club: UUID) -> None:
        """Two overdue invoices, one of whose cases is frozen."""
        little = self.desk.little
        for name in ("a dunning case", "a frozen dunning case"):
            self.ids[name] = to_global("Invoice", little.invoice(club, 50_000, due_on=TODAY - timedelta(days=12)))
        await run_dunning(at=self.desk.at, stages=DEFAULT_STAGES, issuers=["PLATFORM"], books=self.desk.books)
        for name in ("a dunning case", "a frozen dunning case"):
            invoice = from_global(self.ids[name], "Invoice")
            [case] = little.one("select id from dunning_case where invoice_id = %s", invoice)
            self.ids[name] = to_global("DunningCase", case)
        await self.run("override_dunning", caseId=self.ids["a frozen dunning case"], path="FREEZE", customStages=None)
        self.ids["a tenant in dunning"] = to_global("Tenant", club)

    async def preview(self) -> None:
        """Another payment, and a token for sending 50 kronor of it back."""
        self.ids["a payment"] = to_global("Payment", self.desk.paid(125_000))
        self.ids["the token"] = (await self.run("refund_preview"))["token"]

    async def refund(self) -> str:
        await self.preview()
        return str((await self.run("execute_refund"))["refund"]["id"])


@asynccontextmanager
async def service(database: Database, outbox: Path) -> AsyncIterator[Api]:
    """The whole service, with the project's bank files and a gateway."""
    banks = [plugin for plugin in Registry.load(settings=settings(outbox))._plugins if plugin.name == "bankgirot"]
    registry = Registry([*banks, *registry_of(GATEWAY)._plugins])
    async with served(database, outbox, registry=registry) as made:
        yield made


async def filled(database: Database, outbox: Path, runtime: psycopg.Connection[Any]) -> dict[str, str]:
    """Fill the books; gives the ids."""
    async with service(database, outbox) as api, desk_over(database, LittleBooks(runtime)) as desk:
        shelf = NewShelf(api=api, desk=desk)
        await shelf.fill()
        return shelf.ids


@pytest.fixture(scope="module")
def full(database_clones: Clones, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """The name of a database with a full shelf, made once, and the ids of what is there."""
    with database_clones.clone() as database:
        with database.connect(autocommit=True) as runtime:
            made = runtime.info.dbname, asyncio.run(filled(database, tmp_path_factory.mktemp("outbox"), runtime))
        yield made


@pytest.fixture
async def shelf(database_clones: Clones, full: tuple[str, dict[str, str]], tmp_path: Path) -> AsyncIterator[Shelf]:
    """A full shelf of the test's own."""
    name, ids = full
    with database_clones.clone(name) as database:
        async with service(database, tmp_path) as api:
            yield Shelf(api=api, ids=dict(ids))


async def test_every_question_is_answered_with_its_example_variables(shelf: Shelf) -> None:
    for saved in SAVED:
        if not saved.changes:
            assert await shelf.run(saved.name) is not None, saved.name


@pytest.mark.parametrize("name", [saved.name for saved in SAVED if saved.changes])
async def test_a_change_is_made_with_its_example_variables(shelf: Shelf, name: str) -> None:
    assert await shelf.run(name) is not None


@pytest.mark.parametrize(
    "saved", [saved for saved in SAVED if saved.changes and saved.name != "export_link"], ids=lambda saved: saved.name
)
async def test_no_change_can_be_made_before_its_example_is_filled_in(shelf: Shelf, saved: SavedOperation) -> None:
    before = await shelf.run("audit_events")
    variables = orjson.loads(saved.variables)
    variables["input"]["reason"] = variables["input"]["reason"] or "It was asked for"

    code, _ = await shelf.api.refused(saved.document, **variables)

    assert code in {"BAD_USER_INPUT", "NOT_FOUND"}
    assert await shelf.run("audit_events") == before


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


def test_the_days_of_a_window_are_told_from_today() -> None:
    [saved] = (saved for saved in saved_operations(date(2028, 3, 1)) if saved.name == "reconciliation")
    variables = orjson.loads(saved.variables)

    assert (variables["from"], variables["to"]) == ("2028-01-31", "2028-03-01")


def test_questions_come_before_changes() -> None:
    assert [saved.changes for saved in SAVED] == sorted(saved.changes for saved in SAVED)
    assert {saved.name: saved.changes for saved in SAVED}.items() >= {"viewer": False, "assign_transfer": True}.items()


async def offered(*roles: Role | None, open_schema: bool) -> httpx.Response:
    """What is answered to somebody with the roles; None: to nobody."""
    issuer = TestIssuer()
    authentication = Authentication(issuer=issuer, now=lambda: NOW)
    route = SavedOperationsRoute(
        callers=Callers(tokens=authentication),
        now=lambda: NOW,
        zone=ZoneInfo("Europe/Stockholm"),
        open_schema=open_schema,
    )
    transport = httpx.ASGITransport(Starlette(routes=[Route("/operations.json", route.answer)]))
    token = issuer.token(roles=[role.value for role in roles if role])
    headers = {} if None in roles else {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://billing.test", headers=headers) as client:
        return await client.get("/operations.json")


async def test_they_are_offered_to_those_who_may_read_the_schema() -> None:
    finance = await offered(Role.SYS_FINANCE, open_schema=False)
    assert finance.headers["content-type"] == "application/json"
    assert finance.json() == [asdict(saved) for saved in saved_operations(NOW.date())]
    assert (await offered(None, open_schema=True)).json() == finance.json()

    for response, status, code in [
        (await offered(None, open_schema=False), 401, "UNAUTHENTICATED"),
        (await offered(open_schema=False), 403, "FORBIDDEN"),
    ]:
        assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (status, code)
