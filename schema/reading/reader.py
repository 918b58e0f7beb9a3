"""Running plans: questions are answered, and what procedures made is read, in one statement each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any
from uuid import UUID

from graphql import GraphQLObjectType
from sqlalchemy import any_, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from schema.reading.bindings import BINDING, Derived, Fetched, Listed
from schema.reading.paging import cursor_values
from schema.reading.plan import Batch, python_name
from schema.reading.questions import All, Named, Nothing, PageOf, Question, Row, values_of
from schema.reading.selection import Document, Selected, select
from schema.reading.shape import Json, Pending
from schema.reading.statements import (
    PagePlan,
    RowsPlan,
    Statement,
    keys_of,
    plan_all,
    plan_page,
    plan_row,
    plan_rows,
    unknown_keys,
)
from storage.read_pool import ReadPool

Plan = RowsPlan | PagePlan | None


def plan(document: Document, asked: Selected, question: Question) -> Plan:
    """How to answer a question, and every other one of its shape."""
    match question:
        case Row():
            return plan_row(document, asked, question)
        case All():
            return plan_all(document, asked, question)
        case PageOf():
            return plan_page(document, asked, question)
        case Nothing():
            return None


class OfType(dict[str, Any]):
    """An object that stands where an interface is asked for, with the name of its type."""

    def __init__(self, type_name: str, made: Json) -> None:
        super().__init__(made)
        self.type_name = type_name


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads what a document asks for; `today` is the business day of the request, in `zone`. Batched
    functions are given the reader."""

    pool: ReadPool
    today: date
    zone: str

    async def answer(self, document: Document, question: Question, how: Plan) -> Any:
        """The answer to a question, by the plan made for its shape.

        Raises: BadInput for a cursor that is not of this list; what an unknown key in a filter, or an ambiguous question,
        refuses with.
        """
        match question, how:
            case Row(), RowsPlan():
                return await self._row(document, how, question)
            case All(), RowsPlan():
                return [made for _, made in await self._rows(document, how, {})]
            case PageOf(), PagePlan():
                return await self._page(document, how, question)
        return None

    async def made(self, document: Document, asked: Selected, done: object) -> Any:
        """What is selected of a value: of what a procedure has done, its attributes and the rows whose ids it holds."""
        return (await self._values(document, asked, [done]))[0]

    async def _row(self, document: Document, how: RowsPlan, question: Row) -> Any:
        found = await self._rows(document, how, values_of(question.where))
        if question.ambiguous is not None and len(found) > 1:
            raise question.ambiguous(len(found))
        if not found:
            return None
        _, made = found[0]
        if question.type_name is None or not isinstance(made, dict):  # a text is the answer already
            return made
        return OfType(question.type_name, made)

    async def _rows(self, document: Document, how: RowsPlan, values: Mapping[str, Any]) -> list[tuple[Any, Json]]:
        await self.check(how.named)
        rows = await self._fetch(how.statement, values)
        pending = _waiting(how.batches)
        made = how.build(rows, pending)
        await self._fill(document, how.batches, pending)
        return [(row[how.key], one) for row, one in zip(rows, made, strict=True)]

    async def _page(self, document: Document, how: PagePlan, question: PageOf) -> Json:
        at, values = question.at, values_of(question.where)
        await self.check([*question.named, *how.named])
        if at.cursor is not None:
            values |= cursor_values(at.cursor, how.types)
        rows, sums = await self._fetch(how.statement, values), ()
        if how.width:
            sums = rows[0][how.width + 1 :]
            rows = [row for row in rows if row[how.width]]
        pending = _waiting(how.batches)
        made = how.connection.build(rows, sums, at, pending)
        await self._fill(document, how.batches, pending)
        return made

    async def check(self, named: Sequence[Named]) -> None:
        """Raises: what an unknown key refuses with."""
        if not named:
            return
        asked = unknown_keys(tuple(one.column for one in named))
        for place, key in await self._fetch(asked, keys_of(named)):
            raise named[place].unknown(key)

    async def _fill(
        self, document: Document, batches: Sequence[Batch], pending: Mapping[int, Sequence[Pending]]
    ) -> None:
        """Give every object that waits for a batch its part."""
        for number, batch in enumerate(batches):
            waiting = pending[number]
            given = await batch.function(self, [one.needs for one in waiting], **batch.arguments)
            for one, part in zip(waiting, await self._values(document, batch.selected, given), strict=True):
                one.target[one.key] = part

    async def _values(self, document: Document, asked: Selected, values: Sequence[Any]) -> list[Any]:
        if not isinstance(asked.type, GraphQLObjectType):
            return [_leaf(value) for value in values]
        if any(value is None for value in values):
            made = iter(await self._values(document, asked, [value for value in values if value is not None]))
            return [None if value is None else next(made) for value in values]
        if any(isinstance(value, list | tuple) for value in values):
            made = iter(await self._values(document, asked, [item for value in values for item in value]))
            return [[next(made) for _ in value] for value in values]
        objects: list[Json] = [{} for _ in values]
        for one in select(document, asked.type, asked.nodes):
            for target, part in zip(objects, await self._attribute(document, one, values), strict=True):
                target[one.key] = part
        return objects

    async def _attribute(self, document: Document, one: Selected, values: Sequence[object]) -> Sequence[Any]:
        if one.field is None:
            return [one.parent.name] * len(values)
        binding = one.field.extensions["strawberry-definition"].metadata.get(BINDING)
        if isinstance(binding, Fetched):
            held = [getattr(value, binding.ids) for value in values]
            return await self._fetched(document, one, held, by=binding.by)
        if isinstance(binding, Listed):
            arguments = one.arguments(document)
            asked = (
                binding.question(*(getattr(value, name) for name in binding.needs), **arguments) for value in values
            )
            return [await self._page(document, plan_page(document, one, question), question) for question in asked]
        if isinstance(binding, Derived):
            function, arguments = binding.function, one.arguments(document)
            made = [function(*(getattr(value, name) for name in binding.needs), **arguments) for value in values]
            return await self._values(document, one, made)
        return await self._values(document, one, [getattr(value, python_name(one)) for value in values])

    async def _fetched(self, document: Document, one: Selected, held: Sequence[Any], *, by: str) -> list[Any]:
        """Rows by keys: one key or None each, or a list of them."""
        many = any(isinstance(keys, list | tuple) for keys in held)
        wanted: Iterable[UUID] = (key for keys in held for key in keys) if many else filter(None, held)
        keys = bindparam("keys", sorted(set(wanted)), ARRAY(Uuid()))
        how = plan_rows(document, one, lambda row: [row[by] == any_(keys)], by=by)
        grouped: dict[UUID, list[Json]] = {}
        for key, made in await self._rows(document, how, {}):
            grouped.setdefault(UUID(bytes=key), []).append(made)
        if many:
            return [[row for key in keys for row in grouped.get(key, ())] for keys in held]
        return [None if key is None else grouped[key][0] for key in held]

    async def _fetch(self, statement: Statement, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        given = {"today": self.today, "zone": self.zone, **values}
        return await self.pool.rows(statement.sql, statement.values(given))


def _waiting(batches: Sequence[Batch]) -> dict[int, list[Pending]]:
    return {number: [] for number in range(len(batches))}


def _leaf(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_leaf(item) for item in value]
    return value.name if isinstance(value, Enum) else value
