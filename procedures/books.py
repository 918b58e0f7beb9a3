"""The books as procedures use them: one procedure is one transaction, done by somebody for a reason at an instant."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from billing.periods import business_day
from storage.audit import Done, record
from storage.replica import BROKEN, Replica

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who asks for something, when and why: what the audit trail keeps of it."""

    actor: str
    reason: str
    at: datetime

    def done(self, action: str, subject_type: str, subject_id: UUID, details: dict[str, object]) -> Done:
        """The audit event of this order, carried out."""
        return Done(
            at=self.at,
            actor=self.actor,
            action=action,
            subject_type=subject_type,
            subject_id=subject_id,
            reason=self.reason,
            details=details,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The way into the books for procedures; `zone` is the one whose days and months count. Reports are read at the
    `replica`, where there is one."""

    engine: AsyncEngine
    zone: ZoneInfo
    replica: Replica | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """All of it, or nothing. Rows are locked in one order: payment, refund, invoice, transfer, tenant, subscription."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """One unchanging view of the books, all that was committed before in it; nothing can be written."""
        async with self.engine.connect() as connection:
            yield await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    async def report(self, read: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """What `read` finds in an unchanging view of the books that may be some seconds old: the replica's while it keeps
        up, the primary's otherwise, or when the replica breaks meanwhile."""
        if self.replica is not None and await self.replica.keeps_up(self.engine):
            try:
                async with self.replica.reading() as connection:
                    return await read(connection)
            except BROKEN:
                self.replica.broke()
        async with self.reading() as connection:
            return await read(connection)

    def day(self, at: datetime) -> date:
        """The business day of an instant."""
        return business_day(at, self.zone)


async def sign(session: AsyncSession, done: Done) -> None:
    """Write the audit event of what this transaction did: always last."""
    await session.flush()
    await record(session, done)
