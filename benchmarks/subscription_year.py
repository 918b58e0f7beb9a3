"""A year of subscriptions, day by day: two workers at once, killed in between; everything that was planned happens once.

Run: `python -m benchmarks.subscription_year [--subscriptions 2000]`. Trials end, yearly plans change and end with their
periods, pauses begin and end, invoices fall due and are paid, monthly periods roll. Every month's MRR is written down when it
is over and asked again at the end of the year. Exit code 1 where an entry of a log is missing, doubled or of another day,
a past figure has moved, or an invariant of the books is broken.
"""

import argparse
import asyncio
import csv
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from sqlalchemy.exc import DBAPIError

from billing.intervals import months_after
from procedures.books import Books, Order
from procedures.import_books import import_books
from procedures.pause_subscription import pause
from procedures.run_subscriptions import run_subscriptions
from storage.embedded import attached
from storage.engine import Database
from storage.invariants import snapshot, verify
from storage.migrate import migrate

BEGIN, ZONE = date(2026, 1, 1), ZoneInfo("Europe/Stockholm")
FATES = ("steady", "trial", "changes", "ends", "pauses", "owes")
PAUSE_DAYS, DUE_AFTER_DAYS = 20, 1
KILL = """
    select count(pg_terminate_backend(pid)) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and usename = current_user"""
LOGS = """
    select s.external_id, array_agg(h.kind || ' ' || h.effective_on order by h.ordinal)
      from plan_history h join subscription s on s.id = h.subscription_id group by 1"""
MRR = "select coalesce(sum(eur_cents), 0)::bigint from mrr_day where occurred_on < %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What one subscription shall live through; `on`: the day of its one event."""

    number: int

    @property
    def fate(self) -> str:
        return FATES[self.number % len(FATES)]

    @property
    def key(self) -> str:
        return f"S{self.number}"

    @property
    def on(self) -> date:
        return BEGIN + timedelta(days=5 + self.number * 7 % 320)

    def expected(self) -> list[str]:
        """Its log, told without the service: each entry once, on its own day."""
        on, then = self.on, self.on + timedelta(days=PAUSE_DAYS)
        match self.fate:
            case "trial":
                return [f"STARTED {BEGIN}", f"TRIAL_ENDED {on}"]
            case "changes":
                return [f"STARTED {BEGIN}", f"PLAN_CHANGE_SCHEDULED {on}", f"PLAN_CHANGED {on}"]
            case "ends":
                return [f"STARTED {BEGIN}", f"CANCEL_SCHEDULED {on}", f"CANCELLED {on}"]
            case "pauses":
                return [f"STARTED {BEGIN}", f"PAUSED {on}", f"RESUMED {then}"]
            case "owes":
                return [f"STARTED {BEGIN}", f"PAST_DUE {on + timedelta(days=1)}"]
        return [f"STARTED {BEGIN}"]


@dataclass(slots=True, kw_only=True)
class Year:
    """The run: what was killed, and what each month was worth when it was over."""

    database: Database
    lives: list[Life]
    dice: random.Random
    kills: int = 0
    changed: int = 0
    months: dict[date, int] = field(default_factory=dict)

    async def live(self, days: int, *, kill_every: int) -> None:
        """Day after day, with a kill on about every `kill_every`-th."""
        engines = [self.database.engine(connections_max=2) for _ in range(2)]
        try:
            with self.database.connect(autocommit=True) as watching:
                keys = dict(watching.execute("select external_id, id from subscription").fetchall())
                for day in range(days):
                    today = BEGIN + timedelta(days=day)
                    workers = [Books(engine=engine, zone=ZONE) for engine in engines]
                    await self._day(today, workers, keys, watching, kill=self.dice.randrange(kill_every) == 0)
        finally:
            for engine in engines:
                await engine.dispose()

    async def _day(
        self, today: date, workers: list[Books], keys: dict[str, UUID], watching: psycopg.Connection[Any], *, kill: bool
    ) -> None:
        if today.day == 1:
            self.months[today] = _mrr(watching, today)
        at = datetime.combine(today, clock(3), UTC)
        rounds = [self._work(books, at) for books in workers]
        await asyncio.gather(*rounds, *([self._kill(watching)] if kill else []))
        if kill:  # the next round does what a killed worker had begun
            await self._work(workers[0], at)
            await self._work(workers[1], at)
        for life in self.lives:
            if life.fate == "pauses" and life.on == today:
                order = Order(actor="finance@example.org", reason="No boule in winter", at=at)
                until = today + timedelta(days=PAUSE_DAYS)
                await pause(keys[life.key], until=until, order=order, books=workers[0])

    async def _work(self, books: Books, at: datetime) -> None:
        try:
            self.changed += await run_subscriptions(at=at, books=books)
        except DBAPIError:
            self.kills += 1

    async def _kill(self, watching: psycopg.Connection[Any]) -> None:
        await asyncio.sleep(self.dice.random() * 0.02)
        watching.execute(KILL)

    def problems(self) -> Iterator[str]:
        """What is not as it should be at the end."""
        with self.database.connect(autocommit=True) as connection:
            logs = dict(connection.execute(LOGS).fetchall())
            for life in self.lives:
                if logs[life.key] != life.expected():
                    yield f"{life.key} ({life.fate}): {logs[life.key]} instead of {life.expected()}"
            for day, cents in self.months.items():
                if (now := _mrr(connection, day)) != cents:
                    yield f"MRR before {day} was {cents} EUR cents, and is {now}"
            with snapshot(connection):
                yield from (checked.broken for checked in verify(connection) if checked.broken)


def _mrr(connection: psycopg.Connection[Any], before: date) -> int:
    [found] = connection.execute(MRR, [before]).fetchone()  # type: ignore[misc]
    return int(found)


def year_of(database: Database, folder: Path, *, subscriptions: int, seed: int) -> Year:
    """A platform on the first day of the year, imported."""
    lives = [Life(number=number) for number in range(subscriptions)]
    _write(folder, lives)
    with database.connect_to_load() as connection:
        now = datetime.combine(BEGIN, clock(2), UTC)
        import_books(connection, folder, now=now, zone=ZONE, actor="cli:benchmark")
    return Year(database=database, lives=lives, dice=random.Random(seed))


def _write(folder: Path, lives: list[Life]) -> None:
    plans = [
        {"code": code, "name": code.title(), "tier": 1, "amount_cents": cents, "currency": "EUR", "interval": interval,
         "interval_count": 1}
        for code, cents, interval in (("club", 4_900, "month"), ("year", 49_000, "year"), ("plus", 99_000, "year"))
    ]  # fmt: skip
    tenants = [
        {"external_id": f"T{life.number}", "name": f"Club {life.number}", "country": "FI", "currency": "EUR",
         "created_on": BEGIN}
        for life in lives
    ]  # fmt: skip
    owed = [
        {"external_id": f"I{life.number}", "tenant": f"T{life.number}", "number": f"{life.number}", "ocr": "",
         "issuer_type": "platform", "customer_name": f"Club {life.number}", "currency": "EUR", "total_cents": 5_000,
         "tax_cents": 0, "issued_on": BEGIN, "due_on": life.on, "status": "", "subscription": life.key}
        for life in lives if life.fate == "owes"
    ]  # fmt: skip
    files = {
        "plans": plans,
        "tenants": tenants,
        "subscriptions": [_subscription(life) for life in lives],
        "plan_history": [entry for life in lives for entry in _history(life)],
        "invoices": owed,
    }
    for name, rows in files.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def _subscription(life: Life) -> dict[str, object]:
    """Yearly plans end on the day of their event; the others roll every month."""
    is_yearly = life.fate in {"changes", "ends"}
    end = life.on if is_yearly or life.fate == "trial" else months_after(BEGIN, 1)
    plan, cents = ("year", 49_000) if is_yearly else ("club", 4_900)
    return {
        "external_id": life.key, "tenant": f"T{life.number}", "plan": plan,
        "status": "trialing" if life.fate == "trial" else "active", "amount_cents": cents, "currency": "EUR",
        "amount_eur_cents": cents, "started_on": BEGIN, "trial_ends_on": life.on if life.fate == "trial" else "",
        "current_period_start": BEGIN, "current_period_end": end, "cancelled_on": "",
    }  # fmt: skip


def _history(life: Life) -> Iterator[dict[str, object]]:
    plan, cents = ("year", 49_000) if life.fate in {"changes", "ends"} else ("club", 4_900)
    began = {"subscription": life.key, "effective_on": BEGIN, "kind": "started", "plan": plan, "amount_cents": cents,
             "amount_eur_cents": cents}  # fmt: skip
    yield began
    if life.fate == "changes":
        ahead = {"kind": "plan_change_scheduled", "plan": "plus", "amount_cents": 99_000, "amount_eur_cents": 99_000}
        yield began | ahead | {"effective_on": life.on}
    if life.fate == "ends":
        yield began | {"kind": "cancel_scheduled", "effective_on": life.on}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--subscriptions", type=int, default=2_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="billing-year-"))
    folder.chmod(0o711)  # the server runs as another user when this runs as root
    try:
        (folder / "files").mkdir()
        with attached(folder / "data", durable=False) as server:
            database = server.database()
            migrate(database)
            year = year_of(database, folder / "files", subscriptions=asked.subscriptions, seed=asked.seed)
            begun = time.perf_counter()
            asyncio.run(year.live(asked.days, kill_every=4))
            seconds = time.perf_counter() - begun
            problems = list(year.problems())
    finally:
        shutil.rmtree(folder)
    told = {"subscriptions": asked.subscriptions, "days": asked.days, "workers": 2, "killed": year.kills}
    told |= {"changed": year.changed, "seconds": round(seconds, 1), "problems": problems[:10]}
    print(json.dumps(told, indent=2))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
