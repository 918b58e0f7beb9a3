"""What PostgreSQL writes by itself: an object with all that is below it, as one text of JSON.

Texts are put together by `||`, at a fifth of what its JSON functions cost. Only the values are SQL: response keys stand in
parameters.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import groupby
from typing import Final

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    Double,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Text,
    bindparam,
    case,
    cast,
    func,
    text,
)
from sqlalchemy import select as sql_select
from sqlalchemy.dialects.postgresql import TIMESTAMP

from schema.reading.shape import Cell, Column, Constant, GlobalId, Instant, Object, Rows, Shape

PARTS_MAX: Final = 60
_TEXTS = (String, Boolean, Date, ARRAY)  # written as any JSON writer would write them
_NULL = text("'null'")
_MICROSECONDS = text("""'YYYY-MM-DD"T"HH24:MI:SS.US'""")

Piece = str | Column
"""A part of the text: as it is, or what a column says."""


class _Unwritten(Exception):
    """Something only Python can tell or write."""


def written(element: Object) -> Column | None:
    """The object as a column of text, never null; None where PostgreSQL cannot write all of it."""
    try:
        return _joined(_members(element))
    except _Unwritten:
        return None


def rows_written(rows: Rows) -> Column | None:
    """The list as a column of text; None where PostgreSQL cannot write all of it."""
    try:
        return _listed(rows)
    except _Unwritten:
        return None


def _listed(rows: Rows) -> Column:
    inner = rows.of(rows.level.select([_joined(_members(rows.element))])).subquery()
    listed = func.concat(text("'['"), func.string_agg(inner.c.c0, text("','")), text("']'"), type_=Text)
    return sql_select(listed).select_from(inner).scalar_subquery()


def _pieces(shape: Shape) -> Iterator[Piece]:
    """Raises: _Unwritten."""
    match shape:
        case Constant(value):
            yield f'"{value}"'
        case Cell() | GlobalId() | Instant():
            pieces = _value(shape)
            yield from [func.coalesce(_joined(pieces), _NULL)] if shape.nullable else pieces
        case Object(_, None):
            yield from _members(shape)
        case Object(_, present):
            assert present is not None
            yield case((present.is_(None), _NULL), else_=_joined(_members(shape)))
        case Rows():
            yield _listed(shape)
        case _:
            raise _Unwritten


def _members(element: Object) -> Iterator[Piece]:
    yield "{"
    for i, (key, part) in enumerate(element.fields):
        yield f',"{key}":' if i else f'"{key}":'
        yield from _pieces(part)
    yield "}"


def _joined(pieces: Iterable[Piece]) -> Column:
    """The pieces as one text."""
    return _together([*_parts(pieces)])


def _parts(pieces: Iterable[Piece]) -> Iterator[Column]:
    """Texts to put together; words of ours that follow each other are one parameter."""
    for is_text, run in groupby(pieces, lambda piece: isinstance(piece, str)):
        if is_text:
            yield bindparam(None, "".join(map(str, run)), Text, unique=True)
        else:
            yield from (cast(piece, Text) for piece in run)


def _together(parts: Sequence[Column]) -> Column:
    """Null where a part is, if there are but a few; of more, halves are put together, so that no expression is deep."""
    if len(parts) <= PARTS_MAX:
        return reduce(ColumnElement.concat, parts)
    middle = len(parts) // 2
    return func.concat(_together(parts[:middle]), _together(parts[middle:]), type_=Text)


def _value(cell: Cell | GlobalId | Instant) -> list[Piece]:
    """A value that is there, in JSON; where it is null, so are the pieces put together. Raises: _Unwritten."""
    column = cell.column
    if isinstance(cell, GlobalId):
        return [f'"{cell.prefix}_', func.encode(func.uuid_send(column, type_=LargeBinary), text("'hex'")), '"']
    if isinstance(cell, Instant):
        return ['"', _instant(column), 'Z"']
    if cell.is_word:
        return ['"', column, '"']
    if isinstance(column.type, Integer):
        return [column]
    if isinstance(column.type, Double):
        return [_number(column)]
    if isinstance(column.type, _TEXTS):
        return [func.to_json(column)]
    raise _Unwritten


def _number(column: Column) -> Column:
    """With a fraction, be it 0, as Python writes a float."""
    whole = func.concat(cast(column, Numeric), text("'.0'"))
    return case((column == func.trunc(column), whole), else_=cast(column, Text))


def _instant(column: Column) -> Column:
    """In UTC, with microseconds only where there are some, as everywhere in the API."""
    utc = func.timezone(text("'UTC'"), column)
    whole = column == cast(column, TIMESTAMP(timezone=True, precision=0))
    shown = func.replace(cast(utc, Text), text("' '"), text("'T'"))
    return case((whole, shown), else_=func.to_char(utc, _MICROSECONDS))
