"""The worker: does its chores, each as often as it wants to be done, and what the queue wakes it for."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Self
from uuid import UUID

from graphql_api.chores import SOON, Chore, Tools, chores
from graphql_api.logs import log, log_unexpected
from graphql_api.metrics import CHORE_DONE, CHORE_ENDED, CHORE_FAILURES
from graphql_api.postbox import chosen_postbox
from graphql_api.settings import Settings
from graphql_api.stopping import GRACE_SECONDS
from procedures.books import Books
from procedures.complete_refunds import complete
from procedures.notify_tenant import NOTIFY, notify
from procedures.settle_refund import COMPLETE
from procedures.stopping import until
from procedures.take_in_event import TAKE_IN, take_in_events
from providers.registry import Registry
from storage.engine import Database
from storage.jobs import JobRunner, Jobs

AFTER_A_FAILURE: Final = timedelta(seconds=5)
CONNECTIONS_MAX: Final = 4


class Worker:
    """Looks after what nobody asks for; any number of them can run."""

    def __init__(self, tools: Tools, database: Database, *, now: Callable[[], datetime]) -> None:
        self._tools, self._now = tools, now
        self._runner = JobRunner(database, {COMPLETE: self._complete, NOTIFY: self._notify, TAKE_IN: self._take_in})
        self._chores = chores(tools)
        self._stopping = tools.stopping

    @classmethod
    @asynccontextmanager
    async def over(
        cls,
        settings: Settings,
        database: Database,
        registry: Registry,
        *,
        now: Callable[[], datetime],
        stopping: asyncio.Event | None = None,
    ) -> AsyncIterator[Self]:
        """A worker with connections of its own. `stopping`: what tells it to stop, if not `stop` alone."""
        logging.getLogger("procrastinate").setLevel(logging.WARNING)
        engine = database.engine(connections_max=CONNECTIONS_MAX)
        tools = Tools(
            settings=settings,
            database=database,
            books=Books(engine=engine, zone=settings.time_zone),
            registry=registry,
            postbox=chosen_postbox(settings),
            jobs=Jobs(),
            stopping=stopping or asyncio.Event(),
        )
        worker = cls(tools, database, now=now)
        try:
            async with worker._runner.opened():
                yield worker
        finally:
            await engine.dispose()

    async def run(self) -> None:
        """Work until it is told to stop, or cancelled; what fails is logged and tried again.

        What is being done then has a few seconds to be done, and is cut off after them.
        """
        rescue = Chore(name="rescue", every=SOON, work=lambda _at: self._runner.rescue())
        async with asyncio.TaskGroup() as tasks:
            doing = [
                tasks.create_task(self._again_and_again(partial(self._do, chore), every=chore.every), name=chore.name)
                for chore in (*self._chores, rescue)
            ]
            queue = tasks.create_task(self._again_and_again(self._runner.run, every=AFTER_A_FAILURE), name="queue")
            await self._stopping.wait()
            queue.cancel()  # it finishes the jobs that run
            await _finish([*doing, queue])

    def stop(self) -> None:
        """Begin nothing new; `run` and `run_once` end when what is being done is done."""
        self._stopping.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work beside the body, to its end at the latest."""
        task = asyncio.create_task(self.run())
        try:
            yield
        finally:
            self.stop()
            await asyncio.wait([task])

    async def run_once(self) -> dict[str, int]:
        """Do all that is due now, until told to stop, as `run` does; gives how much, by the names of the chores."""
        done: dict[str, int] = {}

        async def chores() -> None:
            for chore in until(self._stopping.is_set, self._chores):
                done[chore.name] = await self._do(chore)

        await self._to_its_end(chores(), name="chores")
        if not self._stopping.is_set():
            await self._to_its_end(self._runner.run(until_empty=True), name="queue")
        return done

    async def _to_its_end(self, work: Coroutine[None, None, None], *, name: str) -> None:
        """Wait for it; where we are told to stop, for a few seconds more."""
        doing, stop = asyncio.create_task(work, name=name), asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait([doing, stop], return_when=asyncio.FIRST_COMPLETED)
            await _finish([doing])
        finally:
            stop.cancel()
            doing.cancel()
        if not doing.cancelled():
            doing.result()

    async def _do(self, chore: Chore) -> int:
        with CHORE_FAILURES.labels(chore.name).count_exceptions():
            done = await chore.work(self._now())
        CHORE_DONE.labels(chore.name).inc(done)
        CHORE_ENDED.labels(chore.name).set_to_current_time()
        return done

    async def _again_and_again(self, work: Callable[[], Awaitable[object]], *, every: timedelta) -> None:
        while not self._stopping.is_set():
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - an outermost edge: the next round may do better
                log_unexpected(error)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), every.total_seconds())

    async def _complete(self) -> None:
        tools = self._tools
        await complete(
            at=self._now(), books=tools.books, registry=tools.registry, jobs=tools.jobs, stopped=self._stopping.is_set
        )

    async def _take_in(self) -> None:
        tools = self._tools
        await take_in_events(
            at=self._now(), books=tools.books, registry=tools.registry, jobs=tools.jobs, stopped=self._stopping.is_set
        )

    async def _notify(self, notice_id: str) -> None:
        await notify(UUID(notice_id), at=self._now(), books=self._tools.books, postbox=self._tools.postbox)


async def _finish(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Give them a few seconds, and cut off what is not done then."""
    _, unfinished = await asyncio.wait(tasks, timeout=GRACE_SECONDS)
    for task in unfinished:
        log.warning("cut off", chore=task.get_name())
        task.cancel()
    if unfinished:
        await asyncio.wait(unfinished)
