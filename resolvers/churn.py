"""The churn report."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated, Self
from uuid import UUID

import strawberry

from billing.codes import country_name
from billing.fx import REPORTING_CURRENCY
from billing.reports.churn import Bucket, Churn, Churned
from billing.reports.revenue import Figure
from resolvers.authority import finance_query
from resolvers.context import Info
from schema.bounds import report_window
from schema.churn import ChurnReport
from schema.money import Amount
from storage.churn import churn


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBucket:
    """A bucket, as it is read."""

    key: str
    label: str
    count: int
    revenue_impact: Amount
    mrr_lost: Amount

    @classmethod
    def of(cls, bucket: Bucket) -> Self:
        return cls(
            key=bucket.key,
            label=bucket.label,
            count=bucket.count,
            revenue_impact=_eur(bucket.impact_eur_cents),
            mrr_lost=_eur(bucket.mrr_eur_cents),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChurned:
    """A subscription that left, as it is read."""

    subscription_id: UUID
    requested_on: date | None
    cancelled_on: date
    reason: str | None
    revenue_impact: Amount
    mrr_lost: Amount
    source: str

    @classmethod
    def of(cls, one: Churned) -> Self:
        return cls(
            subscription_id=one.subscription_id,
            requested_on=one.requested_on,
            cancelled_on=one.cancelled_on,
            reason=one.reason,
            revenue_impact=_eur(one.impact_eur_cents),
            mrr_lost=_eur(one.mrr_eur_cents),
            source=one.source,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChurn:
    """The report, as it is read."""

    from_: date
    to: date
    cancelled_count: int
    active_at_start: int
    revenue_impact: Amount
    mrr_lost: Amount
    churn_rate: Figure
    logo_churn_rate: Figure
    revenue_churn_rate: Figure
    by_reason: list[ShownBucket]
    by_plan: list[ShownBucket]
    by_country: list[ShownBucket]
    cancellations: list[ShownChurned]

    @classmethod
    def of(cls, found: Churn, *, first: date, last: date) -> Self:
        return cls(
            from_=first,
            to=last,
            cancelled_count=len(found.gone),
            active_at_start=found.at_start.subscriptions,
            revenue_impact=_eur(found.impact_eur_cents),
            mrr_lost=_eur(found.mrr_eur_cents),
            churn_rate=found.churn_rate,
            logo_churn_rate=found.logo_churn_rate,
            revenue_churn_rate=found.revenue_churn_rate,
            by_reason=[ShownBucket.of(bucket) for bucket in found.by_reason()],
            by_plan=[ShownBucket.of(bucket) for bucket in found.by_plan()],
            by_country=[ShownBucket.of(bucket) for bucket in found.by_country(country_name)],
            cancellations=[ShownChurned.of(one) for one in found.gone],
        )


@strawberry.type
class ChurnQueries:
    @finance_query(
        description="Subscriptions that left in a window, both days included, and what that is of what was there before.",
        answers=ChurnReport,
    )
    async def churn_report(
        self, info: Info, from_: Annotated[date, strawberry.argument(name="from")], to: date
    ) -> ShownChurn:
        context = info.context
        window = report_window(from_, to, today=context.books.day(context.now))
        found = await context.books.report(partial(churn, window=window))
        return ShownChurn.of(found, first=from_, last=to)


def _eur(cents: int) -> Amount:
    return Amount(amount_cents=cents, currency=REPORTING_CURRENCY)
