"""Shapes: what an object of the answer is made of, out of the columns of one row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select

from schema.reading.level import Level

Row = Sequence[Any]
Json = dict[str, Any]
Column = ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """The column's value. `key` tells that two columns are the same; `nullable`: whether a row may have none; `is_word`:
    whether there is nothing to escape in it, written between quotes."""

    column: Column
    key: object
    nullable: bool
    is_word: bool = False


@dataclass(frozen=True, slots=True)
class GlobalId:
    """The global id of the row whose UUID the column holds."""

    column: Column
    key: object
    nullable: bool
    prefix: str


@dataclass(frozen=True, slots=True)
class Instant:
    """The instant that the column holds, in UTC."""

    column: Column
    key: object
    nullable: bool


@dataclass(frozen=True, slots=True)
class Constant:
    """The same for every row."""

    value: str


@dataclass(frozen=True, slots=True)
class Call:
    """A pure function of some columns."""

    function: Callable[..., object]
    needs: tuple[Column, ...]
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Later:
    """What batch number `batch` will give for these columns: left out at first, filled in when the batch has run."""

    batch: int
    needs: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Object:
    """An object out of the same row; null where the column `present` is null."""

    fields: tuple[tuple[str, "Shape"], ...]
    present: Column | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of rows of their own: those of `level`, narrowed, ordered and cut off by `of`."""

    level: Level
    element: Object
    of: Callable[[Select[Any]], Select[Any]]


class Paged(Protocol):
    """A connection below a row: columns that hold its page's rows and its figures, and what makes it out of them."""

    @property
    def rows(self) -> Column: ...

    @property
    def sums(self) -> Sequence[Column]: ...

    def build(self, rows: Sequence[Row], sums: Sequence[Any], pending: "Waiting") -> Any: ...


Shape = Cell | GlobalId | Instant | Constant | Call | Later | Object | Rows | Paged


@dataclass(frozen=True, slots=True)
class Pending:
    """An object that waits for its part of a batch."""

    target: Json
    key: str
    needs: tuple[Any, ...]


Waiting = Mapping[int, list[Pending]]
"""The objects that wait for each batch, by its number."""

Build = Callable[[Any, Waiting], Any]
"""Makes objects out of rows, in order, and leaves what waits for a batch in its list."""
