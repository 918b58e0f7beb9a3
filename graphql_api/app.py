"""The service: what it is made of, and the routes it answers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route, request_response

from graphql_api.authentication import Authentication
from graphql_api.callers import Callers
from graphql_api.console import console
from graphql_api.direct import Direct
from graphql_api.door import Door
from graphql_api.edge import Edge
from graphql_api.execution import core_schema, field_by_field
from graphql_api.exports.asked import Inputs
from graphql_api.exports.route import ExportRoute
from graphql_api.graphiql import asset_routes
from graphql_api.graphql_route import GraphQLRoute, shown_page
from graphql_api.health import Readiness, database_probe, healthy
from graphql_api.issuers import DevelopmentIssuer, OidcIssuer, development_issuer
from graphql_api.roots import build_schema
from graphql_api.saved_operations import SavedOperationsRoute
from graphql_api.settings import Settings
from graphql_api.sign_in.wiring import entrance
from graphql_api.sys_dunning import dunning_routes
from graphql_api.sys_routes import sys_routes
from graphql_api.wiring import Wiring
from graphql_api.worker import Worker
from providers.registry import Registry
from storage.engine import Database


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(
    settings: Settings,
    database: Database,
    *,
    now: Callable[[], datetime] = utc_now,
    client: httpx.AsyncClient | None = None,
    registry: Registry | None = None,
    works: bool = False,
    stopping: asyncio.Event | None = None,
) -> Starlette:
    """The service over a migrated database; it `works` when it does a worker's work beside its requests, until `stopping`
    is set.

    `client`: what it asks an identity provider with, if not one of its own; it closes it at its end. `registry`: its
    providers, if not those whose plugins are installed.
    """
    schema, wiring = build_schema(), Wiring(settings, database, registry)
    issuer = chosen_issuer(settings, client)
    people = entrance(settings, issuer, wiring.engine, now)
    callers = Callers(tokens=Authentication(issuer=issuer, now=now), sessions=people.sessions)
    core, open_schema = core_schema(schema), settings.oidc_issuer is None
    door = Door(
        core,
        execute=Direct(schema, field_by_field(schema)),
        make_context=wiring.context,
        now=now,
        open_schema=open_schema,
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with wiring.opened(), AsyncExitStack() as beside:
            if isinstance(issuer, OidcIssuer):
                await beside.enter_async_context(issuer.client)
            if works:
                over = Worker.over(settings, database, wiring.registry, now=now, stopping=stopping)
                await beside.enter_async_context((await beside.enter_async_context(over)).running())
            yield

    saved = SavedOperationsRoute(callers=callers, now=now, zone=settings.time_zone, open_schema=open_schema)
    exports = ExportRoute(wiring.packs(settings), Inputs(schema, core), now)
    routes = [
        Route("/healthz", healthy),
        Route("/readyz", Readiness(probe=database_probe(database)).answer),
        Route("/graphql/operations.json", saved.answer),
        *asset_routes(),
        *people.routes,
        *sys_routes(core, door, callers),
        *dunning_routes(core, door, callers),
        Route("/webhooks/{provider}", wiring.webhooks(now).answer, methods=["POST"]),
        Route("/exports/{file}", exports.answer),
    ]
    before_routes = [
        Middleware(Edge, https=settings.is_https),
        Middleware(GraphQLRoute, door=door, callers=callers, shown=people.before(shown_page)),
    ]
    service = Starlette(routes=routes, middleware=before_routes, lifespan=lifespan)
    service.router.default = request_response(people.before(console))  # what no route answers, not even with 405
    return service


def chosen_issuer(settings: Settings, client: httpx.AsyncClient | None) -> OidcIssuer | DevelopmentIssuer:
    """The configured provider, asked with the client; the development issuer only where there is none."""
    if settings.oidc_issuer is None or settings.oidc_audience is None:
        return development_issuer(settings)
    return OidcIssuer(
        url=settings.oidc_issuer,
        audience=settings.oidc_audience,
        at_jwt_only=settings.oidc_at_jwt_only,
        client=client or httpx.AsyncClient(),
    )
