"""The sums that the revenue dashboard is made of, out of what the database keeps summed up: no statement reads the facts
themselves, whatever the filter and the window.

Most windows begin with a month and end today: they are whole months, and so is what holds on a day; what is taken off for
the days outside is then nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from billing.fx import REPORTING_CURRENCY, STALE_AFTER
from billing.periods import Period, month_after, month_start
from billing.reports.revenue import BookMonth, Flows, Lost, Stock, TrendMonth
from storage.kept_sums import AMOUNTS, BY_TENANT, LESS_AMOUNTS, Kept, Scope, kept_by_country

FLOWS: Final = """
    coalesce(sum(gross_cents), 0)::bigint, coalesce(sum(vat_cents), 0)::bigint, coalesce(sum(refunded_cents), 0)::bigint,
    coalesce(sum(fee_cents), 0)::bigint, coalesce(sum(platform_fee_cents), 0)::bigint"""
STOCK: Final = """
    coalesce(sum(eur_cents), 0)::bigint, coalesce(sum(subscriptions), 0)::bigint, coalesce(sum(tenants), 0)::bigint"""

# Each subscription once: the row of its cancellation wins, then the later day.
GONE: Final = """
    select count(*), coalesce(sum(mrr_eur_cents), 0)::bigint
      from (select distinct on (subscription_id) subscription_id, tenant_id, plan_id, mrr_eur_cents from churn
             where cancelled_on >= :first and cancelled_on < :after
             order by subscription_id, source, cancelled_on desc) gone
     where {narrowed}
       and (select sum(m.subscription_delta) from mrr_movement m
             where m.subscription_id = gone.subscription_id and m.occurred_on < :first) > 0"""
# They were there, left, and are not back.
TENANTS_LEFT: Final = """
    select count(*)
      from (select distinct tenant_id from mrr_day
             where kind = 'CHURN' and tenants < 0 and occurred_on >= :first and occurred_on < :after and {narrowed}) gone
     where (select sum(d.tenants) from mrr_day d
             where d.tenant_id = gone.tenant_id and d.tenants <> 0 and d.occurred_on < :first) > 0
       and (select sum(d.tenants) from mrr_day d
             where d.tenant_id = gone.tenant_id and d.tenants <> 0 and d.occurred_on < :after) = 0"""


# The flows of a window and what there is at its end, as rows.
FLOWS_AND_STOCK: Final = f"""
    (select {{keys}}, {AMOUNTS}, 0 as eur_cents, 0 as subscriptions, 0 as tenants from {{window}} flow
      union all
     select {{keys}}, 0, 0, 0, 0, 0, eur_cents, subscriptions, tenants from {{as_of}} stock)"""  # noqa: S608 - ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """The sums of a window and the stock at its end, over the whole, by each plan and country, and by the largest tenants.
    The key None is what belongs to none."""

    flows: Flows
    stock: Stock
    by_plan: dict[UUID | None, tuple[Flows, Stock]]
    by_country: dict[str | None, tuple[Flows, Stock]]
    by_tenant: dict[UUID | None, tuple[Flows, Stock]]


async def sums(connection: AsyncConnection, window: Period, scope: Scope, *, tenants_max: int) -> Sums:
    """The window's flows, and what there is on its last day; of tenants, by `tenants_max` of them at most, those with the
    most MRR, then with the most collected."""
    values = _window(window) | _day(window.end - timedelta(days=1)) | scope.values()
    by: dict[str, dict[Any, tuple[Flows, Stock]]] = {"whole": {}, "plan": {}, "country": {}}
    kinds = {0b11: "whole", 0b01: "plan", 0b10: "country"}  # a bit for each that is not grouped by
    query = f"""
        select grouping(plan_id, country), plan_id, country, {FLOWS}, {STOCK}
          from {_flows_and_stock(kept_by_country(scope), scope)} r
         group by grouping sets ((), (plan_id), (country))"""  # noqa: S608 - ours
    for level, plan_id, country, *figures in await _rows(connection, query, values):
        kind = kinds[level]
        by[kind][plan_id if kind == "plan" else country] = _read(figures)
    query = f"""
        select tenant_id, {FLOWS}, {STOCK} from {_flows_and_stock(BY_TENANT, scope)} r
         group by tenant_id order by sum(eur_cents) desc, sum(gross_cents) desc, tenant_id limit :tenants_max"""  # noqa: S608 - ours
    tenants = await _rows(connection, query, values | {"tenants_max": tenants_max})
    flows, stock = by["whole"][None]
    return Sums(
        flows=flows,
        stock=stock,
        by_plan=by["plan"],
        by_country=by["country"],
        by_tenant={key: _read(figures) for key, *figures in tenants},
    )


def _flows_and_stock(kept: Kept, scope: Scope) -> str:
    return FLOWS_AND_STOCK.format(keys=kept.keys, window=kept.window(scope), as_of=kept.as_of(scope))


def _read(figures: Sequence[int]) -> tuple[Flows, Stock]:
    """What `FLOWS` and `STOCK` give."""
    *flows, mrr, subscriptions, tenants = figures
    return _flows(flows), Stock(mrr=mrr, subscriptions=subscriptions, tenants=tenants)


def _flows(figures: Sequence[int]) -> Flows:
    """What `FLOWS` gives."""
    gross, vat, refunds, fees, platform_fees = figures
    return Flows(gross=gross, vat=vat, refunds=refunds, fees=fees, platform_fees=platform_fees)


async def stock_on(connection: AsyncConnection, day: date, scope: Scope) -> Stock:
    """What there is at the end of a day."""
    query = f"select {STOCK} from {kept_by_country(scope).as_of(scope)} r"  # noqa: S608 - ours
    ((mrr, subscriptions, tenants),) = await _rows(connection, query, _day(day) | scope.values())
    return Stock(mrr=mrr, subscriptions=subscriptions, tenants=tenants)


async def trend(connection: AsyncConnection, months: Sequence[date], last: date, scope: Scope) -> list[TrendMonth]:
    """The months (their first days, one after the other), the last of them up to and with `last`."""
    before = await stock_on(connection, months[0] - timedelta(days=1), scope)
    flows = await _flows_by_month(connection, months, last, scope)
    moved = await _movements_by_month(connection, months, last, scope)
    made, starting, subscriptions = [], before.mrr, before.subscriptions
    for month in months:
        kinds = moved.get(month, {})
        subscriptions += sum(count for _, count, _ in kinds.values())
        movements = {kind: cents for kind, (cents, _, _) in kinds.items()}
        flow = flows.get(month, Flows())
        made.append(
            TrendMonth(month=month, starting=starting, movements=movements, flows=flow, subscriptions=subscriptions)
        )
        starting = made[-1].mrr
    return made


async def tenants_moved(connection: AsyncConnection, window: Period) -> tuple[int, int]:
    """How many tenants came for the first time and how many left, in whole months."""
    query = """
        select coalesce(sum(tenants) filter (where kind = 'NEW'), 0)::bigint,
               coalesce(-sum(tenants) filter (where kind = 'CHURN'), 0)::bigint
          from mrr_month where month >= :first and month < :after"""
    ((came, left),) = await _rows(connection, query, {"first": window.start, "after": window.end})
    return came, left


async def lost(connection: AsyncConnection, window: Period, scope: Scope) -> Lost:
    """What left for good in a window, of what was there when it began: what the churn report counts, narrowed."""
    narrowed, values = scope.condition(), {"first": window.start, "after": window.end} | scope.values()
    ((subscriptions, mrr),) = await _rows(connection, GONE.format(narrowed=narrowed), values)
    return Lost(subscriptions=subscriptions, tenants=await tenants_left(connection, window, scope), mrr=mrr)


async def tenants_left(connection: AsyncConnection, window: Period, scope: Scope) -> int:
    """How many tenants were there when a window began, left in it, and are not back at its end."""
    values = {"first": window.start, "after": window.end} | scope.values()
    ((tenants,),) = await _rows(connection, TENANTS_LEFT.format(narrowed=scope.condition()), values)
    return int(tenants)


async def cash(connection: AsyncConnection, day: date) -> int:
    """The platform's own money: 19xx, 1580 and 1589 less what is owed to tenants (2899)."""
    query = """
        select coalesce(sum(eur_cents), 0)::bigint from book_day
         where (account like '19%' or account in ('1580', '1589', '2899')) and day <= :day"""
    ((found,),) = await _rows(connection, query, {"day": day})
    return int(found)


async def book_months(connection: AsyncConnection, months: Sequence[date]) -> list[BookMonth]:
    """The platform's own book in some months, one after the other."""
    query = """
        select m, coalesce(-sum(eur_cents) filter (where account like '3%'), 0)::bigint,
               coalesce(sum(eur_cents) filter (where account >= '4' and account < '8'), 0)::bigint,
               coalesce(sum(eur_cents) filter (where account like '4%' or account = '6040'), 0)::bigint,
               coalesce(sum(eur_cents) filter (where account like '59%'), 0)::bigint
          from unnest(cast(:months as date[])) m
          left join book_day on day >= m and day < m + interval '1 month' and account >= '3' and account < '8'
         group by m order by m"""
    return [
        BookMonth(revenue=revenue, costs=costs, direct=direct, marketing=marketing)
        for _, revenue, costs, direct, marketing in await _rows(connection, query, {"months": list(months)})
    ]


async def stale_rates(connection: AsyncConnection, day: date) -> list[tuple[str, date | None]]:
    """The tenants' currencies whose newest rate is more than ten days older than `day`, with that rate's day."""
    query = """
        select c.currency, max(r.on_day)
          from (select distinct currency from tenant where currency <> :own) c
          left join fx_rate r on r.currency = c.currency and r.on_day <= :day
         group by c.currency having coalesce(max(r.on_day) < :oldest, true) order by c.currency"""
    values = {"own": REPORTING_CURRENCY, "day": day, "oldest": day - STALE_AFTER}
    return [(currency, newest) for currency, newest in await _rows(connection, query, values)]


async def _flows_by_month(
    connection: AsyncConnection, months: Sequence[date], last: date, scope: Scope
) -> dict[date, Flows]:
    kept = kept_by_country(scope)
    narrowed = kept.condition(scope)
    query = f"""
        select m, {FLOWS}
          from (select month as m, {AMOUNTS} from {kept.flow_months}
                 where month >= :first and month <= :month and {narrowed}
                 union all
                select cast(:month as date), {LESS_AMOUNTS} from {kept.flow_days}
                 where day > :day and day < :next_month and {narrowed}) r
         group by m"""  # noqa: S608 - ours
    values = {"first": months[0]} | _day(last) | scope.values()
    return {month: _flows(figures) for month, *figures in await _rows(connection, query, values)}


async def _movements_by_month(
    connection: AsyncConnection, months: Sequence[date], last: date, scope: Scope
) -> dict[date, dict[str, tuple[int, int, int]]]:
    """Cents, subscriptions and tenants by month and kind."""
    kept = kept_by_country(scope)
    narrowed = kept.condition(scope)
    query = f"""
        select m, kind, {STOCK}
          from (select month as m, kind, eur_cents, subscriptions, tenants from {kept.moved_months}
                 where month >= :first and month <= :month and {narrowed}
                 union all
                select cast(:month as date), kind, -eur_cents, -subscriptions, -tenants from {kept.moved_days}
                 where occurred_on > :day and occurred_on < :next_month and {narrowed}) r
         group by m, kind"""  # noqa: S608 - ours
    values = {"first": months[0]} | _day(last) | scope.values()
    found: dict[date, dict[str, tuple[int, int, int]]] = {}
    for month, kind, *figures in await _rows(connection, query, values):
        found.setdefault(month, {})[kind] = (figures[0], figures[1], figures[2])
    return found


def _window(window: Period) -> dict[str, object]:
    """The ends of a window, and the months that they are in."""
    last = window.end - timedelta(days=1)
    return {
        "first": window.start, "last": last, "first_month": month_start(window.start), "last_month": month_start(last),
        "after_last_month": month_after(last),
    }  # fmt: skip


def _day(day: date) -> dict[str, object]:
    return {"day": day, "month": month_start(day), "next_month": month_after(day)}


async def _rows(connection: AsyncConnection, query: str, values: dict[str, Any]) -> list[Any]:
    return list((await connection.execute(text(query), values)).all())
