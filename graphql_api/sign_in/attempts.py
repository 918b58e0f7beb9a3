"""Sign-ins under way: a browser has been sent to the provider, and its answer is waited for."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Self

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from storage import sessions
from storage.sessions import SignInAttempt, hashed

ATTEMPT_TTL: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One sign-in. `state` comes back with the answer, by way of the browser that holds the secret `browser`.

    The person goes to the local path `return_to` afterwards. At `started_at`, their proof is to be at most
    `max_age_seconds` old; 0 asks for a new one.
    """

    state: str = field(repr=False)
    browser: str = field(repr=False)
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)
    return_to: str
    max_age_seconds: int
    started_at: datetime

    @classmethod
    def new(cls, *, return_to: str, max_age_seconds: int, now: datetime) -> Self:
        """With secrets of its own: 256 bits each, and a verifier of 64 characters."""
        return cls(
            state=secrets.token_urlsafe(32),
            browser=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            code_verifier=secrets.token_urlsafe(48),
            return_to=return_to,
            max_age_seconds=max_age_seconds,
            started_at=now,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """The sign-ins under way, of every process of the service."""

    engine: AsyncEngine
    now: Callable[[], datetime]

    async def keep(self, attempt: Attempt) -> None:
        """Wait for the answer, for ten minutes."""
        row = SignInAttempt(
            state_hash=hashed(attempt.state),
            browser_hash=hashed(attempt.browser),
            nonce=attempt.nonce,
            code_verifier=attempt.code_verifier,
            return_to=attempt.return_to,
            max_age_seconds=attempt.max_age_seconds,
            started_at=attempt.started_at,
            expires_at=attempt.started_at + ATTEMPT_TTL,
        )
        async with AsyncSession(self.engine) as books, books.begin():
            await sessions.delete_expired_attempts(books, now=attempt.started_at)
            books.add(row)

    async def take(self, *, state: str, browser: str) -> Attempt | None:
        """The attempt, once; None where this browser has none of this state that is still good."""
        async with AsyncSession(self.engine, expire_on_commit=False) as books, books.begin():
            row = await sessions.take_attempt(books, hashed(state), browser_hash=hashed(browser), now=self.now())
        if row is None:
            return None
        return Attempt(
            state=state,
            browser=browser,
            nonce=row.nonce,
            code_verifier=row.code_verifier,
            return_to=row.return_to,
            max_age_seconds=row.max_age_seconds,
            started_at=row.started_at,
        )
