"""A standby of the books, for what may be some seconds old: used while it keeps up with the primary, left alone otherwise."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.engine import Database

log = logging.getLogger(__name__)

ASKED_EVERY_SECONDS: Final = 1.0
DOUBLED_TIMES_MAX: Final = 6
"""One that does not answer is asked half as often each time: about once a minute in the end."""

ANSWER_SECONDS_MAX: Final = 2.0
"""Reports wait for the answer: one that hangs is as good as gone."""

LEAVE_SECONDS: Final = 0.1
"""What a question that was given up has to end, before it is told again."""

SILENT: Final = "it does not answer"
BROKEN: Final = (OperationalError, InterfaceError)

WRITTEN: Final = "select pg_current_wal_lsn()::text"
REPLAYED: Final = """
    select pg_is_in_recovery(), pg_last_wal_replay_lsn() >= cast(:written as pg_lsn),
           extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())::float"""


class Replica:
    """The standby that `database` names. It keeps up when it answers, still follows, and shows what the primary wrote
    `lag_seconds_max` ago. The caller closes it."""

    def __init__(self, database: Database, *, lag_seconds_max: float) -> None:
        self.database = database
        self._engine = database.report_engine()
        self._lag_seconds_max = lag_seconds_max
        self._problem: str | None = None
        self._unanswered = 0
        self._asked_at = self._level_at = float("-inf")
        self._asking = asyncio.Lock()

    async def keeps_up(self, primary: AsyncEngine, *, asked_now: bool = False) -> bool:
        """Whether it may be read from, as it was a second ago at most, or as it is (`asked_now`). One that does not answer
        is asked less and less often, and only whoever asks waits for it."""
        if self._unanswered and self._asking.locked():
            return False
        async with self._asking:
            if (asked_now and not self._unanswered) or self._is_due():
                self._judge(await self._found(primary))
            return self._problem is None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """One unchanging view of what it shows."""
        async with self._engine.connect() as connection:
            yield connection

    def broke(self) -> None:
        """It failed while it was read from: it is asked anew before it is used again."""
        self._judge("it broke while it was read from")

    async def close(self) -> None:
        await self._engine.dispose()

    def _is_due(self) -> bool:
        pause = ASKED_EVERY_SECONDS * (1 << min(self._unanswered, DOUBLED_TIMES_MAX))
        return time.monotonic() - self._asked_at >= pause

    async def _found(self, primary: AsyncEngine) -> str | None:
        """Why it cannot be used; None when it can."""
        async with primary.connect() as connection:
            written = (await connection.execute(text(WRITTEN))).scalar_one()
        began = time.monotonic()
        asking = asyncio.create_task(self._replayed(written))
        try:
            await asyncio.wait({asking}, timeout=ANSWER_SECONDS_MAX)
        finally:
            await _let_go(asking)
        if asking.cancelled() or isinstance(asking.exception(), BROKEN):
            return SILENT
        follows, is_level, since_last = asking.result()
        if not follows:
            return "it is a standby no more"
        if is_level:
            self._level_at = began
            return None
        # An old last transaction may only mean that few are made: it lags no longer than it was last seen level.
        lag = min(began - self._level_at, float("inf") if since_last is None else since_last)
        return None if lag <= self._lag_seconds_max else f"it is more than {self._lag_seconds_max:g} seconds behind"

    async def _replayed(self, written: str) -> Row[bool, bool, float | None]:
        """Whether it follows, whether it shows what was `written`, and the seconds since the last transaction it shows."""
        async with self._engine.connect() as connection:
            return (await connection.execute(text(REPLAYED), {"written": written})).one()

    def _judge(self, problem: str | None) -> None:
        self._asked_at = time.monotonic()
        self._unanswered = self._unanswered + 1 if problem == SILENT else 0
        if problem != self._problem:
            if problem is None:
                log.info("Reports are read from the replica again.")
            else:
                log.warning("Reports are read from the primary; of the replica: %s.", problem)
        self._problem = problem


async def _let_go(asking: asyncio.Task[Any]) -> None:
    """End it. Told once, psycopg asks the server to stop, and waits ten seconds for one that hangs; told again, it leaves."""
    while not asking.done():
        asking.cancel()
        await asyncio.wait({asking}, timeout=LEAVE_SECONDS)
