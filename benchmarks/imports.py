"""How fast the platform's history is taken in: invoices and payments by the million, with every journal they make.

Run: `python -m benchmarks.imports [--invoices 1000000]`. It makes the CSV files in a temporary folder, starts an embedded
PostgreSQL of its own with the settings of an installation, imports, and proves that the books balance. Target: 6,000
rows/s, in memory that does not grow with the files.
"""

import argparse
import random
import resource
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from procedures.import_books import import_books
from storage.embedded import attached
from storage.migrate import migrate

TENANTS = 2_000
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CURRENCIES = {"SE": ("SEK", 25), "NO": ("NOK", 25), "DK": ("DKK", 25), "FI": ("EUR", 25)}
PER_EUR = {"SEK": 11.2, "NOK": 11.7, "DKK": 7.46}
PRICES_CENTS = (12_500, 25_000, 49_900, 125_000, 240_000)


def write_files(folder: Path, invoices: int) -> None:
    """Tenants of four countries, rates of two years, and for each invoice a payment."""
    draw = random.Random(20_261_120)
    countries = list(CURRENCIES)
    with (folder / "tenants.csv").open("w") as out:
        out.write("external_id,name,country,currency,created_on\n")
        for n in range(TENANTS):
            country = countries[n % 4]
            out.write(f"T{n},Club {n},{country},{CURRENCIES[country][0]},2024-01-01\n")
    with (folder / "fx_rates.csv").open("w") as out:
        out.write("on,currency,rate\n")
        for day in range(760):
            for currency, rate in PER_EUR.items():
                on = TODAY - timedelta(days=759 - day)
                out.write(f"{on},{currency},{rate * (1 + 0.05 * draw.random()):.4f}\n")
    with (folder / "invoices.csv").open("w") as bills, (folder / "payments.csv").open("w") as paid:
        bills.write(
            "external_id,tenant,number,ocr,issuer_type,customer_name,currency,total_cents,tax_cents,issued_on,due_on,status,"
            "subscription\n"
        )
        paid.write(
            "external_id,tenant,invoice,method,provider,provider_reference,amount_cents,fee_cents,currency,paid_at,status\n"
        )
        for n in range(invoices):
            tenant = draw.randrange(TENANTS)
            currency, rate = CURRENCIES[countries[tenant % 4]]
            total = draw.choice(PRICES_CENTS)
            tax = total * rate // (100 + rate)
            issued = TODAY - timedelta(days=730 - 700 * n // invoices)
            issuer = "tenant" if draw.random() < 0.2 else "platform"
            bills.write(
                f"I{n},T{tenant},{100_000 + n},{n:07},{issuer},Club {tenant},{currency},{total},{tax},{issued},"
                f"{issued + timedelta(days=30)},,\n"
            )
            method, provider, fee = ("card", "sandbox", total // 50) if draw.random() < 0.7 else ("bankgiro", "bankgirot", 0)
            paid_at = f"{issued + timedelta(days=draw.randrange(1, 29))}T{draw.randrange(24):02}:15:00Z"
            paid.write(
                f"P{n},T{tenant},I{n},{method},{provider},ref-{n},{total},{fee},{currency},{paid_at},succeeded\n"
            )


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--invoices", type=int, default=1_000_000)
    invoices = parser.parse_args().invoices
    with tempfile.TemporaryDirectory(prefix="billing-imports-") as made:
        root = Path(made)
        root.chmod(0o711)
        folder = root / "files"
        folder.mkdir()
        write_files(folder, invoices)
        with attached(root / "data") as server:
            database = server.database()
            migrate(database)
            measure(database, folder, invoices)


def measure(database, folder, invoices) -> None:
    started = time.perf_counter()
    last = {}

    def progress(what: str, rows: int) -> None:
        last[what] = (rows, time.perf_counter() - started, peak_megabytes())
        if "-v" in sys.argv: pass

    with database.connect() as connection:
        report = import_books(connection, folder, now=NOW, zone=ZoneInfo("Europe/Stockholm"), actor="benchmark", progress=progress)
    seconds = time.perf_counter() - started
    for what, (rows, at, mb) in last.items():
        print(f"{what:30} {rows:>10,} rows  until {at:7.1f} s  {mb:6.1f} MB")
    rows = sum(file.rows for file in report.files)
    print(f"{rows:,} rows in {seconds:.1f} s: {rows/seconds:,.0f} rows/s; {report.journals:,} journals {report.legs:,} legs {report.legs/seconds:,.0f} legs/s")


if __name__ == "__main__":
    main()
