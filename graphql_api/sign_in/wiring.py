"""What the sign-in is made of, by the settings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.routing import BaseRoute, Mount, Route

from graphql_api.issuers import DevelopmentIssuer, OidcIssuer
from graphql_api.settings import Settings
from graphql_api.sign_in.attempts import Attempts
from graphql_api.sign_in.cookies import SecretCookie
from graphql_api.sign_in.development import CLIENT_ID, MOUNTED_AT, DevelopmentProvider
from graphql_api.sign_in.origins import local_origin
from graphql_api.sign_in.provider import Provider
from graphql_api.sign_in.routes import LOGIN, Endpoint, SignIn, not_set_up
from graphql_api.sign_in.sessions import Sessions

SESSION: Final = "petanque-session"


def shown_to_all(answer: Endpoint) -> Endpoint:
    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """How people come in: the `routes` of the sign-in, the `sessions` it opens, and what stands `before` a page."""

    routes: Sequence[BaseRoute]
    sessions: Sessions | None = None
    before: Callable[[Endpoint], Endpoint] = shown_to_all


def entrance(
    settings: Settings, issuer: OidcIssuer | DevelopmentIssuer, engine: AsyncEngine, now: Callable[[], datetime]
) -> Entrance:
    """By the issuer: as a client of the configured provider, closed where it is no client of it; else by the development
    provider."""
    if isinstance(issuer, DevelopmentIssuer):
        return _development_entrance(settings, issuer, engine, now)
    if settings.oidc_client_id is None or settings.public_url is None:
        return Entrance(routes=[Route(LOGIN, not_set_up, methods=["GET"])])
    origin, secret = settings.public_url, settings.oidc_client_secret
    provider = Provider(
        issuer=issuer,
        client_id=settings.oidc_client_id,
        client_secret=None if secret is None else secret.get_secret_value(),
    )
    sessions = _sessions(settings, issuer.url, engine, now, secure=settings.is_https)
    sign_in = SignIn(
        provider=provider,
        attempts=Attempts(engine=engine, now=now),
        sessions=sessions,
        origin=lambda _request: origin,
        now=now,
    )
    return Entrance(routes=sign_in.routes(), sessions=sessions, before=sign_in.before)


def _development_entrance(
    settings: Settings, issuer: DevelopmentIssuer, engine: AsyncEngine, now: Callable[[], datetime]
) -> Entrance:
    """The provider is part of the service; the service asks it as it would ask any other, but within the process."""
    app = DevelopmentProvider(issuer=issuer, now=now).app()
    within = httpx.AsyncClient(transport=httpx.ASGITransport(app))
    asked = OidcIssuer(url=issuer.url, audience=issuer.audience, client=within)
    provider = Provider(issuer=asked, client_id=CLIENT_ID)
    sessions = _sessions(settings, issuer.url, engine, now, secure=False)
    sign_in = SignIn(
        provider=provider, attempts=Attempts(engine=engine, now=now), sessions=sessions, origin=local_origin, now=now
    )
    return Entrance(routes=[*sign_in.routes(), Mount(MOUNTED_AT, app)], sessions=sessions)


def _sessions(
    settings: Settings, issuer_url: str, engine: AsyncEngine, now: Callable[[], datetime], *, secure: bool
) -> Sessions:
    return Sessions(
        engine=engine,
        issuer=issuer_url,
        cookie=SecretCookie.named(SESSION, secure=secure),
        idle=timedelta(seconds=settings.session_idle_seconds),
        lasting=timedelta(seconds=settings.session_seconds),
        now=now,
    )
