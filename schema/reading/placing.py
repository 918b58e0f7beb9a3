"""Placing: the columns that a shape needs go into its level, and one Python expression makes the objects out of the rows.

What PostgreSQL can write whole (`written`) is one column of text. Everything else is made here, out of a column a value.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, cast
from sqlalchemy.dialects.postgresql import JSON

from schema.reading.level import Level, json_rows
from schema.reading.selection import OfJson
from schema.reading.shape import (
    Build,
    Call,
    Cell,
    Column,
    Constant,
    GlobalId,
    Instant,
    Json,
    Later,
    Object,
    Pending,
    Rows,
    Shape,
)
from schema.reading.written import rows_written, written


def compiled(element: Object, level: Level, of_json: OfJson) -> Build:
    """Makes objects out of the rows of `level`."""
    placing = _Placing(level, of_json)
    text = written(element)
    made = placing.object_of(element) if text is None else placing.text(text)
    source = f"lambda rows, pending: [{made} for r in rows]"
    build: Build = eval(source, placing.names)  # noqa: S307 - of shapes: indexes, and response keys quoted by repr
    return build


def listed(rows: Rows, of_json: OfJson, *, as_json: bool) -> tuple[Column, Build]:
    """A column that holds rows of their own, and what makes the list out of its value; `as_json`: the value stands in JSON."""
    text = rows_written(rows)
    if text is None:
        build = compiled(rows.element, rows.level, of_json)
        return json_rows(rows.of(rows.level.statement())), build
    if as_json:
        return cast(text, JSON), lambda made, _: made
    return text, lambda told, _: of_json(told)


@dataclass(slots=True)
class _Placing:
    """Places shapes into `level`; each becomes an expression over its row `r` and the `names` given here."""

    level: Level
    of_json: OfJson
    names: dict[str, object] = field(default_factory=dict)

    def text(self, column: Column) -> str:
        """What PostgreSQL wrote."""
        if self.level.as_json:
            return self._cell(cast(column, JSON))
        return f"{self._named(self.of_json)}({self._cell(column)})"

    def object_of(self, one: Object) -> str:
        made = "{" + ", ".join(f"{key!r}: {self._shape(part)}" for key, part in one.fields) + "}"
        for key, part in one.fields:
            if isinstance(part, Later):
                made = f"{self._named(_waiting)}(pending[{part.batch}], {made}, {key!r}, ({self._needed(part.needs)}))"
        return made if one.present is None else f"(None if {self._cell(one.present)} is None else {made})"

    def _shape(self, shape: Shape) -> str:
        match shape:
            case Cell(column, key):
                return self._cell(column, key)
            case GlobalId():
                return self._id(shape)
            case Instant(column, key):
                cell = self._cell(column, key)
                return f"{self._named(_instant)}({cell})" if self.level.as_json else cell
            case Constant(value):
                return repr(value)
            case Call(function, needs, arguments):
                return f"{self._named(function)}({self._needed(needs)}**{self._named(arguments)})"
            case Later():
                return "None"
            case Object():
                return self.object_of(shape)
            case Rows():
                column, build = listed(shape, self.of_json, as_json=self.level.as_json)
                return f"{self._named(build)}({self._cell(column)}, pending)"
            case paged:
                sums = "".join(f"{self._cell(column)}, " for column in paged.sums)
                return f"{self._named(paged.build)}({self._cell(paged.rows)}, ({sums}), pending)"

    def _cell(self, column: Column, key: object = None) -> str:
        return f"r[{self.level.add(column, key)}]"

    def _id(self, one: GlobalId) -> str:
        cell = self._cell(one.column, one.key)
        digits = f"{cell}.replace('-', '')" if self.level.as_json else f"{cell}.hex()"
        made = f"{one.prefix + '_'!r} + {digits}"
        return f"(None if {cell} is None else {made})" if one.nullable else made

    def _needed(self, columns: Sequence[Column]) -> str:
        """What a Python function takes, by position."""
        return "".join(f"{self._need(column)}, " for column in columns)

    def _need(self, column: Column) -> str:
        cell = self._cell(column)
        is_key = isinstance(column.type, Uuid) and not self.level.as_json
        return f"{self._named(_key)}({cell})" if is_key else cell

    def _named(self, value: object) -> str:
        name = f"n{len(self.names)}"
        self.names[name] = value
        return name


def _waiting(pending: list[Pending], target: Json, key: str, needs: tuple[Any, ...]) -> Json:
    pending.append(Pending(target, key, needs))
    return target


def _instant(text: str | None) -> str | None:
    """`2026-03-31T12:00:00.5+00:00` as `2026-03-31T12:00:00.500000Z`: microseconds only where there are some."""
    if text is None:
        return None
    instant = text[:-6]
    return f"{instant:0<26}Z" if "." in instant else instant + "Z"


def _key(raw: bytes | None) -> UUID | None:
    return None if raw is None else UUID(bytes=raw)
