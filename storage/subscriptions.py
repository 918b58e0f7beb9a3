"""Subscriptions, the log of what happened to each, and their cancellations."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Cents, Id, Recorded, Row, link, whole, word

STATUSES = ("TRIALING", "ACTIVE", "PAST_DUE", "PAUSED", "CANCELLED")
HISTORY_KINDS = (
    "STARTED", "TRIAL_EXTENDED", "TRIAL_ENDED", "PLAN_CHANGE_SCHEDULED", "PLAN_CHANGED", "PAUSED", "RESUMED",
    "CANCEL_SCHEDULED", "CANCELLED", "SCHEDULE_REVOKED", "REACTIVATED", "PAST_DUE", "RECOVERED",
)  # fmt: skip
CANCELLATION_REASONS = (
    "TOO_EXPENSIVE", "MISSING_FEATURES", "SWITCHED_SERVICE", "UNUSED", "CUSTOMER_SERVICE", "LOW_QUALITY", "TOO_COMPLEX",
    "PAYMENT_FAILED", "CLOSED_DOWN", "OTHER",
)  # fmt: skip


PLANNED_KINDS = ("PLAN_CHANGE_SCHEDULED", "CANCEL_SCHEDULED")

PLANNED = """
    (planned_kind is null) = (planned_on is null)
    and (planned_kind is not distinct from 'PLAN_CHANGE_SCHEDULED') = (planned_plan_id is not null)
    and (planned_plan_id is null) = (planned_amount_cents is null)"""
PAUSED = """
    (status = 'PAUSED' or paused_on is null) and (paused_on is not null or paused_until is null)
    and paused_on < paused_until"""


class Subscription(Row):
    """`amount_eur_cents`: the price of one billing interval in EUR cents, locked when the price was set.

    `anchor_day`: the day of the month on which periods begin where the month has it (None: as the current period tells).
    `planned_kind` with what follows it: the one change that is planned, for the day `planned_on`.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        whole("current_period_start <= current_period_end", name="period"),
        whole("anchor_day between 1 and 31", name="anchor"),
        whole(PLANNED, name="planned"),
        whole(PAUSED, name="paused"),
        Index("subscription_started_on_id_idx", "started_on", "id"),
        Index(
            "subscription_current_period_end_idx", "current_period_end", postgresql_where=text("status <> 'CANCELLED'")
        ),
    )

    id: Mapped[Id]
    external_id: Mapped[str] = mapped_column(unique=True)
    tenant_id: Mapped[UUID] = link("tenant", index=True)
    plan_id: Mapped[UUID] = link("plan")
    status: Mapped[str] = mapped_column(word(*STATUSES, name="status"))
    amount_cents: Mapped[Cents]
    currency: Mapped[str]
    amount_eur_cents: Mapped[Cents]
    started_on: Mapped[date]
    trial_ends_on: Mapped[date | None]
    current_period_start: Mapped[date]
    current_period_end: Mapped[date]
    cancelled_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(server_default="1")
    anchor_day: Mapped[int | None] = mapped_column(SmallInteger)
    trial_extended_days: Mapped[int] = mapped_column(server_default="0")
    paused_on: Mapped[date | None]
    paused_until: Mapped[date | None]
    planned_kind: Mapped[str | None] = mapped_column(word(*PLANNED_KINDS, name="planned_kind"))
    planned_on: Mapped[date | None]
    planned_plan_id: Mapped[UUID | None] = link("plan", nullable=True)
    planned_amount_cents: Mapped[int | None] = mapped_column(BigInteger)


class PlanHistory(Row):
    """One thing that happened to a subscription, with the plan and price that hold from `effective_on`. Append-only.

    Where the rest of a period was settled: `invoice_id` charges it, `credited_cents` (VAT included) became tenant credit.
    """

    __tablename__ = "plan_history"
    __table_args__ = (
        UniqueConstraint("subscription_id", "ordinal"),
        whole("credited_cents >= 0", name="credited"),
        Index("plan_history_effective_on_idx", "effective_on"),
    )

    id: Mapped[Id]
    subscription_id: Mapped[UUID] = link("subscription")
    ordinal: Mapped[int]
    kind: Mapped[str] = mapped_column(word(*HISTORY_KINDS, name="kind"))
    effective_on: Mapped[date]
    recorded_at: Mapped[Recorded]
    actor: Mapped[str]
    reason: Mapped[str | None]
    plan_id: Mapped[UUID] = link("plan")
    amount_cents: Mapped[Cents]
    amount_eur_cents: Mapped[Cents]
    credited_cents: Mapped[Cents] = mapped_column(server_default="0")
    invoice_id: Mapped[UUID | None] = link("invoice", nullable=True)


class SubscriptionCancellation(Row):
    """A cancellation with its impact locked when it was asked for: the price of one interval (`amount_cents` of `currency`,
    `amount_eur_cents`) and the MRR that goes with it.

    `cancelled_on`: the day it takes effect. One that was revoked never does: no CANCELLED entry of that day is in the log.
    Cancelled again for the same day, the newest row counts.
    """

    __tablename__ = "subscription_cancellation"
    __table_args__ = (
        Index("subscription_cancellation_subscription_id_cancelled_on_idx", "subscription_id", "cancelled_on"),
    )

    id: Mapped[Id]
    subscription_id: Mapped[UUID] = link("subscription")
    requested_on: Mapped[date | None]
    cancelled_on: Mapped[date]
    mode: Mapped[str] = mapped_column(word("NOW", "PERIOD_END", name="mode"))
    reason: Mapped[str] = mapped_column(word(*CANCELLATION_REASONS, name="reason"))
    amount_eur_cents: Mapped[Cents]
    recorded_at: Mapped[Recorded]
    mrr_eur_cents: Mapped[Cents]
    amount_cents: Mapped[Cents]
    currency: Mapped[str]


class ProrationSeries(Row):
    """The last number given out in a year. Its row stays locked until the number's transaction ends: no gaps."""

    __tablename__ = "proration_series"

    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    last: Mapped[int]


async def next_proration_number(session: AsyncSession, year: int) -> str:
    """The next number of the year's series, e.g. PR-2026-1; given back if the transaction does not commit."""
    first = insert(ProrationSeries).values(year=year, last=1)
    counted = first.on_conflict_do_update(index_elements=["year"], set_={"last": ProrationSeries.last + 1})
    number = (await session.execute(counted.returning(ProrationSeries.last))).scalar_one()
    return f"PR-{year}-{number}"
