"""The audit trail: who did what to which row and why, each event chained to the one before it by its hash."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import BigInteger, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Id, Row, whole


class AuditEvent(Row):
    """One thing done. `details` is canonical JSON text without personal data; `hash` covers it and the event before."""

    __tablename__ = "audit_event"

    id: Mapped[Id]
    seq: Mapped[int] = mapped_column(BigInteger, unique=True)
    occurred_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(index=True)
    action: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[UUID] = mapped_column(index=True)
    reason: Mapped[str | None]
    details: Mapped[str]
    hash: Mapped[str]


class AuditHead(Row):
    """The newest event's number and hash, in one row: what an auditor writes down elsewhere."""

    __tablename__ = "audit_head"
    __table_args__ = (whole("single", name="one_row"),)

    single: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What is to be recorded. `details`: what changed, before and after, ids and amounts but no personal data."""

    at: datetime
    actor: str
    action: str
    subject_type: str
    subject_id: UUID
    reason: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        return {
            "occurred_at": self.at.isoformat(),
            "actor": self.actor,
            "action": self.action,
            "subject_type": self.subject_type,
            "subject_id": str(self.subject_id),
            "reason": self.reason,
            "details": json.dumps(self.details, sort_keys=True, ensure_ascii=False, default=str),
        }


async def record(session: AsyncSession, done: Done) -> None:
    """Append to the trail: the last thing a transaction does, since it waits for every other one that records."""
    await record_all(session, [done])


async def record_all(session: AsyncSession, done: Sequence[Done]) -> None:
    """The same for several events, in order."""
    if done:
        await session.execute(text("select audit_append(:happened)"), {"happened": _happened(done)})


def record_bulk(cursor: psycopg.Cursor[Any], done: Iterable[Done]) -> None:
    """The same for several events, in order, on a plain connection."""
    cursor.execute("select audit_append(%s)", [_happened(done)])


def _happened(done: Iterable[Done]) -> str:
    return json.dumps([event.as_json() for event in done], ensure_ascii=False)
