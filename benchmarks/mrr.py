"""What the sums of MRR movements are worth, and what they cost.

Run: `python -m benchmarks.mrr [--movements 10000000]`. It writes movements over 60 months into an embedded PostgreSQL of its
own, and measures: the trend of 60 months by kind from the monthly sums and from the movements themselves, medians of five,
compared first; and a bulk write of 100,000 movements with and without the sums, in turn, medians of three.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import psycopg

from storage.embedded import attached
from storage.migrate import migrate

TENANTS, PLANS, MONTHS, BULK = 20_000, 6, 60, 100_000

FILL_PEOPLE: Final = (
    """insert into plan (code, name, tier, amount_cents, currency, interval, interval_count)
       select 'p' || n, 'Plan ' || n, 1, 4900, 'EUR', 'MONTH', 1 from generate_series(1, {plans}) n""",
    """insert into tenant (external_id, name, country, currency, created_on)
       select 't' || n, 'Club ' || n, 'SE', 'EUR', '2020-01-01' from generate_series(1, {tenants}) n""",
    """insert into subscription (external_id, tenant_id, plan_id, status, amount_cents, currency, amount_eur_cents, started_on,
                                 current_period_start, current_period_end)
       select 's' || external_id, id, (select min(id::text)::uuid from plan), 'ACTIVE', 4900, 'EUR', 4900, '2020-01-01',
              '2026-01-01', '2026-02-01' from tenant""",
    """create temporary table person as
       select row_number() over (order by id) - 1 as n, tenant_id, id from subscription""",
    "create unique index on person (n)",
    "create temporary table offer as select row_number() over (order by code) - 1 as n, id from plan",
    "analyze person",
)
MOVEMENTS: Final = """
    insert into mrr_movement (tenant_id, subscription_id, plan_id, occurred_on, kind, amount_cents, currency, eur_cents,
                              subscription_delta, tenant_delta)
    select s.tenant_id, s.id, p.id, date '2021-01-01' + (k * 7919 % 1826)::int,
           (array['NEW','EXPANSION','CONTRACTION','CHURN','REACTIVATION','PAUSED','RESUMED','FX'])[1 + k % 8],
           k % 9900 - 4000, 'EUR', k % 9900 - 4000, (k % 3) - 1, 0
      from generate_series({first}::bigint, {last}::bigint) k
      join person s on s.n = k * 31 % {tenants} join offer p on p.n = k % {plans}"""
FROM_SUMS: Final = """
    select month, kind, sum(eur_cents)::bigint from mrr_month where month >= '2021-01-01' group by 1, 2 order by 1, 2"""
FROM_MOVEMENTS: Final = """
    select date_trunc('month', occurred_on)::date, kind, sum(eur_cents)::bigint
      from mrr_movement where occurred_on >= '2021-01-01' group by 1, 2 order by 1, 2"""
CHUNK = 500_000


def _milliseconds(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1_000


def _median(times: int, work: Callable[[], Any]) -> float:
    return round(statistics.median(_milliseconds(work) for _ in range(times)), 2)


def fill(owner: psycopg.Connection[Any], movements: int) -> None:
    """Tenants, plans and subscriptions, and the movements of all."""
    for statement in FILL_PEOPLE:
        owner.execute(statement.format(plans=PLANS, tenants=TENANTS).encode())
    for first in range(0, movements, CHUNK):
        _write(owner, first, min(first + CHUNK, movements) - 1)
        owner.commit()
    owner.commit()
    owner.autocommit = True
    owner.execute("vacuum analyze mrr_movement, mrr_day, mrr_month")


def _write(owner: psycopg.Connection[Any], first: int, last: int) -> None:
    owner.execute(MOVEMENTS.format(plans=PLANS, tenants=TENANTS, first=first, last=last).encode())


def bulk(owner: psycopg.Connection[Any], movements: int) -> dict[str, float]:
    """A bulk write with and without the sums, in turn; each is rolled back."""
    taken: dict[bool, list[float]] = {True: [], False: []}
    for summed in (True, False) * 3:
        with owner.transaction(force_rollback=True):
            if not summed:
                owner.execute("alter table mrr_movement disable trigger mrr_rollups_follow_movements_insert")
            taken[summed].append(_milliseconds(lambda: _write(owner, movements, movements + BULK - 1)))
    with_sums, without = (round(statistics.median(taken[summed])) for summed in (True, False))
    return {"with sums, ms": with_sums, "without, ms": without, "ratio": round(with_sums / without, 2)}


def measured(owner: psycopg.Connection[Any], movements: int) -> dict[str, Any]:
    owner.execute("set jit = off")
    sums, raw = owner.execute(FROM_SUMS).fetchall(), owner.execute(FROM_MOVEMENTS).fetchall()
    assert sums == raw
    from_sums = _median(5, lambda: owner.execute(FROM_SUMS).fetchall())
    from_movements = _median(5, lambda: owner.execute(FROM_MOVEMENTS).fetchall())
    return {
        "movements": movements,
        "rows of the trend": len(sums),
        "trend of 60 months from sums, ms": from_sums,
        "from movements, ms": from_movements,
        "ratio": round(from_movements / from_sums),
        "bulk write of 100,000": bulk(owner, movements),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--movements", type=int, default=10_000_000)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="billing-mrr-"))
    folder.chmod(0o711)  # the server runs as another user when this runs as root
    try:
        with attached(folder / "data", durable=False) as server:
            database = server.database()
            migrate(database)
            with database.connect_as_owner() as owner:
                begun = time.perf_counter()
                fill(owner, asked.movements)
                filled = round(time.perf_counter() - begun)
                print(json.dumps({"filled, s": filled} | measured(owner, asked.movements), indent=2))
    finally:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
