"""The audit trail: who did what to which row and why, each event chained to the one before it by its hash."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger
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
