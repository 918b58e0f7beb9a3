"""Revenue: each journal's part in it, and its sums, which the database keeps with every statement of the ledger.

All amounts are EUR cents at the rate of booking. Gross is what was collected, VAT included; refunds and fees are positive.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import Index, SmallInteger, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Cents, Row, word
from storage.mrr import KINDS


class Flows:
    """The parts of revenue."""

    gross_cents: Mapped[Cents]
    vat_cents: Mapped[Cents]
    refunded_cents: Mapped[Cents]
    fee_cents: Mapped[Cents]
    platform_fee_cents: Mapped[Cents]


class TenantsFlows(Flows):
    """Whose it is. `tenant_id` None: a provider's fee that is no payment's; `plan_id` None: what was paid was no
    subscription's."""

    tenant_id: Mapped[UUID | None]
    plan_id: Mapped[UUID | None]


class RevenueFlow(TenantsFlows, Row):
    """What one journal did to revenue, at the plan of the day. Append-only: what was undone, another journal takes back."""

    __tablename__ = "revenue_flow"
    __table_args__ = (
        Index("revenue_flow_day_journal_id_idx", "day", "journal_id"),
        Index("revenue_flow_tenant_id_day_idx", "tenant_id", "day"),
    )

    journal_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    day: Mapped[date]


class RevenueDay(TenantsFlows, Row):
    """The flows of a tenant, plan and day, summed up."""

    __tablename__ = "revenue_day"
    __table_args__ = (
        UniqueConstraint("tenant_id", "plan_id", "day", postgresql_nulls_not_distinct=True),
        Index("revenue_day_day_idx", "day"),
    )
    __mapper_args__ = {"primary_key": ["tenant_id", "plan_id", "day"]}  # noqa: RUF012 - SQLAlchemy's own shape

    day: Mapped[date]


class RevenueMonth(TenantsFlows, Row):
    """The same a month (its first day)."""

    __tablename__ = "revenue_month"
    __table_args__ = (
        UniqueConstraint("tenant_id", "plan_id", "month", postgresql_nulls_not_distinct=True),
        Index("revenue_month_month_idx", "month"),
    )
    __mapper_args__ = {"primary_key": ["tenant_id", "plan_id", "month"]}  # noqa: RUF012 - SQLAlchemy's own shape

    month: Mapped[date]


class RevenueCountryMonth(Flows, Row):
    """The same a country, in as many lanes as there were connections that booked: their sum is the figure."""

    __tablename__ = "revenue_country_month"
    __table_args__ = (UniqueConstraint("month", "country", "plan_id", "lane", postgresql_nulls_not_distinct=True),)
    __mapper_args__ = {"primary_key": ["month", "country", "plan_id", "lane"]}  # noqa: RUF012 - SQLAlchemy's own shape

    country: Mapped[str | None]
    plan_id: Mapped[UUID | None]
    month: Mapped[date]
    lane: Mapped[int] = mapped_column(SmallInteger)


class MrrTenantMonth(Row):
    """Movements of MRR summed up a tenant, plan, month (its first day) and kind."""

    __tablename__ = "mrr_tenant_month"
    __table_args__ = (Index("mrr_tenant_month_month_idx", "month"),)

    tenant_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    plan_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(word(*KINDS, name="kind"), primary_key=True)
    eur_cents: Mapped[Cents]
    subscriptions: Mapped[Cents]
    tenants: Mapped[Cents]


class MrrTenant(Row):
    """All movements of a tenant and plan summed up: MRR on a day is what there is now, less what moved after that day."""

    __tablename__ = "mrr_tenant"

    tenant_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    plan_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    eur_cents: Mapped[Cents]
    subscriptions: Mapped[Cents]
    tenants: Mapped[Cents]


class MrrCountry(Row):
    """The same a country and plan, in as many lanes as there were connections that wrote: their sum is the figure."""

    __tablename__ = "mrr_country"

    country: Mapped[str] = mapped_column(primary_key=True)
    plan_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    lane: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    eur_cents: Mapped[Cents]
    subscriptions: Mapped[Cents]
    tenants: Mapped[Cents]


class BookDay(Row):
    """What was booked on an account of the platform's book on a day, debit positive, in as many lanes as there were
    connections that booked: their sum is the figure."""

    __tablename__ = "book_day"

    account: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    lane: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    eur_cents: Mapped[Cents]
