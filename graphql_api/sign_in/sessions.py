"""The sessions of people who signed in with a browser: opened, found by their cookie, and ended."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from billing.authority import Caller, Forbidden, Role, Unauthenticated
from graphql_api.sign_in.cookies import SecretCookie
from storage import sessions
from storage.sessions import Session, hashed

SEEN_EVERY: Final = timedelta(minutes=1)
"""How exactly it is noted when somebody was last seen: a write a minute, not one a request. A session may end so much
earlier than `idle` says."""


class SessionEnded(Unauthenticated):
    """The cookie is of a session that is over."""

    def __init__(self) -> None:
        super().__init__("Your session has ended: sign in again.")


class SentFromElsewhere(Forbidden):
    """A browser sent its cookie along, and nothing shows that one of our own pages asked it to."""

    def __init__(self) -> None:
        super().__init__("With a session's cookie, send the header `X-Requested-With`: only our own pages can.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Sessions of those for whom `issuer` vouched. Each ends when its owner is `idle` for so long, and `lasting` after the
    sign-in in any case."""

    engine: AsyncEngine
    issuer: str
    cookie: SecretCookie
    idle: timedelta
    lasting: timedelta
    now: Callable[[], datetime]

    def sent_by(self, request: Request) -> bool:
        """Whether the request brings a session's cookie, good or not."""
        return self.cookie.of(request) is not None

    async def caller(self, request: Request) -> Caller:
        """Whose session it is.

        Raises: `SentFromElsewhere`, `SessionEnded`.
        """
        refuse_other_sites(request)
        found = await self._seen(request)
        if found is None:
            raise SessionEnded
        roles = frozenset(role for role in Role if role.value in found.roles)
        return Caller(actor=found.actor, roles=roles, authenticated_at=found.authenticated_at)

    async def is_open(self, request: Request) -> bool:
        """Whether somebody is signed in. Enough to be shown a page, not to be told anything."""
        return await self._seen(request) is not None

    async def _seen(self, request: Request) -> Session | None:
        secret, now = self.cookie.of(request), self.now()
        if secret is None:
            return None
        async with AsyncSession(self.engine, expire_on_commit=False) as books, books.begin():
            found = await sessions.find_session(books, hashed(secret), issuer=self.issuer, now=now, idle=self.idle)
            if found is not None and now - found.seen_at >= SEEN_EVERY:
                await sessions.touch_session(books, found.id_hash, now=now)
        return found

    async def open(self, caller: Caller, request: Request, response: Response) -> None:
        """Open a session under a new id. The one that the browser had until now is over."""
        secret, now = secrets.token_urlsafe(32), self.now()
        opened = Session(
            id_hash=hashed(secret),
            issuer=self.issuer,
            actor=caller.actor,
            roles=[role.value for role in caller.roles],
            authenticated_at=caller.authenticated_at,
            opened_at=now,
            seen_at=now,
            expires_at=now + self.lasting,
        )
        async with AsyncSession(self.engine) as books, books.begin():
            await sessions.delete_ended_sessions(books, now=now, idle=self.idle)
            await self._delete(books, request)
            books.add(opened)
        self.cookie.put(response, secret, ttl_seconds=int(self.lasting.total_seconds()))

    async def end(self, request: Request, response: Response) -> None:
        """Sign out: the session's id opens nothing any more, wherever it may have gone.

        Raises: `SentFromElsewhere`.
        """
        refuse_other_sites(request)
        async with AsyncSession(self.engine) as books, books.begin():
            await self._delete(books, request)
        self.cookie.remove(response)

    async def _delete(self, books: AsyncSession, request: Request) -> None:
        secret = self.cookie.of(request)
        if secret is not None:
            await sessions.delete_session(books, hashed(secret))


def refuse_other_sites(request: Request) -> None:
    """Other sites can have a browser send our cookie, but not with a header of their choice: it would ask us first.

    Raises: `SentFromElsewhere`.
    """
    if not request.headers.get("x-requested-with"):
        raise SentFromElsewhere
