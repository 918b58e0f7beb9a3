"""Connections: how a page of rows becomes edges, nodes, page information and figures over the whole list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from schema.reading.paging import Page, write_cursor
from schema.reading.shape import Build, Column, Json, Row, Waiting


@dataclass(frozen=True, slots=True)
class Nodes:
    """The objects of the page's rows."""

    build: Build


@dataclass(frozen=True, slots=True)
class Edges:
    """The edges: each field by its key, as objects, as cursors, or as a type's name."""

    fields: tuple[tuple[str, Build | None, str | None], ...]


@dataclass(frozen=True, slots=True)
class Info:
    """Where the page stands: response keys, and what of `PageInfo` they ask for."""

    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """A figure over the whole list: number `place` of the sums, rows of its own where `build` is given."""

    place: int
    build: Build | None


@dataclass(frozen=True, slots=True)
class Typename:
    """The connection type's name."""

    name: str


Part = Nodes | Edges | Info | Sum | Typename


@dataclass(frozen=True, slots=True)
class Connection:
    """What is asked of a connection; `keys` are the places of its order's columns in a row, where cursors are asked for."""

    parts: tuple[tuple[str, Part], ...]
    keys: tuple[int, ...]

    def build(self, rows: Sequence[Row], sums: Sequence[Any], at: Page, pending: Waiting) -> Json:
        """The connection out of the rows that were read for the page `at`, one more than it holds where there are more."""
        shown = rows[: at.size]
        if at.backwards:
            shown = shown[::-1]
        more = len(rows) > at.size
        return {key: self._part(part, shown, sums, at, pending, more=more) for key, part in self.parts}

    def _part(
        self, part: Part, rows: Sequence[Row], sums: Sequence[Any], at: Page, pending: Waiting, *, more: bool
    ) -> Any:
        match part:
            case Nodes(build):
                return build(rows, pending)
            case Edges(fields):
                made = [(key, self._column(build, name, rows, at, pending)) for key, build, name in fields]
                return [{key: column[i] for key, column in made} for i in range(len(rows))]
            case Info(wanted):
                return {key: self._info(name, rows, at, more=more) for key, name in wanted}
            case Sum(place, build):
                return sums[place] if build is None else build(sums[place], pending)
            case Typename(name):
                return name

    def _column(
        self, build: Build | None, name: str | None, rows: Sequence[Row], at: Page, pending: Waiting
    ) -> Sequence[Any]:
        if build is not None:
            objects: Sequence[Any] = build(rows, pending)
            return objects
        return [self._cursor(row, at) for row in rows] if name is None else [name] * len(rows)

    def _cursor(self, row: Row, at: Page) -> str:
        return write_cursor(at.mark, [row[key] for key in self.keys])

    def _info(self, name: str, rows: Sequence[Row], at: Page, *, more: bool) -> object:
        match name:
            case "hasNextPage":
                return at.cursor is not None if at.backwards else more
            case "hasPreviousPage":
                return more if at.backwards else at.cursor is not None
            case "startCursor":
                return self._cursor(rows[0], at) if rows else None
            case "endCursor":
                return self._cursor(rows[-1], at) if rows else None
        return "PageInfo"


@dataclass(frozen=True, slots=True)
class Inner:
    """A connection below a row: the column `rows` holds its page's rows, `sums` its figures; `at` is always the same."""

    connection: Connection
    at: Page
    rows: Column
    sums: Sequence[Column]

    def build(self, rows: Sequence[Row], sums: Sequence[Any], pending: Waiting) -> Json:
        return self.connection.build(rows, sums, self.at, pending)
