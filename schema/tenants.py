"""Tenants: the federations and clubs of the platform."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from sqlalchemy import BigInteger, Select, func, select

from schema.dunning_lists import unless_closed
from schema.invoice_lists import invoices_of_tenant
from schema.money import Money
from schema.node import Node, PageInfo
from schema.payment_lists import payments_of_tenant
from schema.reading.bindings import Scope, column, computed, many, paged, rows_of
from schema.scalars import CountryCode, CurrencyCode
from schema.subscription_lists import subscriptions_of_tenant
from storage.accounting import AccountingEntry
from storage.tenants import Tenant as Row

if TYPE_CHECKING:
    from schema.dunning import DunningCase
    from schema.invoices import InvoiceConnection
    from schema.payments import PaymentConnection
    from schema.subscriptions import SubscriptionConnection


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
    invoices: Annotated["InvoiceConnection", strawberry.lazy("schema.invoices")] = paged(
        lambda tenant, invoice: invoice.tenant_id == tenant.id, invoices_of_tenant
    )
    payments: Annotated["PaymentConnection", strawberry.lazy("schema.payments")] = paged(
        lambda tenant, payment: payment.tenant_id == tenant.id, payments_of_tenant
    )
    subscriptions: Annotated["SubscriptionConnection", strawberry.lazy("schema.subscriptions")] = paged(
        lambda tenant, subscription: subscription.tenant_id == tenant.id,
        subscriptions_of_tenant,
    )
    dunning_cases: list[Annotated["DunningCase", strawberry.lazy("schema.dunning")]] = many(
        lambda tenant, case: case.tenant_id == tenant.id,
        order=lambda case: [case.opened_on.desc(), case.id.desc()],
        narrowed=unless_closed,
        description="The latest opened first; `openOnly`: without those that are resolved.",
    )
    credit: list[Money] = computed(
        credit_of, description="Surplus and proration credit not used yet, one row a currency."
    )


@strawberry.type
class TenantEdge:
    cursor: str
    node: Tenant


@strawberry.type
class TenantConnection:
    edges: list[TenantEdge]
    nodes: list[Tenant]
    page_info: PageInfo
    total_count: int
