"""CSV (RFC 4180, UTF-8 with a mark): PostgreSQL writes it, and it is passed through as it comes."""

import codecs
from collections.abc import AsyncGenerator
from typing import Any, Final

import psycopg

from schema.sheets import Asked, Sheet

PIECE_BYTES: Final = 64 * 1024


async def csv_bytes(
    connection: psycopg.AsyncConnection[Any], sheet: Sheet, asked_in: Asked
) -> AsyncGenerator[bytes, None]:
    """The file in pieces, its first line at once: a long list is put in order before its first row comes. Text has no line
    ends of its own: all are the file's."""
    yield codecs.BOM_UTF8 + ",".join(column.name for column in sheet.columns).encode() + b"\r\n"
    query = sheet.as_text(asked_in)
    copying = f"copy ({query.sql}) to stdout (format csv)"
    async with connection.cursor() as cursor, cursor.copy(copying.encode(), query.values) as copy:
        piece = bytearray()
        async for row in copy:
            piece += row
            if len(piece) >= PIECE_BYTES:
                yield bytes(piece).replace(b"\n", b"\r\n")
                piece.clear()
        yield bytes(piece).replace(b"\n", b"\r\n")
