"""How long the revenue dashboard takes, by filter, beside reading its facts, and as they grow.

Run `python -m benchmarks.dashboard [--movements 10000000 --journals 10000000]`. It starts an embedded PostgreSQL of its own
and fills it twice: first with a tenth of the facts, then with all. 2,000 tenants in eight countries have 20,000 subscriptions
of six plans, 60 months of movements, and as many months of payments of two legs each. Timed is everything that an answer
takes after its arguments are read: the statements and the arithmetic, cold (computed each time) and warm (from the cache of
the process). Beside it: the same trend out of the facts themselves. Targets: cold 50 ms without and 150 ms under any
filter, warm 2 ms, at most 1.3 times as long over ten times the facts.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final
from zoneinfo import ZoneInfo

import psycopg

from billing.periods import Period
from procedures.books import Books
from resolvers.caching import ReportCache
from storage.embedded import attached
from storage.engine import Database
from storage.kept_sums import Scope
from storage.migrate import migrate
from storage.revenue_dashboard import Dashboard, dashboard, scope_of

TENANTS, SUBSCRIPTIONS, PLANS, DAYS, CHUNK = 2_000, 20_000, 6, 1_826, 250_000
FIRST: Final = date(2021, 11, 21)
LAST: Final = FIRST + timedelta(days=DAYS - 1)
AT: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)
RUNS: Final = 15

PEOPLE: Final = (
    """insert into plan (code, name, tier, amount_cents, currency, interval, interval_count)
       select 'p' || n, 'Plan ' || n, 1, 4900, 'EUR', 'MONTH', 1 from generate_series(1, {plans}) n""",
    """insert into tenant (external_id, name, country, currency, created_on)
       select 't' || n, 'Club ' || n, (array['SE','NO','DK','FI','IS','EE','DE','FR'])[1 + n % 8], 'EUR', '2020-01-01'
         from generate_series(0, {tenants} - 1) n""",
    "create table offer as select row_number() over (order by code) - 1 as n, id from plan",
    "create table club as select row_number() over (order by external_id) - 1 as n, id from tenant",
    """insert into subscription (external_id, tenant_id, plan_id, status, amount_cents, currency, amount_eur_cents, started_on,
                                 current_period_start, current_period_end)
       select 's' || s.n, c.id, p.id, 'ACTIVE', 4900, 'EUR', 4900, '2020-01-01', '2026-01-01', '2026-02-01'
         from generate_series(0, {subscriptions} - 1) s(n)
         join club c on c.n = s.n % {tenants} join offer p on p.n = s.n / {tenants} % {plans}""",
    """insert into invoice (tenant_id, number, issuer_type, customer_name, currency, total_cents, tax_cents, issued_on, due_on,
                            subscription_id)
       select tenant_id, external_id, 'PLATFORM', 'Club', 'EUR', 6125, 1225, '2021-01-01', '2021-02-01', id
         from subscription""",
    """create table seller as select row_number() over (order by s.external_id) - 1 as n, s.id, s.tenant_id, s.plan_id,
              i.id as invoice_id from subscription s join invoice i on i.subscription_id = s.id""",
    "create unique index on seller (n)",
    "analyze",
)
MOVEMENTS: Final = """
    insert into mrr_movement (tenant_id, subscription_id, plan_id, occurred_on, kind, amount_cents, currency, eur_cents,
                              subscription_delta, tenant_delta)
    select s.tenant_id, s.id, s.plan_id, date '{first_day}' + (k * 7919 % {days})::int,
           (array['NEW','EXPANSION','CONTRACTION','CHURN','REACTIVATION','PAUSED','RESUMED','FX'])[1 + k % 8],
           k % 9900 - 4000, 'EUR', k % 9900 - 4000, (k % 3) - 1, 0
      from generate_series({first}::bigint, {last}::bigint) k join seller s on s.n = k * 31 % {subscriptions}"""
JOURNALS: Final = """
    with paid as (
        select uuid7() as id, k, s.tenant_id, s.invoice_id, date '{first_day}' + (k * 6971 % {days})::int as day,
               1000 + k % 5000 as cents
          from generate_series({first}::bigint, {last}::bigint) k join seller s on s.n = k * 37 % {subscriptions}),
    journals as (
        insert into journal (id, kind, subject_id, currency, leg_count, occurred_on, booked_on, description, tenant_id,
                             invoice_id)
        select id, 'CHARGE', id, 'EUR', 2, day, day, 'Payment', tenant_id, invoice_id from paid returning id)
    insert into wanted select id, tenant_id, day, cents from paid"""
LEGS: Final = """
    insert into accounting_entry (journal_id, leg, tenant_id, account, currency, amount_cents, amount_eur_cents, booked_on)
    select id, leg, tenant_id, account, 'EUR', sign * cents, sign * cents, day
      from wanted cross join (values (1, '1580', 1), (2, '1510', -1)) l(leg, account, sign)"""
MRR_SUMS: Final = import_module("storage.migrations.versions.0024_by_date").MRR_SUMS
RAW: Final = (
    """select date_trunc('month', occurred_on), kind, sum(eur_cents), sum(subscription_delta) from mrr_movement
        where occurred_on <= '{last}' group by 1, 2""",
    """select date_trunc('month', booked_on), sum(amount_eur_cents) from accounting_entry
        where account = '1510' and booked_on between '{last}'::date - 365 and '{last}' group by 1""",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--movements", type=int, default=10_000_000)
    parser.add_argument("--journals", type=int, default=10_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="billing-dashboard-") as made:
        root = Path(made)
        root.chmod(0o711)  # the server runs as another user when this runs as root
        with attached(root / "data") as server:
            database = server.database()
            migrate(database)
            with database.connect_as_owner() as owner:
                for statement in PEOPLE:
                    owner.execute(_sized(statement))
                fill(owner, 0, asked.movements // 10, 0, asked.journals // 10)
                tenth = asyncio.run(measured(database))
                fill(owner, asked.movements // 10, asked.movements, asked.journals // 10, asked.journals)
                whole = asyncio.run(measured(database))
                raw = [_milliseconds(owner, query) for query in RAW]
    grown = {name: round(whole[name] / tenth[name], 2) for name in whole if name != "warm"}
    facts = {"movements": asked.movements, "entries": 2 * asked.journals}
    cold = max(whole[name] for name in whole if name not in {"warm", "nothing"})
    print(json.dumps({
        "facts": facts, "p50_ms": whole, "p50_ms_with_a_tenth": tenth, "growth": grown, "raw_ms": raw,
        "raw_to_cold": round(sum(raw) / whole["nothing"], 1),
        "met": {"cold 50 ms": whole["nothing"] <= 50, "filtered 150 ms": cold <= 150, "warm 2 ms": whole["warm"] <= 2,
                "growth 1.3": max(grown.values()) <= 1.3},
    }, indent=2))  # fmt: skip


def _sized(statement: str, *, first: int = 0, last: int = 0) -> bytes:
    return statement.format(
        tenants=TENANTS, subscriptions=SUBSCRIPTIONS, plans=PLANS, days=DAYS, first_day=FIRST, first=first, last=last
    ).encode()


def fill(owner: psycopg.Connection[Any], moved: int, movements: int, booked: int, journals: int) -> None:
    """Write the movements and journals from one number up to another; the sums are made at the end, as a large import does."""
    for table in ("mrr_movement", "journal", "accounting_entry", "revenue_flow"):
        owner.execute(f"alter table {table} disable trigger user".encode())
    owner.commit()
    for first in range(moved, movements, CHUNK):
        owner.execute(_sized(MOVEMENTS, first=first, last=min(first + CHUNK, movements) - 1))
        owner.commit()
    for first in range(booked, journals, CHUNK):
        owner.execute("create temporary table wanted (id uuid, tenant_id uuid, day date, cents bigint) on commit drop")
        owner.execute(_sized(JOURNALS, first=first, last=min(first + CHUNK, journals) - 1))
        owner.execute(LEGS.encode())
        owner.commit()
    owner.execute("set work_mem = '256MB'")
    for table, statement in MRR_SUMS.items():
        owner.execute(f"delete from {table}".encode())
        owner.execute(statement.format(source="mrr_movement").encode())
    owner.execute("select make_revenue_anew()")
    owner.commit()
    owner.autocommit = True
    owner.execute("vacuum analyze")
    owner.autocommit = False


async def measured(database: Database) -> dict[str, float]:
    """The median of each way to ask, in milliseconds."""
    engine = database.engine(connections_max=2)
    books, cache = Books(engine=engine, zone=ZoneInfo("Europe/Stockholm")), ReportCache.in_process()
    month, year = Period.inclusive(date(2026, 11, 1), LAST), Period.inclusive(LAST - timedelta(days=364), LAST)
    async with books.reading() as connection:
        keys = [key for (key,) in await connection.exec_driver_sql("select id from tenant order by name limit 10")]
        scopes = {
            "nothing": Scope(),
            "a plan": await scope_of(connection, plan_codes=["p1"], countries=None, tenant_ids=None),
            "a country": Scope(countries=["SE"]),
            "four countries": Scope(countries=["SE", "NO", "DK", "FI"]),
            "ten tenants": Scope(tenant_ids=keys),
            "a plan in a country": await scope_of(connection, plan_codes=["p1"], countries=["SE"], tenant_ids=None),
        }

    async def computed(window: Period, scope: Scope) -> Dashboard:
        async with books.reading() as connection:
            return await dashboard(connection, window, scope, at=AT)

    async def kept() -> Dashboard:
        return await cache.report("dashboard", Dashboard, lambda: computed(month, Scope()), ttl_seconds=300)

    found = {name: await _median(lambda scope=scope: computed(month, scope)) for name, scope in scopes.items()}  # type: ignore[misc]
    found["a year, by nothing"] = await _median(lambda: computed(year, Scope()))
    await kept()
    found["warm"] = await _median(kept)
    await engine.dispose()
    return found


async def _median(work: Callable[[], Awaitable[object]]) -> float:
    times = []
    for _ in range(RUNS):
        began = perf_counter()
        await work()
        times.append(perf_counter() - began)
    return round(median(times) * 1_000, 2)


def _milliseconds(owner: psycopg.Connection[Any], query: str) -> float:
    began = perf_counter()
    owner.execute(query.format(last=LAST).encode()).fetchall()
    return round((perf_counter() - began) * 1_000, 1)


if __name__ == "__main__":
    main()
