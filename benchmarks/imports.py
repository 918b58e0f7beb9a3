"""How fast the platform's history is taken in: invoices and payments by the million, with every journal they make.

Run: `python -m benchmarks.imports [--invoices 1000000] [--verify]`. It writes the CSV files into a temporary folder, starts
an embedded PostgreSQL of its own with the settings of an installation, and imports. Targets: 6,000 rows/s, and memory
that does not grow with the files.
"""

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from procedures.import_books import ImportReport, import_books
from storage.embedded import attached
from storage.engine import Database
from storage.invariants import snapshot, verify
from storage.migrate import migrate

TENANTS = 2_000
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CURRENCIES = {"SE": "SEK", "NO": "NOK", "DK": "DKK", "FI": "EUR"}
PER_EUR = {"SEK": 11.2, "NOK": 11.7, "DKK": 7.46}
TOTALS_CENTS = (12_500, 25_000, 49_900, 125_000, 240_000)
RATE_DAYS, ISSUED_DAYS = 760, 700

TENANT = "external_id,name,country,currency,created_on"
RATE = "on,currency,rate"
INVOICE = (
    "external_id,tenant,number,ocr,issuer_type,customer_name,currency,total_cents,tax_cents,issued_on,due_on,status,"
    "subscription"
)
PAYMENT = "external_id,tenant,invoice,method,provider,provider_reference,amount_cents,fee_cents,currency,paid_at,status"


def write_files(folder: Path, invoices: int) -> None:
    """Tenants of four countries, rates of two years, and for each invoice a payment: seven of ten by card, with a fee."""
    draw = random.Random(20_261_120)
    countries = list(CURRENCIES)
    with csv(folder, "tenants", TENANT) as out:
        for n in range(TENANTS):
            country = countries[n % 4]
            out.write(f"T{n},Club {n},{country},{CURRENCIES[country]},2024-01-01\n")
    with csv(folder, "fx_rates", RATE) as out:
        for day in range(RATE_DAYS):
            for currency, rate in PER_EUR.items():
                out.write(f"{TODAY - timedelta(days=day)},{currency},{rate * (1 + 0.05 * draw.random()):.4f}\n")
    with csv(folder, "invoices", INVOICE) as issued, csv(folder, "payments", PAYMENT) as paid:
        for n in range(invoices):
            write_pair(n, TODAY - timedelta(days=ISSUED_DAYS + 30 - ISSUED_DAYS * n // invoices), draw, issued, paid)


def write_pair(n: int, day: date, draw: random.Random, issued: TextIO, paid: TextIO) -> None:
    """An invoice of a tenant, every fifth to a member of it, and the payment for it."""
    tenant, total = draw.randrange(TENANTS), draw.choice(TOTALS_CENTS)
    currency = list(CURRENCIES.values())[tenant % 4]
    issuer = "tenant" if draw.random() < 0.2 else "platform"
    method, provider, fee = ("card", "sandbox", total // 50) if draw.random() < 0.7 else ("bankgiro", "bankgirot", 0)
    paid_at = f"{day + timedelta(days=draw.randrange(1, 29))}T{draw.randrange(24):02}:15:00Z"
    issued.write(
        f"I{n},T{tenant},{100_000 + n},{n:07},{issuer},Club {tenant},{currency},{total},{total // 5},{day},"
        f"{day + timedelta(days=30)},,\n"
    )
    paid.write(f"P{n},T{tenant},I{n},{method},{provider},ref-{n},{total},{fee},{currency},{paid_at},succeeded\n")


@contextmanager
def csv(folder: Path, name: str, header: str) -> Iterator[TextIO]:
    with (folder / f"{name}.csv").open("w", encoding="utf-8") as out:
        out.write(f"{header}\n")
        yield out


@dataclass(slots=True)
class Watch:
    """When each step of the import was done, and how much memory it had taken by then; `early` when a tenth was read."""

    tenth: int
    began: float = field(default_factory=time.perf_counter)
    steps: dict[str, tuple[int, float, float]] = field(default_factory=dict)
    early: float = 0.0

    def __call__(self, what: str, count: int) -> None:
        self.steps[what] = (count, time.perf_counter() - self.began, peak_megabytes())
        if what == "invoices booked" and count >= self.tenth and not self.early:
            self.early = peak_megabytes()


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--invoices", type=int, default=1_000_000)
    parser.add_argument("--verify", action="store_true", help="prove the books afterwards, as `billing verify` does")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="billing-imports-") as made:
        root = Path(made)
        root.chmod(0o711)  # the server runs as another user when this runs as root
        (root / "files").mkdir()
        write_files(root / "files", asked.invoices)
        with attached(root / "data") as server:
            database = server.database()
            migrate(database)
            watch = Watch(tenth=asked.invoices // 10)
            with database.connect_to_load() as connection:
                report = import_books(
                    connection,
                    root / "files",
                    now=NOW,
                    zone=ZoneInfo("Europe/Stockholm"),
                    actor="benchmark",
                    progress=watch,
                )
            tell(report, watch, seconds=time.perf_counter() - watch.began)
            if asked.verify:
                prove(database)


def tell(report: ImportReport, watch: Watch, *, seconds: float) -> None:
    for what, (count, at, megabytes) in watch.steps.items():
        print(f"{what:28} {count:>12,}   done at {at:7.1f} s   {megabytes:6.1f} MB")
    rows = sum(file.rows for file in report.files)
    print(f"{rows:,} rows, {report.journals:,} journals, {report.legs:,} legs in {seconds:.1f} s")
    print(f"{rows / seconds:,.0f} rows/s, {report.legs / seconds:,.0f} legs/s")
    print(f"memory at most {watch.early:.1f} MB when a tenth was booked, {peak_megabytes():.1f} MB in all")


def prove(database: Database) -> None:
    began = time.perf_counter()
    with database.connect() as connection, snapshot(connection):
        broken = [checked.broken for checked in verify(connection) if checked.broken]
    print(f"proven in {time.perf_counter() - began:.1f} s: {broken or 'every rule holds'}")


if __name__ == "__main__":
    main()
