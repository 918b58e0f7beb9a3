"""How fast a list is searched, beside going through its rows.

Run `python -m benchmarks.searches [--invoices 1000000]`. It starts an embedded PostgreSQL with so many open invoices (of
`open_invoices`) and asks the whole service for the newest fifty that mention a text, with how many there are: as it does it,
and with every row gone through, in turn, medians of five. Targets: what few bear in a tenth of the time, what many bear in no
more than it takes anyhow; 50 ms for what few bear.
"""

import argparse
import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final
from unittest.mock import patch

from benchmarks.filling import fill_clubs, fill_invoices
from benchmarks.open_invoices import OpenInvoice, world
from schema.reading import searching
from storage.embedded import attached
from storage.engine import Database
from storage.migrate import migrate
from tests.graphql.api import Api, served

SEED: Final = 20_261_129
ROUNDS: Final = 5
ASKED: Final = "query ($text: String) { invoices(first: 50, filter: {search: $text}) { totalCount nodes { number customerName } } }"
PAGE: Final = ASKED.replace("totalCount ", "")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--invoices", type=int, default=1_000_000)
    there = world(SEED, invoices=parser.parse_args().invoices)
    with tempfile.TemporaryDirectory(prefix="billing-searches-") as made:
        root = Path(made)
        root.chmod(0o711)  # the server runs as another user when this runs as root
        with attached(root / "data") as server:
            database = server.database()
            migrate(database)
            with database.connect_as_owner(autocommit=True) as owner:
                fill_clubs(owner, there.clubs)
                fill_invoices(owner, there.invoices)
                owner.execute("vacuum analyze")
            asyncio.run(_in_turn(database, root, _texts(there.invoices)))


def _texts(invoices: list[OpenInvoice]) -> dict[str, str]:
    one = invoices[len(invoices) // 2]
    given, family = one.customer_name.split(" ")[0], one.customer_name.split(" ")[-1]
    return {
        "a number": one.number,
        "part of an OCR number": one.ocr[2:8],
        "a payer's whole name": one.customer_name,
        "one word of it": family,
        "another": given,
        "what nobody bears": "zzqq",
    }


async def _in_turn(database: Database, root: Path, texts: dict[str, str]) -> None:
    async with AsyncExitStack() as stack:
        found = await stack.enter_async_context(served(database, root / "found"))
        gone_through = await stack.enter_async_context(served(database, root / "gone_through"))
        await _ask_both(found, "zzqq")
        with patch.object(searching, "FEW", -1):  # statements are made when they are first asked
            await _ask_both(gone_through, "zzqq")
        for what, text in texts.items():
            for query, told in ((PAGE, "page"), (ASKED, "page and count")):
                taken: dict[str, list[float]] = {"found": [], "gone through": []}
                for _ in range(ROUNDS):
                    for way, api in (("found", found), ("gone through", gone_through)):
                        began = perf_counter()
                        answer = await api.ask(query, text=text)
                        taken[way].append((perf_counter() - began) * 1_000)
                ours, other = (median(taken[way]) for way in taken)
                count = answer["invoices"].get("totalCount", len(answer["invoices"]["nodes"]))
                print(
                    f"{what:24} {told:16} {count:>9,} {ours:>8,.1f} ms, gone through {other:>8,.1f} ms: {ours / other:.2f}",
                    flush=True,
                )


async def _ask_both(api: Api, text: str) -> None:
    await api.ask(PAGE, text=text)
    await api.ask(ASKED, text=text)


if __name__ == "__main__":
    main()
