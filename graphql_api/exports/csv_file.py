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
    """The file in pieces, its first line as soon as it is known. Text has no line ends of its own: all are the file's."""
    query = sheet.as_text(asked_in)
    copying = f"copy ({query.sql}) to stdout (format csv, header)"
    async with connection.cursor() as cursor, cursor.copy(copying.encode(), query.values) as copy:
        piece = bytearray(codecs.BOM_UTF8)
        size = 0
        async for row in copy:
            piece += row
            if len(piece) >= size:
                yield bytes(piece).replace(b"\n", b"\r\n")
                piece.clear()
                size = PIECE_BYTES
        yield bytes(piece).replace(b"\n", b"\r\n")
