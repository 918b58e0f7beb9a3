"""Stopping a procedure at every place where a process can die: before and after each statement, commit and call.

A stop is either a kill (nothing of the procedure runs any more, its open transaction is rolled back) or a pause, in which
somebody else has time to do something.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import await_only

from storage.jobs import Jobs


class Killed(KeyboardInterrupt):
    """The process is gone: like Ctrl-C, nothing takes it for a failure of a plugin."""


@dataclass(kw_only=True)
class Stops:
    """Counts the places passed by the task that is watched; at the `at`th it dies, or (`pausing`) lets others do something.

    With `at` None it only counts.
    """

    at: int | None = None
    pausing: Callable[[], Awaitable[None]] | None = None
    passed: list[str] = field(default_factory=list)
    watched: "asyncio.Task[Any] | None" = None
    dead: bool = False

    async def passing(self, where: str) -> None:
        if self._counts(where):
            if self.pausing is None:
                self.dead = True
                raise Killed(where)
            await self.pausing()

    def passing_in_sql(self, where: str) -> None:
        """The same inside SQLAlchemy, which runs its events in greenlets."""
        if self._counts(where):
            if self.pausing is None:
                self.dead = True
                raise Killed(where)
            await_only(self.pausing())  # type: ignore[arg-type]

    def _counts(self, where: str) -> bool:
        if self.watched is None or asyncio.current_task() is not self.watched:
            return False
        if self.dead:
            return False
        self.passed.append(where)
        return self.at is not None and len(self.passed) == self.at + 1


@contextmanager
def stopping(engine: AsyncEngine, stops: Stops) -> Iterator[None]:
    """Statements and commits of the engine are places to stop at."""

    def before(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        stops.passing_in_sql(f"before {statement[:40]}")

    def after(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        stops.passing_in_sql(f"after {statement[:40]}")

    def commit(_connection: Any) -> None:
        stops.passing_in_sql("before commit")

    listeners = [("before_cursor_execute", before), ("after_cursor_execute", after), ("commit", commit)]
    for name, function in listeners:
        event.listen(engine.sync_engine, name, function)
    try:
        yield
    finally:
        for name, function in listeners:
            event.remove(engine.sync_engine, name, function)


class StoppingJobs(Jobs):
    """Deferring a job is a statement too."""

    def __init__(self, stops: Stops) -> None:
        super().__init__()
        self._stops = stops

    async def defer(self, session: Any, name: str, **arguments: Any) -> None:
        await self._stops.passing(f"before deferring {name}")
        await super().defer(session, name, **arguments)
        await self._stops.passing(f"after deferring {name}")
