"""The ways into a database, and what each connection is told about itself."""

from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage.engine import Database, OwnerUnknown


async def test_procedures_write_as_the_service_in_utc_and_never_wait_for_ever(database: Database) -> None:
    engine = database.engine()
    async with engine.connect() as connection:
        found = await connection.execute(
            text(
                "select current_user, current_setting('TimeZone'), current_setting('lock_timeout'),"
                " current_setting('idle_in_transaction_session_timeout'), current_setting('transaction_read_only')"
            )
        )
        assert tuple(found.one()) == ("billing_app", "UTC", "10s", "1min", "off")
    await engine.dispose()


async def test_readers_get_one_plan_a_statement_five_seconds_and_no_way_to_write(database: Database) -> None:
    async with database.read_pool() as pool, pool.connection() as connection:
        found = await connection.execute(
            "select current_user, current_setting('TimeZone'), current_setting('plan_cache_mode'),"
            " current_setting('jit'), current_setting('statement_timeout')"
        )
        assert await found.fetchone() == ("billing_app", "UTC", "force_generic_plan", "off", "5s")
        assert connection.autocommit

        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            await connection.execute("insert into fx_rate (currency, on_day, rate) values ('SEK', '2026-01-01', 11)")


async def test_an_engine_waits_for_a_free_connection_rather_than_opening_more(database: Database) -> None:
    engine = database.engine(connections_max=1)
    async with engine.connect() as connection:
        await connection.execute(text("select 1"))
        assert engine.pool.status().endswith("Current Checked out connections: 1")
    await engine.dispose()


def test_what_the_url_itself_asks_for_wins(database: Database) -> None:
    asking = replace(database, runtime_url=f"{database.runtime_url} options='-c TimeZone=CET' application_name=ledger")

    with asking.connect() as connection:
        assert connection.execute("show TimeZone").fetchone() == ("CET",)
        assert connection.execute("show application_name").fetchone() == ("ledger",)


def test_connections_say_whose_they_are(database: Database) -> None:
    with database.connect() as connection:
        assert connection.execute("show application_name").fetchone() == ("billing",)


async def test_a_password_with_any_characters_reaches_the_server_but_no_log() -> None:
    database = Database(runtime_url="postgresql://app:g%40h%2F%25im'@127.0.0.1:1/books", owner_url="password=geheim")
    engine = database.engine()

    with pytest.raises(DBAPIError) as refused:
        await engine.connect().__aenter__()

    assert "g@h/%im'" not in str(refused.value)
    assert repr(database) == "Database()"
    await engine.dispose()


def test_the_owner_is_not_guessed() -> None:
    with pytest.raises(OwnerUnknown, match="set BILLING_OWNER_DATABASE_URL to the owner's URL"):
        Database(runtime_url="dbname=books").connect_as_owner()
