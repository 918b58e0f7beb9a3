"""The connections for reading: opened as they are needed, used by one statement at a time, replaced when they break."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

import psycopg

from storage.read_line import LineLost, ReadLine, Row


class ReadPool:
    """At most `connections_max` connections to `conninfo`; who finds all of them busy waits for the first to be free."""

    def __init__(self, conninfo: str, *, connections_max: int) -> None:
        self._conninfo, self._connections_max = conninfo, connections_max
        self._opened = 0
        self._idle: list[ReadLine] = []
        self._waiting: deque[asyncio.Future[ReadLine | None]] = deque()
        self._closing: set[asyncio.Task[None]] = set()

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
            found = await line.rows(sql, values)
        except LineLost:
            self._discard(line)
            if not was_used:
                raise
        except psycopg.Error:
            self._put_back(line)
            raise
        except BaseException:  # cancelled: what runs there is stopped, and nobody else gets the rest of its answer
            self._discard(line)
            raise
        else:
            self._put_back(line)
            return found
        return await self._again(sql, values)

    async def _again(self, sql: str, values: Sequence[bytes | None]) -> list[Row]:
        """On a connection of its own: those that are idle may all have broken together."""
        line = await self._take()
        if line.asked:
            await self._close(line)
            line = await self._open()
        try:
            found = await line.rows(sql, values)
        except BaseException:
            self._discard(line)
            raise
        self._put_back(line)
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
                self._put_back(line)
            else:
                self._discard(line)

    async def close(self) -> None:
        """End the connections; those still in use end when they are given back."""
        self._connections_max = 0
        while self._idle:
            self._discard(self._idle.pop())
        if self._closing:
            await asyncio.gather(*self._closing)

    async def _take(self) -> ReadLine:
        while True:
            line: ReadLine | None
            if self._idle:
                line = self._idle.pop()
            elif self._opened < self._connections_max:
                return await self._open()
            else:
                line = await self._turn()
            if line is not None:
                if not line.is_lost:
                    return line
                self._discard(line)

    async def _open(self) -> ReadLine:
        self._opened += 1
        try:
            return ReadLine(await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True))
        except BaseException:
            self._opened -= 1
            self._pass_on(None)
            raise

    async def _turn(self) -> ReadLine | None:
        """Wait for a connection, or for None: there is room for one. The first to wait is the first to be served."""
        turn: asyncio.Future[ReadLine | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            return await turn
        except BaseException:
            if turn.done() and not turn.cancelled():  # the turn was ours, and we go away
                if (line := turn.result()) is None:
                    self._pass_on(None)
                else:
                    self._put_back(line)
            raise

    def _put_back(self, line: ReadLine) -> None:
        if line.is_lost or not self._connections_max:
            self._discard(line)
        elif not self._pass_on(line):
            self._idle.append(line)

    def _pass_on(self, line: ReadLine | None) -> bool:
        """Give a connection, or the room for one, to who waits longest, where nobody who comes later can take it."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(line)
                return True
        return False

    def _discard(self, line: ReadLine) -> None:
        """End a connection beside what else goes on; another may be opened once it has ended."""
        closing = asyncio.ensure_future(self._close(line))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def _close(self, line: ReadLine) -> None:
        try:
            await line.close()
        finally:
            self._opened -= 1
            self._pass_on(None)
