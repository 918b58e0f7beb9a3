"""Values as PostgreSQL writes them: the text form of a statement's parameters, whose types the statement itself names."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import psycopg


def written(value: object) -> bytes | None:
    """The value for a parameter; None is NULL, a list an array.

    Raises: psycopg.DataError for a text with the character NUL, which no text of PostgreSQL holds.
    """
    if value is None:
        return None
    writer = _WRITERS.get(type(value)) or next(_WRITERS[kind] for kind in type(value).__mro__ if kind in _WRITERS)
    return writer(value)


def _text(value: str) -> bytes:
    if "\0" in value:
        raise psycopg.DataError("A text for PostgreSQL holds no NUL.")
    return value.encode()


def _array(values: list[Any] | tuple[Any, ...]) -> bytes:
    return b"{" + b",".join(map(_item, values)) + b"}"


def _item(value: object) -> bytes:
    """One element, quoted whatever it is."""
    text = written(value)
    if text is None:
        return b"NULL"
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


_WRITERS: Final[dict[type, Callable[[Any], bytes]]] = {
    str: _text,
    bool: lambda value: b"t" if value else b"f",
    int: lambda value: b"%d" % value,
    float: lambda value: repr(value).encode(),
    Decimal: lambda value: str(value).encode(),
    UUID: lambda value: value.bytes.hex().encode(),
    date: lambda value: value.isoformat().encode(),
    datetime: lambda value: value.isoformat().encode(),
    list: _array,
    tuple: _array,
    bytes: lambda value: b"\\x" + value.hex().encode(),
}
