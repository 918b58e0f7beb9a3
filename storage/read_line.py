"""One connection for reading, close to libpq: statements prepared once, rows in binary, a socket watched all the time.

psycopg's own cursor registers the socket with the event loop anew at every query, adapts parameters by type discovery and
makes objects for each step: two to three times the work of a small read itself.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Final

import orjson
import psycopg
from psycopg import pq
from psycopg.adapt import AdaptersMap, Transformer
from psycopg.types.json import set_json_loads
from psycopg.types.string import ByteaBinaryLoader

STATEMENTS_MAX: Final = 200
"""Kept prepared on a connection; the one unused longest goes."""

BINARY: Final = 1
_OUTDATED: Final = frozenset({"0A000", "26000"})
"""The tables changed under a prepared statement, or it is not known any more."""

_READING: Final = AdaptersMap(psycopg.adapters)
_READING.register_loader("uuid", ByteaBinaryLoader)
set_json_loads(orjson.loads, context=_READING)

Row = tuple[Any, ...]


class LineLost(psycopg.OperationalError):
    """The connection ended, or its prepared statements are of no use any more: a read may be asked again on another."""


class ReadLine:
    """Runs one statement at a time. Ids come as their 16 bytes, all else as psycopg reads it."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self.connection = connection
        self.asked = 0  # statements so far
        self._libpq = connection.pgconn
        self._loop = asyncio.get_running_loop()
        self._rows = Transformer(_READING)
        self._prepared: OrderedDict[str, bytes] = OrderedDict()
        self._answer: asyncio.Future[pq.abc.PGresult] | None = None
        self._last: pq.abc.PGresult | None = None
        self._socket, self._watched = self._libpq.socket, False
        self.watch()

    @property
    def is_lost(self) -> bool:
        return self._libpq.status != pq.ConnStatus.OK

    @property
    def is_quiet(self) -> bool:
        """Whether the connection is well and nothing is under way on it."""
        return self._libpq.transaction_status == pq.TransactionStatus.IDLE

    def watch(self) -> None:
        """Let the event loop tell when something arrives."""
        self._loop.add_reader(self._socket, self._arrived)
        self._watched = True

    def unwatch(self) -> None:
        """Leave the socket alone. A lost one at once: libpq has closed it, and its number may soon be another's."""
        if self._watched:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._watched = False

    async def rows(self, sql: str, values: Sequence[bytes | None]) -> list[Row]:
        """The rows of a statement with parameters `$1`, `$2`, …, given as PostgreSQL writes them.

        Raises: LineLost; psycopg.Error as the database says it.
        """
        self.asked += 1
        name = self._prepared.get(sql) or await self._prepare(sql)
        self._prepared.move_to_end(sql)
        result = await self._result(lambda: self._libpq.send_query_prepared(name, values, None, BINARY))
        self._rows.set_pgresult(result)
        try:
            return self._rows.load_rows(0, result.ntuples, tuple)
        finally:
            self._rows.set_pgresult(None)

    async def _prepare(self, sql: str) -> bytes:
        if len(self._prepared) >= STATEMENTS_MAX:
            _, unused = self._prepared.popitem(last=False)
            await self._result(lambda: self._libpq.send_close_prepared(unused))
        name = b"read_%d" % self.asked
        await self._result(lambda: self._libpq.send_prepare(name, sql.encode()))
        self._prepared[sql] = name
        return name

    async def _result(self, send: Callable[[], None]) -> pq.abc.PGresult:
        """The result of what is sent. Whoever is cancelled here leaves a connection that nobody else may use."""
        self._answer = answer = self._loop.create_future()
        try:
            send()
            if self._libpq.flush():  # the socket takes no more for now
                self._loop.add_writer(self._socket, self._send_rest)
        except psycopg.OperationalError as broken:
            self._end(broken)
        result: pq.abc.PGresult = await answer
        if result.status in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
            return result
        error = psycopg.errors.error_from_result(result)
        if self.is_lost or error.sqlstate in _OUTDATED:
            raise LineLost("The database ended the connection.") from error
        raise error

    def _send_rest(self) -> None:
        try:
            if not self._libpq.flush():
                self._loop.remove_writer(self._socket)
        except psycopg.OperationalError as error:
            self._end(error)

    def _arrived(self) -> None:
        try:
            self._libpq.consume_input()
        except psycopg.OperationalError as error:
            self._end(error)
            return
        if self.is_lost:
            self.unwatch()
        while self._answer is not None and not self._libpq.is_busy():
            result = self._libpq.get_result()
            if result is None:
                self._give()
            else:
                self._last = result

    def _give(self) -> None:
        answer, result = self._answer, self._last
        self._answer = self._last = None
        assert answer is not None
        assert result is not None
        if not answer.done():
            answer.set_result(result)

    def _end(self, error: psycopg.OperationalError) -> None:
        self.unwatch()
        if self._answer is not None and not self._answer.done():
            lost = LineLost("The connection to the database broke.")
            lost.__cause__ = error
            self._answer.set_exception(lost)
        self._answer = None

    async def close(self) -> None:
        """End the connection, and what may still run on it."""
        self.unwatch()
        try:
            await self.connection.cancel_safe(timeout=5)
        except psycopg.Error:
            pass  # whatever ran there ends with the connection
        finally:
            await self.connection.close()
