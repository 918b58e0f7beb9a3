"""The revenue dashboard."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Annotated, Final
from uuid import UUID

import strawberry

from billing.fx import REPORTING_CURRENCY
from billing.periods import Period, month_start
from billing.refusals import BadInput, ErrorCode
from billing.reports.revenue import MONTHS_A_YEAR, NONE, OTHER, Cents, Figure, Flows, Group, Health, TrendMonth, largest
from resolvers.authority import finance_query
from resolvers.context import Info
from schema.bounds import report_window
from schema.ids import keys_of, to_global
from schema.money import Amount
from schema.reading.paging import page
from schema.reading.questions import PageOf
from schema.revenue import BUCKETS_MAX, DashboardFilter, RevenueDashboard
from schema.revenue_rows import MrrMovementConnection, RevenueFlowConnection, flows_of, movements_of
from storage.revenue_dashboard import Dashboard, narrowed_dashboard

KEPT_SECONDS: Final = 300
FRESH: Final = timedelta(seconds=3)
_MOVEMENTS: Final = {
    "new_mrr": "NEW", "expansion_mrr": "EXPANSION", "contraction_mrr": "CONTRACTION", "churned_mrr": "CHURN",
    "reactivation_mrr": "REACTIVATION", "paused_mrr": "PAUSED", "resumed_mrr": "RESUMED", "fx_mrr": "FX",
}  # fmt: skip


@strawberry.type
class RevenueQueries:
    @finance_query(
        description="The figures of a window and the year before it; kept for five minutes, `computedAt` says since when.",
        answers=RevenueDashboard,
        may_fail=[ErrorCode.NOT_FOUND],
    )
    async def revenue_dashboard(
        self,
        info: Info,
        filter: DashboardFilter | None = None,
        *,
        fresh: Annotated[
            bool,
            strawberry.argument(
                description="Make figures anew that are older than three seconds: after one's own change."
            ),
        ] = False,
    ) -> SimpleNamespace:
        asked, context = filter or DashboardFilter(), info.context
        today = context.books.day(context.now)
        window = _window(asked, today)
        tenant_ids = keys_of(asked.tenant_ids, "Tenant", argument="tenantIds")
        read = partial(
            narrowed_dashboard,
            window=window,
            plan_codes=asked.plan_codes,
            countries=asked.countries,
            tenant_ids=tenant_ids,
            at=context.now,
        )
        compute = partial(context.books.report, read)
        key = repr(("dashboard", window, _sorted(asked.plan_codes), _sorted(asked.countries), _sorted(tenant_ids)))
        ask = partial(context.cache.report, key, Dashboard, compute, ttl_seconds=KEPT_SECONDS)
        figures = await ask()
        if fresh and context.now - figures.computed_at > FRESH:
            await context.cache.forget(key)
            figures = await ask()
        return shown(figures)

    @finance_query(
        description="Which journals make the flows of the dashboard, the latest first. The filter is the dashboard's, without "
        "its defaults.",
        answers=RevenueFlowConnection,
        may_fail=[ErrorCode.NOT_FOUND],
    )
    def revenue_flows(
        self, first: int | None = None, after: str | None = None, filter: DashboardFilter | None = None
    ) -> PageOf:
        asked = filter or DashboardFilter()
        return flows_of(asked, page("revenueFlows", first=first, after=after, narrowed_by=asked))

    @finance_query(
        description="Which changes make the MRR of the dashboard, the latest first: all of them up to a day are that day's MRR.",
        answers=MrrMovementConnection,
        may_fail=[ErrorCode.NOT_FOUND],
    )
    def mrr_movements(
        self, first: int | None = None, after: str | None = None, filter: DashboardFilter | None = None
    ) -> PageOf:
        asked = filter or DashboardFilter()
        return movements_of(asked, page("mrrMovements", first=first, after=after, narrowed_by=asked))


def _window(asked: DashboardFilter, today: date) -> Period:
    """Raises: BadInput for a window that ends before it begins, or in the future."""
    last = asked.to or today
    return report_window(asked.from_ or month_start(last), last, today=today)


def _sorted(values: Sequence[object] | None) -> list[str] | None:
    return None if values is None else sorted(map(str, values))


def shown(figures: Dashboard) -> SimpleNamespace:
    """The dashboard as it is read: an attribute a field."""
    health = figures.health
    names = [field.name for field in fields(Health)]
    return SimpleNamespace(
        from_=figures.start,
        to=figures.last,
        computed_at=figures.computed_at,
        currency=REPORTING_CURRENCY,
        warnings=figures.warnings,
        trend=[_month(month) for month in figures.trend],
        by_plan=[_bucket(group) for group in figures.plans],
        by_country=[_bucket(group) for group in figures.countries],
        shown_tenants=partial(_tenants, figures),
        **_flows(figures.flows, mrr=figures.stock.mrr, subscriptions=figures.stock.subscriptions),
        **{name: _metric(getattr(health, name)) for name in names},
    )


def _tenants(figures: Dashboard, first: int) -> list[SimpleNamespace]:
    """Raises: BadInput for more buckets than there may be."""
    if not 0 <= first <= BUCKETS_MAX:
        raise BadInput(f"first is {first}, but there are 0 to {BUCKETS_MAX} tenants to be had.", argument="first")
    whole = Group(key="", label="", flows=figures.flows, stock=figures.stock)
    return [_bucket(group, type_name="Tenant") for group in largest(figures.tenants, whole, first)]


def _metric(figure: Figure | Cents) -> SimpleNamespace:
    if isinstance(figure, Figure):
        return SimpleNamespace(value=figure.value, unavailable_because=figure.unavailable_because)
    value = None if figure.cents is None else _eur(figure.cents)
    return SimpleNamespace(value=value, unavailable_because=figure.unavailable_because)


def _month(month: TrendMonth) -> SimpleNamespace:
    movements = {name: _eur(month.movements.get(kind, 0)) for name, kind in _MOVEMENTS.items()}
    return SimpleNamespace(
        month=month.month,
        starting_mrr=_eur(month.starting),
        **movements,
        **_flows(month.flows, mrr=month.mrr, subscriptions=month.subscriptions),
    )


def _bucket(group: Group, *, type_name: str | None = None) -> SimpleNamespace:
    is_row = type_name is not None and group.key not in {NONE, OTHER}
    return SimpleNamespace(
        key=to_global(type_name, UUID(group.key)) if is_row and type_name else group.key,
        label=group.label,
        **_flows(group.flows, mrr=group.stock.mrr, subscriptions=group.stock.subscriptions),
    )


def _flows(flows: Flows, *, mrr: int, subscriptions: int) -> dict[str, Amount | int]:
    amounts = {
        "mrr": mrr,
        "arr": MONTHS_A_YEAR * mrr,
        "gross_revenue": flows.gross,
        "vat": flows.vat,
        "refunds": flows.refunds,
        "provider_fees": flows.fees,
        "net_revenue": flows.net,
        "platform_fees": flows.platform_fees,
    }
    return {name: _eur(cents) for name, cents in amounts.items()} | {"active_subscriptions": subscriptions}


def _eur(cents: int) -> Amount:
    return Amount(amount_cents=cents, currency=REPORTING_CURRENCY)
