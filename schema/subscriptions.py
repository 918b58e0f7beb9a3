"""Plans, subscriptions, and what happened to them."""

from datetime import date, datetime
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, case, func, literal_column, select

from billing.subscriptions import UNCHANGED_PRICE
from schema.money import Money
from schema.node import Node, PageInfo
from schema.reading.bindings import Scope, column, computed, expression, many, money, one, rows_of
from schema.reading.paging import Order
from schema.reading.questions import All
from schema.scalars import Cents, CurrencyCode
from schema.subscription_lists import SubscriptionStatus
from schema.tenants import Tenant
from storage.mrr import MrrMovement
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
    """What happened, each with the plan and price that held before it, in the subscription's currency, and what it did to
    MRR. What was only planned held for nobody."""
    entry, subscription, moved = PlanHistory.__table__.alias(), Row.__table__.alias(), MrrMovement.__table__.alias()
    earlier = PlanHistory.__table__.alias()

    def before(name: str) -> ColumnElement[Any]:
        found = (
            select(earlier.c[name])
            .where(
                earlier.c.subscription_id == entry.c.subscription_id,
                earlier.c.ordinal < entry.c.ordinal,
                *(earlier.c.kind != kind for kind in sorted(UNCHANGED_PRICE)),
            )
            .order_by(earlier.c.ordinal.desc())
            .limit(literal_column("1"))
        )
        return found.correlate(entry).scalar_subquery().label(f"from_{name}")

    moves = select(func.coalesce(func.sum(moved.c.eur_cents), 0).cast(BigInteger)).where(
        moved.c.history_id == entry.c.id
    )
    delta = moves.correlate(entry).scalar_subquery().label("mrr_delta_eur_cents")
    joined = entry.join(subscription, subscription.c.id == entry.c.subscription_id)
    said = select(entry, subscription.c.currency, before("plan_id"), before("amount_cents"), delta)
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
    mrr_delta_eur_cents: Cents = column(description="What it did to monthly recurring revenue.")


def planned() -> FromClause:
    """Subscriptions of which a change is planned."""
    subscription = Row.__table__.alias()
    return select(subscription).where(subscription.c.planned_kind.is_not(None)).subquery()


@rows_of(planned)
@strawberry.type(description="The change that is planned; it comes on its day, unless it is revoked.")
class ScheduledChange:
    kind: PlanHistoryKind = column("planned_kind", description="PLAN_CHANGE_SCHEDULED or CANCEL_SCHEDULED.")
    effective_on: date = column("planned_on")
    to_plan: Plan | None = one(lambda change, plan: plan.id == change.planned_plan_id)
    to_amount: Money | None = money("planned_amount_cents")


def mrr_of(subscription: Scope, cents: str = "eur_cents") -> ColumnElement[Any]:
    """What the log of movements says a subscription brings a month."""
    moved = MrrMovement.__table__.alias()
    brought = func.coalesce(func.sum(moved.c[cents]), 0).cast(BigInteger)
    return select(brought).where(moved.c.subscription_id == subscription.id).scalar_subquery()


def cancel_at(subscription: Scope) -> ColumnElement[Any]:
    """The day on which it is planned to end."""
    return case((subscription.planned_kind == "CANCEL_SCHEDULED", subscription.planned_on))


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
    mrr_eur_cents: Cents = expression(
        mrr_of, description="What it brings a month: its price by the month while it is ACTIVE or PAST_DUE, else 0."
    )
    started_on: date = column()
    trial_ends_on: date | None = column(description="The first day after the trial.")
    current_period_start: date = column()
    current_period_end: date = column(description="The first day after the period.")
    paused_until: date | None = column(description="The day on which it goes on by itself.")
    cancel_at: date | None = expression(cancel_at, description="The day on which it is planned to end.")
    cancelled_on: date | None = column()
    scheduled_change: ScheduledChange | None = one(lambda subscription, change: change.id == subscription.id)
    version: int = column(description="Counts its changes; give it back as `expectedVersion`.")
    plan_history: list[PlanHistoryEntry] = many(
        lambda subscription, entry: entry.subscription_id == subscription.id, order=lambda entry: [entry.ordinal]
    )


@strawberry.type(description="Sums over a whole list, a row a currency.")
class SubscriptionTotals:
    currency: CurrencyCode = column()
    count: int = column()
    mrr: Money = money("mrr_cents", description="What they bring a month, in their own currency.")
    mrr_eur_cents: Cents = column(description="The same in EUR, at the rates locked with the prices.")


def totals(subscriptions: Scope) -> Select[Any]:
    """The sums of a list, a row a currency."""
    brought = {"mrr_cents": "amount_cents", "mrr_eur_cents": "eur_cents"}
    sums = (func.sum(mrr_of(subscriptions, cents)).cast(BigInteger).label(name) for name, cents in brought.items())
    counted = select(subscriptions.currency, func.count().label("count"), *sums)
    return counted.group_by(subscriptions.currency).order_by(subscriptions.currency)


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
    totals: list[SubscriptionTotals] = computed(
        totals, description="Sums over the whole filtered list, one row a currency."
    )
