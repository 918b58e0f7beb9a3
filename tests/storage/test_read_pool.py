"""Connections for reading: what they read, and what they go through without their readers taking notice."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from storage import read_line
from storage.embedded import attached
from storage.engine import READS, Database, conninfo
from storage.parameters import written
from storage.read_pool import AT_ONCE, ReadPool

KEY = UUID("01a205af-8c95-73b1-a7f1-affe613b8c81")
HOSTILE = "a\"b\\c,{}'; drop table invoice; --"


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[ReadPool]:
    async with database.read_pool(connections_max=3) as made:
        yield made


async def until_nothing_runs(runtime: psycopg.Connection[Any], like: str) -> None:
    """Within five seconds, no statement like this is active."""
    running = "select count(*) from pg_stat_activity where datname = current_database() and state = 'active' and query like %s and pid <> pg_backend_pid()"
    for _ in range(500):
        if runtime.execute(running, [like]).fetchone() == (0,):
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{like} still runs.")


def end_connections(runtime: psycopg.Connection[Any], like: str) -> int:
    """End the connections whose latest statement is like this, as PostgreSQL's operator would. How many there were."""
    (count,) = runtime.execute(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and query like %s and pid <> pg_backend_pid()",
        [like],
    ).fetchone() or (0,)
    return int(count)


async def test_values_come_as_they_are_and_ids_as_their_bytes(pool: ReadPool) -> None:
    sql = (
        "select $1::uuid, 7::bigint, true, 'x'::text, date '2026-03-31', timestamptz '2026-03-31 12:00:00.5Z', 1.5::float8,"
        """ 2.50::numeric, '[1, "a", null]'::json, null::text"""
    )
    assert await pool.rows(sql, [written(KEY)]) == [
        (KEY.bytes, 7, True, "x", date(2026, 3, 31), datetime(2026, 3, 31, 12, 0, 0, 500_000, UTC), 1.5, Decimal("2.50"),
         [1, "a", None], None)
    ]  # fmt: skip
    assert await pool.rows("select 1 where false", []) == []


@pytest.mark.parametrize(
    ("type_name", "value"),
    [
        ("text", "x"), ("text", HOSTILE), ("text", ""), ("text", "\U0001f3af ä"), ("bigint", -(2**63)), ("boolean", True),
        ("boolean", False), ("double precision", 0.1), ("numeric", Decimal("1E-7")), ("date", date(2024, 2, 29)),
        ("timestamptz", datetime(2026, 3, 31, 12, tzinfo=UTC)), ("text[]", ["a", HOSTILE, "", "NULL", None]),
        ("bigint[]", [1, 2**62]), ("text[]", []), ("date[]", [date(2024, 2, 29)]), ("bytea", b"\x00\xff"), ("text", None),
    ],
)  # fmt: skip
async def test_a_parameter_arrives_as_it_was_given(pool: ReadPool, type_name: str, value: object) -> None:
    assert await pool.rows(f"select $1::{type_name}", [written(value)]) == [(value,)]


async def test_a_text_that_postgresql_cannot_hold_is_not_cut_short() -> None:
    for value in ("a\0b", ["a\0b"]):
        with pytest.raises(psycopg.DataError, match="NUL"):
            written(value)


async def test_a_statement_that_takes_too_long_is_stopped_and_the_connection_serves_on(database: Database) -> None:
    hurried = conninfo(database.runtime_url, READS | {"statement_timeout": "50ms"})
    async with ReadPool(hurried, connections_max=1) as pool:
        with pytest.raises(psycopg.errors.QueryCanceled):
            await pool.rows("select pg_sleep(5)", [])
        assert await pool.rows("select 1", []) == [(1,)]


async def test_a_reader_that_goes_away_stops_what_it_asked(pool: ReadPool, runtime: psycopg.Connection[Any]) -> None:
    reading = asyncio.ensure_future(pool.rows("select pg_sleep(60)", []))
    await asyncio.sleep(0.1)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await until_nothing_runs(runtime, "select pg_sleep%")
    assert await asyncio.gather(*(pool.rows("select 1", []) for _ in range(5))) == [[(1,)]] * 5


async def test_who_finds_all_connections_busy_waits_for_a_turn(
    database: Database, runtime: psycopg.Connection[Any]
) -> None:
    held = "select $1::int from pg_advisory_xact_lock_shared(7)"
    runtime.execute("select pg_advisory_lock(7)")
    async with database.read_pool(connections_max=1) as pool:
        waiting = [asyncio.ensure_future(pool.rows(held, [written(n)])) for n in range(6)]
        await asyncio.sleep(0.01)
        waiting[3].cancel()
        runtime.execute("select pg_advisory_unlock(7)")
        done = await asyncio.gather(*waiting, return_exceptions=True)
        others = "select count(*) from pg_stat_activity where datname = current_database() and pid <> $1::int"
        told = await pool.rows(others, [written(runtime.info.backend_pid)])
    assert [one[0][0] for one in done if isinstance(one, list)] == [0, 1, 2, 4, 5]
    assert told == [(1,)]


async def test_who_asks_again_comes_after_those_who_wait(database: Database) -> None:
    served: list[str] = []

    async def asks_on(pool: ReadPool, name: str) -> None:
        for _ in range(20):
            await pool.rows("select 1", [])
            served.append(name)

    async with database.read_pool(connections_max=1) as pool:
        await asyncio.gather(*(asks_on(pool, name) for name in "abc"))
    assert "".join(served) == "abc" * 20


async def test_reads_that_take_long_hold_up_no_others(database: Database, runtime: psycopg.Connection[Any]) -> None:
    runtime.execute("select pg_advisory_lock(7)")
    async with database.read_pool(connections_max=AT_ONCE + 2) as pool:
        held = [asyncio.ensure_future(pool.rows("select pg_advisory_lock_shared(7)", [])) for _ in range(AT_ONCE + 1)]
        quick = [await asyncio.wait_for(pool.rows("select 1", []), 5) for _ in range(3)]
        assert not any(one.done() for one in held)
        runtime.execute("select pg_advisory_unlock(7)")
        await asyncio.gather(*held)
    assert quick == [[(1,)]] * 3


async def test_reads_that_are_quick_need_but_a_few_connections(
    database: Database, runtime: psycopg.Connection[Any]
) -> None:
    others = "select count(*) from pg_stat_activity where datname = current_database() and pid <> $1::int"
    async with database.read_pool() as pool:
        await asyncio.gather(*(pool.rows("select 1", []) for _ in range(200)))
        ((opened,),) = await pool.rows(others, [written(runtime.info.backend_pid)])
    assert opened <= AT_ONCE + 2  # of ten


async def test_connections_that_broke_while_idle_are_replaced_without_notice(
    pool: ReadPool, runtime: psycopg.Connection[Any]
) -> None:
    await asyncio.gather(*(pool.rows("select pg_sleep(0.02)", []) for _ in range(3)))
    assert end_connections(runtime, "select pg_sleep%") == 3
    assert await asyncio.gather(*(pool.rows("select 1", []) for _ in range(4))) == [[(1,)]] * 4


async def test_a_read_whose_connection_breaks_under_it_is_asked_again(
    pool: ReadPool, runtime: psycopg.Connection[Any]
) -> None:
    await pool.rows("select 1", [])
    reading = asyncio.ensure_future(pool.rows("select 2 from pg_sleep(0.3)", []))
    await asyncio.sleep(0.1)
    assert end_connections(runtime, "select 2 from pg_sleep%") == 1
    assert await reading == [(2,)]


async def test_a_read_on_a_new_connection_that_breaks_fails_at_once(
    pool: ReadPool, runtime: psycopg.Connection[Any]
) -> None:
    reading = asyncio.ensure_future(pool.rows("select 2 from pg_sleep(60)", []))
    await asyncio.sleep(0.1)
    assert end_connections(runtime, "select 2 from pg_sleep%") == 1
    with pytest.raises(psycopg.OperationalError):
        await asyncio.wait_for(reading, 5)
    assert await pool.rows("select 1", []) == [(1,)]


async def test_statements_kept_prepared_are_bounded(pool: ReadPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_line, "STATEMENTS_MAX", 3)
    for n in [*range(10), 9, 0]:
        assert await pool.rows(f"select {n}", []) == [(n,)]
    assert await pool.rows("select count(*) from pg_prepared_statements", []) == [(3,)]


async def test_a_prepared_statement_outlives_a_change_of_its_table(
    pool: ReadPool, owner: psycopg.Connection[Any]
) -> None:
    owner.execute("create table thing as select 1 as n")
    owner.execute("grant select on thing to public")
    assert await pool.rows("select n from thing", []) == [(1,)]
    owner.execute("alter table thing alter n type text")
    assert await pool.rows("select n from thing", []) == [("1",)]


async def test_a_mistake_in_a_statement_is_told_and_the_connection_serves_on(pool: ReadPool) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        await pool.rows("select 1 / $1::int", [b"0"])
    with pytest.raises(psycopg.errors.UndefinedTable):
        await pool.rows("select * from nowhere", [])
    assert await pool.rows("select 1", []) == [(1,)]


async def test_an_answer_larger_than_any_buffer_arrives_whole(pool: ReadPool) -> None:
    text = "ä" * 1_000_000
    assert await pool.rows("select $1::text", [written(text)]) == [(text,)]
    assert len(await pool.rows("select repeat('x', 1000) from generate_series(1, 5000)", [])) == 5000


async def test_a_restart_of_postgresql_loses_only_what_was_in_flight(data_dir: Path) -> None:
    async def read(pool: ReadPool) -> list[tuple[Any, ...]]:
        return await pool.rows("select 1", [])

    with attached(data_dir, durable=False) as server:
        pool = server.database("postgres").read_pool()
        assert await read(pool) == [(1,)]
    with pytest.raises(psycopg.OperationalError):
        await read(pool)
    with attached(data_dir, durable=False):
        assert await read(pool) == [(1,)]
        await pool.close()
