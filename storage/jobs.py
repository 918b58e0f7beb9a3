"""The queue, in the same database as the books: a job is deferred in the transaction of the procedure that wants it.

The queue only wakes: what is to be done stands in our own tables, and is found there even if every job were lost.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import psycopg
from procrastinate import App, PsycopgConnector
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine import EVERYWHERE, Database, conninfo

Work = Callable[..., Awaitable[None]]
ATTEMPTS_MAX = 3
CONNECTIONS_MAX = 4


class Jobs:
    """Defers jobs by name; it needs no connection of its own."""

    def __init__(self) -> None:
        self._app = App(connector=PsycopgConnector())

    async def defer(self, session: AsyncSession, name: str, *, at: datetime | None = None, **arguments: str) -> None:
        """Run the job once the session's transaction has committed, not before `at`; never if it does not commit."""
        raw = await (await session.connection()).get_raw_connection()
        connection = raw.driver_connection
        assert isinstance(connection, psycopg.AsyncConnection), connection
        await self._app.configure_task(name, schedule_at=at, connection=connection).defer_async(**arguments)


class JobRunner:
    """Runs jobs in this process. `works`: what to do for each name; every one can safely be done again."""

    def __init__(self, database: Database, works: Mapping[str, Work]) -> None:
        settings = conninfo_to_dict(conninfo(database.runtime_url, EVERYWHERE))
        self._app = App(connector=PsycopgConnector(kwargs=settings, min_size=1, max_size=CONNECTIONS_MAX))
        for name, work in works.items():
            self._app.task(name=name, retry=ATTEMPTS_MAX)(work)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["JobRunner"]:
        async with self._app.open_async():
            yield self

    async def run(self, *, until_empty: bool = False) -> None:
        """Run what is due, and what becomes due, until cancelled; or (`until_empty`) only what is due now."""
        options: dict[str, Any] = {"wait": not until_empty, "listen_notify": not until_empty}
        await self._app.run_worker_async(
            concurrency=CONNECTIONS_MAX, install_signal_handlers=False, delete_jobs="successful", **options
        )

    async def rescue(self) -> int:
        """Put the jobs of workers that died back into the queue; gives how many."""
        stalled = list(await self._app.job_manager.get_stalled_jobs())
        for job in stalled:
            await self._app.job_manager.retry_job(job)
        return len(stalled)
