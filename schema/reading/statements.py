"""Plans: a question and what is selected of its answer, as one SQL statement and the way from its rows to the answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLObjectType, get_named_type
from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func, literal_column, true
from sqlalchemy import select as sql_select
from sqlalchemy.dialects import postgresql

from schema.reading.bindings import Computed
from schema.reading.paging import beyond, ordering
from schema.reading.plan import Batch, Level, Planner, binding_of, json_rows, object_type
from schema.reading.questions import All, Given, PageOf, Row
from schema.reading.selection import Document, Selected, select
from schema.reading.shape import Build, compiled

_dialect = postgresql.psycopg.dialect()  # type: ignore[no-untyped-call]
_NO_LIMIT = 2  # rows asked for where one is expected: enough to see that there are several


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL, and the parameters of it that are the same in every run; `wants` are all its parameters."""

    sql: str
    constants: Mapping[str, Any]
    wants: frozenset[str]

    @classmethod
    def of(cls, statement: Select[Any]) -> "Statement":
        made = statement.compile(dialect=_dialect)
        constants = {name: value for name, value in made.params.items() if not made.binds[name].required}
        return cls(made.string, constants, frozenset(made.params))


@dataclass(frozen=True, slots=True)
class Filled:
    """Objects out of rows, of which `batches` (by their numbers) fill in the rest."""

    build: Build
    batches: Mapping[int, Batch]


@dataclass(frozen=True, slots=True)
class RowsPlan:
    """Rows of a type; `key` is the place in the row of what they are asked for by."""

    statement: Statement
    objects: Filled
    key: int


Part = tuple[str, "Whole"]


@dataclass(frozen=True, slots=True)
class Nodes:
    objects: Filled


@dataclass(frozen=True, slots=True)
class Edges:
    columns: tuple[tuple[str, Filled | None, str | None], ...]


@dataclass(frozen=True, slots=True)
class Info:
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """A figure over the whole list: column `place` of the sums, rows where `build` is given."""

    place: int
    build: Build | None


@dataclass(frozen=True, slots=True)
class Typename:
    name: str


Whole = Nodes | Edges | Info | Sum | Typename


@dataclass(frozen=True, slots=True)
class PagePlan:
    """A page. `keys`: where the order's columns are in a row, `types`: of what Python types; `width`: columns of a row, 0
    where no sums follow them."""

    statement: Statement
    parts: tuple[Part, ...]
    keys: tuple[int, ...]
    types: tuple[type, ...]
    width: int


def plan_rows(
    document: Document,
    asked: Selected,
    where: Callable[[Any], Sequence[ColumnElement[bool]]],
    *,
    order: Callable[[Any], Sequence[ColumnElement[Any]]] = lambda row: [row["id"]],
    by: str = "id",
) -> RowsPlan:
    """The rows of the asked field's type that meet the conditions."""
    planner, type_ = Planner(document), object_type(asked)
    level = planner.level(type_)
    scope = level.source.c
    element = planner.element(type_, select(document, type_, asked.nodes), level, scope)
    key = level.add(scope[by])
    statement = level.statement().where(*where(scope)).order_by(*order(scope))
    return RowsPlan(Statement.of(statement), Filled(compiled(element), dict(enumerate(planner.batches))), key)


def plan_row(document: Document, asked: Selected, question: Row) -> RowsPlan:
    return plan_rows(document, asked, lambda scope: _conditions(question.where, scope))


def plan_all(document: Document, asked: Selected, question: All) -> RowsPlan:
    return plan_rows(document, asked, lambda _: [], order=lambda scope: ordering(question.order, scope))


def plan_page(document: Document, asked: Selected, question: PageOf) -> PagePlan:
    """A page of the asked connection's rows, with what is asked of the whole list."""
    planner, connection = Planner(document), object_type(asked)
    type_ = get_named_type(connection.fields["nodes"].type)
    assert isinstance(type_, GraphQLObjectType), type_
    level = planner.level(type_)
    scope = level.source.c
    conditions = _conditions(question.where, scope)
    head = _Head(Level(sql_select(level.source).where(*conditions).subquery()))
    parts = tuple(
        (part.key, _part(document, planner, part, level, head)) for part in select(document, connection, asked.nodes)
    )
    columns = [key.of(scope) for key in question.order]
    keys = tuple(level.add(column) for column in columns)
    backwards = question.at.backwards
    if question.at.cursor is not None:
        conditions.append(beyond(question.order, scope, backwards=backwards))
    page = level.statement().where(*conditions).order_by(*ordering(question.order, scope, backwards=backwards))
    page = page.limit(literal_column(str(question.at.size + 1)))
    types = tuple(column.type.python_type for column in columns)
    if not head.columns:
        return PagePlan(Statement.of(page), parts, keys, types, 0)
    return PagePlan(Statement.of(head.beside(page)), parts, keys, types, len(level.columns))


def _conditions(where: Sequence[Given], scope: Any) -> list[ColumnElement[bool]]:
    """The conditions with parameters w0, w1, … for their values."""
    parameters: list[BindParameter[Any]] = [bindparam(f"w{i}") for i in range(len(where))]
    return [condition.of(scope, parameter) for (condition, _), parameter in zip(where, parameters, strict=True)]


class _Head:
    """What is asked of the whole list beside its page."""

    def __init__(self, filtered: Level) -> None:
        self.filtered = filtered
        self.columns: list[ColumnElement[Any]] = []

    def sum(self, column: ColumnElement[Any], build: Build | None = None) -> Sum:
        self.columns.append(column)
        return Sum(len(self.columns) - 1, build)

    def beside(self, page: Select[Any]) -> Select[Any]:
        """One statement of both: the sums are repeated beside every row, and stand alone beside none."""
        rows = page.add_columns(true().label("present")).subquery("page")
        sums = sql_select(*(column.label(f"s{i}") for i, column in enumerate(self.columns))).subquery("sums")
        return sql_select(*rows.c, *sums.c).select_from(sums.outerjoin(rows, true()))


def _part(document: Document, planner: Planner, part: Selected, level: Level, head: _Head) -> Whole:
    """How one field of a connection is made out of the page."""
    match part.name:
        case "__typename":
            return Typename(part.parent.name)
        case "nodes":
            return Nodes(_objects(document, planner, part, level))
        case "edges":
            return Edges(tuple(_edge(document, planner, one, level) for one in _below(document, part)))
        case "pageInfo":
            return Info(tuple((one.key, one.name) for one in _below(document, part)))
        case "totalCount":
            return head.sum(sql_select(func.count()).select_from(head.filtered.source).scalar_subquery())
    binding = binding_of(part)
    assert isinstance(binding, Computed), part.name
    inner, own = Level(binding.rows(head.filtered.source.c).subquery()), Planner(document)
    element = own.element(object_type(part), _below(document, part), inner, inner.source.c)
    return head.sum(json_rows(inner.statement()), compiled(element))


def _edge(document: Document, planner: Planner, one: Selected, level: Level) -> tuple[str, Filled | None, str | None]:
    if one.name == "node":
        return one.key, _objects(document, planner, one, level), None
    return one.key, None, one.parent.name if one.name == "__typename" else None


def _objects(document: Document, planner: Planner, part: Selected, level: Level) -> Filled:
    before = len(planner.batches)
    element = planner.element(object_type(part), _below(document, part), level, level.source.c)
    return Filled(compiled(element), dict(list(enumerate(planner.batches))[before:]))


def _below(document: Document, part: Selected) -> list[Selected]:
    return select(document, object_type(part), part.nodes)
