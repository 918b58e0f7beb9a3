"""How fast a provider's ledger is taken in: Stripe's balance transactions by the page, kept, and their fees booked.

Run: `python -m benchmarks.sync [--transactions 100000]`. A process of its own answers as Stripe does, in pages of 100; the
plugin that asks it is the real one. Nine in ten are charges of payments that are known here without their fee. The books
are an embedded PostgreSQL of its own with the settings of an installation. Target: memory that does not grow.
"""

import argparse
import asyncio
import json
import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from benchmarks.imports import peak_megabytes
from procedures.books import Books, Order
from procedures.sync_movements import Synced, Window, sync
from providers.registry import Registry
from storage.embedded import attached
from storage.engine import Database
from storage.jobs import Jobs
from storage.migrate import migrate

NOW: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)
WINDOW: Final = Window(start=NOW - timedelta(days=30), end=NOW)
TENANT: Final = UUID(int=1)
CENTS: Final = 49_900
PAGE: Final = 100


def transaction(n: int, of: int) -> dict[str, Any]:
    """The `n`th newest of so many, evenly over the window."""
    created = int((NOW - timedelta(days=30) * (n + 1) / (of + 1)).timestamp())
    row = {
        "id": f"txn_{n:08}",
        "object": "balance_transaction",
        "currency": "eur",
        "created": created,
        "description": None,
    }
    match n % 10:
        case 0 if n % 100 == 0:
            payout = {"id": f"po_{n:08}", "object": "payout"}
            return row | {"amount": -10 * CENTS, "fee": 0, "reporting_category": "payout", "source": payout}
        case 0:
            return row | {"amount": -200, "fee": 0, "reporting_category": "fee", "source": None}
        case _:
            charge = {"id": f"ch_{n:08}", "object": "charge", "payment_intent": f"pi_{n:08}"}
            return row | {"amount": CENTS, "fee": 774, "reporting_category": "charge", "source": charge}


def answer_as_stripe(transactions: int, ready: Connection) -> None:
    """Serve pages until the process is ended; tells its port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            first = int(asked["starting_after"][0][4:]) + 1 if "starting_after" in asked else 0
            rows = [transaction(n, transactions) for n in range(first, min(first + PAGE, transactions))]
            page = {"object": "list", "url": "/v1/balance_transactions", "data": rows}
            body = json.dumps(page | {"has_more": first + PAGE < transactions}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ready.send(server.server_port)
    server.serve_forever()


@contextmanager
def stripe_like(transactions: int) -> Iterator[str]:
    """Its address."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=answer_as_stripe, args=(transactions, theirs))
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


def fill(database: Database, transactions: int) -> None:
    """The payments of the charges, as rows alone: their own journals are not what is measured."""
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.execute(
            "insert into tenant (id, external_id, name, country, currency, created_on)"
            " values (%s, 'T', 'Club', 'FI', 'EUR', '2024-01-01')",
            [TENANT],
        )
        with cursor.copy(
            "copy payment (tenant_id, method, provider, provider_reference, amount_cents, currency, paid_at, outcome)"
            " from stdin"
        ) as copy:
            for n in range(transactions):
                if n % 10:
                    copy.write_row((TENANT, "CARD", "stripe", f"pi_{n:08}", CENTS, "EUR", NOW, "SUCCEEDED"))


class Watch:
    """When each step was done, and how much memory had been taken when a tenth was kept."""

    def __init__(self, tenth: int) -> None:
        self.tenth, self.early, self.began = tenth, 0.0, time.perf_counter()
        self.steps: dict[str, tuple[int, float]] = {}

    def __call__(self, what: str, count: int) -> None:
        self.steps[what] = (count, time.perf_counter() - self.began)
        if count >= self.tenth and not self.early:
            self.early = peak_megabytes()


async def measured(database: Database, url: str, watch: Watch) -> Synced:
    registry = Registry.load(settings={"BILLING_STRIPE_API_KEY": "sk_test_bench", "BILLING_STRIPE_API_BASE": url})
    engine = database.engine(connections_max=2)
    try:
        return await sync(
            "stripe", WINDOW, order=Order(actor="benchmark", reason="Benchmark", at=NOW), registry=registry, jobs=Jobs(),
            books=Books(engine=engine, zone=ZoneInfo("Europe/Stockholm")), progress=watch,
        )  # fmt: skip
    finally:
        await engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--transactions", type=int, default=100_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="billing-sync-") as made:
        root = Path(made)
        root.chmod(0o711)  # the server runs as another user when this runs as root
        with attached(root / "data") as server, stripe_like(asked.transactions) as url:
            database = server.database()
            migrate(database)
            fill(database, asked.transactions)
            for what in ("first", "again"):
                watch = Watch(asked.transactions // 10)
                synced = asyncio.run(measured(database, url, watch))
                tell(what, synced, watch, seconds=time.perf_counter() - watch.began)


def tell(what: str, synced: Synced, watch: Watch, *, seconds: float) -> None:
    for step, (count, at) in watch.steps.items():
        print(f"{what}: {step} {count:,} done at {at:.1f} s")
    print(f"{what}: {synced.lines:,} lines ({synced.new:,} new), {synced.booked:,} booked in {seconds:.1f} s")
    print(
        f"{what}: {synced.lines / seconds:,.0f} lines/s; {watch.early:.0f} MB at a tenth, {peak_megabytes():.0f} MB in all"
    )


if __name__ == "__main__":
    main()
