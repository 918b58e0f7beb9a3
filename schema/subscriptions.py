"""Plans, subscriptions, and what happened to them."""

from datetime import date, datetime
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, FromClause, func, select

from schema.money import Money
from schema.node import Node, PageInfo
from schema.reading.bindings import column, many, money, one, rows_of
from schema.reading.paging import Order
from schema.reading.questions import All
from schema.scalars import Cents
from schema.subscription_lists import SubscriptionStatus
from schema.tenants import Tenant
from storage.subscriptions import PlanHistory
from storage.subscriptions import Subscription as Row
from storage.tenants import Plan as PlanRow


@strawberry.enum
class BillingInterval(Enum):
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    YEAR = "YEAR"


@rows_of(PlanRow.__table__.alias)
@strawberry.type(description="An entry of the price list.")
class Plan(Node):
    id: strawberry.ID = column()
    code: str = column()
    name: str = column()
    tier: int = column()
    price: Money = money("amount_cents", description="Without tax, for one billing interval.")
    interval: BillingInterval = column()
    interval_count: int = column()


PLANS = All(order=Order(lambda plan: [plan.tier, plan.code, plan.id]))


@strawberry.enum
class PlanHistoryKind(Enum):
    STARTED = "STARTED"
    TRIAL_EXTENDED = "TRIAL_EXTENDED"
    TRIAL_ENDED = "TRIAL_ENDED"
    PLAN_CHANGE_SCHEDULED = "PLAN_CHANGE_SCHEDULED"
    PLAN_CHANGED = "PLAN_CHANGED"
    PAUSED = "PAUSED"
    RESUMED = "RESUMED"
    CANCEL_SCHEDULED = "CANCEL_SCHEDULED"
    CANCELLED = "CANCELLED"
    SCHEDULE_REVOKED = "SCHEDULE_REVOKED"
    REACTIVATED = "REACTIVATED"
    PAST_DUE = "PAST_DUE"
    RECOVERED = "RECOVERED"


def history() -> FromClause:
    """What happened, each with the plan and price before it, in the subscription's currency."""
    entry, subscription = PlanHistory.__table__.alias(), Row.__table__.alias()

    def before(name: str) -> ColumnElement[Any]:
        lagged = func.lag(entry.c[name]).over(partition_by=entry.c.subscription_id, order_by=entry.c.ordinal)
        return lagged.label(f"from_{name}")

    joined = entry.join(subscription, subscription.c.id == entry.c.subscription_id)
    said = select(entry, subscription.c.currency, before("plan_id"), before("amount_cents"))
    return said.select_from(joined).subquery()


@rows_of(history)
@strawberry.type(description="One thing that happened to a subscription. Nothing here is ever rewritten.")
class PlanHistoryEntry:
    kind: PlanHistoryKind = column()
    effective_on: date = column()
    recorded_at: datetime = column()
    actor: str = column()
    reason: str | None = column()
    from_plan: Plan | None = one(lambda entry, plan: plan.id == entry.from_plan_id)
    to_plan: Plan | None = one(lambda entry, plan: plan.id == entry.plan_id)
    from_amount: Money | None = money("from_amount_cents")
    to_amount: Money | None = money("amount_cents")


@rows_of(Row.__table__.alias)
@strawberry.type(description="A tenant's subscription to a plan.")
class Subscription(Node):
    id: strawberry.ID = column()
    external_id: str = column(description="Its id in the platform's own system.")
    tenant: Tenant = one(lambda subscription, tenant: tenant.id == subscription.tenant_id)
    plan: Plan = one(lambda subscription, plan: plan.id == subscription.plan_id)
    status: SubscriptionStatus = column()
    amount: Money = money("amount_cents", description="Without tax, for one billing interval.")
    amount_eur_cents: Cents = column(description="Price of one billing interval, locked when the price was set.")
    started_on: date = column()
    trial_ends_on: date | None = column(description="The first day after the trial.")
    current_period_start: date = column()
    current_period_end: date = column(description="The first day after the period.")
    cancelled_on: date | None = column()
    version: int = column(description="Counts its changes; give it back as `expectedVersion`.")
    plan_history: list[PlanHistoryEntry] = many(
        lambda subscription, entry: entry.subscription_id == subscription.id, order=lambda entry: [entry.ordinal]
    )


@strawberry.type
class SubscriptionEdge:
    cursor: str
    node: Subscription


@strawberry.type
class SubscriptionConnection:
    edges: list[SubscriptionEdge]
    nodes: list[Subscription]
    page_info: PageInfo
    total_count: int
