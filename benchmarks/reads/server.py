"""Our side of the race: the service as it is, with one more root field (C) and room for D's thousand rows; or, named
`handwritten`, the same HTTP server, token check and connections around one SQL statement that writes the JSON itself."""

import sys
from pathlib import Path

import orjson
import strawberry
import uvicorn
import uvloop
from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, Table, Text, Uuid
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.reads.queries import ALL
from graphql_api import app as service
from graphql_api import limits, roots
from graphql_api.app import create_app, utc_now
from graphql_api.authentication import Authentication
from graphql_api.corked import CorkedHttp
from graphql_api.garbage import look_seldom, settle
from graphql_api.logs import configure_logs
from graphql_api.settings import Settings
from resolvers.authority import finance_query
from schema.money import Money
from schema.reading import paging
from schema.reading.bindings import column, money, one, rows_of
from schema.reading.paging import Order
from schema.reading.questions import All, Question
from schema.subscriptions import Plan
from storage.embedded import attached
from storage.engine import Database
from storage.parameters import written

ROWS_MAX = 1_000
REVENUE = Table(
    "revenue_row", MetaData(), Column("id", Uuid), Column("place", Integer), Column("month", Date), Column("plan_id", Uuid),
    Column("country", Text), Column("payments", Integer), Column("amount_cents", BigInteger), Column("currency", Text),
)  # fmt: skip


@rows_of(REVENUE.alias)
@strawberry.type
class Revenue:
    month: str = column()
    country: str = column()
    payments: int = column()
    amount: Money = money("amount_cents")
    plan: Plan = one(lambda revenue, plan: plan.id == revenue.plan_id)


BY_PLACE = All(order=Order(lambda revenue: [revenue.place]))


@strawberry.type
class BenchmarkQuery(roots.Query):
    @finance_query(description="Twelve months and more, for the benchmark.", answers=list[Revenue])
    def revenue(self) -> Question:
        return BY_PLACE


def serve_ours(settings: Settings, database: Database) -> Starlette:
    paging.page.__kwdefaults__["size_max"] = ROWS_MAX
    limits.ROOT_PAGE_MAX = ROWS_MAX  # type: ignore[misc, attr-defined]
    roots.Query = BenchmarkQuery  # type: ignore[misc]
    return create_app(settings, database)


def serve_handwritten(settings: Settings, database: Database) -> Starlette:
    authentication = Authentication(issuer=service.development_issuer(settings), now=utc_now)
    pool = database.read_pool()
    statements = {query.name: query.sql for query in ALL}

    async def answer(request: Request) -> Response:
        caller = await authentication.caller(request.headers.getlist("authorization"))
        assert caller is not None
        asked = orjson.loads(await request.body())
        values = [written(value.removeprefix("payment_")) for value in asked["variables"].values()]
        ((told,),) = await pool.rows(statements[asked["operationName"]], values)
        return Response(told, media_type="application/json")

    return Starlette(routes=[Route("/graphql", answer, methods=["POST"])])


async def run(app: Starlette, port: int) -> None:
    config = uvicorn.Config(
        app,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        proxy_headers=False,
        http=CorkedHttp,
    )
    await uvicorn.Server(config).serve()


def main() -> None:
    which, folder, name, port = sys.argv[1:]
    configure_logs()
    settings = Settings(data_dir=Path(folder))
    with attached(settings.data_dir) as server:
        database = server.database(name)
        made = serve_ours(settings, database) if which == "ours" else serve_handwritten(settings, database)
        look_seldom()
        settle()
        uvloop.run(run(made, int(port)))


if __name__ == "__main__":
    main()
