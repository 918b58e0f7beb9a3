"""What reports cost is paid once: their figures are kept for a while, and computed once for all who ask at the same time.

Kept in the process, or in Redis or Valkey, where all processes find them. Only figures to look at are kept, never an error,
and nothing here feeds a change of the books. A cache that cannot be reached costs its advantage, never the answer.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar
from urllib.parse import unquote, urlsplit

from aiocache import RedisCache, SimpleMemoryCache
from aiocache.base import BaseCache
from aiocache.serializers import BaseSerializer
from pydantic import TypeAdapter, ValidationError
from redis.exceptions import RedisError

ENTRIES_MAX: Final = 1000
LEASE_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.05
REACHED_SECONDS: Final = 2.0
NAMESPACE: Final = "petanque-billing"

T = TypeVar("T")
log = logging.getLogger(__name__)


class ReportCache:
    """Keeps computed figures, in one backend of aiocache. `shared`: by processes. Call `close` at the end."""

    def __init__(self, backend: BaseCache, *, shared: bool) -> None:
        self._backend, self._shared = backend, shared
        self._under_way: dict[str, asyncio.Task[Any]] = {}
        self._adapters: dict[type[Any], TypeAdapter[Any]] = {}

    @classmethod
    def in_process(cls) -> "ReportCache":
        """At most 1000 reports of this process."""
        return cls(_Bounded(serializer=_Bytes(), namespace=NAMESPACE), shared=False)

    @classmethod
    def in_redis(cls, url: str) -> "ReportCache":
        """Shared by all processes: `redis://USER:PASSWORD@HOST:PORT/DATABASE`, or `rediss://` for TLS."""
        parts = urlsplit(url)
        backend = RedisCache(
            endpoint=parts.hostname or "127.0.0.1",
            port=parts.port or 6379,
            db=int(parts.path.strip("/") or 0),
            password=unquote(parts.password) if parts.password else None,
            ssl=parts.scheme == "rediss",
            create_connection_timeout=REACHED_SECONDS,
            connection_pool_kwargs={"username": unquote(parts.username)} if parts.username else {},
            serializer=_Bytes(),
            namespace=NAMESPACE,
            timeout=REACHED_SECONDS,
        )
        return cls(backend, shared=True)

    async def close(self) -> None:
        """Let go of the server's connections, and of what is under way."""
        for task in self._under_way.values():
            task.cancel()
        if isinstance(self._backend, RedisCache):
            await self._backend.client.aclose()

    async def report(self, key: str, of: type[T], compute: Callable[[], Awaitable[T]], *, ttl_seconds: float) -> T:
        """What is kept under `key`, or else what `compute` gives, kept from now on.

        `of` is its type: a dataclass of plain values. Whoever asks meanwhile waits for the same computation, in other
        processes too; it goes on when the one who asked first is gone. What it raises, all of them are told.
        """
        if key not in self._under_way:
            task = asyncio.create_task(self._found(key, self._adapter(of), compute, ttl_seconds))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._over(key, done))
        given: T = await asyncio.shield(self._under_way[key])
        return given

    async def forget(self, key: str) -> None:
        """What is kept under `key` is computed anew for who asks next."""
        await self._tried(self._backend.delete(key))

    def _adapter(self, of: type[T]) -> TypeAdapter[T]:
        """Writes and reads values of a type: making one costs more than using it."""
        if of not in self._adapters:
            self._adapters[of] = TypeAdapter(of)
        return self._adapters[of]

    def _over(self, key: str, done: asyncio.Task[Any]) -> None:
        del self._under_way[key]
        if not done.cancelled():
            done.exception()  # those who wait are told; when all are gone, nobody is

    async def _found(
        self, key: str, adapter: TypeAdapter[T], compute: Callable[[], Awaitable[T]], ttl_seconds: float
    ) -> T:
        kept = await self._kept(key, adapter)
        if kept is not None:
            return kept
        if not self._shared:
            return await self._computed(key, adapter, compute, ttl_seconds)
        return await self._in_turn(key, adapter, compute, ttl_seconds)

    async def _in_turn(
        self, key: str, adapter: TypeAdapter[T], compute: Callable[[], Awaitable[T]], ttl_seconds: float
    ) -> T:
        """Compute it unless another process does: then wait for what that one leaves, or for its end without a result."""
        lease = f"{key}:lease"
        while not await self._leased(lease):
            await asyncio.sleep(POLL_SECONDS)
            kept = await self._kept(key, adapter)
            if kept is not None:
                return kept
        try:
            kept = await self._kept(key, adapter)
            return kept if kept is not None else await self._computed(key, adapter, compute, ttl_seconds)
        finally:
            await self._tried(self._backend.delete(lease))

    async def _computed(
        self, key: str, adapter: TypeAdapter[T], compute: Callable[[], Awaitable[T]], ttl_seconds: float
    ) -> T:
        made = await compute()
        await self._tried(self._backend.set(key, adapter.dump_json(made), ttl=ttl_seconds))
        return made

    async def _kept(self, key: str, adapter: TypeAdapter[T]) -> T | None:
        """What is kept; what another release kept in another shape is not."""
        text = await self._tried(self._backend.get(key))
        try:
            return None if text is None else adapter.validate_json(text)
        except ValidationError:
            return None

    async def _leased(self, lease: str) -> bool:
        """Whether it is ours to compute; it is, where nobody can be asked."""
        try:
            await self._tried(self._backend.add(lease, b"", ttl=LEASE_SECONDS))
        except ValueError:  # how aiocache says that it is there already
            return False
        return True

    async def _tried(self, asked: Awaitable[Any]) -> Any:
        """What the backend says, or None where it cannot be reached."""
        try:
            return await asked
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("The cache of reports cannot be reached (%s); reports are computed.", type(error).__name__)
            return None


class _Bytes(BaseSerializer):  # type: ignore[misc]
    """Values are bytes already."""

    DEFAULT_ENCODING = None

    def dumps(self, value: bytes) -> bytes:
        return value

    def loads(self, value: bytes | None) -> bytes | None:
        return value


class _Bounded(SimpleMemoryCache):  # type: ignore[misc]
    """A cache of the process that lets go of its oldest entry when it is full."""

    async def _set(self, key: str, value: bytes, ttl: float | None = None, **others: Any) -> Any:
        if key not in self._cache and len(self._cache) >= ENTRIES_MAX:
            await self._delete(next(iter(self._cache)))
        return await super()._set(key, value, ttl=ttl, **others)
