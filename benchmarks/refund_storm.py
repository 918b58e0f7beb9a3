"""Refunds while everything around them breaks: API and worker processes are killed, PostgreSQL crashes, the gateway fails.

Run: `python -m benchmarks.refund_storm [--full] [--seed 1]`. It starts an embedded PostgreSQL, a gateway, two API processes
and two workers of its own, asks for refunds over HTTP as fast as it can, repeats what was not answered, and kills meanwhile.
Then it waits until nothing is pending, and holds the gateway, the payments and the ledger against each other. Exit code 1
when a refund was made twice, lost, or beyond what was paid. Small: 20 seconds; full: at least 100 kills, 5 crashes, 1,000
refunds.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import EntryPoint
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import uvicorn
from starlette.applications import Starlette

from benchmarks import storm_gateway
from benchmarks.storm_gateway import Gateway
from billing.authority import Role
from graphql_api.app import create_app, development_issuer
from graphql_api.settings import Settings
from graphql_api.sys_routes import stored
from graphql_api.worker import Worker
from procedures.books import Books
from procedures.complete_refunds import complete
from procedures.import_books import import_books
from providers.registry import GROUP, Registry
from schema.ids import to_global
from storage.embedded import attached
from storage.engine import Database
from storage.invariants import snapshot, verify
from storage.jobs import Jobs
from storage.migrate import migrate

FORK = multiprocessing.get_context("fork")
PAID_CENTS, ACTORS, APIS, WORKERS = 100_000, 12, 2, 2
PREVIEW, EXECUTE = stored("refund_preview"), stored("execute_refund")
ZONE = ZoneInfo("Europe/Stockholm")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How long, how much and how hard: for `seconds` at least, and until the minima are reached, but not for ever."""

    seed: int
    seconds: float
    seconds_max: float
    payments: int
    kill_every: float
    crash_every: float
    refunds_min: int = 0
    kills_min: int = 0
    crashes_min: int = 0


SMALL = Plan(seed=1, seconds=20, seconds_max=20, payments=100, kill_every=1.5, crash_every=8)
FULL = Plan(
    seed=1, seconds=60, seconds_max=900, payments=1500, kill_every=1.5, crash_every=25, refunds_min=1000, kills_min=100,
    crashes_min=5,
)  # fmt: skip


@dataclass(kw_only=True)
class Tally:
    """What the clients saw. `ids`: of each intent, every refund it was answered with."""

    ids: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    repeated: int = 0


def registry() -> Registry:
    point = EntryPoint(name="storm", value="benchmarks.storm_gateway", group=GROUP)
    return Registry.load(settings={}, entry_points=[point])


def utc_now() -> datetime:
    return datetime.now(UTC)


def made(settings: Settings, database: Database) -> Starlette:
    """The service with the gateway of the storm; made once, each API process is forked with its own copy."""
    return create_app(settings, database, registry=registry())


def serve(app: Starlette, listener: socket.socket) -> None:
    """An API process."""
    config = uvicorn.Config(app, log_config=None, access_log=False, ws="none", lifespan="on")
    uvicorn.Server(config).run(sockets=[listener])


def work(settings: Settings, database: Database) -> None:
    """A worker process."""

    async def run() -> None:
        async with Worker.over(settings, database, registry(), now=utc_now) as worker:
            await worker.run()

    asyncio.run(run())


def rage(plan: Plan, settings: Settings, starts: list[Callable[[], BaseProcess]], figures: Any, over: Any) -> None:
    """Keeps the processes running, and kills them and the database until it is over. A process of its own."""
    draw = random.Random(plan.seed)
    running = [start() for start in starts]
    next_crash = time.monotonic() + plan.crash_every
    while not over.wait(plan.kill_every * draw.uniform(0.5, 1.5)):
        if time.monotonic() > next_crash:
            fell = time.monotonic()
            crash(settings)
            figures["crashes"] += 1
            figures["down_seconds"] += round(time.monotonic() - fell, 1)
            next_crash = time.monotonic() + plan.crash_every
        i = draw.randrange(len(running))
        if not running[i].is_alive():
            figures["died by themselves"] += 1
        running[i].kill()
        running[i].join()
        figures["kills"] += 1
        running[i] = starts[i]()
    for process in running:
        process.kill()
        process.join()


def crash(settings: Settings) -> None:
    """PostgreSQL goes without a word, and comes back by recovery."""
    running = settings.data_dir / "postgresql" / "data" / "postmaster.pid"
    os.kill(int(running.read_text().split()[0]), signal.SIGQUIT)
    while running.exists():
        time.sleep(0.02)
    with attached(settings.data_dir):
        pass


async def ask_for_refunds(
    plan: Plan, url: str, tokens: dict[str, str], payments: list[str], figures: Mapping[str, Any]
) -> Tally:
    """Every actor asks for one refund after the other, and repeats each until it is answered."""
    tally, started = Tally(), time.monotonic()

    def enough() -> bool:
        passed = time.monotonic() - started
        reached = (
            len(tally.ids) >= 1.05 * plan.refunds_min
            and figures["kills"] >= plan.kills_min
            and figures["crashes"] >= plan.crashes_min
        )
        return passed > plan.seconds_max or (passed > plan.seconds and reached)

    async with httpx.AsyncClient(base_url=url, timeout=5) as client:

        async def act(actor: str, draw: random.Random) -> None:
            number = 0
            headers = {"authorization": f"Bearer {tokens[actor]}"}
            while not enough():
                number += 1
                payment, cents = draw.choice(payments), draw.randrange(1, 61) * 500
                shown = await post(client, headers, PREVIEW, {"paymentId": payment, "amountCents": cents}, tally)
                if shown is None:
                    continue
                asked = {
                    "paymentId": payment, "amountCents": cents, "previewToken": shown["refundPreview"]["token"],
                    "reason": "The storm asks for it", "idempotencyKey": f"{number}",
                }  # fmt: skip
                for _ in range(draw.choice((1, 1, 1, 2))):
                    done = await post(client, headers, EXECUTE, {"input": asked}, tally)
                    if done is not None:
                        refund = done["executeRefund"]["refund"]
                        tally.answers[refund["status"]] += 1
                        tally.ids.setdefault((actor, str(number)), set()).add(refund["id"])

        await asyncio.gather(*(act(actor, random.Random(f"{plan.seed}{actor}")) for actor in tokens))
    return tally


async def post(
    client: httpx.AsyncClient, headers: dict[str, str], document: str, variables: dict[str, Any], tally: Tally
) -> dict[str, Any] | None:
    """The data; asked again, with the very same words, until there is an answer. None: it was refused."""
    for _ in range(60):
        try:
            response = await client.post("/graphql", json={"query": document, "variables": variables}, headers=headers)
            answer = response.json()
        except (httpx.HTTPError, ValueError):
            tally.repeated += 1
            await asyncio.sleep(0.3)
            continue
        if "errors" not in answer:
            data: dict[str, Any] = answer["data"]
            return data
        code = answer["errors"][0]["extensions"]["code"]
        tally.answers[code] += 1
        if code not in {"INTERNAL", "TIMEOUT"}:
            return None
        tally.repeated += 1
        await asyncio.sleep(0.3)
    return None


async def drain(database: Database) -> float:
    """Finish what is pending, as workers would after their waits; gives the seconds it took."""
    started, at, engine = time.monotonic(), utc_now(), database.engine()
    books = Books(engine=engine, zone=ZONE)
    for _ in range(40):
        at += timedelta(minutes=20)
        while await complete(at=at, books=books, registry=registry(), jobs=Jobs()):
            pass
        with database.connect() as connection:
            if connection.execute("select from refund where status = 'PENDING' limit 1").fetchone() is None:
                break
    await engine.dispose()
    return time.monotonic() - started


def fill(database: Database, folder: Path, payments: int) -> list[str]:
    """Booked payments to send back; gives their ids."""
    day = utc_now().date() - timedelta(days=2)
    rows = {
        "tenants": ["external_id,name,country,currency,created_on", f"T,Club,SE,EUR,{day}"],
        "invoices": [
            (
                "external_id,tenant,number,ocr,issuer_type,customer_name,currency,total_cents,tax_cents,issued_on,due_on,status,"
                "subscription"
            ),
            *(f"I{n},T,F-{n},,platform,Club,EUR,{PAID_CENTS},20000,{day},{day},," for n in range(payments)),
        ],
        "payments": [
            "external_id,tenant,invoice,method,provider,provider_reference,amount_cents,fee_cents,currency,paid_at,status",
            *(f"P{n},T,I{n},card,storm,ch_{n},{PAID_CENTS},0,EUR,{day}T12:00:00Z,succeeded" for n in range(payments)),
        ],
    }
    for name, lines in rows.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    with database.connect() as connection:
        import_books(connection, folder, now=utc_now(), zone=ZONE, actor="cli:storm", reason="Payments of the storm")
        return [to_global("Payment", key) for (key,) in connection.execute("select id from payment").fetchall()]


def judged(database: Database, tally: Tally) -> dict[str, Any]:
    """The gateway, the refunds and the ledger held against each other."""
    gateway = storm_gateway.told()
    sent: dict[str, int] = gateway["sent"]
    with database.connect(autocommit=True) as connection:
        rows = connection.execute(
            "select id, status, amount_cents, payment_id, actor, idempotency_key from refund"
        ).fetchall()
        [[booked]] = connection.execute(
            "select coalesce(-sum(amount_cents), 0)::bigint from accounting_entry e join journal j on j.id = e.journal_id"
            " where j.kind = 'REFUND' and e.account = '1580'"
        ).fetchall()
        [[over]] = connection.execute(
            "select count(*) from (select payment_id from refund where status <> 'FAILED' group by payment_id"
            " having sum(amount_cents) > %s) o",
            [PAID_CENTS],
        ).fetchall()
        with snapshot(connection):
            broken = [f"{checked.name}: {checked.broken}" for checked in verify(connection) if checked.broken]
    ours = {key.hex: (status, cents) for key, status, cents, *_ in rows}
    intents = Counter((payment, actor, key) for _, status, _, payment, actor, key in rows if status != "FAILED")
    succeeded = {key: cents for key, (status, cents) in ours.items() if status == "SUCCEEDED"}
    return {
        "refunds": len(succeeded),
        "double": sum(n - 1 for n in intents.values()) + sum(len(ids) > 1 for ids in tally.ids.values()),
        "lost": sum(key not in succeeded for key in sent),
        "booked but never sent": sum(key not in sent for key in succeeded),
        "over-refunded payments": over,
        "pending": sum(status == "PENDING" for status, _ in ours.values()),
        "sent_cents": sum(sent.values()),
        "refunded_cents": sum(succeeded.values()),
        "booked_cents": booked,
        "verify": broken,
        "gateway": gateway["met"],
    }


def storm(plan: Plan, data_dir: Path) -> dict[str, Any]:
    settings = Settings(data_dir=data_dir / "data")
    with attached(settings.data_dir) as server, tempfile.TemporaryDirectory() as files:
        database = server.database()
        migrate(database)
        payments = fill(database, Path(files), plan.payments)
        with (
            closing(socket.create_server(("127.0.0.1", 0))) as gate,
            closing(socket.create_server(("127.0.0.1", 0))) as api,
        ):
            storm_gateway.ADDRESS[:] = [gate.getsockname()]
            gateway = Gateway(draw=random.Random(plan.seed))
            serving = FORK.Process(target=lambda: asyncio.run(gateway.serve(gate)), daemon=True)
            serving.start()
            try:
                return _stormed(plan, settings, database, api, payments)
            finally:
                serving.kill()
                serving.join()


def _stormed(
    plan: Plan, settings: Settings, database: Database, api: socket.socket, payments: list[str]
) -> dict[str, Any]:
    issuer = development_issuer(settings)
    now = utc_now()
    names = [f"actor{n}@example.org" for n in range(ACTORS)]
    tokens = {
        name: issuer.token(actor=name, roles=(Role.SYS_FINANCE,), authenticated_at=now, now=now) for name in names
    }

    def begun(target: Callable[..., None], *arguments: Any) -> Callable[[], BaseProcess]:
        def start() -> BaseProcess:
            process = FORK.Process(target=target, args=arguments)
            process.start()
            return process

        return start

    starts = [begun(serve, made(settings, database), api)] * APIS + [begun(work, settings, database)] * WORKERS
    with FORK.Manager() as manager:
        figures = manager.dict({"kills": 0, "crashes": 0, "died by themselves": 0, "down_seconds": 0.0})
        over = FORK.Event()
        raging = FORK.Process(target=rage, args=(plan, settings, starts, figures, over))
        raging.start()
        try:
            url = f"http://127.0.0.1:{api.getsockname()[1]}"
            tally = asyncio.run(ask_for_refunds(plan, url, tokens, payments, figures))
        finally:
            over.set()
            raging.join()
        told = dict(figures)
    drained = asyncio.run(drain(database))
    clients = {"answers": tally.answers, "repeated": tally.repeated}
    return {
        "seed": plan.seed,
        **told,
        **judged(database, tally),
        "drained_seconds": round(drained, 1),
        "clients": clients,
    }


def passed(plan: Plan, found: dict[str, Any]) -> bool:
    faultless = not any(
        found[name]
        for name in ("double", "lost", "booked but never sent", "over-refunded payments", "pending", "verify")
    )
    agreed = found["sent_cents"] == found["refunded_cents"] == found["booked_cents"]
    hard = (
        found["refunds"] >= plan.refunds_min
        and found["kills"] >= plan.kills_min
        and found["crashes"] >= plan.crashes_min
    )
    return faultless and agreed and hard


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--full", action="store_true", help="at least 1,000 refunds, 100 kills and 5 crashes")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    plan = FULL if asked.full else SMALL
    plan = replace(plan, seed=asked.seed)
    folder = Path(tempfile.mkdtemp(prefix="billing-storm-"))
    folder.chmod(0o711)  # the server runs as another user when this runs as root
    try:
        found = storm(plan, folder)
    finally:
        shutil.rmtree(folder)
    print(json.dumps(found | {"passed": passed(plan, found)}, indent=2, default=str))
    return 0 if passed(plan, found) else 1


if __name__ == "__main__":
    sys.exit(main())
