"""From settings to a database whose tables are those of this release."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from graphql_api.database import open_database
from graphql_api.settings import Settings
from storage.engine import Database
from storage.migrate import Schema, SchemaIsBehind, current
from tests.database import Clones


def naming(database: Database) -> Settings:
    """The settings of an installation that names this database by URLs."""
    assert database.owner_url is not None
    return Settings(database_url=SecretStr(database.runtime_url), owner_database_url=SecretStr(database.owner_url))


def test_on_the_embedded_server_the_schema_is_brought_up_to_date_by_opening_it(data_dir: Path) -> None:
    for _ in range(2):
        with open_database(Settings(data_dir=data_dir)) as database:
            assert current(database) is Schema.CURRENT
            with database.connect() as connection:
                assert connection.execute("select count(*) from journal").fetchone() == (0,)


def test_a_database_of_the_installations_own_is_opened_as_its_urls_say(database: Database) -> None:
    with open_database(naming(database)) as opened:
        assert opened == database


def test_there_an_old_schema_is_refused_and_left_as_it_is(database_clones: Clones) -> None:
    with database_clones.clone("template1") as empty:
        with pytest.raises(SchemaIsBehind, match="Run `billing migrate`"), open_database(naming(empty)):
            pass

        assert current(empty) is Schema.BEHIND
