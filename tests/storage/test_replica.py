import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from procedures.books import Books
from storage import replica as module
from storage.embedded import EmbeddedServer, attached
from storage.engine import Database
from storage.replica import ANSWER_SECONDS_MAX, Replica
from tests.database import data_folder
from tests.storage.standby import Standby, standby_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A primary with a table `seen`, and its standby."""

    primary: Database
    standby: Standby

    def write(self) -> None:
        with self.primary.connect_as_owner(autocommit=True) as owner:
            owner.execute("insert into seen default values")


@pytest.fixture(scope="module")
def primary() -> Iterator[EmbeddedServer]:
    with data_folder() as folder, attached(folder, durable=False) as server:
        with server.database().connect_as_owner(autocommit=True) as owner:
            owner.execute("create table seen (at timestamptz default clock_timestamp())")
            owner.execute("grant select on seen to billing_runtime")
        yield server


@pytest.fixture
def pair(primary: EmbeddedServer) -> Iterator[Pair]:
    database = primary.database()
    with database.connect_as_owner(autocommit=True) as owner:
        owner.execute("truncate seen")
    with data_folder() as folder, standby_of(primary, folder) as standby:
        yield Pair(primary=database, standby=standby)


@pytest.fixture
async def books(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Books]:
    monkeypatch.setattr(module, "ASKED_EVERY_SECONDS", 0.0)
    engine = pair.primary.engine()
    replica = Replica(Database(runtime_url=pair.standby.url), lag_seconds_max=1.0)
    yield Books(engine=engine, zone=ZoneInfo("UTC"), replica=replica)
    await replica.close()
    await engine.dispose()


async def seen(connection: AsyncConnection) -> tuple[bool, int]:
    """Whether a standby was asked, and what it shows."""
    told = (await connection.execute(text("select pg_is_in_recovery(), (select count(*) from seen)"))).one()
    return told[0], told[1]


async def reported(books: Books, wanted: tuple[bool, int]) -> None:
    """Wait until reports are read so."""
    deadline = time.monotonic() + 60
    while (found := await books.report(seen)) != wanted:
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.05)


async def test_reports_come_from_a_replica_that_keeps_up_and_what_must_be_new_from_the_primary(
    pair: Pair, books: Books
) -> None:
    pair.write()

    await reported(books, (True, 1))
    async with books.reading() as connection:
        assert await seen(connection) == (False, 1)


async def test_a_replica_that_falls_behind_is_left_alone_until_it_has_caught_up(
    pair: Pair, books: Books, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await reported(books, (True, 0))
    caplog.clear()  # it may have come late to what was written before it was there

    pair.standby.pause()
    pair.write()
    await reported(books, (False, 1))
    pair.standby.resume()
    await reported(books, (True, 1))

    assert [record.getMessage() for record in caplog.records if record.name == module.__name__] == [
        "Reports are read from the primary; of the replica: it is more than 1 seconds behind.",
        "Reports are read from the replica again.",
    ]


async def test_a_replica_a_little_behind_is_read(pair: Pair, books: Books) -> None:
    await reported(books, (True, 0))

    pair.standby.pause()
    pair.write()

    assert await books.report(seen) == (True, 0)


async def test_long_silence_is_no_lag(pair: Pair, books: Books) -> None:
    pair.write()
    await reported(books, (True, 1))

    await asyncio.sleep(1.2)

    assert await books.report(seen) == (True, 1)


async def test_a_replica_that_is_gone_costs_nobody_a_report(pair: Pair, books: Books) -> None:
    await reported(books, (True, 0))

    pair.standby.cluster.stop()

    assert await books.report(seen) == (False, 0)
    pair.standby.cluster.start()
    await reported(books, (True, 0))


async def test_a_replica_that_hangs_is_waited_for_a_moment_only(pair: Pair, books: Books) -> None:
    await reported(books, (True, 0))

    with pair.standby.hanging():
        began = time.monotonic()
        assert await books.report(seen) == (False, 0)
        assert time.monotonic() - began < 2 * ANSWER_SECONDS_MAX

    await reported(books, (True, 0))


@dataclass(slots=True)
class Asked:
    """When a replica was asked, by a clock that is set by hand, and what lets it be told."""

    now: float = 1000.0
    times: list[float] = field(default_factory=list)
    again: asyncio.Event = field(default_factory=asyncio.Event)
    told: asyncio.Event = field(default_factory=asyncio.Event)

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def asked(books: Books, monkeypatch: pytest.MonkeyPatch) -> Asked:
    asked, replica = Asked(), books.replica
    assert replica is not None
    asked.told.set()
    found = replica._found

    async def noted(primary: AsyncEngine) -> str | None:
        asked.times.append(asked.now)
        asked.again.set()
        await asked.told.wait()
        return await found(primary)

    monkeypatch.setattr(module, "ASKED_EVERY_SECONDS", 1.0)
    monkeypatch.setattr(module, "time", asked)
    monkeypatch.setattr(replica, "_found", noted)
    return asked


async def test_a_replica_that_does_not_answer_is_asked_less_and_less_often_until_it_does(
    pair: Pair, books: Books, asked: Asked
) -> None:
    assert books.replica is not None
    pair.standby.cluster.stop()

    for second in range(200):
        asked.now = second
        assert not await books.replica.keeps_up(books.engine, asked_now=second % 2 == 0)

    assert asked.times == [0, 2, 6, 14, 30, 62, 126, 190]
    pair.standby.cluster.start()
    deadline = time.monotonic() + 60
    asked.now = 254
    while not await books.replica.keeps_up(books.engine):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
        asked.now += 1
    answered = asked.now
    asked.now += 1
    assert await books.replica.keeps_up(books.engine)
    assert (asked.times[8], asked.times[-2:]) == (254, [answered, answered + 1])


async def test_only_whoever_asks_waits_for_a_replica_that_did_not_answer(
    pair: Pair, books: Books, asked: Asked
) -> None:
    pair.standby.cluster.stop()
    assert await books.report(seen) == (False, 0)
    asked.now += 60
    asked.told.clear()
    asked.again.clear()

    waiting = asyncio.create_task(books.report(seen))
    await asked.again.wait()

    assert await asyncio.gather(*(books.report(seen) for _ in range(5))) == [(False, 0)] * 5
    assert not waiting.done()
    asked.told.set()
    assert await waiting == (False, 0)


async def test_a_replica_that_breaks_while_it_is_read_has_the_report_made_again_at_the_primary(
    pair: Pair, books: Books
) -> None:
    asked = []

    async def read(connection: AsyncConnection) -> tuple[bool, int]:
        found = await seen(connection)
        asked.append(found)
        if found[0]:
            pair.standby.cluster.stop()
            await seen(connection)
        return found

    await reported(books, (True, 0))
    assert await books.report(read) == (False, 0)
    assert asked == [(True, 0), (False, 0)]


async def test_a_promoted_replica_is_no_replica(pair: Pair, books: Books) -> None:
    await reported(books, (True, 0))

    pair.standby.promote()
    pair.write()

    assert await books.report(seen) == (False, 1)


async def test_it_is_asked_once_a_second_however_many_reports_are_made(
    pair: Pair, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reported(books, (True, 0))
    monkeypatch.setattr(module, "ASKED_EVERY_SECONDS", 60.0)

    pair.standby.pause()
    pair.write()
    await asyncio.sleep(1.2)

    assert await asyncio.gather(*(books.report(seen) for _ in range(5))) == [(True, 0)] * 5
    assert books.replica is not None
    assert not await books.replica.keeps_up(books.engine, asked_now=True)
