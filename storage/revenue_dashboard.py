"""The revenue dashboard as one value, out of one unchanging view of the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from billing.codes import country_name
from billing.periods import Period, month_after, month_before, month_start
from billing.refusals import NotFound
from billing.reports.revenue import (
    BURN_MONTHS,
    MONTHS_A_YEAR,
    NONE,
    Facts,
    Flows,
    Group,
    Health,
    Months,
    Stock,
    TrendMonth,
    health,
    largest,
)
from storage import facts
from storage.facts import Sums
from storage.kept_sums import Scope

TENANTS_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """All figures of a window, in EUR cents. `tenants` are the largest, at most 200, then what the others have together."""

    start: date
    last: date
    computed_at: datetime
    warnings: list[str]
    flows: Flows
    stock: Stock
    health: Health
    trend: list[TrendMonth]
    plans: list[Group]
    countries: list[Group]
    tenants: list[Group]


async def scope_of(
    connection: AsyncConnection,
    *,
    plan_codes: Sequence[str] | None,
    countries: Sequence[str] | None,
    tenant_ids: Sequence[UUID] | None,
) -> Scope:
    """What a filter narrows the figures to.

    Raises: NotFound for a plan or tenant that there is not.
    """
    plan_ids = None
    if plan_codes is not None:
        known = await _labels(connection, "select code, id from plan where code = any(:keys)", list(plan_codes))
        for code in plan_codes:
            if code not in known:
                raise NotFound("plan", key=code)
        plan_ids = [known[code] for code in plan_codes]
    if tenant_ids is not None:
        found = await _labels(connection, "select id, name from tenant where id = any(:keys)", list(tenant_ids))
        for key in tenant_ids:
            if key not in found:
                raise NotFound("tenant", key=str(key))
    return Scope(plan_ids=plan_ids, countries=countries, tenant_ids=tenant_ids)


async def narrowed_dashboard(
    connection: AsyncConnection,
    *,
    window: Period,
    plan_codes: Sequence[str] | None,
    countries: Sequence[str] | None,
    tenant_ids: Sequence[UUID] | None,
    at: datetime,
) -> Dashboard:
    """The dashboard under a filter.

    Raises: NotFound for a plan or tenant that there is not.
    """
    scope = await scope_of(connection, plan_codes=plan_codes, countries=countries, tenant_ids=tenant_ids)
    return await dashboard(connection, window, scope, at=at)


async def dashboard(connection: AsyncConnection, window: Period, scope: Scope, *, at: datetime) -> Dashboard:
    """Everything that the dashboard tells of a window."""
    last = window.end - timedelta(days=1)
    more = TENANTS_MAX + 1  # than are shown: the last tells that there are others
    sums = await facts.sums(connection, window, scope, tenants_max=more)
    made = Facts(
        flows=sums.flows,
        stock=sums.stock,
        at_start=await facts.stock_on(connection, window.start - timedelta(days=1), scope),
        mrr_before_month=(await facts.stock_on(connection, month_start(last) - timedelta(days=1), scope)).mrr,
        lost=await facts.lost(connection, window, scope),
        cash=await facts.cash(connection, last) if scope.is_whole else None,
        months=await _months(connection, last) if scope.is_whole else None,
        is_by_plan=scope.plan_ids is not None,
    )
    return Dashboard(
        start=window.start,
        last=last,
        computed_at=at,
        warnings=[_stale(currency, newest, last) for currency, newest in await facts.stale_rates(connection, last)],
        flows=sums.flows,
        stock=sums.stock,
        health=health(made),
        trend=await facts.trend(connection, _months_to(last, MONTHS_A_YEAR), last, scope),
        plans=await _plans(connection, sums),
        countries=_countries(sums),
        tenants=await _tenants(connection, sums),
    )


async def _months(connection: AsyncConnection, last: date) -> Months:
    """The last three months that were over on `last`."""
    first_open = month_start(last + timedelta(days=1))
    months = _months_to(month_before(first_open), BURN_MONTHS)
    came, left = await facts.tenants_moved(connection, Period(start=months[0], end=first_open))
    there = await facts.stock_on(connection, months[0] - timedelta(days=1), Scope())
    book = await facts.book_months(connection, months)
    return Months(book=book, tenants_at_start=there.tenants, came=came, left=left)


def _months_to(day: date, count: int) -> list[date]:
    """The first days of `count` months, the last of them that of `day`."""
    months = [month_start(day)]
    while len(months) < count:
        months.insert(0, month_before(months[0]))
    assert month_after(months[-2]) == months[-1]
    return months


async def _plans(connection: AsyncConnection, sums: Sums) -> list[Group]:
    named = await _labels(
        connection, "select id, code || chr(10) || name from plan where id = any(:keys)", _keys(sums.by_plan)
    )
    groups = []
    for key, (flows, stock) in sums.by_plan.items():
        code, _, name = named[key].partition("\n") if key else (NONE, "", "No plan")
        groups.append(Group(key=code, label=name, flows=flows, stock=stock))
    return largest(groups, _whole(sums), len(groups))


def _countries(sums: Sums) -> list[Group]:
    groups = [
        Group(key=key or NONE, label=country_name(key) if key else "No country", flows=flows, stock=stock)
        for key, (flows, stock) in sums.by_country.items()
    ]
    return largest(groups, _whole(sums), len(groups))


async def _tenants(connection: AsyncConnection, sums: Sums) -> list[Group]:
    """The largest by what they have; their names are asked for afterwards."""
    groups = [
        Group(key=str(key) if key else NONE, label="", flows=flows, stock=stock)
        for key, (flows, stock) in sums.by_tenant.items()
    ]
    shown = largest(groups, _whole(sums), TENANTS_MAX)
    keys = [UUID(group.key) for group in shown if len(group.key) == len(str(UUID(int=0)))]
    named = await _labels(connection, "select id::text, name from tenant where id = any(:keys)", keys)
    return [
        Group(
            key=group.key,
            label=named.get(group.key, group.label or "No tenant"),
            flows=group.flows,
            stock=group.stock,
        )
        for group in shown
    ]


def _whole(sums: Sums) -> Group:
    return Group(key="", label="", flows=sums.flows, stock=sums.stock)


def _keys(by: dict[UUID | None, tuple[Flows, Stock]]) -> list[UUID]:
    return [key for key in by if key is not None]


async def _labels(connection: AsyncConnection, query: str, keys: Sequence[object]) -> dict[Any, Any]:
    """Pairs of a key and what it is called."""
    found = await connection.execute(text(query), {"keys": list(keys)})
    return {row[0]: row[1] for row in found.all()}


def _stale(currency: str, newest: date | None, day: date) -> str:
    if newest is None:
        return f"There is no rate of {currency} on {day} or any day before: nothing in it can be booked."
    return f"The newest rate of {currency} is of {newest}, {(day - newest).days} days before {day}: it weighs what is booked."
