"""Notices: mails to tenants that are to be sent, each once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Id, Row, link, whole, word

KINDS = ("REFUND", "REMINDER", "FINAL_NOTICE")


class Notice(Row):
    """A mail to a tenant about one thing, once (`kind`, `subject_id`). Its words are made when it is sent: no personal data
    waits here. `due_at` is when to try next; null once it was sent or given up. `withdrawn_because`: why it was not sent."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("subject_id", "kind"),
        whole("sent_at is null or due_at is null", name="only_unsent_is_due"),
        Index("notice_due_at_idx", "due_at", postgresql_where=text("due_at is not null")),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(word(*KINDS, name="kind"))
    subject_id: Mapped[UUID]
    tenant_id: Mapped[UUID] = link("tenant")
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    sent_at: Mapped[datetime | None]
    withdrawn_because: Mapped[str | None]
