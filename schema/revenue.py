"""The revenue dashboard: what the platform earns, collects, spends and loses, in EUR."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import strawberry

from schema.money import Money
from schema.reading.bindings import derived
from schema.scalars import CountryCode, CurrencyCode

BUCKETS_MAX: Final = 200


@strawberry.input(
    description="Flows are summed over [from, to] (default: this calendar month so far), stocks are as of `to`."
)
class DashboardFilter:
    from_: date | None = strawberry.field(default=None, name="from", description="This day included.")
    to: date | None = strawberry.field(default=None, description="This day included; today at most.")
    plan_codes: list[str] | None = None
    countries: list[CountryCode] | None = strawberry.field(default=None, description="The tenants'.")
    tenant_ids: list[strawberry.ID] | None = None


@strawberry.type(
    description="A figure, or null with the reason why it cannot be told (no churn yet, no cost data, ...)."
)
class Metric:
    value: float | None
    unavailable_because: str | None


@strawberry.type(description="An amount, or null with the reason why it cannot be told.")
class MoneyMetric:
    value: Money | None
    unavailable_because: str | None


@strawberry.type(description="Contraction, churned and paused are negative: startingMrr plus the movements is mrr.")
class RevenueMonth:
    month: date = strawberry.field(description="Its first day.")
    mrr: Money
    arr: Money = strawberry.field(description="12 x MRR.")
    starting_mrr: Money
    new_mrr: Money = strawberry.field(description="The first MRR of tenants.")
    expansion_mrr: Money
    contraction_mrr: Money = strawberry.field(
        description="Of tenants that stay: lower prices, one subscription of several."
    )
    churned_mrr: Money = strawberry.field(description="Of tenants that left.")
    reactivation_mrr: Money = strawberry.field(description="Of tenants that came back.")
    paused_mrr: Money
    resumed_mrr: Money
    fx_mrr: Money = strawberry.field(description="What of price changes is only a newer exchange rate.")
    gross_revenue: Money
    vat: Money
    refunds: Money
    provider_fees: Money
    net_revenue: Money
    platform_fees: Money
    active_subscriptions: int


@strawberry.type(description="One plan, country or tenant.")
class RevenueBucket:
    key: str = strawberry.field(
        description="The plan's code, the ISO country or the tenant's id; `none` for what belongs to none, `other` for the rest."
    )
    label: str
    mrr: Money
    gross_revenue: Money
    net_revenue: Money
    platform_fees: Money
    active_subscriptions: int


def first_tenants(shown: Any, *, first: int = 20) -> Sequence[object]:
    """The `first` largest tenants and what the others have together."""
    made: Sequence[object] = shown(first)
    return made


@strawberry.type(description="docs/metrics.md tells how each figure is made, and which rows make it.")
class RevenueDashboard:
    from_: date = strawberry.field(name="from")
    to: date
    computed_at: datetime = strawberry.field(
        description="Figures are kept for up to five minutes, unless they are asked for `fresh`."
    )
    currency: CurrencyCode
    warnings: list[str] = strawberry.field(description="What a reader should know, e.g. that a currency's rate is old.")
    mrr: Money = strawberry.field(description="Monthly recurring revenue on the last day, without tax.")
    arr: Money = strawberry.field(description="12 x MRR.")
    mrr_change_ratio: Metric = strawberry.field(description="MRR over that of the end of the month before, less 1.")
    gross_revenue: Money = strawberry.field(
        description="What was collected for the platform and its tenants, VAT included."
    )
    vat: Money = strawberry.field(
        description="The VAT in what was collected, less what was given back with the rest of a period."
    )
    refunds: Money = strawberry.field(description="What went back, without VAT.")
    provider_fees: Money
    net_revenue: Money = strawberry.field(description="Gross revenue less VAT, refunds and provider fees.")
    platform_fees: Money = strawberry.field(description="What was paid of the platform's own invoices.")
    active_subscriptions: int
    churn_rate: Metric = strawberry.field(description="Subscriptions cancelled, of those active when the window began.")
    logo_churn_rate: Metric = strawberry.field(description="Tenants that left, of those there when the window began.")
    revenue_churn_rate: Metric = strawberry.field(
        description="MRR of those subscriptions, of the MRR when the window began."
    )
    cash: MoneyMetric = strawberry.field(
        description="The platform's own money: banks and gateways, less what is owed to tenants."
    )
    monthly_burn: MoneyMetric = strawberry.field(
        description="Costs less revenue, the mean of the last three complete months; negative where the platform earns."
    )
    runway_months: Metric = strawberry.field(description="How long the cash lasts at that burn.")
    ltv: MoneyMetric = strawberry.field(description="MRR a tenant x gross margin / monthly logo churn.")
    cac: MoneyMetric = strawberry.field(
        description="Marketing and sales / new tenants, in the last three complete months."
    )
    ltv_to_cac: Metric
    trend: list[RevenueMonth] = strawberry.field(
        description="Twelve months, oldest first, the last one that of `to`, up to `to`; in the reporting time zone."
    )
    by_plan: list[RevenueBucket]
    by_country: list[RevenueBucket]
    by_tenant: list[RevenueBucket] = derived(
        first_tenants,
        "shown_tenants",
        description="The largest, then one row `other` when there are more: the rows add up to the whole. At most 200.",
    )
