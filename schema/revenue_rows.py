"""Which rows make the figures of the dashboard: its flows journal by journal, its MRR movement by movement."""

from collections.abc import Sequence
from datetime import date
from enum import Enum
from typing import Any, Final
from uuid import UUID

import strawberry
from sqlalchemy import BigInteger, BindParameter, ColumnElement, FromClause, Select, func, select
from sqlalchemy import literal_column as sql

from schema.bounds import check_window
from schema.filters import named, named_plans
from schema.ids import keys_of
from schema.invoices import Invoice
from schema.money import Money
from schema.node import PageInfo
from schema.reading.bindings import Scope, column, computed, expression, money, one, rows_of
from schema.reading.paging import Order, Page
from schema.reading.plan import global_id
from schema.reading.questions import Condition, OneOf, PageOf, among, given
from schema.revenue import DashboardFilter
from schema.subscriptions import Plan, Subscription
from schema.tenants import Tenant
from storage.accounting import Journal
from storage.mrr import MrrMovement as MovementRow
from storage.revenue_days import RevenueFlow as FlowRow
from storage.tenants import Plan as PlanRow
from storage.tenants import Tenant as TenantRow

EUR: Final = "'EUR'"


def flows() -> FromClause:
    """Flows with what their journal says, in EUR."""
    flow, journal = FlowRow.__table__.alias(), Journal.__table__.alias()
    net = flow.c.gross_cents - flow.c.vat_cents - flow.c.refunded_cents - flow.c.fee_cents
    said: list[ColumnElement[Any]] = [
        journal.c.invoice_id,
        journal.c.description,
        sql(EUR).label("currency"),
        net.label("net_cents"),
    ]
    return select(flow, *said).select_from(flow.join(journal, journal.c.id == flow.c.journal_id)).subquery()


@rows_of(flows)
@strawberry.type(
    description="What one journal did to revenue, in EUR at the rate of booking; negative where it undoes one."
)
class RevenueFlow:
    journal_id: strawberry.ID = expression(lambda flow: global_id("journal", flow.journal_id))
    day: date = column(description="The day it counts in the books.")
    description: str = column()
    tenant: Tenant | None = one(lambda flow, tenant: tenant.id == flow.tenant_id)
    plan: Plan | None = one(
        lambda flow, plan: plan.id == flow.plan_id,
        description="Of the subscription that is paid for or credited, on that day.",
    )
    invoice: Invoice | None = one(lambda flow, invoice: invoice.id == flow.invoice_id)
    gross_revenue: Money = money("gross_cents")
    vat: Money = money("vat_cents")
    refunds: Money = money("refunded_cents")
    provider_fees: Money = money("fee_cents")
    net_revenue: Money = money("net_cents")
    platform_fees: Money = money("platform_fee_cents")


@strawberry.type(description="The sums of a list: the dashboard's figures for the same filter.")
class RevenueFlowTotals:
    gross_revenue: Money = money("gross_cents")
    vat: Money = money("vat_cents")
    refunds: Money = money("refunded_cents")
    provider_fees: Money = money("fee_cents")
    net_revenue: Money = money("net_cents")
    platform_fees: Money = money("platform_fee_cents")


def flow_totals(rows: Scope) -> Select[Any]:
    """The sums of a list of flows, in one row."""
    names = ("gross_cents", "vat_cents", "refunded_cents", "fee_cents", "net_cents", "platform_fee_cents")
    summed: list[ColumnElement[Any]] = [
        func.coalesce(func.sum(rows[name]), 0).cast(BigInteger).label(name) for name in names
    ]
    return select(sql(EUR).label("currency"), *summed)


@strawberry.type
class RevenueFlowEdge:
    cursor: str
    node: RevenueFlow


@strawberry.type
class RevenueFlowConnection:
    edges: list[RevenueFlowEdge]
    nodes: list[RevenueFlow]
    page_info: PageInfo
    total_count: int
    totals: list[RevenueFlowTotals] = computed(flow_totals, description="One row.")


@strawberry.enum(
    description="NEW: a tenant's first MRR. CHURN: its last. CONTRACTION: less, of a tenant that stays. REACTIVATION: MRR "
    "after none. FX: what of a price change is only a newer rate."
)
class MrrMovementKind(Enum):
    NEW = "NEW"
    EXPANSION = "EXPANSION"
    CONTRACTION = "CONTRACTION"
    CHURN = "CHURN"
    REACTIVATION = "REACTIVATION"
    PAUSED = "PAUSED"
    RESUMED = "RESUMED"
    FX = "FX"


def movements() -> FromClause:
    """Movements with the currency of their EUR cents."""
    movement = MovementRow.__table__.alias()
    return select(movement, sql(EUR).label("eur")).subquery()


@rows_of(movements)
@strawberry.type(
    description="One change of monthly recurring revenue; the sum of all up to a day is the MRR of that day."
)
class MrrMovement:
    kind: MrrMovementKind = column()
    occurred_on: date = column()
    tenant: Tenant = one(lambda movement, tenant: tenant.id == movement.tenant_id)
    subscription: Subscription = one(lambda movement, subscription: subscription.id == movement.subscription_id)
    plan: Plan = one(lambda movement, plan: plan.id == movement.plan_id)
    amount: Money = money("amount_cents", description="A month, in the price's own currency.")
    mrr: Money = money("eur_cents", "eur", description="The same in EUR, at the rate locked with the price.")
    rate: float | None = column(description="Units of the currency for one EUR.")
    subscription_delta: int = column(description="1 where the subscription begins to count, -1 where it stops.")


def movement_totals(rows: Scope) -> Select[Any]:
    """The sums of a list of movements by kind."""
    total = func.sum(rows.eur_cents).cast(BigInteger).label("eur_cents")
    counted = func.sum(rows.subscription_delta).cast(BigInteger).label("subscriptions")
    return select(rows.kind, total, counted, sql(EUR).label("eur")).group_by(rows.kind).order_by(rows.kind)


@strawberry.type(description="The movements of one kind.")
class MrrTotals:
    kind: MrrMovementKind = column()
    mrr: Money = money("eur_cents", "eur")
    subscriptions: int = column(description="Those that began to count, less those that stopped.")


@strawberry.type
class MrrMovementEdge:
    cursor: str
    node: MrrMovement


@strawberry.type
class MrrMovementConnection:
    edges: list[MrrMovementEdge]
    nodes: list[MrrMovement]
    page_info: PageInfo
    total_count: int
    totals: list[MrrTotals] = computed(movement_totals, description="A row a kind; their sum is the MRR gained.")


def _of_plans(row: Scope, codes: BindParameter[Any]) -> ColumnElement[bool]:
    plan = PlanRow.__table__.alias()
    of: ColumnElement[bool] = row.plan_id.in_(select(plan.c.id).where(among(plan.c.code, codes)))
    return of


def _of_countries(row: Scope, countries: BindParameter[Any]) -> ColumnElement[bool]:
    tenant = TenantRow.__table__.alias()
    of: ColumnElement[bool] = row.tenant_id.in_(select(tenant.c.id).where(among(tenant.c.country, countries)))
    return of


_PLANS = Condition(_of_plans)
_COUNTRIES = Condition(_of_countries)
_TENANTS = OneOf(lambda row: row.tenant_id)
_FLOWS_FROM = Condition(lambda flow, day: flow.day >= day)
_FLOWS_TO = Condition(lambda flow, day: flow.day <= day)
_MOVED_FROM = Condition(lambda movement, day: movement.occurred_on >= day)
_MOVED_TO = Condition(lambda movement, day: movement.occurred_on <= day)
_LATEST_FLOWS = Order(lambda flow: [flow.day, flow.journal_id], descending=True)
_LATEST_MOVED = Order(lambda movement: [movement.occurred_on, movement.id], descending=True)


def flows_of(asked: DashboardFilter, at: Page) -> PageOf:
    """The flows of a window, the latest first.

    Raises: BadInput for a window that ends before it begins; NotFound for an id of nothing, or of something else.
    """
    check_window(asked.from_, asked.to, "to")
    tenants = keys_of(asked.tenant_ids, "Tenant", argument="tenantIds")
    where = given((_FLOWS_FROM, asked.from_), (_FLOWS_TO, asked.to), *_narrowed(asked, tenants))
    return PageOf(
        where=where, order=_LATEST_FLOWS, at=at, named=named("Tenant", tenants) + named_plans(asked.plan_codes)
    )


def movements_of(asked: DashboardFilter, at: Page) -> PageOf:
    """The movements of a window, the latest first.

    Raises: BadInput for a window that ends before it begins; NotFound for an id of nothing, or of something else.
    """
    check_window(asked.from_, asked.to, "to")
    tenants = keys_of(asked.tenant_ids, "Tenant", argument="tenantIds")
    where = given((_MOVED_FROM, asked.from_), (_MOVED_TO, asked.to), *_narrowed(asked, tenants))
    return PageOf(
        where=where, order=_LATEST_MOVED, at=at, named=named("Tenant", tenants) + named_plans(asked.plan_codes)
    )


def _narrowed(asked: DashboardFilter, tenants: Sequence[UUID] | None) -> list[Any]:
    return [(_PLANS, asked.plan_codes), (_COUNTRIES, asked.countries), _TENANTS.of(tenants)]
