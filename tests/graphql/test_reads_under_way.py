"""Reads that take long: they end when nobody waits for them, and when they have taken their time."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from storage import engine
from storage.engine import Database
from tests.graphql.api import Api, served
from tests.logs import Logged

QUESTION = "query Lately { payments(first: 1) { nodes { method } } }"


@pytest.fixture
async def hurried(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    """The service with a twentieth of a second for each statement."""
    monkeypatch.setitem(engine.READS, "statement_timeout", "50ms")
    async with served(database, tmp_path) as made:
        yield made


async def waiting(runtime: psycopg.Connection[Any]) -> int:
    """How many statements wait for the table that somebody holds."""
    found = runtime.execute(
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%payment%'"
    )
    (count,) = found.fetchone() or (0,)
    await asyncio.sleep(0.01)
    return int(count)


async def becomes(count: int, runtime: psycopg.Connection[Any]) -> None:
    async with asyncio.timeout(5):
        while await waiting(runtime) != count:
            pass


async def test_a_client_that_goes_away_takes_its_statement_with_it(
    api: Api, owner: psycopg.Connection[Any], runtime: psycopg.Connection[Any], logged: Logged
) -> None:
    incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    incoming.put_nowait({"type": "http.request", "body": orjson.dumps({"query": QUESTION, "operationName": "Lately"})})

    async def send(_message: object) -> None:
        pass

    headers = [(b"content-type", b"application/json"), (b"authorization", f"Bearer {api.token()}".encode())]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
    with owner.transaction():
        owner.execute("lock table payment in access exclusive mode")
        running = asyncio.ensure_future(api.app(scope, incoming.get, send))
        await becomes(1, runtime)
        incoming.put_nowait({"type": "http.disconnect"})
        await asyncio.wait_for(running, 5)
        await becomes(0, runtime)
    assert [line["status"] for line in logged.events("request")] == [499]
    assert (await api.ask(QUESTION)) == {"payments": {"nodes": []}}


async def test_a_statement_that_takes_too_long_is_a_timeout_and_the_next_is_answered(
    hurried: Api, owner: psycopg.Connection[Any]
) -> None:
    with owner.transaction():
        owner.execute("lock table payment in access exclusive mode")
        code, message = await hurried.refused(QUESTION)
    assert (code, message) == ("TIMEOUT", "This took longer than is allowed; ask for less at once.")
    assert (await hurried.ask(QUESTION)) == {"payments": {"nodes": []}}


async def test_when_the_database_ends_every_connection_readers_notice_nothing(
    api: Api, runtime: psycopg.Connection[Any]
) -> None:
    await asyncio.gather(*(api.ask(QUESTION) for _ in range(4)))
    ended = runtime.execute(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity"
        " where datname = current_database() and usename = current_user and pid <> pg_backend_pid()"
    )
    assert ended.fetchone() >= (1,)  # type: ignore[operator]
    for told in await asyncio.gather(*(api.ask(QUESTION) for _ in range(4))):
        assert told == {"payments": {"nodes": []}}
