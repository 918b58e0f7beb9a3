"""Subscriptions, the log of what happened to each, and their cancellations."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
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


class Subscription(Row):
    """`amount_eur_cents`: the price of one billing interval in EUR cents, locked when the price was set."""

    __tablename__ = "subscription"
    __table_args__ = (
        whole("current_period_start <= current_period_end", name="period"),
        Index("subscription_started_on_id_idx", "started_on", "id"),
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


class PlanHistory(Row):
    """One thing that happened to a subscription, with the plan and price that hold from `effective_on`. Append-only."""

    __tablename__ = "plan_history"
    __table_args__ = (UniqueConstraint("subscription_id", "ordinal"),)

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


class SubscriptionCancellation(Row):
    """A cancellation with its revenue impact locked: `amount_eur_cents` of the subscription when it was cancelled."""

    __tablename__ = "subscription_cancellation"
    __table_args__ = (UniqueConstraint("subscription_id", "cancelled_on"),)

    id: Mapped[Id]
    subscription_id: Mapped[UUID] = link("subscription")
    requested_on: Mapped[date | None]
    cancelled_on: Mapped[date]
    mode: Mapped[str] = mapped_column(word("NOW", "PERIOD_END", name="mode"))
    reason: Mapped[str] = mapped_column(word(*CANCELLATION_REASONS, name="reason"))
    amount_eur_cents: Mapped[Cents]
    recorded_at: Mapped[Recorded]
