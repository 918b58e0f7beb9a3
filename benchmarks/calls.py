"""All orders of a provider's five calls about a payment, each call made three times: how many states the books end in.

Run: `python -m benchmarks.calls`. The calls tell that a pending payment succeeded, was refunded twice in the provider's
dashboard, disputed, and the dispute won; the provider is the sandbox. Target: one state, and books that hold.
"""

import asyncio
import sys
import tempfile
import time
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from unittest.mock import patch

from storage.embedded import attached
from storage.engine import Database
from storage.migrate import migrate
from tests.books import NOW, LittleBooks
from tests.movements.calls import THE_STATE, State, tried
from tests.movements.counter import Counter
from tests.refunds.desk import desk_over

ORDERS = tuple(permutations(range(5)))


async def ended_in(database: Database) -> tuple[set[State], list[str]]:
    """The states, and what is wrong with the books."""
    with database.connect(autocommit=True) as connection:
        async with desk_over(database, LittleBooks(connection)) as desk:
            states = await tried(Counter(desk=desk), ORDERS)
            return states, desk.broken()


def main() -> int:
    yesterday = patch("sandbox_provider.gateway._now", lambda: NOW - timedelta(days=1))
    with yesterday, tempfile.TemporaryDirectory(prefix="billing-calls-") as made:
        root = Path(made)
        root.chmod(0o711)  # the server runs as another user when this runs as root
        with attached(root / "data", durable=False) as server:
            database = server.database()
            migrate(database)
            began = time.perf_counter()
            states, broken = asyncio.run(ended_in(database))
    seconds = time.perf_counter() - began
    print(f"{len(ORDERS)} orders of 5 calls, {15 * len(ORDERS):,} calls made in {seconds:.1f} s")
    print(f"states the books ended in: {len(states)}; rules broken: {broken or 0}")
    return 0 if states == {THE_STATE} and not broken else 1


if __name__ == "__main__":
    sys.exit(main())
