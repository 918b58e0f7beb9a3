"""Pages: keyset paging that is stable under inserts. A cursor holds the order's values of its row, and what list it is of."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID

import orjson
import strawberry
from sqlalchemy import ColumnElement, bindparam, literal, tuple_

from billing.refusals import BadInput
from schema.reading.bindings import Scope

PAGE_SIZE: Final = 50
ROOT_PAGE_MAX: Final = 200
NESTED_PAGE_MAX: Final = 50
CURSOR_LENGTH_MAX: Final = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """An order of rows. Its columns end with a unique one, so that every row has a place of its own, and run in one
    direction, so that an index on them finds any place at once."""

    columns: Callable[[Scope], Sequence[ColumnElement[Any]]]
    descending: bool = False

    def keys(self, scope: Scope, *, backwards: bool = False) -> list[ColumnElement[Any]]:
        """The order to read rows in: its own, or its reverse."""
        down = self.descending is not backwards
        return [column.desc() if down else column.asc() for column in self.columns(scope)]

    def beyond(
        self, scope: Scope, *, backwards: bool, values: Mapping[str, object] | None = None
    ) -> ColumnElement[bool]:
        """The rows that come after the cursor's in the direction of reading.

        The cursor's `values` are parameters k0, k1, … where they are not given.
        """
        columns = self.columns(scope)
        marks = tuple_(
            *(
                bindparam(f"k{i}", type_=c.type) if values is None else literal(values[f"k{i}"], c.type)
                for i, c in enumerate(columns)
            )
        )
        place = tuple_(*columns)
        return place < marks if self.descending is not backwards else place > marks


def by_column(name: str, *, descending: bool) -> Order:
    """By a column that is never null, rows alike in it by their ids."""
    return Order(lambda row: [row[name], row.id], descending)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which part of a list: `size` rows after (`backwards`: before) the row that `cursor` tells, of the list `mark`."""

    size: int
    backwards: bool
    cursor: tuple[Any, ...] | None
    mark: str


def page(
    name: str,
    *,
    first: int | None,
    after: str | None,
    last: int | None = None,
    before: str | None = None,
    size_max: int = ROOT_PAGE_MAX,
    narrowed_by: object = None,
) -> Page:
    """Read the paging arguments of the list `name`; `narrowed_by` is whatever else makes it another list: filter, order.

    Raises: BadInput for both directions at once, a size out of bounds, a cursor that is not of this list.
    """
    if (first is not None or after is not None) and (last is not None or before is not None):
        raise BadInput("Ask for first/after or for last/before, not for both.", argument="first")
    backwards = last is not None or before is not None
    size, argument = (last, "last") if backwards else (first, "first")
    if size is None:
        size = PAGE_SIZE
    if not 0 <= size <= size_max:
        raise BadInput(f"{argument} is {size}, but a page has 0 to {size_max} rows.", argument=argument)
    mark = hashlib.blake2b(repr((name, _facts(narrowed_by))).encode(), digest_size=6).hexdigest()
    text = before if backwards else after
    cursor = None if text is None else _read_cursor(text, mark, argument="before" if backwards else "after")
    return Page(size=size, backwards=backwards, cursor=cursor, mark=mark)


def _facts(value: object) -> object:
    """A filter or order as plain values, whatever was left unset left out."""
    if is_dataclass(value) and not isinstance(value, type):
        given = ((field.name, getattr(value, field.name)) for field in fields(value))
        return [(name, _facts(item)) for name, item in given if item is not None and item is not strawberry.UNSET]
    if isinstance(value, list | tuple):
        return [_facts(item) for item in value]
    return value.name if isinstance(value, Enum) else value


def write_cursor(mark: str, keys: Sequence[object]) -> str:
    """A cursor out of a row's values; those of ids may be their bytes."""
    told = [key.hex() if isinstance(key, bytes) else key for key in keys]
    return base64.urlsafe_b64encode(orjson.dumps([mark, *told])).decode().rstrip("=")


def _read_cursor(text: str, mark: str, *, argument: str) -> tuple[Any, ...]:
    try:
        if len(text) > CURSOR_LENGTH_MAX:
            raise ValueError(text)  # noqa: TRY301 - one way out for whatever is no cursor
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        said, *keys = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError):
        raise BadInput(
            f"The cursor in {argument} is malformed: take it from an answer of this API.", argument=argument
        ) from None
    if said != mark:
        raise BadInput(f"The cursor in {argument} is of another list, filter or order.", argument=argument)
    return tuple(keys)


def cursor_values(cursor: Sequence[object], types: Sequence[type]) -> dict[str, object]:
    """The cursor's values under the names of their parameters.

    Raises: BadInput for a cursor whose values are not of the order's types.
    """
    if len(cursor) != len(types):
        raise _MALFORMED
    return {f"k{i}": _value(raw, python) for i, (raw, python) in enumerate(zip(cursor, types, strict=True))}


_MALFORMED = BadInput("The cursor is malformed: take it from an answer of this API.", argument="after")


def _value(raw: Any, python: type) -> object:
    try:
        if python in (date, datetime):
            return python.fromisoformat(raw)
        if python is UUID:
            return UUID(raw)
    except (ValueError, TypeError, AttributeError):
        raise _MALFORMED from None
    if type(raw) is not python:
        raise _MALFORMED
    return raw
