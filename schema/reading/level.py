"""A level: one SELECT in the making, and how its rows come back in one column of the level around it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, func, literal_column, text
from sqlalchemy import select as sql_select
from sqlalchemy.dialects.postgresql import JSON, array

from schema.reading.bindings import ROWS

JSON_ARRAY_MAX = 100  # PostgreSQL's limit on the arguments of a function


@dataclass(slots=True)
class Level:
    """One SELECT in the making over `source`; `outer` are the rows of the levels around it, which it may refer to.

    `as_json`: its rows come as JSON, so that ids and instants are texts.
    """

    source: FromClause
    outer: tuple[FromClause, ...] = ()
    as_json: bool = False
    froms: list[FromClause] = field(default_factory=list)
    joined: FromClause = field(init=False)
    columns: list[ColumnElement[Any]] = field(default_factory=list)
    places: dict[object, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.joined = self.source
        self.froms.append(self.source)

    def add(self, column: ColumnElement[Any], key: object = None) -> int:
        """The column's place in the row. One that is there already, by its `key` or as itself, is not asked for twice."""
        known = id(column) if key is None else key
        if known not in self.places:
            self.places[known] = len(self.columns)
            self.columns.append(column)
        return self.places[known]

    def join(self, source: FromClause, on: ColumnElement[bool]) -> None:
        self.joined = self.joined.outerjoin(source, on)
        self.froms.append(source)

    @property
    def around(self) -> tuple[FromClause, ...]:
        return (*self.outer, *self.froms)

    def statement(self) -> Select[Any]:
        return self.select(self.columns or [literal_column("1")])

    def select(self, columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
        """These columns of its rows, named c0, c1, …"""
        labelled = [column.label(f"c{i}") for i, column in enumerate(columns)]
        made = sql_select(*labelled).select_from(self.joined)
        return made.correlate(*self.outer) if self.outer else made


def json_rows(rows: Select[Any]) -> ColumnElement[Any]:
    """The rows of a statement as one JSON array of arrays, in their order."""
    inner = rows.subquery()
    columns = list(inner.c)
    if len(columns) <= JSON_ARRAY_MAX:
        one_row: ColumnElement[Any] = func.json_build_array(*columns)
    else:
        one_row = func.array_to_json(array([func.to_json(column) for column in columns]))
    listed = func.coalesce(func.json_agg(one_row), text("'[]'::json"))
    return sql_select(listed).select_from(inner).scalar_subquery().cast(JSON)


def source_of(type_: Any) -> FromClause:
    """A fresh source of rows for a row type."""
    origin = type_.extensions["strawberry-definition"].origin
    made: FromClause = getattr(origin, ROWS)()
    return made
