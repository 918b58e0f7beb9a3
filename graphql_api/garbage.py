"""The collector of cyclic garbage, set for a service: most of what it would look through lives as long as the process."""

import gc
from typing import Final

YOUNG_MAX: Final = 100_000
"""Objects made since the last look, more than destroyed. An answer of a thousand rows is some seven thousand: with Python's
700, half the time of making it went into looking for garbage that is not there."""


def look_seldom() -> None:
    """Call first: loading the modules of a service makes two hundred thousand objects, all of which stay."""
    gc.set_threshold(YOUNG_MAX, 20, 50)


def settle() -> None:
    """Call when all that lasts is made: it is not looked at again."""
    gc.collect()
    gc.freeze()
