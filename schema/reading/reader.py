"""Running plans: what a root field asks for is read here, in one statement."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any
from uuid import UUID

import orjson
from graphql import GraphQLObjectType, get_named_type
from psycopg.types.json import set_json_loads
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import ColumnElement, Select, any_, bindparam, func, true
from sqlalchemy import select as sql_select
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from schema.reading.bindings import Fetched, Scope
from schema.reading.paging import Listing, Page, beyond, ordering, write_cursor
from schema.reading.plan import Batch, Level, Planner, binding_of, json_rows, python_name
from schema.reading.selection import Document, Selected, select
from schema.reading.shape import Json, Object, Pending, compiled

set_json_loads(orjson.loads)
_dialect = postgresql.psycopg.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads what a document asks for; `today` is the business day of the request. Batched functions are given the reader."""

    pool: AsyncConnectionPool[Any]
    today: date

    async def where_text(self, document: Document, asked: Selected, column: str, text: str) -> list[Json]:
        """The rows of the asked field's type whose `column` is exactly `text`."""
        return [made for _, made in await self._rows(document, asked, lambda row: row[column] == text)]

    async def by_keys(
        self, document: Document, asked: Selected, keys: Iterable[UUID], *, by: str = "id"
    ) -> dict[UUID, list[Json]]:
        """The rows whose column `by` is one of `keys`, grouped by it, in the order of their ids."""
        wanted = bindparam("keys", sorted(set(keys)), ARRAY(Uuid()))
        grouped: dict[UUID, list[Json]] = {}
        for key, made in await self._rows(document, asked, lambda row: row[by] == any_(wanted), by):
            grouped.setdefault(key, []).append(made)
        return grouped

    async def _rows(
        self, document: Document, asked: Selected, where: Callable[[Scope], ColumnElement[bool]], by: str = "id"
    ) -> list[tuple[UUID, Json]]:
        planner, type_ = Planner(document), _object_type(asked)
        level = planner.level(type_)
        scope = level.source.c
        element = planner.element(type_, select(document, type_, asked.nodes), level, scope)
        key = level.add(scope[by])
        rows = await self._fetch(level.statement().where(where(scope)).order_by(scope["id"]))
        made = await self._filled(document, dict(enumerate(planner.batches)), element, rows)
        return [(row[key], one) for row, one in zip(rows, made, strict=True)]

    async def page(self, document: Document, asked: Selected, listing: Listing, at: Page) -> Json:
        """One page of a list as its connection type."""
        planner, connection = Planner(document), _object_type(asked)
        type_ = get_named_type(connection.fields["nodes"].type)
        assert isinstance(type_, GraphQLObjectType), type_
        level = planner.level(type_)
        scope = level.source.c
        conditions = list(listing.where(scope))
        head = _Head(Level(sql_select(level.source).where(*conditions).subquery()))
        parts = [self._part(document, planner, part, level, head) for part in select(document, connection, asked.nodes)]
        keys = [level.add(key.of(scope)) for key in listing.order]
        if at.cursor is not None:
            conditions.append(beyond(listing.order, scope, at))
        statement = (
            level.statement().where(*conditions).order_by(*ordering(listing.order, scope, at)).limit(at.size + 1)
        )
        rows, sums = await self._fetch_page(statement, head)
        shown = _shown(rows, at)
        more = len(rows) > at.size
        cursors = [write_cursor(at.mark, [row[key] for key in keys]) for row in shown]
        turned = _Turned(at, shown, cursors, more, sums)
        return {key: await part(turned) for key, part in parts}

    def _part(
        self, document: Document, planner: Planner, part: Selected, level: Level, head: "_Head"
    ) -> tuple[str, "_Part"]:
        """How one field of a connection is made out of the page."""
        match part.name:
            case "__typename":
                return part.key, _said(part.parent.name)
            case "nodes":
                return part.key, self._nodes(document, planner, part, level)
            case "edges":
                return part.key, self._edges(document, planner, part, level)
            case "pageInfo":
                return part.key, _page_info(select(document, _object_type(part), part.nodes))
            case "totalCount":
                return part.key, head.sum(sql_select(func.count()).select_from(head.filtered.source).scalar_subquery())
        binding = binding_of(part)
        rows = binding.rows(head.filtered.source.c)  # type: ignore[union-attr]
        inner = Level(rows.subquery())
        own = Planner(document)
        type_ = _object_type(part)
        element = own.element(type_, select(document, type_, part.nodes), inner, inner.source.c)
        return part.key, head.rows(json_rows(inner.statement()), compiled(element))

    def _nodes(self, document: Document, planner: Planner, part: Selected, level: Level) -> "_Part":
        type_ = _object_type(part)
        first_batch = len(planner.batches)
        element = planner.element(type_, select(document, type_, part.nodes), level, level.source.c)
        batches = dict(list(enumerate(planner.batches))[first_batch:])

        async def nodes(page: _Turned) -> list[Json]:
            return await self._filled(document, batches, element, page.rows)

        return nodes

    def _edges(self, document: Document, planner: Planner, part: Selected, level: Level) -> "_Part":
        made: list[tuple[str, _Part]] = []
        for one in select(document, _object_type(part), part.nodes):
            match one.name:
                case "node":
                    made.append((one.key, self._nodes(document, planner, one, level)))
                case "cursor":
                    made.append((one.key, _cursors))
                case _:
                    made.append((one.key, _repeated(one.parent.name)))

        async def edges(page: _Turned) -> list[Json]:
            columns = [(key, await column(page)) for key, column in made]
            return [{key: column[i] for key, column in columns} for i in range(len(page.rows))]

        return edges

    async def value(self, document: Document, asked: Selected, value: object) -> Any:
        """What is selected of a value type's value: its attributes, and the rows whose ids it holds."""
        return (await self._values(document, asked, [value]))[0]

    async def _values(self, document: Document, asked: Selected, values: Sequence[object]) -> list[Any]:
        if not isinstance(asked.type, GraphQLObjectType):
            return [_leaf(value) for value in values]
        if any(isinstance(value, list | tuple) for value in values):
            flat = [item for value in values for item in value]  # type: ignore[attr-defined]
            made = iter(await self._values(document, asked, flat))
            return [[next(made) for _ in value] for value in values]  # type: ignore[attr-defined]
        if any(value is None for value in values):
            made = iter(await self._values(document, asked, [value for value in values if value is not None]))
            return [None if value is None else next(made) for value in values]
        objects: list[Json] = [{} for _ in values]
        for one in select(document, asked.type, asked.nodes):
            for target, part in zip(objects, await self._parts(document, one, values), strict=True):
                target[one.key] = part
        return objects

    async def _parts(self, document: Document, one: Selected, values: Sequence[object]) -> Sequence[Any]:
        if one.field is None:
            return [one.parent.name] * len(values)
        binding = one.field.extensions["strawberry-definition"].metadata.get("petanque.binding")
        if isinstance(binding, Fetched):
            return await self._fetched(document, one, [getattr(value, binding.ids) for value in values], binding.by)
        return await self._values(document, one, [getattr(value, python_name(one)) for value in values])

    async def _fetched(self, document: Document, one: Selected, held: Sequence[Any], by: str) -> list[Any]:
        wanted = {key for ids in held for key in (ids if isinstance(ids, list | tuple) else [ids]) if key is not None}
        rows = await self.by_keys(document, one, wanted, by=by)
        return [
            [row for key in ids for row in rows.get(key, ())]
            if isinstance(ids, list | tuple)
            else None
            if ids is None
            else rows[ids][0]
            for ids in held
        ]

    async def _filled(
        self, document: Document, batches: dict[int, Batch], element: Object, rows: Sequence[Sequence[Any]]
    ) -> list[Json]:
        """The objects of `rows`, with what their batches give."""
        pending: dict[int, list[Pending]] = {number: [] for number in batches}
        made = compiled(element)(rows, pending)
        for number, batch in batches.items():
            waiting = pending[number]
            given = await batch.function(self, [one.needs for one in waiting], **batch.arguments)
            for one, part in zip(waiting, await self._values(document, batch.selected, given), strict=True):
                one.target[one.key] = part
        return made

    async def _fetch_page(self, statement: Select[Any], head: "_Head") -> tuple[list[tuple[Any, ...]], tuple[Any, ...]]:
        """The page's rows and the sums over the whole list, in one statement."""
        if not head.columns:
            return await self._fetch(statement), ()
        page = statement.add_columns(true().label("present")).subquery("page")
        sums = sql_select(*(column.label(f"s{i}") for i, column in enumerate(head.columns))).subquery("sums")
        whole = sql_select(*page.c, *sums.c).select_from(sums.outerjoin(page, true()))
        rows = await self._fetch(whole)
        width = len(page.c)
        return [row[: width - 1] for row in rows if row[width - 1]], rows[0][width:]

    async def _fetch(self, statement: Select[Any]) -> list[tuple[Any, ...]]:
        made = statement.compile(dialect=_dialect)
        async with self.pool.connection() as connection:
            cursor = await connection.execute(made.string, {**made.params, "today": self.today})
            rows: list[tuple[Any, ...]] = await cursor.fetchall()
            return rows


@dataclass(frozen=True, slots=True)
class _Turned:
    """A page as it was read: its rows in the list's order, their cursors, and the sums over the whole list."""

    at: Page
    rows: Sequence[Sequence[Any]]
    cursors: Sequence[str]
    more: bool
    sums: Sequence[Any]


_Part = Callable[[_Turned], Awaitable[Any]]


class _Head:
    """What is asked of the whole list beside its page."""

    def __init__(self, filtered: Level) -> None:
        self.filtered = filtered
        self.columns: list[ColumnElement[Any]] = []

    def sum(self, column: ColumnElement[Any]) -> _Part:
        return self.rows(column, None)

    def rows(self, column: ColumnElement[Any], build: Any) -> _Part:
        place = len(self.columns)
        self.columns.append(column)

        async def made(page: _Turned) -> Any:
            return page.sums[place] if build is None else build(page.sums[place], {})

        return made


def _shown(rows: list[tuple[Any, ...]], at: Page) -> list[tuple[Any, ...]]:
    shown = rows[: at.size]
    return shown[::-1] if at.backwards else shown


def _object_type(asked: Selected) -> GraphQLObjectType:
    assert isinstance(asked.type, GraphQLObjectType), asked.type
    return asked.type


def _said(word: str) -> _Part:
    async def said(_: _Turned) -> str:
        return word

    return said


def _repeated(word: str) -> _Part:
    async def repeated(page: _Turned) -> list[str]:
        return [word] * len(page.rows)

    return repeated


async def _cursors(page: _Turned) -> Sequence[str]:
    return page.cursors


def _page_info(chosen: Sequence[Selected]) -> _Part:
    async def info(page: _Turned) -> Json:
        known = {
            "hasNextPage": page.at.cursor is not None if page.at.backwards else page.more,
            "hasPreviousPage": page.more if page.at.backwards else page.at.cursor is not None,
            "startCursor": page.cursors[0] if page.cursors else None,
            "endCursor": page.cursors[-1] if page.cursors else None,
            "__typename": "PageInfo",
        }
        return {one.key: known[one.name] for one in chosen}

    return info


def _leaf(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_leaf(item) for item in value]
    return value.name if isinstance(value, Enum) else value
