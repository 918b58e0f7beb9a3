"""Work on many things that ends early when the process is told to stop: between two of them, never within one."""

from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile
from typing import TypeVar

T = TypeVar("T")

Stopped = Callable[[], bool]
"""Whether the process was told to stop. What is left stands in the tables, and is found there the next time."""


def never() -> bool:
    """Who asks waits until all is done."""
    return False


def until(stopped: Stopped, things: Iterable[T]) -> Iterator[T]:
    """The things in turn, and no further one once the process was told to stop."""
    return takewhile(lambda _thing: not stopped(), things)
