"""Who is signed in with a browser, and the sign-ins that are under way.

Nothing in these tables opens anything by itself: of a secret that a browser holds only its hash is kept.
"""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, Text, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Row


class Session(Row):
    """Somebody who signed in. `issuer` vouched for them; they were last seen at `seen_at`, give or take a minute."""

    __tablename__ = "session"

    id_hash: Mapped[str] = mapped_column(primary_key=True)
    issuer: Mapped[str]
    actor: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    authenticated_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignInAttempt(Row):
    """A browser that was sent to the provider, and what the provider's answer has to fit. Good for one answer."""

    __tablename__ = "sign_in_attempt"

    state_hash: Mapped[str] = mapped_column(primary_key=True)
    browser_hash: Mapped[str]
    nonce: Mapped[str]
    code_verifier: Mapped[str]
    return_to: Mapped[str]
    max_age_seconds: Mapped[int]
    started_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


def hashed(secret: str) -> str:
    """What is kept of a random secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def find_session(
    books: AsyncSession, id_hash: str, *, issuer: str, now: datetime, idle: timedelta
) -> Session | None:
    """The session, unless it is over or another issuer's."""
    wanted = select(Session).where(
        Session.id_hash == id_hash,
        Session.issuer == issuer,
        Session.expires_at > now,
        Session.seen_at > now - idle,
    )
    return (await books.execute(wanted)).scalar_one_or_none()


async def touch_session(books: AsyncSession, id_hash: str, *, now: datetime) -> None:
    """Its owner is there."""
    await books.execute(update(Session).where(Session.id_hash == id_hash, Session.seen_at < now).values(seen_at=now))


async def delete_session(books: AsyncSession, id_hash: str) -> None:
    """End a session; nothing happens where there is none."""
    await books.execute(delete(Session).where(Session.id_hash == id_hash))


async def delete_ended_sessions(books: AsyncSession, *, now: datetime, idle: timedelta) -> None:
    """Forget the sessions that nobody can use any more."""
    await books.execute(delete(Session).where(or_(Session.expires_at <= now, Session.seen_at <= now - idle)))


async def take_attempt(
    books: AsyncSession, state_hash: str, *, browser_hash: str, now: datetime
) -> SignInAttempt | None:
    """The attempt, which nobody can take again; None where this browser has none that is still good."""
    taken = (
        delete(SignInAttempt)
        .where(
            SignInAttempt.state_hash == state_hash,
            SignInAttempt.browser_hash == browser_hash,
            SignInAttempt.expires_at > now,
        )
        .returning(SignInAttempt)
    )
    return (await books.execute(taken)).scalar_one_or_none()


async def delete_expired_attempts(books: AsyncSession, *, now: datetime) -> None:
    """Forget the attempts that nobody can take any more."""
    await books.execute(delete(SignInAttempt).where(SignInAttempt.expires_at <= now))
