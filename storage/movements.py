"""What providers tell of our balance with them: its movements, the window in which all are known, and the calls they made."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import orjson
from sqlalchemy import Index, SmallInteger, UniqueConstraint, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from storage.columns import Cents, Id, Recorded, Row, whole, word

STORE = """
insert into provider_movement (provider, kind, reference, subject_reference, subject_aliases, payment_references,
                               payout_reference, amount_cents, currency, presented_cents, presented_currency, occurred_at,
                               occurred_on, description)
select cast(:provider as text), told.*
  from jsonb_to_recordset(cast(:lines as jsonb))
       as told (kind text, reference text, subject_reference text, subject_aliases text[], payment_references text[],
                payout_reference text, amount_cents bigint, currency text, presented_cents bigint, presented_currency text,
                occurred_at timestamptz, occurred_on date, description text)
    on conflict (provider, reference, kind) do nothing
returning id"""
# A window that touches the one that is known makes it longer; of two that do not touch, the later one is kept.
EXTEND = """
insert into provider_sync as known (provider, synced_from, synced_through)
values (:provider, :synced_from, :synced_through)
    on conflict (provider) do update
   set synced_from = case when excluded.synced_from <= known.synced_through
                           and excluded.synced_through >= known.synced_from
                          then least(known.synced_from, excluded.synced_from)
                          when excluded.synced_from > known.synced_through then excluded.synced_from
                          else known.synced_from end,
       synced_through = greatest(known.synced_through, excluded.synced_through)
returning id"""

BOOKING: Final = 0x6D6F_7665
"""The advisory lock's key."""

KINDS = ("CHARGE", "REFUND", "FEE", "DISPUTE", "PAYOUT", "DEPOSIT", "ADJUSTMENT", "UNCLASSIFIED")


class ProviderMovement(Row):
    """One movement as the provider reports it, signed from our side, append-only; `occurred_on` is the business day.

    `subject_reference` names the payment, refund, dispute or payout that moved, as the books name it; `subject_aliases` are
    its other names. `payment_references`: the names of the payment it is about, whatever the subject. A fee that was taken
    off a movement has that movement's `reference`. `presented_cents`: what it was in the payer's currency, where it settles in
    another.
    """

    __tablename__ = "provider_movement"
    __table_args__ = (
        UniqueConstraint("provider", "reference", "kind"),
        Index("provider_movement_provider_occurred_on_id_idx", "provider", "occurred_on", "id"),
        Index("provider_movement_subject_reference_idx", "subject_reference",
              postgresql_where=text("subject_reference is not null")),
        Index("provider_movement_payout_idx", "amount_cents", postgresql_where=text("kind = 'PAYOUT'")),
        Index("provider_movement_presented_idx", "provider", "occurred_on",
              postgresql_where=text("presented_currency is not null")),
        whole("(presented_cents is null) = (presented_currency is null)", name="presented"),
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
    presented_cents: Mapped[Cents | None]
    presented_currency: Mapped[str | None]
    occurred_at: Mapped[datetime]
    occurred_on: Mapped[date]
    description: Mapped[str]
    recorded_at: Mapped[Recorded]

    @property
    def paid(self) -> Money:
        """What it is of the payment, in the payer's currency."""
        if self.presented_cents is None or self.presented_currency is None:
            return Money(self.amount_cents, self.currency)
        return Money(self.presented_cents, self.presented_currency)


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


async def store_movements(session: AsyncSession, provider: str, lines: Sequence[Mapping[str, object]]) -> int:
    """Keep those that are not known yet, told as the columns of `ProviderMovement`; gives how many those were."""
    told = {"provider": provider, "lines": orjson.dumps(lines).decode()}
    return len((await session.execute(text(STORE), told)).all())


async def extend_window(session: AsyncSession, provider: str, start: datetime, end: datetime) -> UUID:
    """All movements of [start, end) are known now; gives the id of the provider's `ProviderSync`."""
    window = {"provider": provider, "synced_from": start, "synced_through": end}
    known: UUID = (await session.execute(text(EXTEND), window)).scalar_one()
    return known


async def one_at_a_time(session: AsyncSession, provider: str) -> None:
    """Wait until nobody else books the provider's movements, and keep others waiting until the transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(BOOKING, func.hashtext(provider))))
