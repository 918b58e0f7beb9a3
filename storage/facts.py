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

FLOWS: Final = """
    coalesce(sum(gross_cents), 0)::bigint, coalesce(sum(vat_cents), 0)::bigint, coalesce(sum(refunded_cents), 0)::bigint,
    coalesce(sum(fee_cents), 0)::bigint, coalesce(sum(platform_fee_cents), 0)::bigint"""
AMOUNTS: Final = "gross_cents, vat_cents, refunded_cents, fee_cents, platform_fee_cents"
LESS_AMOUNTS: Final = ", ".join(f"-{name}" for name in AMOUNTS.split(", "))
STOCK: Final = """
    coalesce(sum(eur_cents), 0)::bigint, coalesce(sum(subscriptions), 0)::bigint, coalesce(sum(tenants), 0)::bigint"""

# A window is the months that it touches, less the days of them that lie outside.
WINDOW: Final = f"""
    (select tenant_id, plan_id, {AMOUNTS} from revenue_month
      where month >= :first_month and month <= :last_month and {{narrowed}}
      union all
     select tenant_id, plan_id, {LESS_AMOUNTS} from revenue_day where {{outside}} and {{narrowed}})"""  # noqa: S608 - ours
OUTSIDE: Final = "(day >= :first_month and day < :first or day > :last and day < :after_last_month)"
FLOW_PARTS: Final = ", ".join(f"sum({name}) as {name}" for name in AMOUNTS.split(", "))
STOCK_PARTS: Final = "sum(eur_cents) as eur_cents, sum(subscriptions) as subscriptions, sum(tenants) as tenants"
# A tenant's plan first: what is grouped four ways is then a row each.
GROUPED: Final = """
    select grouping(r.plan_id, t.country, r.tenant_id), r.plan_id, t.country, r.tenant_id, {columns}
      from (select tenant_id, plan_id, {parts} from {rows} every group by tenant_id, plan_id) r
      left join tenant t on t.id = r.tenant_id
     group by grouping sets ((), (r.plan_id), (t.country), (r.tenant_id))"""
# What holds on a day: by countries all months up to its own, less the days after it; by tenants what there is now, less
# what moved after it.
COUNTRY_AS_OF: Final = """
    (select eur_cents, subscriptions, tenants from mrr_month where month <= :month and {narrowed}
      union all
     select -eur_cents, -subscriptions, -tenants from mrr_day
      where occurred_on > :day and occurred_on < :next_month and {day_narrowed})"""
AS_OF: Final = """
    (select tenant_id, plan_id, eur_cents, subscriptions, tenants from mrr_tenant where {narrowed}
      union all
     select tenant_id, plan_id, -eur_cents, -subscriptions, -tenants from mrr_tenant_month
      where month >= :next_month and {narrowed}
      union all
     select tenant_id, plan_id, -eur_cents, -subscriptions, -tenants from mrr_day
      where occurred_on > :day and occurred_on < :next_month and {narrowed})"""

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
      from (select tenant_id from mrr_day
             where kind = 'CHURN' and occurred_on >= :first and occurred_on < :after and {narrowed}
             group by tenant_id having sum(tenants) < 0) gone
     where (select sum(d.tenants) from mrr_day d where d.tenant_id = gone.tenant_id and d.occurred_on < :first) > 0
       and (select sum(d.tenants) from mrr_day d where d.tenant_id = gone.tenant_id and d.occurred_on < :after) = 0"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the figures are narrowed to; None: not by this."""

    plan_ids: Sequence[UUID] | None = None
    countries: Sequence[str] | None = None
    tenant_ids: Sequence[UUID] | None = None

    @property
    def is_whole(self) -> bool:
        return self.plan_ids is None and self.countries is None and self.tenant_ids is None

    @property
    def is_by_tenant(self) -> bool:
        return self.tenant_ids is not None

    def condition(
        self, *, country: str = "tenant_id in (select id from tenant where country = any(:countries))"
    ) -> str:
        """A condition on rows with a plan and a tenant; `country`: what narrows to countries where rows have them."""
        conditions = [
            "plan_id = any(:plan_ids)" if self.plan_ids is not None else "",
            "tenant_id = any(:tenant_ids)" if self.tenant_ids is not None else "",
            country if self.countries is not None else "",
        ]
        return " and ".join(filter(None, conditions)) or "true"

    def on_countries(self) -> str:
        """The same on rows with a plan and a country."""
        assert not self.is_by_tenant
        return self.condition(country="country = any(:countries)")

    def values(self) -> dict[str, object]:
        named = {"plan_ids": self.plan_ids, "tenant_ids": self.tenant_ids, "countries": self.countries}
        return {name: list(value) for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """The sums of a window and the stock at its end, over the whole and by each plan, country and tenant. The key None is
    what belongs to none."""

    flows: Flows
    stock: Stock
    by_plan: dict[UUID | None, tuple[Flows, Stock]]
    by_country: dict[str | None, tuple[Flows, Stock]]
    by_tenant: dict[UUID | None, tuple[Flows, Stock]]


async def sums(connection: AsyncConnection, window: Period, scope: Scope) -> Sums:
    """The window's flows, and what there is on its last day."""
    narrowed, values = scope.condition(), scope.values()
    window_rows = WINDOW.format(narrowed=narrowed, outside=OUTSIDE)
    flows = GROUPED.format(columns=FLOWS, rows=window_rows, parts=FLOW_PARTS)
    stock = GROUPED.format(columns=STOCK, rows=AS_OF.format(narrowed=narrowed), parts=STOCK_PARTS)
    last = window.end - timedelta(days=1)
    by: dict[int, dict[Any, tuple[Flows, Stock]]] = {7: {}, 3: {}, 5: {}, 6: {}}
    for level, *keys, gross, vat, refunds, fees, platform_fees in await _rows(
        connection, flows, _window(window) | values
    ):
        made = Flows(gross=gross, vat=vat, refunds=refunds, fees=fees, platform_fees=platform_fees)
        by[level][_key(level, keys)] = made, Stock()
    for level, *keys, mrr, subscriptions, tenants in await _rows(connection, stock, _day(last) | values):
        known, _ = by[level].get(_key(level, keys), (Flows(), Stock()))
        by[level][_key(level, keys)] = known, Stock(mrr=mrr, subscriptions=subscriptions, tenants=tenants)
    whole, there = by[7][None]
    return Sums(flows=whole, stock=there, by_plan=by[3], by_country=by[5], by_tenant=by[6])


async def stock_on(connection: AsyncConnection, day: date, scope: Scope) -> Stock:
    """What there is at the end of a day."""
    if scope.is_by_tenant:
        there = AS_OF.format(narrowed=scope.condition())
    else:
        there = COUNTRY_AS_OF.format(narrowed=scope.on_countries(), day_narrowed=scope.condition())
    query = f"select {STOCK} from {there} r"  # noqa: S608 - ours
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
    kept, narrowed = "revenue_month", scope.condition()
    if not scope.is_by_tenant:
        kept, narrowed = "revenue_country_month", scope.on_countries()
    query = f"""
        select m, {FLOWS}
          from (select month as m, {AMOUNTS} from {kept} where month >= :first and month <= :month and {narrowed}
                 union all
                select cast(:month as date), {LESS_AMOUNTS} from revenue_day
                 where day > :day and day < :next_month and {scope.condition()}) r
         group by m"""  # noqa: S608 - ours
    values = {"first": months[0]} | _day(last) | scope.values()
    return {
        month: Flows(gross=gross, vat=vat, refunds=refunds, fees=fees, platform_fees=platform_fees)
        for month, gross, vat, refunds, fees, platform_fees in await _rows(connection, query, values)
    }


async def _movements_by_month(
    connection: AsyncConnection, months: Sequence[date], last: date, scope: Scope
) -> dict[date, dict[str, tuple[int, int, int]]]:
    """Cents, subscriptions and tenants by month and kind."""
    kept, narrowed = "mrr_tenant_month", scope.condition()
    if not scope.is_by_tenant:
        kept, narrowed = "mrr_month", scope.on_countries()
    query = f"""
        select m, kind, {STOCK}
          from (select month as m, kind, eur_cents, subscriptions, tenants from {kept}
                 where month >= :first and month <= :month and {narrowed}
                 union all
                select cast(:month as date), kind, -eur_cents, -subscriptions, -tenants from mrr_day
                 where occurred_on > :day and occurred_on < :next_month and {scope.condition()}) r
         group by m, kind"""  # noqa: S608 - ours
    values = {"first": months[0]} | _day(last) | scope.values()
    found: dict[date, dict[str, tuple[int, int, int]]] = {}
    for month, kind, *figures in await _rows(connection, query, values):
        found.setdefault(month, {})[kind] = (figures[0], figures[1], figures[2])
    return found


def _key(level: int, keys: Sequence[Any]) -> Any:
    """Which of the keys a grouping set is by: of plan, country and tenant those that are not grouped have their bit set."""
    return {7: None, 3: keys[0], 5: keys[1], 6: keys[2]}[level]


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
