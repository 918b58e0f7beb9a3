"""How many planted differences a reconciliation finds among many lines, how many it makes up, and how long it takes.

Run `python -m benchmarks.reconciliation [--lines 10000 --planted 50]`. It starts an embedded PostgreSQL of its own, fills a
gateway's lines and the journals for them over one month (charges with fees, refunds, payouts with their arrival), and then
plants differences of eight kinds in what is booked, with the guards of the tables switched off. Found is a difference that
is reported on its reference with its state, kind and amount; made up is whatever else is reported. Targets: all, none, and
five seconds.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from billing import chart
from billing.fx import Rates
from billing.ledger import Posting, legs
from billing.periods import Period
from billing.reports.reconciliation import Sums
from procedures.books import Books
from storage.embedded import attached
from storage.engine import Database
from storage.journals import copy_postings
from storage.migrate import migrate
from storage.reconciliation import AskedLines, lines, sums

SEED = 2026
PROVIDER = "sandbox"
OCTOBER = Period(start=date(2026, 10, 1), end=date(2026, 11, 1))
DAYS = 27  # every payout has arrived before the month is over
TOLERANCE_CENTS = 100
SECONDS_MAX = 5
QUIET = ("MATCHED", "TIMING")
GUARDED = ("journal", "accounting_entry", "provider_movement")

Found = tuple[str, str, str, int]  # state, kind, reference, what is wrong in cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A line of the gateway's and the journal for it."""

    kind: str
    reference: str
    cents: int
    on: date
    movement_id: UUID = field(default_factory=uuid7)
    fact_id: UUID = field(default_factory=uuid7)

    def posting(self) -> Posting:
        kind, account = ("PAYOUT_ARRIVAL", chart.IN_TRANSIT) if self.kind == "PAYOUT" else (self.kind, chart.CLEARING)
        against = {"CHARGE": chart.RECEIVABLES, "FEE": chart.GATEWAY_FEES, "REFUND": chart.TENANT_CREDIT}
        return Posting(
            kind=kind,
            subject_id=self.fact_id,
            book_id=None,
            currency="EUR",
            occurred_on=self.on + timedelta(days=2) if self.kind == "PAYOUT" else self.on,
            description=self.reference,
            legs=legs((account, self.cents), (against.get(self.kind, chart.BANK), -self.cents)),
            provider=PROVIDER,
            provider_reference=self.reference,
        )


def month(random: Random, count: int) -> list[Moved]:
    """So many lines: charges with their fees, one in twelve sent back, and a payout after every twenty."""
    moved: list[Moved] = []
    while len(moved) < count:
        number, on = len(moved), OCTOBER.start + timedelta(days=random.randrange(DAYS))
        cents = random.randrange(20_00, 900_00)
        moved.append(Moved(kind="CHARGE", reference=f"ch_{number}", cents=cents, on=on))
        moved.append(Moved(kind="FEE", reference=f"ch_{number}", cents=-(cents // 50 + 150), on=on))
        if random.randrange(12) == 0:
            moved.append(Moved(kind="REFUND", reference=f"re_{number}", cents=-cents, on=on))
        if random.randrange(20) == 0:
            moved.append(Moved(kind="PAYOUT", reference=f"po_{number}", cents=-cents * 20, on=on))
    return moved[:count]


def fill(connection: psycopg.Connection[Any], moved: Sequence[Moved]) -> None:
    """Both sides of every line, and the window in which all of the gateway's are known."""
    with connection.cursor() as cursor:
        copy_postings(cursor, (one.posting() for one in moved), Rates([]))
        with cursor.copy(
            "copy provider_movement (id, provider, kind, reference, subject_reference, subject_aliases, payment_references,"
            " amount_cents, currency, occurred_at, occurred_on, description) from stdin"
        ) as copy:
            for number, one in enumerate(moved):
                at = datetime(one.on.year, one.on.month, one.on.day, 12, tzinfo=UTC)
                copy.write_row((one.movement_id, PROVIDER, one.kind, f"txn_{number}", one.reference, "{}", "{}", one.cents,
                                "EUR", at, one.on, one.kind))  # fmt: skip
        known = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 11, 5, tzinfo=UTC)
        cursor.execute("insert into provider_sync (provider, synced_from, synced_through) values (%s, %s, %s)",
                       (PROVIDER, *known))  # fmt: skip


def plant(owner: psycopg.Connection[Any], moved: Sequence[Moved], random: Random, count: int) -> set[Found]:
    """So many differences, of the eight kinds in turn, each on a line of its own; gives what has to be reported."""
    by_kind = {kind: [one for one in moved if one.kind == kind] for kind in ("CHARGE", "FEE", "REFUND", "PAYOUT")}
    for of_kind in by_kind.values():
        random.shuffle(of_kind)
    for table in GUARDED:
        owner.execute(f"alter table {table} disable trigger user".encode())
    planted = set[Found]()
    for number in range(count):
        kind, error = ERRORS[number % len(ERRORS)]
        planted.add(error(owner, by_kind[kind].pop()))
    return planted


def unbooked(owner: psycopg.Connection[Any], one: Moved) -> Found:
    """Its journal is gone: a charge that was never booked, a refund that was lost, a deposit that was deleted."""
    owner.execute(
        "with gone as (delete from journal where subject_id = %s returning id)"
        " delete from accounting_entry where journal_id in (select id from gone)", [one.fact_id],
    )  # fmt: skip
    return "MISSING_IN_LEDGER", one.kind, one.reference, one.cents


def untold(owner: psycopg.Connection[Any], one: Moved) -> Found:
    """The provider never had it."""
    owner.execute("delete from provider_movement where id = %s", [one.movement_id])
    return "MISSING_AT_PROVIDER", one.kind, one.reference, -one.cents


def altered(owner: psycopg.Connection[Any], one: Moved) -> Found:
    """It was booked with another amount, a cent beyond the tolerance; the journal still balances."""
    off = TOLERANCE_CENTS + 1
    owner.execute(
        "update accounting_entry set amount_cents = amount_cents + case when account = %s then %s else -%s end"
        " where journal_id = (select id from journal where subject_id = %s)",
        [chart.CLEARING, off, off, one.fact_id],
    )
    return "AMOUNT_DIFFERS", one.kind, one.reference, -off


def told_twice(owner: psycopg.Connection[Any], one: Moved) -> Found:
    """The provider took it twice."""
    owner.execute(
        "insert into provider_movement (provider, kind, reference, subject_reference, subject_aliases, payment_references,"
        " amount_cents, currency, occurred_at, occurred_on, description) select provider, kind, reference || '_again',"
        " subject_reference, subject_aliases, payment_references, amount_cents, currency, occurred_at, occurred_on,"
        " description from provider_movement where id = %s", [one.movement_id],
    )  # fmt: skip
    return "DUPLICATE", one.kind, one.reference, one.cents


def booked_twice(owner: psycopg.Connection[Any], one: Moved) -> Found:
    """It was booked a second time, as another fact."""
    again = Moved(kind=one.kind, reference=one.reference, cents=one.cents, on=one.on)
    with owner.cursor() as cursor:
        copy_postings(cursor, [again.posting()], Rates([]))
    return "DUPLICATE", one.kind, one.reference, -one.cents


ERRORS: Final[Sequence[tuple[str, Callable[[psycopg.Connection[Any], Moved], Found]]]] = (
    ("CHARGE", unbooked),
    ("CHARGE", untold),
    ("CHARGE", altered),
    ("CHARGE", told_twice),
    ("FEE", booked_twice),
    ("REFUND", unbooked),
    ("REFUND", untold),
    ("PAYOUT", unbooked),
)


async def reported(database: Database) -> tuple[list[Sums], list[Found], float]:
    """The figures, the lines that are neither matched nor timing, and how many seconds both took."""
    engine = database.engine(connections_max=2)
    try:
        started = perf_counter()
        async with Books(engine=engine, zone=ZoneInfo("Europe/Stockholm")).reading() as connection:
            asked = AskedLines(
                provider=PROVIDER,
                window=OCTOBER,
                today=date(2026, 11, 22),
                known=Period(start=date(2026, 9, 1), end=date(2026, 11, 5)),
                as_of=(await connection.execute(select(func.now()))).scalar_one(),
            )
            figures = await sums(connection, asked, tolerance_cents=TOLERANCE_CENTS)
            line = lines(asked)
            wrong = select(line.c.state, line.c.kind, line.c.provider_reference, line.c.unexplained_cents)
            found = [tuple(row) for row in await connection.execute(wrong.where(line.c.state.not_in(QUIET)))]
        return figures, found, perf_counter() - started
    finally:
        await engine.dispose()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--planted", type=int, default=50)
    sizes = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="billing-reconciliation-") as folder:
        Path(folder).chmod(0o711)
        with attached(Path(folder) / "data") as server:
            migrate(server.database())
            planted = prepared(server.database(), sizes.lines, sizes.planted)
            figures, found, seconds = asyncio.run(reported(server.database()))
    made_up = len(found) - len(planted & set(found))
    print(f"seed {SEED}, {sizes.lines:,} lines, {len(planted)} planted differences of {len(ERRORS)} kinds")
    print(f"found {len(planted & set(found))}, made up {made_up}, {seconds:.2f} s for figures and lines")
    for one in figures:
        print(f"{one.kind:8} drift {one.drift_cents:>12,} = timing {one.timing_cents:>10,} + unexplained {one.unexplained_cents:>12,}")  # fmt: skip
    return 0 if made_up == 0 and planted <= set(found) and seconds < SECONDS_MAX else 1


def prepared(database: Database, count: int, planted: int) -> set[Found]:
    """Fill a database and plant differences; the same for the same numbers."""
    random = Random(SEED)
    moved = month(random, count)
    with database.connect() as connection:
        fill(connection, moved)
    with database.connect_as_owner(autocommit=True) as owner:
        owner.execute("vacuum analyze journal, accounting_entry, provider_movement")
        return plant(owner, moved, random, planted)


if __name__ == "__main__":
    sys.exit(main())
