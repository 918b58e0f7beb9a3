"""The service with its sign-in, over a test's own database, and people with browsers of their own."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from graphql_api.app import create_app
from graphql_api.settings import Settings
from storage.engine import Database
from tests.books import NOW
from tests.service.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider

VIEWER = "{ viewer { actor roles isFresh } }"
OWN_PAGE = {"x-requested-with": "petanque-console"}
PUBLIC, LOCAL = "https://billing.test", "http://127.0.0.1:8000"


@dataclass(kw_only=True)
class Clock:
    """Everybody's clock."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **much: float) -> None:
        self.at += timedelta(**much)


@dataclass(kw_only=True)
class Browser:
    """A browser with cookies of its own, at the service's address."""

    client: httpx.AsyncClient
    service: "Service"

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers=headers)

    async def ask(
        self, document: str = VIEWER, headers: dict[str, str] | None = None, **variables: Any
    ) -> httpx.Response:
        """As our own pages ask."""
        headers = OWN_PAGE if headers is None else headers
        return await self.client.post("/graphql", json={"query": document, "variables": variables}, headers=headers)

    async def viewer(self) -> dict[str, Any] | None:
        """Who the service takes this browser for; None for nobody."""
        answer = await self.ask()
        assert answer.status_code in {200, 401}
        found: dict[str, Any] | None = answer.json()["data"]["viewer"] if answer.status_code == 200 else None
        return found

    async def sign_in(self, path: str = "/auth/login", **person: Any) -> httpx.Response:
        """By way of the provider; the service's answer to the provider's."""
        sent = await self.get(path)
        assert sent.status_code == 303, sent.text
        return await self.client.get(self.service.provider.sign_in(sent.headers["location"], **person))

    async def sign_in_as(self, person: str, path: str = "/auth/login") -> httpx.Response:
        """By choosing somebody on the development provider's page."""
        sent = await self.get(path)
        assert sent.status_code == 303, sent.text
        chosen = await self.client.post(sent.headers["location"], data={"person": person})
        assert chosen.status_code == 303, chosen.text
        return await self.client.get(chosen.headers["location"])

    @property
    def session(self) -> str | None:
        """The secret in the session's cookie."""
        return self.cookie("petanque-session")

    def cookie(self, name: str) -> str | None:
        return next((cookie.value for cookie in self.client.cookies.jar if cookie.name.endswith(name)), None)


@dataclass(kw_only=True)
class Service:
    """The running service. `provider` is not asked where none is configured."""

    app: Starlette
    address: str
    clock: Clock
    provider: IdentityProvider
    browsers: list[Browser] = field(default_factory=list)

    def browser(self, *, address: str | None = None) -> Browser:
        client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=address or self.address)
        self.browsers.append(Browser(client=client, service=self))
        return self.browsers[-1]


def production(data_dir: Path, provider: IdentityProvider, **changes: Any) -> Settings:
    """Settings as behind https, with a provider."""
    given: dict[str, Any] = {
        "data_dir": data_dir,
        "oidc_issuer": provider.url,
        "oidc_audience": "billing",
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "public_url": PUBLIC,
    }
    return Settings(**given | changes)


@asynccontextmanager
async def running(
    settings: Settings, database: Database, clock: Clock, provider: IdentityProvider
) -> AsyncIterator[Service]:
    """The service as `billing serve` runs it, but for its clock and the way to the provider."""
    app = create_app(settings, database, now=clock, client=provider.client())
    service = Service(app=app, address=settings.public_url or LOCAL, clock=clock, provider=provider)
    async with app.router.lifespan_context(app):
        yield service
        for browser in service.browsers:
            await browser.client.aclose()


def flags(response: httpx.Response, name: str) -> set[str]:
    """The attributes of a cookie that a response sets, in lower case."""
    [found] = [value for value in response.headers.get_list("set-cookie") if re.match(rf"\S*{name}[^=]*=", value)]
    return {part.strip().lower() for part in found.split(";")[1:]}
