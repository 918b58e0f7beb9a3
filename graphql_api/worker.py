"""The worker: what is done without anybody asking. It looks at the tables every half minute, and when the queue wakes it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self
from uuid import UUID

from graphql_api.logs import log_unexpected
from graphql_api.postbox import chosen_postbox
from graphql_api.settings import Settings
from procedures.books import Books
from procedures.complete_refunds import complete
from procedures.notify_tenant import NOTIFY, Postbox, notify, notify_all
from procedures.settle_refund import COMPLETE
from providers.registry import Registry
from storage.engine import Database
from storage.jobs import JobRunner, Jobs

PULSE_SECONDS: Final = 30
AFTER_A_FAILURE_SECONDS: Final = 5
CONNECTIONS_MAX: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How much was done."""

    refunds: int
    notices: int


class Worker:
    """Looks after refunds and notices; any number of them can run."""

    def __init__(
        self, *, books: Books, registry: Registry, postbox: Postbox, database: Database, now: Callable[[], datetime]
    ) -> None:
        self._books, self._registry, self._postbox, self._now = books, registry, postbox, now
        self._jobs = Jobs()
        self._runner = JobRunner(database, {COMPLETE: self._complete, NOTIFY: self._notify})

    @classmethod
    @asynccontextmanager
    async def over(
        cls, settings: Settings, database: Database, registry: Registry, *, now: Callable[[], datetime]
    ) -> AsyncIterator[Self]:
        """A worker with connections of its own."""
        logging.getLogger("procrastinate").setLevel(logging.WARNING)
        engine = database.engine(connections_max=CONNECTIONS_MAX)
        books = Books(engine=engine, zone=settings.time_zone)
        worker = cls(books=books, registry=registry, postbox=chosen_postbox(settings), database=database, now=now)
        try:
            async with worker._runner.opened():
                yield worker
        finally:
            await engine.dispose()

    async def run(self) -> None:
        """Work until cancelled; what fails is logged and tried again."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_for_ever(self._pulse, every_seconds=PULSE_SECONDS))
            tasks.create_task(_for_ever(self._runner.run, every_seconds=AFTER_A_FAILURE_SECONDS))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work beside the body."""
        task = asyncio.create_task(self.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def run_once(self) -> Done:
        """Do all that is due now."""
        done = await self._look()
        await self._runner.run(until_empty=True)
        return done

    async def _pulse(self) -> None:
        await self._look()
        await self._runner.rescue()

    async def _look(self) -> Done:
        refunds = await complete(at=self._now(), books=self._books, registry=self._registry, jobs=self._jobs)
        notices = await notify_all(at=self._now(), books=self._books, postbox=self._postbox)
        return Done(refunds=refunds, notices=notices)

    async def _complete(self) -> None:
        await complete(at=self._now(), books=self._books, registry=self._registry, jobs=self._jobs)

    async def _notify(self, notice_id: str) -> None:
        await notify(UUID(notice_id), at=self._now(), books=self._books, postbox=self._postbox)


async def _for_ever(work: Callable[[], Awaitable[None]], *, every_seconds: float) -> None:
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - an outermost edge: the next round may do better
            log_unexpected(error)
        await asyncio.sleep(every_seconds)
