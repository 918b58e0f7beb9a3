"""Workbooks and pages are made in a process of their own: neither the event loop nor the server's memory feels it.

The parent writes an `Order` to the child's standard input; the child, `rendering_process`, writes the file to its standard
output. The folder it works in is the parent's, which clears it away whatever becomes of the child.
"""

import asyncio
import pickle
import sys
import tempfile
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Final

from graphql_api.exports.tables import Table

CHILD: Final = "graphql_api.exports.rendering_process"
PIECE_BYTES: Final = 64 * 1024


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
    with tempfile.TemporaryDirectory(prefix="billing-export-") as folder:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", CHILD, folder,
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
