"""What PostgreSQL writes by itself: an object with all that is below it, as one text of JSON.

Texts are put together by its `format`, at a quarter of what its JSON functions cost. Only the values are SQL: response keys
stand in the template, which is a parameter.
"""

from collections.abc import Iterable, Iterator

from sqlalchemy import (
    ARRAY,
    Boolean,
    Date,
    Double,
    Enum,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal,
    text,
)
from sqlalchemy import select as sql_select
from sqlalchemy.dialects.postgresql import TIMESTAMP

from schema.reading.shape import Cell, Column, Constant, GlobalId, Instant, Object, Rows, Shape

VALUES_MAX = 99  # PostgreSQL's limit on the arguments of a function, the template taken off
_TEXTS = (String, Boolean, Date, ARRAY)  # written as any JSON writer would write them
_NULL, _JSON_NULL = text("'null'"), text("'null'::json")
_SECONDS, _MICROSECONDS = (text(rf"""'\"YYYY-MM-DD"T"HH24:MI:SS{fraction}"Z"\"'""") for fraction in ("", ".US"))

Piece = str | Column
"""A part of the text: as it is, or what a column says."""


class _Unwritten(Exception):
    """Something only Python can tell or write."""


def written(element: Object) -> Column | None:
    """The object as a column of text, never null; None where PostgreSQL cannot write all of it."""
    try:
        return _formatted(_members(element))
    except _Unwritten:
        return None


def rows_written(rows: Rows) -> Column | None:
    """The list as a column of text; None where PostgreSQL cannot write all of it."""
    try:
        return _listed(rows)
    except _Unwritten:
        return None


def _listed(rows: Rows) -> Column:
    inner = rows.of(rows.level.select([_formatted(_members(rows.element))])).subquery()
    listed = func.concat(text("'['"), func.string_agg(inner.c.c0, text("','")), text("']'"), type_=Text)
    return sql_select(listed).select_from(inner).scalar_subquery()


def _pieces(shape: Shape) -> Iterator[Piece]:
    """Raises: _Unwritten."""
    match shape:
        case Constant(value):
            yield f'"{value}"'
        case Cell(column, _, False) if isinstance(column.type, Enum):
            yield from ('"', column, '"')  # words of our own: nothing in them to escape
        case Cell():
            yield _value(shape)
        case GlobalId(column, _, nullable, prefix):
            digits = func.encode(func.uuid_send(column, type_=LargeBinary), text("'hex'"), type_=Text)
            if nullable:
                yield func.coalesce(literal(f'"{prefix}_', Text).concat(digits).concat(text("'\"'")), _NULL)
            else:
                yield from (f'"{prefix}_', digits, '"')
        case Instant(column, _, nullable):
            told = _instant(column)
            yield func.coalesce(told, _NULL) if nullable else told
        case Object(_, None):
            yield from _members(shape)
        case Object(_, present):
            assert present is not None
            yield case((present.is_(None), _NULL), else_=_formatted(_members(shape)))
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


def _formatted(pieces: Iterable[Piece]) -> Column:
    """The pieces as one text."""
    parts: list[Column] = []
    template, values = "", list[Column]()

    def part() -> Column:
        return func.format(bindparam(None, template, Text, unique=True), *values, type_=Text)

    for piece in pieces:
        if isinstance(piece, str):
            template += piece
            continue
        if len(values) == VALUES_MAX:
            parts.append(part())
            template, values = "", []
        template += "%s"
        values.append(piece)
    parts.append(part())
    return parts[0] if len(parts) == 1 else func.concat(*parts, type_=Text)


def _value(cell: Cell) -> Column:
    """A column's value in JSON. Raises: _Unwritten."""
    column, kind = cell.column, cell.column.type
    if isinstance(kind, Integer):
        return func.coalesce(cast(column, Text), _NULL) if cell.nullable else column
    if isinstance(kind, Double):
        return func.coalesce(_number(column), _NULL)
    if not isinstance(kind, _TEXTS):
        raise _Unwritten
    told = func.to_json(column)
    return func.coalesce(told, _JSON_NULL) if cell.nullable else told


def _number(column: Column) -> Column:
    """With a fraction, be it 0, as Python writes a float."""
    whole = func.concat(cast(column, Numeric), text("'.0'"))
    return case((column == func.trunc(column), whole), else_=cast(column, Text))


def _instant(column: Column) -> Column:
    """With microseconds only where there are some, as everywhere in the API."""
    utc = func.timezone(text("'UTC'"), column)
    whole = column == cast(column, TIMESTAMP(timezone=True, precision=0))
    return case((whole, func.to_char(utc, _SECONDS)), else_=func.to_char(utc, _MICROSECONDS))
