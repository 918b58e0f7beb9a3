"""What the service works with, opened and closed as one: connections to the books, and the providers."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import Any, Self, TypeVar

import psycopg
from anyio import CapacityLimiter, to_thread
from sqlalchemy.ext.asyncio import AsyncEngine

from billing.authority import Caller
from graphql_api.database import replica_of
from graphql_api.exports.close_pack import ClosePacks
from graphql_api.exports.streaming import Exports
from graphql_api.settings import Settings
from graphql_api.webhooks import WebhookRoute
from procedures.books import Books
from providers.registry import Registry
from resolvers.caching import ReportCache
from resolvers.context import Context
from schema.reading.reader import Reader
from storage.engine import Database
from storage.jobs import Jobs

BULK_AT_ONCE = 2  # procedures that work in threads: bank files

T = TypeVar("T")


class Wiring:
    """The service's own connections. `settings` say whose days count. Without a `registry`, with the plugins installed."""

    def __init__(self, settings: Settings, database: Database, registry: Registry | None = None) -> None:
        registry = registry or Registry.load(settings=settings.provider_settings)
        self._database, self._registry = database, registry
        self._pool = database.read_pool()
        self.engine: AsyncEngine = database.engine()
        self._replica = replica_of(settings)
        self._books = Books(engine=self.engine, zone=settings.time_zone, replica=self._replica)
        self._jobs = Jobs()
        self._tolerance_cents = settings.reconciliation_tolerance_cents
        redis = settings.redis_url
        self._cache = ReportCache.in_process() if redis is None else ReportCache.in_redis(redis.get_secret_value())
        self._bulk = CapacityLimiter(BULK_AT_ONCE)
        self._context = partial(
            Context,
            books=self._books,
            registry=registry,
            jobs=self._jobs,
            cache=self._cache,
            tolerance_cents=self._tolerance_cents,
            in_bulk=self.in_bulk,
            public_url=settings.public_url or "",
            trial_extension_days_max=settings.trial_extension_days_max,
        )

    @property
    def registry(self) -> Registry:
        """The providers of this process."""
        return self._registry

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Self]:
        """Connections while the service runs."""
        async with self._pool:
            try:
                yield self
            finally:
                await self._cache.close()
                await self.engine.dispose()
                if self._replica is not None:
                    await self._replica.close()

    def webhooks(self, now: Callable[[], datetime]) -> WebhookRoute:
        """Where providers call."""
        return WebhookRoute(registry=self._registry, books=self._books, jobs=self._jobs, now=now)

    def context(self, *, caller: Caller | None, now: datetime, reason: str | None) -> Context:
        """What the resolvers of one request work with."""
        reader = Reader(self._pool, self._books.day(now), self._books.zone.key)
        return self._context(caller=caller, now=now, reason=reason, reader=reader)

    def packs(self, settings: Settings) -> ClosePacks:
        """Files out of the books."""
        exports = Exports(
            database=self._database,
            books=self._books,
            registry=self._registry,
            jobs=self._jobs,
            tolerance_cents=self._tolerance_cents,
            platform_name=settings.platform_name,
        )
        return ClosePacks(exports=exports)

    async def in_bulk(self, work: Callable[[psycopg.Connection[Any]], T], /) -> T:
        """Run a procedure in a thread, on a plain connection: it commits its own work."""

        def run() -> T:
            with self._database.connect() as connection:
                return work(connection)

        return await to_thread.run_sync(run, limiter=self._bulk)
