"""The whole service over a test's own database, and a client that asks it as a signed-in finance person."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from billing.authority import Role
from graphql_api.app import create_app
from graphql_api.issuers import development_issuer
from graphql_api.settings import Settings
from providers.registry import Registry
from storage.engine import Database
from tests.books import NOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """A client of the service. Its clock stands at `tests.books.NOW`."""

    client: httpx.AsyncClient
    settings: Settings
    app: Starlette

    def token(self, *roles: Role, actor: str = "finance@example.org", auth_age: float = 0) -> str:
        issuer, at = development_issuer(self.settings), NOW - timedelta(seconds=auth_age)
        return issuer.token(actor=actor, roles=roles or (Role.SYS_FINANCE,), authenticated_at=at, now=NOW)

    async def post(self, document: str, *, token: str | None = None, **variables: Any) -> httpx.Response:
        return await self.client.post(
            "/graphql",
            json={"query": document, "variables": variables},
            headers={"authorization": f"Bearer {token or self.token()}"},
        )

    async def ask(self, document: str, **variables: Any) -> Any:
        """The data of an operation that succeeds."""
        answer = (await self.post(document, **variables)).json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def refused(self, document: str, **variables: Any) -> tuple[str, str]:
        """The code and message of the one error of an operation that fails."""
        answer = (await self.post(document, **variables)).json()
        (error,) = answer["errors"]
        return error["extensions"]["code"], error["message"]


def stand_still() -> datetime:
    return NOW


@asynccontextmanager
async def served(
    database: Database, data_dir: Path, *, registry: Registry | None = None, **settings_too: Any
) -> AsyncIterator[Api]:
    """The service, as it runs in production but for its clock."""
    settings = Settings(data_dir=data_dir, **settings_too)
    app = create_app(settings, database, now=stand_still, registry=registry)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        yield Api(client=client, settings=settings, app=app)
