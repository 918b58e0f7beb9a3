"""A service with a little schema of its own, to try the door with: every kind of root field, and resolvers that fail."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import strawberry
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette
from starlette.middleware import Middleware
from strawberry.schema.config import StrawberryConfig

from billing.authority import Role
from billing.refusals import ErrorCode, NotFound
from graphql_api.authentication import Authentication
from graphql_api.callers import Callers
from graphql_api.door import Door
from graphql_api.edge import Edge
from graphql_api.execution import core_schema, field_by_field
from graphql_api.graphql_route import GraphQLRoute
from graphql_api.issuers import DevelopmentIssuer
from resolvers.authority import finance_mutation, finance_query
from resolvers.viewer import ViewerQueries
from schema.context import Context
from schema.scalars import SCALAR_MAP, Cents

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
SECRET = "postgresql://billing:hunter2@db/billing"


@strawberry.interface
class Node:
    id: strawberry.ID


@strawberry.type
class Row(Node):
    name: str

    @strawberry.field
    def parent(self) -> "Row":
        return self

    @strawberry.field
    def children(self, first: int = 20) -> list["Row"]:
        return [self] * min(first, 2)

    @strawberry.field
    def tags(self) -> list["Tag"]:
        return [Tag(name="a")]


@strawberry.type
class Tag:
    name: str


ROW = Row(id=strawberry.ID("row_1"), name="one")


@strawberry.type
class Rows:
    nodes: list[Row]


@strawberry.type
class Report:
    @strawberry.field
    def rows(self, first: int = 20) -> list[Row]:
        return [ROW][:first]


class Canceled(Exception):
    """As the database says it when a statement took too long."""

    sqlstate = "57014"


class Calls:
    """What the resolvers did."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.started, self.cancelled, self.finished = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def take_long(self, seconds: float) -> None:
        self.started.set()
        try:
            await asyncio.sleep(seconds)
            self.finished.set()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise


@dataclass(frozen=True, slots=True, kw_only=True)
class LittleContext(Context):
    calls: Calls


Info = strawberry.Info[LittleContext, None]


@strawberry.type
class Query(ViewerQueries):
    @finance_query(description="A list.")
    async def rows(
        self,
        info: Info,
        first: int | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
    ) -> Rows:
        info.context.calls.made.append(f"rows {first or last}")
        return Rows(nodes=[ROW])

    @finance_query(description="A row.")
    async def row(self) -> Row | None:
        return ROW

    @finance_query(description="A report.")
    async def report(self) -> Report:
        return Report()

    @finance_query(description="Echoes.")
    async def cents(self, value: Cents) -> Cents | None:
        return value

    @finance_query(description="Echoes.")
    async def echo(self, info: Info, text: str) -> str:
        info.context.calls.made.append(text)
        return text

    @finance_query(description="Fails in a way nobody expects.")
    async def broken(self) -> int | None:
        raise RuntimeError(SECRET)

    @finance_query(description="Answers what its type cannot say.")
    async def too_big(self) -> int | None:
        return 2**40

    @finance_query(description="Refuses.", may_fail=[ErrorCode.NOT_FOUND])
    async def missing(self) -> int | None:
        raise NotFound("row", key="row_9")

    @finance_query(description="Is stopped by the database.")
    async def canceled(self) -> int | None:
        raise RuntimeError("statement failed") from Canceled()

    @finance_query(description="Takes its time.")
    async def slow(self, info: Info, seconds: float = 60) -> int | None:
        await info.context.calls.take_long(seconds)
        return 1

    @strawberry.field(description="Nobody said who may ask.")  # type: ignore[untyped-decorator]
    async def undeclared(self) -> int:
        return 1


@strawberry.input
class ChangeInput:
    amount_cents: Cents
    reason: str


@strawberry.type
class Mutation:
    @finance_mutation(description="Changes something.")
    async def change(self, info: Info, input: ChangeInput) -> str:
        info.context.calls.made.append(f"change {input.amount_cents} because {info.context.reason}")
        return "changed"

    @finance_mutation(description="Changes something, slowly.")
    async def change_slowly(self, info: Info, input: ChangeInput) -> str:
        await info.context.calls.take_long(0.05)
        return f"changed {input.amount_cents}"

    @finance_query(description="Changes nothing.")
    async def export(self) -> str:
        return "link"

    @strawberry.field(description="Nobody said who may do it.")  # type: ignore[untyped-decorator]
    async def undeclared_change(self, input: ChangeInput) -> str:
        return f"changed {input.amount_cents}"


SCHEMA = strawberry.Schema(query=Query, mutation=Mutation, config=StrawberryConfig(scalar_map=SCALAR_MAP))


@dataclass(kw_only=True)
class LittleService:
    """The service, its clock, and a client of it."""

    app: Starlette
    issuer: DevelopmentIssuer
    authentication: Authentication
    door: Door
    calls: Calls
    client: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://billing.test")

    def token(self, *roles: Role, auth_age: float = 0) -> str:
        authenticated_at = NOW - timedelta(seconds=auth_age)
        return self.issuer.token(actor="finance@example.test", roles=roles, authenticated_at=authenticated_at, now=NOW)

    def finance(self, *, auth_age: float = 0) -> dict[str, str]:
        """Headers of a finance person who signed in `auth_age` seconds ago."""
        return {"authorization": f"Bearer {self.token(Role.SYS_FINANCE, auth_age=auth_age)}"}

    def stranger(self) -> dict[str, str]:
        """Headers of somebody signed in without a role."""
        return {"authorization": f"Bearer {self.token()}"}

    async def ask(
        self, query: str, variables: dict[str, Any] | None = None, *, headers: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """POST an operation, as finance unless told otherwise."""
        headers = self.finance() if headers is None else headers
        return await self.client.post(
            "/graphql", json={"query": query, "variables": variables, **more}, headers=headers
        )


def little_service(*, open_schema: bool = True, query_seconds_max: float = 10) -> LittleService:
    calls = Calls()
    issuer = DevelopmentIssuer(Ed25519PrivateKey.generate())
    door = Door(
        core_schema(SCHEMA),
        execute=field_by_field(SCHEMA),
        make_context=lambda *, caller, now, reason: LittleContext(caller=caller, now=now, reason=reason, calls=calls),
        now=lambda: NOW,
        open_schema=open_schema,
        query_seconds_max=query_seconds_max,
    )
    authentication = Authentication(issuer=issuer, now=lambda: NOW)
    endpoint = Middleware(GraphQLRoute, door=door, callers=Callers(tokens=authentication))
    app = Starlette(middleware=[Middleware(Edge), endpoint])
    return LittleService(app=app, issuer=issuer, authentication=authentication, door=door, calls=calls)


def codes(response: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in response.json().get("errors", [])]
