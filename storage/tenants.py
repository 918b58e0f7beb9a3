"""Tenants (federations and clubs), their plans and subscriptions, as the platform's own system tells them."""

from datetime import date
from decimal import Decimal

from sqlalchemy import Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Cents, Id, Row, searched, whole, word

INTERVALS = ("DAY", "WEEK", "MONTH", "YEAR")


class Tenant(Row):
    """A federation or club of the platform."""

    __tablename__ = "tenant"
    __table_args__ = (Index("tenant_name_id_idx", "name", "id"), searched("tenant_searched_idx", "name"))

    id: Mapped[Id]
    external_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    country: Mapped[str]
    currency: Mapped[str]
    created_on: Mapped[date]
    email: Mapped[str | None]
    language: Mapped[str | None]
    organisation_number: Mapped[str | None]
    bankgiro: Mapped[str | None]
    street: Mapped[str | None]
    post_code: Mapped[str | None]
    town: Mapped[str | None]


class Plan(Row):
    """A price list entry: `amount_cents` without tax for `interval_count` intervals."""

    __tablename__ = "plan"
    __table_args__ = (
        whole("amount_cents >= 0", name="price"),
        whole("interval_count between 1 and 1200", name="intervals"),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    tier: Mapped[int]
    amount_cents: Mapped[Cents]
    currency: Mapped[str]
    interval: Mapped[str] = mapped_column(word(*INTERVALS, name="interval"))
    interval_count: Mapped[int]
    vat_rate: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
