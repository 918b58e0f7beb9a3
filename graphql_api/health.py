"""/healthz: the process is up. /readyz: it can do its work, so it may be sent requests."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import psycopg
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graphql_api.logs import log
from storage.engine import Database
from storage.migrate import Schema, current

REMEMBERED_SECONDS: Final = 1.0
ANSWER_SECONDS_MAX: Final = 3.0

Probe = Callable[[], str | None]
"""Why the service cannot work just now; None when it can. May block."""


async def healthy(_request: Request) -> Response:
    return JSONResponse({"status": "up"})


@dataclass(slots=True, kw_only=True)
class Readiness:
    """Asks the probe at most once a second, however often it is asked itself."""

    probe: Probe
    clock: Callable[[], float] = time.monotonic
    _problem: str | None = None
    _asked_at: float = float("-inf")
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def answer(self, _request: Request) -> Response:
        problem = await self._current_problem()
        if problem is None:
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "not ready", "because": problem}, status_code=503)

    async def _current_problem(self) -> str | None:
        async with self._lock:
            if self.clock() - self._asked_at >= REMEMBERED_SECONDS:
                self._problem = await self._ask()
                self._asked_at = self.clock()
            return self._problem

    async def _ask(self) -> str | None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                return await run_in_threadpool(self.probe)
        except TimeoutError:
            return "The database did not answer in time."


def database_probe(database: Database) -> Probe:
    """Whether the database answers and has the tables this release was written for."""

    def probe() -> str | None:
        try:
            schema = current(database)
        except (psycopg.Error, SQLAlchemyError) as error:
            log.warning("database unreachable", exc_info=error)
            return "The database does not answer."
        return None if schema is Schema.CURRENT else f"The database's schema is {schema.name.lower()} this release."

    return probe
