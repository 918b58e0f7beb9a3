"""Refunds: the intent, written before a provider is called, and what became of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, SmallInteger, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Cents, Id, Row, link, whole, word

REFUND_STATUSES = ("PENDING", "SUCCEEDED", "FAILED")
EVENTS = (
    "ORDERED",
    "TRIED",
    "UNKNOWN",
    "ACCEPTED",
    "SUCCEEDED",
    "FAILED",
    "REVERSED",
    "CONTRADICTED",
    "REVIEW",
    "RESOLVED",
)


class Refund(Row):
    """Money sent back. `surplus_cents` of it came out of the tenant's credit; `tax_cents` is the VAT in the rest, known
    once it has succeeded.

    While PENDING it holds its amount: it was ordered, and nobody knows better yet. `due_at` is when the completer looks
    after it; up to then whoever set it is at work (a lease) or waits. `accepted_at`: the provider confirmed that it will
    send the money. `preview_id` is the preview it was executed with: each serves once.
    """

    __tablename__ = "refund"
    __table_args__ = (
        whole("amount_cents > 0", name="amount"),
        whole("surplus_cents between 0 and amount_cents", name="parts"),
        whole("status = 'PENDING' or due_at is null", name="only_pending_is_due"),
        whole("status <> 'PENDING' or due_at is not null or needs_review", name="pending_is_looked_after"),
        Index("refund_once_key", "payment_id", "amount_cents", "actor", text("coalesce(idempotency_key, '')"),
              unique=True, postgresql_where=text("status <> 'FAILED' and external_id is null")),
        Index("refund_due_at_idx", "due_at", postgresql_where=text("due_at is not null")),
        Index("refund_pending_idx", "payment_id", postgresql_where=text("status = 'PENDING'")),
        Index("refund_created_at_id_idx", "created_at", "id"),
        Index("refund_credit_note_key", "credit_note", unique=True, postgresql_where=text("external_id is null")),
    )  # fmt: skip

    id: Mapped[Id]
    external_id: Mapped[str | None] = mapped_column(unique=True)
    payment_id: Mapped[UUID] = link("payment", index=True)
    amount_cents: Mapped[Cents]
    surplus_cents: Mapped[Cents]
    tax_cents: Mapped[Cents]
    status: Mapped[str] = mapped_column(word(*REFUND_STATUSES, name="status"))
    actor: Mapped[str]
    reason: Mapped[str]
    idempotency_key: Mapped[str | None]
    preview_id: Mapped[UUID | None] = mapped_column(unique=True)
    payer_account: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    notify_tenant: Mapped[bool] = mapped_column(server_default="false")
    provider_reference: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    due_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    needs_review: Mapped[bool] = mapped_column(server_default="false")
    failure_reason: Mapped[str | None]
    credit_note: Mapped[str | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class RefundEvent(Row):
    """One thing that happened to a refund, append-only: the evidence for whoever reviews it. No personal data."""

    __tablename__ = "refund_event"

    id: Mapped[Id]
    refund_id: Mapped[UUID] = link("refund", index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(word(*EVENTS, name="kind"))
    note: Mapped[str | None]


class CreditNoteSeries(Row):
    """The last number given out in a year. Its row stays locked until the number's transaction ends: no gaps."""

    __tablename__ = "credit_note_series"

    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    last: Mapped[int]


async def next_credit_note(session: AsyncSession, year: int) -> str:
    """The next number of the year's series, e.g. CN-2026-000001; given back if the transaction does not commit."""
    first = insert(CreditNoteSeries).values(year=year, last=1)
    counted = first.on_conflict_do_update(index_elements=["year"], set_={"last": CreditNoteSeries.last + 1})
    number = (await session.execute(counted.returning(CreditNoteSeries.last))).scalar_one()
    return f"CN-{year}-{number:06}"
