"""Monthly recurring revenue: the log of every change of it, and its sums a day and a month, which the database keeps."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Index, Numeric, SmallInteger, Uuid, insert, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from billing.mrr import Movement
from storage.columns import Cents, Id, Recorded, Row, link, whole, word

KINDS = ("NEW", "EXPANSION", "CONTRACTION", "CHURN", "REACTIVATION", "PAUSED", "RESUMED", "FX")


class MrrMovement(Row):
    """One change of what a tenant brings a month. Append-only: a figure of last March is the same whenever it is asked.

    `amount_cents` (of `currency`) and `eur_cents` are signed and monthly; `rate`: units of the currency for one EUR at
    which the price was locked, None for a price of nothing. `subscription_delta`: +1 where the subscription begins to
    count, -1 where it stops. `tenant_delta`: the same for the tenant, which counts while it brings anything.

    A change of plan is two movements of one kind: -1 and all of the old price on the old plan, +1 and all of the new one
    on the new plan. So the sum over all movements of a plan is the plan's MRR, and the sum over those of a kind is what
    came of that kind on the whole. `tenant_delta` stands on one of the two: it only means something summed over all plans.
    """

    __tablename__ = "mrr_movement"
    __table_args__ = (
        whole("subscription_delta between -1 and 1 and tenant_delta between -1 and 1", name="deltas"),
        Index("mrr_movement_tenant_id_occurred_on_idx", "tenant_id", "occurred_on"),
    )

    id: Mapped[Id]
    tenant_id: Mapped[UUID] = link("tenant")
    subscription_id: Mapped[UUID] = link("subscription", index=True)
    plan_id: Mapped[UUID] = link("plan")
    occurred_on: Mapped[date]
    kind: Mapped[str] = mapped_column(word(*KINDS, name="kind"))
    amount_cents: Mapped[Cents]
    currency: Mapped[str]
    rate: Mapped[Decimal | None] = mapped_column(Numeric(18, 8))
    eur_cents: Mapped[Cents]
    subscription_delta: Mapped[int] = mapped_column(SmallInteger)
    tenant_delta: Mapped[int] = mapped_column(SmallInteger)
    history_id: Mapped[UUID | None] = link("plan_history", index=True, nullable=True)
    recorded_at: Mapped[Recorded]


class MrrDay(Row):
    """The movements of a tenant, plan, day and kind, summed up by the database with every statement that writes some.

    MRR on a day is the sum of `eur_cents` up to and with it, the subscriptions that count that of `subscriptions`, the
    tenants that bring anything that of `tenants` (over all plans).
    """

    __tablename__ = "mrr_day"
    __table_args__ = (
        Index("mrr_day_occurred_on_idx", "occurred_on"),
        Index(
            "mrr_day_tenants_left_idx",
            "occurred_on",
            "tenant_id",
            postgresql_where=text("kind = 'CHURN' and tenants < 0"),
        ),
        Index("mrr_day_tenants_moved_idx", "tenant_id", "occurred_on", postgresql_where=text("tenants <> 0")),
    )

    tenant_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    plan_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    occurred_on: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(word(*KINDS, name="kind"), primary_key=True)
    eur_cents: Mapped[Cents]
    subscriptions: Mapped[Cents]
    tenants: Mapped[Cents]


class MrrMonth(Row):
    """The same a month (its first day), country of the tenant, plan and kind: what a trend over years is read from."""

    __tablename__ = "mrr_month"

    month: Mapped[date] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(primary_key=True)
    plan_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    kind: Mapped[str] = mapped_column(word(*KINDS, name="kind"), primary_key=True)
    eur_cents: Mapped[Cents]
    subscriptions: Mapped[Cents]
    tenants: Mapped[Cents]


COLUMNS = (
    "tenant_id", "subscription_id", "plan_id", "occurred_on", "kind", "amount_cents", "currency", "rate", "eur_cents",
    "subscription_delta", "tenant_delta", "history_id",
)  # fmt: skip


async def record_movements(session: AsyncSession, movements: Sequence[Movement]) -> None:
    """Append movements in one statement: the rollups' rows are then taken in one order, and nobody waits in a circle."""
    if movements:
        await session.execute(insert(MrrMovement).values([_row(movement) for movement in movements]))


def copy_movements(cursor: psycopg.Cursor[Any], table: str, movements: Iterable[Movement]) -> int:
    """The same by COPY into a table with these columns; gives how many."""
    written = 0
    with cursor.copy(f"copy {table} ({', '.join(COLUMNS)}) from stdin".encode()) as copy:
        for written, movement in enumerate(movements, 1):  # noqa: B007 - the count is wanted after the loop
            copy.write_row([getattr(movement, name) for name in COLUMNS])
    return written


def _row(movement: Movement) -> dict[str, object]:
    return {name: getattr(movement, name) for name in COLUMNS}
