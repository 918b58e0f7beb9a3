"""How fast dunning goes through overdue invoices, and that ten times the cases take no more than twelve times the time.

Run: `python -m benchmarks.dunning [--invoices 100000]`. It starts an embedded PostgreSQL of its own and, first for a tenth of
the invoices and then for all, times a run that opens a case for each, one that takes the first reminder of each (with the
action, the mail put up, the audit event), one on a day when nothing is due, and one after everything was paid. Of the inbox
two hundred transfers are scored. Exit code 1 where the ratio is missed or a case does not have exactly one action.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from billing.dunning import DEFAULT_STAGES
from procedures.books import Books
from procedures.run_dunning import run_dunning
from storage import roles
from storage.embedded import EmbeddedServer, attached
from storage.engine import Database
from storage.migrate import migrate

DUE, RATIO_MAX = date(2026, 9, 1), 12.0
INVOICES_A_TENANT, TRANSFERS = 20, 200
RUNS = {"opened": 1, "reminded": 3, "nothing due": 4, "all paid": 5}

TENANTS = """
insert into tenant (external_id, name, country, currency, created_on, email)
select 'club-' || n, 'Club ' || n, 'SE', 'SEK', '2024-01-01', 'club-' || n || '@example.org' from generate_series(1, %s) n"""
INVOICES = """
insert into invoice (tenant_id, number, ocr, issuer_type, customer_name, currency, total_cents, tax_cents, issued_on, due_on)
select t.id, t.external_id || '-' || n, null, 'PLATFORM', t.name, 'SEK', 100000 + n, 20000, %s, %s
  from tenant t, generate_series(1, %s) n"""
FILE = """
with file as (
    insert into bank_file (provider, format, file_name, sha256, imported_at, imported_by, transfer_count, matched_count,
                           unmatched_count, warnings)
    values ('bankgirot', 'BgMax 01', 'x', 'x', now(), 'benchmark', %(count)s, 0, %(count)s, '{}') returning id),
deposit as (
    insert into bank_deposit (bank_file_id, reference, payment_count, amount_cents, currency, booked_on)
    select id, '1', %(count)s, 1, 'SEK', %(day)s from file returning id, bank_file_id)
insert into bank_transfer (provider, bank_file_id, deposit_id, ordinal, status, amount_cents, currency, booked_on, refs,
                           counterparty_name)
select 'bankgirot', bank_file_id, id, n, 'UNMATCHED', 7, 'SEK', %(day)s, '[]', 'Nobody ' || n
  from deposit, generate_series(1, %(count)s) n"""
PAYMENTS = """
insert into payment (tenant_id, invoice_id, method, provider, amount_cents, allocated_cents, currency, paid_at, outcome)
select tenant_id, id, 'CARD', 'sandbox', total_cents, total_cents, currency, now(), 'SUCCEEDED' from invoice"""
PROOF = "select count(*), count(distinct case_id), (select count(*) from notice) from dunning_action"


def fill(connection: psycopg.Connection[object], invoices: int) -> None:
    connection.execute(TENANTS, [invoices // INVOICES_A_TENANT])
    connection.execute(INVOICES, [DUE - timedelta(days=30), DUE, INVOICES_A_TENANT])
    connection.execute(FILE, {"count": TRANSFERS, "day": DUE})


async def timed(database: Database, *, day: int) -> float:
    """Seconds that the run of a day takes, counted from the due day."""
    engine = database.engine(connections_max=2)
    books = Books(engine=engine, zone=ZoneInfo("Europe/Stockholm"))
    at = datetime.combine(DUE + timedelta(days=day), clock(9), UTC)
    started = time.perf_counter()
    await run_dunning(at=at, stages=DEFAULT_STAGES, issuers=("PLATFORM",), books=books)
    seconds = time.perf_counter() - started
    await engine.dispose()
    return seconds


def measured(server: EmbeddedServer, invoices: int) -> dict[str, float]:
    """Seconds of each run over as many overdue invoices, in a database of their own."""
    name = f"dunning_{invoices}"
    with server.connect_as_superuser() as superuser:
        statement = "create database {} template billing owner {}"
        superuser.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(roles.OWNER)))
    database, seconds = server.database(name), {}
    with database.connect_as_owner(autocommit=True) as owner:
        fill(owner, invoices)
        owner.execute("vacuum analyze")
        for run, day in RUNS.items():
            if run == "all paid":
                owner.execute(PAYMENTS)
            seconds[run] = asyncio.run(timed(database, day=day))
        assert owner.execute(PROOF).fetchone() == (invoices, invoices, invoices)
    return seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--invoices", type=int, default=100_000)
    large = parser.parse_args().invoices
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with attached(Path(folder) / "data") as server:
            migrate(server.database())
            few, many = measured(server, large // 10), measured(server, large)
    for run in RUNS:
        print(
            f"{run:12} {few[run]:8.2f} s for {large // 10:,}, {many[run]:8.2f} s for {large:,}: "
            f"{large / many[run]:10,.0f} cases/s, {many[run] / few[run]:.1f} times the time"
        )
    missed = [run for run in ("opened", "reminded") if many[run] > RATIO_MAX * few[run]]
    print(f"missed: {', '.join(missed)}" if missed else "each case has exactly one action")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
