"""What is worth keeping between requests, and how much of it."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

KEPT_MAX: Final = 1_000

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """The values used last, at most `size_max` of them."""

    def __init__(self, size_max: int = KEPT_MAX) -> None:
        self._size_max = size_max
        self._values: OrderedDict[K, V] = OrderedDict()

    def known(self, key: K) -> V | None:
        """The value, where it is kept."""
        if key not in self._values:
            return None
        self._values.move_to_end(key)
        return self._values[key]

    def keep(self, key: K, value: V) -> V:
        """Keep a value; the one unused longest goes when there are too many."""
        self._values[key] = value
        if len(self._values) > self._size_max:
            self._values.popitem(last=False)
        return value

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The value, made where it is not kept yet."""
        if key in self._values:
            self._values.move_to_end(key)
            return self._values[key]
        return self.keep(key, make())
