"""The books as procedures use them: one procedure is one transaction, done by somebody for a reason at an instant."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from billing.periods import business_day
from storage.audit import Done, record


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
    """The way into the books for procedures; `zone` is the one whose days and months count."""

    engine: AsyncEngine
    zone: ZoneInfo

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """All of it, or nothing. Rows are locked in one order: payment, refund, invoice, transfer, tenant, subscription."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """One unchanging view of the books for reports of several statements; nothing can be written."""
        async with self.engine.connect() as connection:
            yield await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def day(self, at: datetime) -> date:
        """The business day of an instant."""
        return business_day(at, self.zone)


async def sign(session: AsyncSession, done: Done) -> None:
    """Write the audit event of what this transaction did: always last."""
    await session.flush()
    await record(session, done)
