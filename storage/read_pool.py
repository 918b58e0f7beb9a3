"""The connections for reading: opened as they are needed, used by one statement at a time, replaced when they break."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, Self

import psycopg

from storage.read_line import LineLost, ReadLine, Row

AT_ONCE: Final = 4
"""Statements that run at once while they are quick: they keep two cores busy, and PostgreSQL's processes do not wait for each
other there. With ten, one of a hundred reads takes five times as long."""
LONG_SECONDS: Final = 0.05
"""When no read is done for so long, those that run take long: one more is let in."""


class ReadPool:
    """At most `connections_max` connections to `conninfo`, a few of which are in use at once.

    Who finds those busy waits, and is served before all who come later. Only while nobody has been done for `LONG_SECONDS`,
    more are used: reads that take long hold up no others.
    """

    def __init__(self, conninfo: str, *, connections_max: int) -> None:
        self._conninfo, self._connections_max = conninfo, connections_max
        self._few = self._at_once = min(AT_ONCE, connections_max)
        self._in_use = 0
        self._is_stuck = False  # nobody has left a place since that was last looked at
        self._looks = False
        self._idle: list[ReadLine] = []
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._closing: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def rows(self, sql: str, values: Sequence[bytes | None]) -> list[Row]:
        """The rows of a statement. On a connection that broke since it was last used, it is asked once more, on a new one.

        Raises: psycopg.Error.
        """
        line = await self._take()
        was_used = line.asked > 0
        try:
            return await self._rows(line, sql, values)
        except LineLost:
            if not was_used:
                raise
        return await self._rows(await self._take(new=True), sql, values)

    async def _rows(self, line: ReadLine, sql: str, values: Sequence[bytes | None]) -> list[Row]:
        try:
            found = await line.rows(sql, values)
        except LineLost:
            self._end(line)
            raise
        except psycopg.Error:
            self._give_back(line)
            raise
        except BaseException:  # cancelled: what runs there is stopped, and nobody else gets the rest of its answer
            self._end(line)
            raise
        self._give_back(line)
        return found

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """One of the connections, with psycopg's own ways of asking."""
        line = await self._take()
        line.unwatch()
        try:
            yield line.connection
        finally:
            if line.is_quiet:
                line.watch()
                self._give_back(line)
            else:
                self._end(line)

    async def close(self) -> None:
        """End the connections; those still in use end when they are given back."""
        self._is_closed = True
        while self._idle:
            await self._idle.pop().close()
        if self._closing:
            await asyncio.gather(*self._closing)

    async def _take(self, *, new: bool = False) -> ReadLine:
        """A connection for the caller alone; a `new` one where those that are idle may all have broken together."""
        await self._enter()
        try:
            while self._idle:
                line = self._idle.pop()
                if not (line.is_lost or new):
                    return line
                await line.close()
            return ReadLine(await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True))
        except BaseException:
            self._leave()
            raise

    def _give_back(self, line: ReadLine) -> None:
        if line.is_lost or self._is_closed:
            self._end(line)
        else:
            self._idle.append(line)
            self._leave()

    def _end(self, line: ReadLine) -> None:
        """End a connection beside what else goes on; its place is free once it has ended."""
        closing = asyncio.ensure_future(line.close())
        self._closing.add(closing)
        closing.add_done_callback(self._ended)

    def _ended(self, closing: asyncio.Task[None]) -> None:
        self._closing.discard(closing)
        self._leave()

    async def _enter(self) -> None:
        """Wait for a place among those in use."""
        if self._in_use < self._at_once:
            self._in_use += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        if not self._looks:
            self._look_later()
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():  # the place was ours, and we go away
                self._leave()
            raise

    def _leave(self) -> None:
        """Leave a place to who waits longest; nobody who comes later can take it from them."""
        self._in_use -= 1
        self._is_stuck = False
        if not self._admit():
            self._at_once = self._few

    def _admit(self) -> bool:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                self._in_use += 1
                turn.set_result(None)
                return True
        return False

    def _look_later(self) -> None:
        self._is_stuck = self._looks = True
        asyncio.get_running_loop().call_later(LONG_SECONDS, self._look)

    def _look(self) -> None:
        """Let one more in where nobody has been done for so long."""
        self._looks = False
        if self._is_stuck and self._at_once < self._connections_max:
            self._at_once += 1
            self._admit()
        if self._waiting:
            self._look_later()
