"""Tenants: the federations and clubs of the platform."""

from typing import Any

import strawberry
from sqlalchemy import BigInteger, Select, func, select

from schema.money import Money
from schema.node import Node
from schema.reading.bindings import Scope, column, computed, rows_of
from schema.reading.questions import Condition
from schema.scalars import CountryCode, CurrencyCode
from storage.accounting import AccountingEntry
from storage.tenants import Tenant as Row


def credit_of(tenant: Scope) -> Select[Any]:
    """What the platform's book owes the tenant on account 2420, a row a currency, nothing where it is nil."""
    entry = AccountingEntry.__table__.alias()
    owed = func.sum(-entry.c.amount_cents)
    return (
        select(entry.c.currency, owed.cast(BigInteger).label("amount_cents"))
        .where(entry.c.account == "2420", entry.c.book_id.is_(None), entry.c.tenant_id == tenant.id)
        .group_by(entry.c.currency)
        .having(owed != 0)
        .order_by(entry.c.currency)
    )


@rows_of(Row.__table__.alias)
@strawberry.type(description="A federation or club.")
class Tenant(Node):
    id: strawberry.ID = column()
    external_id: str = column(description="Its id in the platform's own system.")
    name: str = column()
    country: CountryCode = column()
    currency: CurrencyCode = column()
    email: str | None = column()
    organisation_number: str | None = column()
    credit: list[Money] = computed(
        credit_of, description="Surplus and proration credit not used yet, one row a currency."
    )


BY_EXTERNAL_ID = Condition(lambda tenant, external_id: tenant.external_id == external_id)
