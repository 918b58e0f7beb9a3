"""How long an inbox page of fifty takes to get its suggestions, beside brute force, and as the open invoices grow.

Run `python -m benchmarks.suggestions [--small 100000 --large 1000000]`. It starts an embedded PostgreSQL of its own with
the settings of an installation and fills two databases with open invoices. Timed is what a query does: candidates of the
whole page by one statement, then scores and evidence. Brute force is `rapidfuzz.process.cdist` of the page's references
over all OCR and invoice numbers (`fuzz.ratio`) and of its names over all customers' names (`fuzz.token_sort_ratio`), on
all processors, the cheapest scorers there are for them, and without ranking anything. The ways take turns, page by page, so
that each sees the same load of the machine. Targets: at most half of brute force, and over ten times the open invoices
at most 1.5 times the time.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

import psycopg
from rapidfuzz import fuzz, process, utils

from benchmarks.filling import fill_clubs, fill_invoices
from benchmarks.matchers import facts
from benchmarks.noisy_transfers import noisy_transfers
from benchmarks.open_invoices import OpenInvoice, World, world
from billing.matching import TransferFacts, suggestions
from storage import roles
from storage.candidates import with_candidates
from storage.embedded import EmbeddedServer, attached
from storage.migrate import migrate

SEED = 2026
PAGE = 50
PAGES = 8
ROUNDS = 5
PAID = 20_000
SMALL = "small"

Page = Sequence[TransferFacts]
Way = Callable[[Page], Awaitable[object]]
Scorer = Callable[..., float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=100_000, help="open invoices in the smaller database")
    parser.add_argument("--large", type=int, default=1_000_000, help="open invoices in the larger database")
    sizes = parser.parse_args()
    large = world(SEED, invoices=sizes.large)
    small = World(clubs=large.clubs, invoices=large.invoices[: sizes.small])
    with tempfile.TemporaryDirectory(prefix="billing-suggestions-") as folder:
        Path(folder).chmod(0o711)
        with attached(Path(folder) / "data") as server:
            fill(server, small, large.invoices[sizes.small :])
            ways = asyncio.run(timed_ways(server, small))
    report(ways, sizes.small, sizes.large)


def fill(server: EmbeddedServer, small: World, rest: Sequence[OpenInvoice]) -> None:
    """The server's own database with all the invoices, and one with the first of them."""
    migrate(server.database())
    with server.database().connect(autocommit=True) as connection:
        fill_clubs(connection, small.clubs)
        fill_invoices(connection, small.invoices)
    with server.connect_as_superuser() as superuser:
        superuser.execute(f"create database {SMALL} template billing owner {roles.OWNER}")
    with server.database().connect(autocommit=True) as connection:
        started = perf_counter()
        fill_invoices(connection, rest)
        print(f"{len(rest):,} open invoices written, {len(rest) / (perf_counter() - started):,.0f}/s")
    for database in (server.database(), server.database(SMALL)):
        with database.connect_as_owner(autocommit=True) as connection:
            connection.execute("vacuum analyze invoice, tenant, bank_transfer, payment")


async def timed_ways(server: EmbeddedServer, small: World) -> dict[str, list[float]]:
    """Seconds of each way for each page, in turns; the first round warms up."""
    paid = World(clubs=small.clubs, invoices=small.invoices[:PAID])
    transfers = [facts(transfer) for transfer in noisy_transfers(paid, SEED, count=PAGE * PAGES)]
    pages = [transfers[start : start + PAGE] for start in range(0, len(transfers), PAGE)]
    async with (
        server.database(SMALL).read_pool() as few,
        server.database().read_pool() as many,
        few.connection() as among_few,
        many.connection() as among_many,
    ):
        ways: dict[str, Way] = {
            "small": partial(suggested, among_few),
            "large": partial(suggested, among_many),
            **brute_force(small.invoices),
        }
        rounds = [
            (name, await timed(way, page)) for _ in range(ROUNDS + 1) for page in pages for name, way in ways.items()
        ]
    counted = rounds[len(pages) * len(ways) :]
    return {name: [seconds for timed_name, seconds in counted if timed_name == name] for name in ways}


async def timed(way: Way, page: Page) -> float:
    started = perf_counter()
    await way(page)
    return perf_counter() - started


async def suggested(connection: psycopg.AsyncConnection[object], page: Page) -> None:
    for told, candidates in await with_candidates(connection, page):
        suggestions(told, candidates)


def brute_force(invoices: Sequence[OpenInvoice]) -> dict[str, Way]:
    """Every reference and name of a page compared with every one there is; the second way with each name once only."""
    numbers = [number for invoice in invoices for number in (invoice.ocr, invoice.number)]
    names = [utils.default_process(invoice.customer_name) for invoice in invoices]
    distinct = list(dict.fromkeys(names))

    async def all_names(page: Page) -> None:
        compare(references(page), numbers, fuzz.ratio)
        compare(payers(page), names, fuzz.token_sort_ratio)

    async def distinct_names(page: Page) -> None:
        compare(references(page), numbers, fuzz.ratio)
        compare(payers(page), distinct, fuzz.token_sort_ratio)

    return {"cdist": all_names, "cdist, names once": distinct_names}


def report(ways: dict[str, list[float]], small: int, large: int) -> None:
    titles = {"small": f"suggestions among {small:,}", "large": f"suggestions among {large:,}"}
    for name, seconds in ways.items():
        slow = sorted(seconds)[int(0.95 * len(seconds))]
        print(
            f"{titles.get(name, f'{name}, {small:,}'):32} median {1000 * median(seconds):6,.0f} ms, 95 % under {1000 * slow:6,.0f} ms"
        )
    print(f"share of brute force (<= 0.5)    {ratio(ways['small'], ways['cdist']):.2f}")
    print(f"... with every name once         {ratio(ways['small'], ways['cdist, names once']):.2f}")
    print(f"growth over {large / small:g} times (<= 1.5)   {ratio(ways['large'], ways['small']):.2f}")


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median over pages and rounds of one time to the other, taken just before or after."""
    return median(one / other for one, other in zip(ours, theirs, strict=True))


def references(page: Page) -> list[str]:
    return [transfer.references[0].text if transfer.references else transfer.message or "" for transfer in page]


def payers(page: Page) -> list[str]:
    return [utils.default_process(transfer.counterparty_name or "") for transfer in page]


def compare(queries: Sequence[str], choices: Sequence[str], scorer: Scorer) -> object:
    return process.cdist(queries, choices, scorer=scorer, workers=-1)


if __name__ == "__main__":
    main()
