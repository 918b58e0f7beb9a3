"""The collector of cyclic garbage, set for a service: most of what it would look through lives as long as the process."""

import gc
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

YOUNG_MAX: Final = 100_000
"""Objects made since the last look, more than destroyed. An answer of a thousand rows is some seven thousand: with Python's
700, half the time of making it went into looking for garbage that is not there."""


def look_seldom() -> None:
    """Call first: loading the modules of a service makes two hundred thousand objects, all of which stay."""
    gc.set_threshold(YOUNG_MAX, 20, 50)


def settle() -> None:
    """Call when all that lasts is made, in the main thread: it is not looked at again."""
    with _signals_held_back(signal.SIGTERM, signal.SIGINT):
        gc.collect()
        gc.freeze()


@contextmanager
def _signals_held_back(*numbers: signal.Signals) -> Iterator[None]:
    """Handle signals that come meanwhile at the end: what a handler raises is swallowed where garbage is finalized.

    Blocking them would not do: another thread, such as that of the metrics, would take them, and the handler still runs in
    this one.
    """
    came: list[int] = []
    handlers = {number: signal.signal(number, lambda which, _frame: came.append(which)) for number in numbers}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for which in came:
            signal.raise_signal(which)
