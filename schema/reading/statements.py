"""Plans: a question and what is selected of its answer, as one SQL statement and the way from its rows to the answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from graphql import GraphQLObjectType
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    SelectBase,
    Text,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    true,
    union_all,
)
from sqlalchemy import select as sql_select
from sqlalchemy.dialects.postgresql import ARRAY, asyncpg

from schema.reading.connection import Connection
from schema.reading.placing import compiled
from schema.reading.plan import Batch, PageStatement, Planner, object_type
from schema.reading.questions import All, Named, PageOf, Row, parameters
from schema.reading.selection import Document, Selected, select
from schema.reading.shape import Build
from storage.parameters import written

_numbered = asyncpg.dialect()  # type: ignore[no-untyped-call]  # parameters as $1, $2, with their types


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with parameters `$1`, `$2`, …; their `names` in this order, and the `constants` among them, written already."""

    sql: str
    names: tuple[str, ...]
    constants: Mapping[str, bytes | None]

    @classmethod
    def of(cls, statement: SelectBase) -> "Statement":
        made = statement.compile(dialect=_numbered)
        asked = {name: None for name, bind in made.binds.items() if bind.required}
        whole = made.construct_expanded_state(asked)  # a constant list is a parameter for each of its items
        constants = {name: written(value) for name, value in whole.parameters.items() if name not in asked}
        return cls(whole.statement, tuple(whole.positiontup or ()), constants)

    def values(self, given: Mapping[str, Any]) -> list[bytes | None]:
        """The values of all parameters, written."""
        constants = self.constants
        return [constants[name] if name in constants else written(given[name]) for name in self.names]


@dataclass(frozen=True, slots=True)
class RowsPlan:
    """Rows of a type; `key` is the place in the row of what they are asked for by. `named`: what must be there."""

    statement: Statement
    build: Build
    batches: Sequence[Batch]
    key: int
    named: Sequence[Named]


@dataclass(frozen=True, slots=True)
class PagePlan:
    """A page. `types` are the order's Python types; sums follow after `width` columns of a row, none where it is 0. `named`:
    what must be there for the connections below its rows."""

    statement: Statement
    connection: Connection
    batches: Sequence[Batch]
    types: tuple[type, ...]
    width: int
    named: Sequence[Named]


def plan_rows(
    document: Document,
    asked: Selected,
    where: Callable[[Any], Sequence[ColumnElement[bool]]],
    *,
    order: Callable[[Any], Sequence[ColumnElement[Any]]] = lambda row: [row["id"]],
    by: str = "id",
    type_: GraphQLObjectType | None = None,
) -> RowsPlan:
    """The rows of the asked field's type (or `type_`, where that is an interface) that meet the conditions."""
    planner, type_ = Planner(document), type_ or object_type(asked)
    level = planner.level(type_)
    scope = level.source.c
    element = planner.element(type_, select(document, type_, asked.nodes), level, scope)
    build, key = compiled(element, level, document.of_json), level.add(scope[by])
    statement = level.statement().where(*where(scope)).order_by(*order(scope))
    return RowsPlan(Statement.of(statement), build, planner.batches, key, planner.named)


def plan_row(document: Document, asked: Selected, question: Row) -> RowsPlan:
    """The row that meets the question's conditions."""
    named = None if question.type_name is None else document.schema.type_map[question.type_name]
    assert named is None or isinstance(named, GraphQLObjectType), named
    return plan_rows(
        document, asked, lambda scope: [c.of(scope, value) for c, value in parameters(question.where)], type_=named
    )


def plan_all(document: Document, asked: Selected, question: All) -> RowsPlan:
    """All rows in the question's order."""
    return plan_rows(document, asked, lambda _: [], order=question.order.keys)


def plan_page(document: Document, asked: Selected, question: PageOf) -> PagePlan:
    """A page of the asked connection's rows, with what is asked of the whole list."""
    planner = Planner(document)
    page = planner.page(asked, question, ())
    statement = _beside(page) if page.sums else page.statement
    width = len(page.statement.selected_columns) if page.sums else 0
    return PagePlan(Statement.of(statement), page.connection, planner.batches, page.types, width, planner.named)


@cache
def unknown_keys(columns: tuple[ColumnElement[Any], ...]) -> Statement:
    """`unknown`, prepared."""
    return Statement.of(unknown(columns))


def unknown(columns: Sequence[ColumnElement[Any]]) -> CompoundSelect[int, str]:
    """One of the `keys0`, `keys1`, … that no row has in the column of that place: the place, and the key as text."""
    missing = []
    for place, column in enumerate(columns):
        given = func.unnest(bindparam(f"keys{place}", type_=ARRAY(column.type))).column_valued(f"given{place}")
        told = sql_select(literal_column(str(place), Integer).label("place"), cast(given, Text).label("key"))
        missing.append(told.where(~exists().where(column == given)))
    return union_all(*missing).order_by("place").limit(1)


def keys_of(named: Sequence[Named]) -> dict[str, Sequence[UUID | str]]:
    """The values of `unknown`'s parameters."""
    return {f"keys{place}": one.keys for place, one in enumerate(named)}


def _beside(page: PageStatement) -> Select[Any]:
    """Rows and sums in one statement: the sums are repeated beside every row, and stand alone beside none."""
    rows = page.statement.add_columns(true().label("present")).subquery("page")
    sums = sql_select(*(column.label(f"s{i}") for i, column in enumerate(page.sums))).subquery("sums")
    return sql_select(*rows.c, *sums.c).select_from(sums.outerjoin(rows, true()))
