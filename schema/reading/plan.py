"""Planning: a selection over a row type becomes one SELECT, and the shape of its rows.

What belongs to the same row (columns, embedded objects, rows reached by `one`) is of one level; what is many becomes a level
of its own, whose rows come back in one column.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLObjectType, get_named_type, is_enum_type, is_non_null_type
from sqlalchemy import (
    ColumnElement,
    Double,
    FromClause,
    Select,
    SelectBase,
    Text,
    Uuid,
    cast,
    func,
    literal_column,
    text,
)
from sqlalchemy import select as sql_select

from schema.ids import prefix_of
from schema.reading import bindings
from schema.reading.bindings import BINDING, Binding, Scope
from schema.reading.connection import Connection, Edges, Info, Inner, Nodes, Part, Sum, Typename
from schema.reading.level import Level, json_rows, source_of
from schema.reading.paging import cursor_values
from schema.reading.placing import compiled, listed
from schema.reading.questions import Named, PageOf
from schema.reading.searching import Found
from schema.reading.selection import Document, Selected, select
from schema.reading.shape import Build, Call, Cell, Constant, GlobalId, Instant, Later, Object, Rows, Shape


@dataclass(frozen=True, slots=True)
class Batch:
    """A batched field of the answer: its function, its arguments, and what is selected of the values it gives."""

    function: Callable[..., Any]
    arguments: dict[str, Any]
    selected: Selected


@dataclass(slots=True)
class Planner:
    """Plans one selection; `batches` collects its batched fields, `named` what the filters inside it name."""

    document: Document
    batches: list[Batch] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)

    def level(self, type_: GraphQLObjectType, outer: tuple[FromClause, ...] = ()) -> Level:
        return Level(source_of(type_), outer, as_json=bool(outer))

    def element(self, type_: GraphQLObjectType, chosen: Sequence[Selected], level: Level, scope: Scope) -> Object:
        """The shape of one object of `type_`; what it joins is joined to `level`."""
        return Object(tuple((one.key, self._shape(type_, one, level, scope)) for one in chosen))

    def _shape(  # noqa: C901 - one branch a kind of binding
        self, type_: GraphQLObjectType, one: Selected, level: Level, scope: Scope
    ) -> Shape:
        if one.field is None:
            return Constant(type_.name)
        match binding_of(one):
            case bindings.Column(name):
                return self._cell(one, scope[name or python_name(one)], None)
            case bindings.Expression(of):
                return self._cell(one, of(scope), self._key(scope, one))
            case bindings.Embedded(of, present):
                inner = of(scope)
                return self._object(one, level, inner, inner[present])
            case bindings.One(on):
                there = source_of(one.type)
                level.join(there, on(scope, there.c))
                return self._object(one, level, there.c, there.c["id"])
            case bindings.Many() as bound:
                return self._many(one, level, scope, bound)
            case bindings.Paged() as bound:
                return self._paged(one, level, scope, bound)
            case bindings.Computed(rows):
                source = rows(scope).correlate(*level.around).subquery()
                return self._rows(one, Level(source, level.around, as_json=True))
            case bindings.Derived(needs, function):
                return Call(function, _needed(scope, needs), one.arguments(self.document))
            case bindings.Batched(needs, function):
                self.batches.append(Batch(function, one.arguments(self.document), one))
                return Later(len(self.batches) - 1, _needed(scope, needs))
            case bindings.Fetched() | bindings.Listed():
                raise AssertionError(f"{type_.name}.{one.name} is bound as if {type_.name} were a value type.")

    def _cell(self, one: Selected, column: ColumnElement[Any], key: object) -> Shape:
        """The column as the API writes it: ids global, instants in UTC with a Z, rates as numbers; all else as it is."""
        assert one.field is not None
        nullable = not is_non_null_type(one.field.type) or getattr(column, "nullable", True)
        match one.type.name:
            case "ID" if isinstance(column.type, Uuid):
                return GlobalId(column, key, nullable, prefix_of(one.parent.name))
            case "DateTime":
                return Instant(column, key, nullable)
            case "Float":
                return Cell(cast(column, Double), key or self._key(column, one), nullable)
        return Cell(column, key, nullable, is_word=one.type.name == "Date" or is_enum_type(one.type))

    def _key(self, scope: Scope, one: Selected) -> object:
        """Tells the columns of a statement apart: the field, of this very row."""
        self.scopes.append(scope)  # kept, so that no other scope comes by its identity
        return id(scope), one.name

    def _object(self, one: Selected, level: Level, scope: Scope, present: ColumnElement[Any]) -> Object:
        made = self._chosen(one, level, scope)
        assert one.field is not None
        return made if is_non_null_type(one.field.type) else Object(made.fields, present)

    def _chosen(self, one: Selected, level: Level, scope: Scope) -> Object:
        assert isinstance(one.type, GraphQLObjectType), one.type
        return self.element(one.type, select(self.document, one.type, one.nodes), level, scope)

    def _compiled(self, one: Selected, level: Level) -> Build:
        return compiled(self._chosen(one, level, level.source.c), level, self.document.of_json)

    def _many(self, one: Selected, level: Level, scope: Scope, bound: bindings.Many) -> Rows:
        inner = Level(source_of(one.type), level.around, as_json=True)
        there, arguments = inner.source.c, one.arguments(self.document)

        def of(rows: Select[Any]) -> Select[Any]:
            rows = rows.where(bound.on(scope, there)).order_by(*bound.order(there))
            if bound.narrowed is not None:
                rows = rows.where(bound.narrowed(there, **arguments))
            return rows if bound.limit is None else rows.limit(literal_column(str(int(arguments[bound.limit]))))

        return self._rows(one, inner, of)

    def _rows(self, one: Selected, inner: Level, of: Callable[[Select[Any]], Select[Any]] = lambda rows: rows) -> Rows:
        return Rows(inner, self._chosen(one, inner, inner.source.c), of)

    def _paged(self, one: Selected, level: Level, scope: Scope, bound: bindings.Paged) -> Inner:
        question = bound.question(**one.arguments(self.document))
        self.named += question.named
        page = self.page(one, question, level.around, lambda there: bound.on(scope, there), inline=True)
        return Inner(page.connection, question.at, json_rows(page.statement), page.sums)

    def page(
        self,
        one: Selected,
        question: PageOf,
        outer: tuple[FromClause, ...],
        on: Callable[[Scope], ColumnElement[bool]] | None = None,
        *,
        inline: bool = False,
    ) -> "PageStatement":
        """A page of the connection `one`, `on` condition; `inline`: with the question's values in the statement."""
        connection = object_type(one)
        node = get_named_type(connection.fields["nodes"].type)
        assert isinstance(node, GraphQLObjectType), node
        source, at = source_of(node) if question.source is None else question.source, question.at
        scope, conditions = source.c, question.parameters(inline=inline)
        where = [] if on is None else [on(scope)]
        where += [condition.of(scope, value) for condition, value in conditions if not isinstance(condition, Found)]
        types = tuple(column.type.python_type for column in question.order.columns(scope))
        beyond = []
        if at.cursor is not None:
            values = cursor_values(at.cursor, types) if inline else None
            beyond.append(question.order.beyond(scope, backwards=at.backwards, values=values))

        def paged(rows: Select[Any], scope: Scope) -> Select[Any]:
            rows = rows.where(*where, *beyond).order_by(*question.order.keys(scope, backwards=at.backwards))
            return rows.limit(literal_column(str(at.size + 1)))

        of_all = sql_select(source).correlate(*outer)
        filtered: SelectBase = of_all.where(*where)
        for found, value in conditions:
            if isinstance(found, Found):  # each way gives a page: PostgreSQL hands neither order nor limit down to it
                among = found.among(value)
                filtered, source = among(of_all.where(*where), scope), among(paged(of_all, scope), scope).subquery()
                where, beyond = [], []  # said in each way; around them only order and limit are left to say
        level = Level(source, outer, as_json=bool(outer))
        sums: list[ColumnElement[Any]] = []
        parts = tuple(
            (part.key, self._part(part, level, filtered, sums)) for part in select(self.document, connection, one.nodes)
        )
        columns = question.order.columns(source.c)
        keys = tuple(level.add(column) for column in columns) if any(_tells_cursors(part) for _, part in parts) else ()
        rows = paged(level.statement(), source.c)
        return PageStatement(Connection(parts, keys), rows, sums, types)

    def _part(self, part: Selected, level: Level, filtered: SelectBase, sums: list[ColumnElement[Any]]) -> Part:
        """How one field of a connection is made out of the page."""
        match part.name:
            case "__typename":
                return Typename(part.parent.name)
            case "nodes":
                return Nodes(self._compiled(part, level))
            case "edges":
                chosen = select(self.document, object_type(part), part.nodes)
                return Edges(tuple(self._edge(one, level) for one in chosen))
            case "pageInfo":
                chosen = select(self.document, object_type(part), part.nodes)
                return Info(tuple((one.key, one.name) for one in chosen))
            case "totalCount":
                sums.append(sql_select(func.count()).select_from(filtered.subquery()).scalar_subquery())
                return Sum(len(sums) - 1, None)
        binding = binding_of(part)
        assert isinstance(binding, bindings.Computed), part.name
        inner = Level(binding.rows(filtered.subquery().c).subquery(), as_json=True)
        column, build = listed(self._rows(part, inner), self.document.of_json, as_json=level.as_json)
        sums.append(column)
        return Sum(len(sums) - 1, build)

    def _edge(self, one: Selected, level: Level) -> tuple[str, Build | None, str | None]:
        if one.name == "node":
            return one.key, self._compiled(one, level), None
        return one.key, None, one.parent.name if one.name == "__typename" else None


@dataclass(frozen=True, slots=True)
class PageStatement:
    """A page's rows as a statement, the figures over the whole list as columns, and how to make the connection of both."""

    connection: Connection
    statement: Select[Any]
    sums: list[ColumnElement[Any]]
    types: tuple[type, ...]


def object_type(asked: Selected) -> GraphQLObjectType:
    """The object type of the field, whatever lists and non-nulls are around it."""
    assert isinstance(asked.type, GraphQLObjectType), asked.type
    return asked.type


def binding_of(one: Selected) -> Binding:
    assert one.field is not None
    bound: Binding | None = one.field.extensions["strawberry-definition"].metadata.get(BINDING)
    assert bound is not None, f"{one.parent.name}.{one.name} is bound to nothing."
    return bound


def python_name(one: Selected) -> str:
    assert one.field is not None
    name: str = one.field.extensions["strawberry-definition"].python_name
    return name


def _needed(scope: Scope, names: Sequence[str]) -> tuple[ColumnElement[Any], ...]:
    """The columns that a Python function takes."""
    return tuple(scope[name] for name in names)


def _tells_cursors(part: Part) -> bool:
    match part:
        case Edges(fields):
            return any(build is None and name is None for _, build, name in fields)
        case Info(fields):
            return any(name in {"startCursor", "endCursor"} for _, name in fields)
    return False


def global_id(prefix: str | ColumnElement[str], key: ColumnElement[Any]) -> ColumnElement[str]:
    """The global id of a row of another type, as an expression."""
    named = literal_column(f"'{prefix}_'", Text) if isinstance(prefix, str) else prefix.concat(text("'_'"))
    return named.concat(func.replace(cast(key, Text), text("'-'"), text("''")))
