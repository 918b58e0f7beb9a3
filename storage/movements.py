"""What providers tell of our balance with them: its movements, the window in which all are known, and the calls they made."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Cents, Id, Recorded, Row, whole, word

KINDS = ("CHARGE", "REFUND", "FEE", "DISPUTE", "PAYOUT", "DEPOSIT", "ADJUSTMENT", "UNCLASSIFIED")


class ProviderMovement(Row):
    """One movement as the provider reports it, signed from our side, append-only; `occurred_on` is the business day.

    `subject_reference` names the payment, refund, dispute or payout that moved, as the books name it; `subject_aliases` are
    its other names. `payment_references`: the names of the payment it is about, whatever the subject. A fee that was taken
    off a movement has that movement's `reference`.
    """

    __tablename__ = "provider_movement"
    __table_args__ = (
        UniqueConstraint("provider", "reference", "kind"),
        Index("provider_movement_provider_occurred_on_id_idx", "provider", "occurred_on", "id"),
        Index("provider_movement_subject_reference_idx", "subject_reference",
              postgresql_where=text("subject_reference is not null")),
    )  # fmt: skip

    id: Mapped[Id]
    provider: Mapped[str]
    kind: Mapped[str] = mapped_column(word(*KINDS, name="kind"))
    reference: Mapped[str]
    subject_reference: Mapped[str | None]
    subject_aliases: Mapped[list[str]] = mapped_column(ARRAY(TEXT()))
    payment_references: Mapped[list[str]] = mapped_column(ARRAY(TEXT()))
    payout_reference: Mapped[str | None]
    amount_cents: Mapped[Cents]
    currency: Mapped[str]
    occurred_at: Mapped[datetime]
    occurred_on: Mapped[date]
    description: Mapped[str]
    recorded_at: Mapped[Recorded]


class ProviderSync(Row):
    """All of the provider's movements of [synced_from, synced_through) were fetched, without gaps. `id` names it in the
    audit trail."""

    __tablename__ = "provider_sync"
    __table_args__ = (whole("synced_from < synced_through", name="window"),)

    provider: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(server_default=text("uuid7()"))
    synced_from: Mapped[datetime]
    synced_through: Mapped[datetime]


class ProviderEvent(Row):
    """A call of the provider's, verified, once each. What it told is not kept: it only says what to ask the provider about.

    `due_at`: when to look after it next; null once it was processed, or given up with a `problem`.
    """

    __tablename__ = "provider_event"
    __table_args__ = (
        UniqueConstraint("provider", "event_id"),
        whole("processed_at is null or due_at is null", name="only_unprocessed_is_due"),
        Index("provider_event_due_at_idx", "due_at", postgresql_where=text("due_at is not null")),
    )

    id: Mapped[Id]
    provider: Mapped[str]
    event_id: Mapped[str]
    kind: Mapped[str]
    subject_reference: Mapped[str]
    received_at: Mapped[datetime]
    processed_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    due_at: Mapped[datetime | None]
    problem: Mapped[str | None]
