"""Workbooks and pages are made in a process of their own: neither the event loop nor the server's memory feels it.

The parent writes an `Order` to the child's standard input; the child writes the file to its standard output.
"""

import asyncio
import pickle
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg

from graphql_api.exports.pdf_file import write_pdf
from graphql_api.exports.tables import Table, read
from graphql_api.exports.xlsx_file import TooManyRows, write_xlsx

PIECE_BYTES: Final = 64 * 1024
WRITERS: Final[dict[str, Callable[[Table, Iterable[Sequence[Any]], Path], None]]] = {
    "XLSX": write_xlsx,
    "PDF": write_pdf,
}


class RenderingFailed(Exception):
    """The child ended without a file. The message is its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A table to be written as `format`. `conninfo` may hold a password: it goes by a pipe and is never printed."""

    conninfo: str
    format: str
    table: Table


async def rendered(order: Order) -> AsyncGenerator[bytes, None]:
    """The file in pieces. Whoever stops reading stops the child.

    Raises: RenderingFailed.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    try:
        child.stdin.write(pickle.dumps(order))
        child.stdin.write_eof()
        while piece := await child.stdout.read(PIECE_BYTES):
            yield piece
        said = await child.stderr.read()
        if await child.wait():
            raise RenderingFailed(said.decode(errors="replace").strip()[-2_000:])
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


def render(order: Order) -> None:
    """Write the file to standard output."""
    with tempfile.TemporaryDirectory(prefix="billing-export-") as folder:
        path = Path(folder) / "export"
        with psycopg.connect(order.conninfo) as connection:
            WRITERS[order.format](order.table, read(connection, order.table), path)
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)


if __name__ == "__main__":
    try:
        render(pickle.load(sys.stdin.buffer))  # noqa: S301 - from the process that started this one
    except TooManyRows as refused:
        sys.exit(str(refused))
