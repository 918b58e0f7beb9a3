"""The rows of a sheet as whoever writes a file reads them. Nothing is loaded for it but this: a process that makes one file
is to begin at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any


class Kind(Enum):
    """What a column holds. TEXT: what people and banks wrote. WORD: one of our own words, an enum's or a name of the chart.
    AMOUNT: minor units of a currency, written as a decimal number of it."""

    TEXT = auto()
    WORD = auto()
    COUNT = auto()
    AMOUNT = auto()
    DAY = auto()
    INSTANT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """SQL with the values of its parameters."""

    sql: str
    values: Mapping[str, Any]
