"""The churn report: what left in a window, why, and what that costs."""

from datetime import date
from enum import Enum
from uuid import UUID

import strawberry

from schema.money import Money
from schema.reading.bindings import column, fetched
from schema.revenue import Metric
from schema.subscription_changes import CancellationReason
from schema.subscriptions import Subscription


@strawberry.enum(description="LEGACY: cancelled before reasons were kept; its impact is its price.")
class ChurnSource(Enum):
    CANCELLATION = "CANCELLATION"
    LEGACY = "LEGACY"


@strawberry.type(description="What left for one reason, from one plan or in one country.")
class ChurnBucket:
    key: str = column(description="The reason (`none` where none was kept), the plan's code or the ISO country.")
    label: str = column()
    count: int = column()
    revenue_impact: Money = column()
    mrr_lost: Money = column()


@strawberry.type(description="A subscription that left.")
class ChurnedSubscription:
    subscription_id: strawberry.Private[UUID]
    subscription: Subscription = fetched("subscription_id")
    requested_on: date | None = column()
    cancelled_on: date | None = column(description="The day on which it took effect.")
    reason: CancellationReason | None = column()
    revenue_impact: Money = column(description="The price of one billing interval, locked when it was cancelled.")
    mrr_lost: Money = column(description="What it brought a month, locked too; nothing for a trial or a paused one.")
    source: ChurnSource = column()


@strawberry.type(
    description="What left in a window, each subscription once. The buckets of a list add up to the whole."
)
class ChurnReport:
    from_: date = strawberry.field(name="from")
    to: date = column()
    cancelled_count: int = column()
    active_at_start: int = column(description="Subscriptions that counted when the window began.")
    revenue_impact: Money = column(description="Sum of the `amount_eur_cents` locked at cancellation.")
    mrr_lost: Money = column()
    churn_rate: Metric = column(description="Subscriptions that left, of those active when the window began.")
    logo_churn_rate: Metric = column(description="Tenants that left for good, of those there when the window began.")
    revenue_churn_rate: Metric = column(
        description="MRR that left with subscriptions active when the window began, of the MRR then."
    )
    by_reason: list[ChurnBucket] = column(description="The largest impact first, as in the other two.")
    by_plan: list[ChurnBucket] = column()
    by_country: list[ChurnBucket] = column()
    cancellations: list[ChurnedSubscription] = column(description="The latest first.")
