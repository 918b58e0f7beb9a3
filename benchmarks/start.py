"""How long `billing serve` takes until it answers, on a migrated and otherwise empty database of its own.

Run `python -m benchmarks.start`. The first start makes the database; timed are the five after it, each with the embedded
PostgreSQL stopped before, from the command to the first 200 of `/readyz`. Target: a median of 3 s.
"""

import json
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from tests.service.test_commands import ready, serving

STARTS: Final = 5
SECONDS_MAX: Final = 120


def started(folder: Path) -> float:
    began = perf_counter()
    with serving(folder) as (_, address):
        ready(address, within=SECONDS_MAX)
        return perf_counter() - began


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="billing-start-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # the server runs as another user when this runs as root
        made, *again = (started(folder) for _ in range(1 + STARTS))
    print(json.dumps({"first_s": round(made, 2), "again_s": round(median(again), 2), "met": median(again) <= 3}))


if __name__ == "__main__":
    main()
