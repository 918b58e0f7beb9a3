"""How fast files come out of the books, and what they take of memory.

Run `python -m benchmarks.exports [--invoices 1000000 --xlsx 200000 --pdf 50000]`. It starts an embedded PostgreSQL and a
server process of its own. CSV goes through HTTP, beside `copy … to` of the same query by the driver alone, in turn, medians
of three; XLSX and PDF as the server makes them, in processes of their own. Memory is the peak of the process that did the
work, above what it had before. Targets: CSV at half of the copy's rows a second and +64 MB, XLSX of 200,000 rows +150 MB, PDF
of 50,000 rows in 20 s and +100 MB; other requests at most twice as slow meanwhile (their 99th percentile).
"""

import argparse
import asyncio
import json
import os
import pickle
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any, Final

import httpx

from graphql_api.exports.rendering import CHILD, Order
from graphql_api.exports.sheet_tables import headings_of
from graphql_api.exports.tables import Table
from schema.export_sheets import sheet_of
from schema.exports import ExportFormat, ExportInput, ExportKind
from schema.sheets import Asked
from storage.embedded import attached
from storage.engine import Database
from storage.migrate import migrate

ROUNDS: Final = 3
REQUESTS: Final = 500
ASKED_IN: Final = Asked(today=date(2026, 11, 20), zone="Europe/Stockholm")
LINK: Final = "mutation { exportLink(input: {kind: INVOICES, format: %s}) { url } }"
FILL: Final = (
    """insert into tenant (external_id, name, country, currency, created_on)
       select 't' || n, 'Föreningen Boule nr ' || n, 'SE', 'SEK', '2020-01-01' from generate_series(0, 1999) n""",
    "create temporary table club as select row_number() over (order by external_id) - 1 as n, id, name from tenant",
    """insert into invoice (tenant_id, number, ocr, issuer_type, customer_name, currency, total_cents, tax_cents, issued_on,
                            due_on)
       select c.id, 'F-' || i, i::text || '7', 'PLATFORM', c.name, 'SEK', 125000 + i % 999, 25000,
              date '2024-01-01' + (i % 900)::int, date '2024-02-01' + (i % 900)::int
         from generate_series(1, {invoices}) i join club c on c.n = i % 2000""",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--invoices", type=int, default=1_000_000)
    parser.add_argument("--xlsx", type=int, default=200_000)
    parser.add_argument("--pdf", type=int, default=50_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="billing-exports-") as made:
        root = Path(made)
        root.chmod(0o711)  # the server runs as another user when this runs as root
        with attached(root / "data") as server:
            database = server.database()
            migrate(database)
            with database.connect_as_owner() as owner:
                for statement in FILL:
                    owner.execute(statement.format(invoices=asked.invoices).encode())
            figures = through_http(database, root, asked.invoices)
            figures |= rendered(database, "XLSX", asked.xlsx) | rendered(database, "PDF", asked.pdf)
    print(json.dumps(figures, indent=2))


def through_http(database: Database, root: Path, invoices: int) -> dict[str, Any]:
    """CSV over HTTP and by the driver, in turn; and other requests during one."""
    environment = os.environ | {"BILLING_DATABASE_URL": database.runtime_url, "BILLING_DATA_DIR": str(root / "home"),
                                "BILLING_PORT": "0", "BILLING_WORKER": "false"}  # fmt: skip
    billing = str(Path(sys.executable).with_name("billing"))
    token = subprocess.run(
        [billing, "token", "--actor", "b@example.test", "--role", "sys_finance"],
        env=environment, check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    process = subprocess.Popen(
        [billing, "serve"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split()[1].removesuffix("/graphql")
        return asyncio.run(_measured(address, token, database, process.pid, invoices))
    finally:
        process.terminate()
        process.wait()


async def _measured(address: str, token: str, database: Database, pid: int, invoices: int) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=600) as client:
        return await _in_turn(client, database, pid, invoices)


async def _in_turn(client: httpx.AsyncClient, database: Database, pid: int, invoices: int) -> dict[str, Any]:
    before, ours, theirs, first = _peak_megabytes(pid), [], [], []
    for _ in range(ROUNDS):
        began = perf_counter()
        first.append(await _download(client, began))
        ours.append(invoices / (perf_counter() - began))
        theirs.append(invoices / await asyncio.to_thread(_copied, database))
    alone, beside = await _others(client), await _others_during(client)
    return {
        "csv_rows_a_second": round(median(ours)),
        "copy_rows_a_second": round(median(theirs)),
        "ratio": round(median(ours) / median(theirs), 2),
        "first_byte_ms": round(median(first) * 1_000, 1),
        "server_memory_megabytes": round(_peak_megabytes(pid) - before, 1),
        "other_requests_p99_ms": {"alone": round(alone, 1), "during_a_pdf": round(beside, 1)},
    }


async def _download(client: httpx.AsyncClient, began: float, format_: str = "CSV") -> float:
    """Seconds to the first byte; all of them are read."""
    link = (await client.post("/graphql", json={"query": LINK % format_})).json()["data"]["exportLink"]["url"]
    seconds = 0.0
    async with client.stream("GET", link) as answer:
        async for _ in answer.aiter_raw():
            seconds = seconds or perf_counter() - began
    return seconds


def _copied(database: Database) -> float:
    query = sheet_of(ExportInput(kind=ExportKind.INVOICES, format=ExportFormat.CSV), today=ASKED_IN.today).as_text(
        ASKED_IN
    )
    with database.connect() as connection, connection.cursor() as cursor:
        began = perf_counter()
        with cursor.copy(f"copy ({query.sql}) to stdout (format csv, header)".encode(), query.values) as copy:
            for _ in copy:
                pass
        return perf_counter() - began


async def _others(client: httpx.AsyncClient) -> float:
    """The 99th percentile of small requests, in milliseconds."""
    times: list[float] = []
    while len(times) < REQUESTS:
        began = perf_counter()
        await client.post("/graphql", json={"query": "{ viewer { actor } }"})
        times.append((perf_counter() - began) * 1_000)
    return quantiles(times, n=100)[-1]


async def _others_during(client: httpx.AsyncClient) -> float:
    """The same while a long document is made, which nobody waits for afterwards."""
    pdf = asyncio.create_task(_download(client, perf_counter(), "PDF"))
    p99 = await _others(client)
    pdf.cancel()
    return p99


def rendered(database: Database, format_: str, rows: int) -> dict[str, Any]:
    """Seconds, peak memory and size of a file of so many rows, made as the server makes it."""
    sheet = sheet_of(ExportInput(kind=ExportKind.INVOICES, format=ExportFormat[format_]), today=ASKED_IN.today)
    query = type(sheet)(title=sheet.title, columns=sheet.columns, rows=sheet.rows.limit(rows)).as_values(ASKED_IN)
    table = Table(title="Invoices", filter_words="all rows", as_of="now", headings=headings_of(sheet), rows=query)
    order = Order(conninfo=database.export_conninfo(), format=format_, table=table)
    nothing = "import graphql_api.exports.rendering_process, sys; sys.stdout.write('.'); sys.stdout.flush(); __import__('time').sleep(0.2)"
    base = _child([sys.executable, "-c", nothing], b"")[1]
    seconds, megabytes, size = _child([sys.executable, "-m", CHILD], pickle.dumps(order))
    return {format_.lower(): {"rows": rows, "seconds": round(seconds, 1), "megabytes": round(megabytes - base, 1),
                              "bytes": size}}  # fmt: skip


def _child(command: list[str], given: bytes) -> tuple[float, float, int]:
    """Seconds, peak megabytes and size of what a process writes; it writes at its end, so that the last look is the peak."""
    began, size, megabytes = perf_counter(), 0, 0.0
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(given)
        process.stdin.close()
        while piece := process.stdout.read(1 << 16):
            size += len(piece)
            megabytes = max(megabytes, _peak_megabytes(process.pid))
    return perf_counter() - began, megabytes, size


def _peak_megabytes(pid: int) -> float:
    """What the kernel says a process has held at most."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0) / 1024


if __name__ == "__main__":
    main()
