"""A server of the installation's own: what is checked before books are kept on it, and what its owner prepares."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

import pytest
from psycopg import sql

from storage import preflight, roles
from storage.engine import Database
from storage.preflight import DatabaseUnreachable, PostgresTooOld, RuntimeRoleTooStrong
from storage.roles import AdministratorNeeded
from tests.database import Clones


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A database with an owner and a login that an administrator made, and nothing else."""

    clones: Clones
    name: str

    @property
    def owner(self) -> str:
        return f"{self.name}_owner"

    @property
    def login(self) -> str:
        return f"{self.name} App"

    @property
    def database(self) -> Database:
        cluster = self.clones.server.cluster
        return Database(
            runtime_url=cluster.url(user=self.login, database=self.name),
            owner_url=cluster.url(user=self.owner, database=self.name),
        )

    def administer(self, statement: str, *names: str) -> None:
        with self.clones.server.connect_as_superuser(self.name) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]


@pytest.fixture
def foreign(database_clones: Clones) -> Iterator[Foreign]:
    with ExitStack() as stack:
        database = stack.enter_context(database_clones.clone("template1"))
        with database.connect() as connection:
            made = Foreign(clones=database_clones, name=connection.info.dbname)
        for role in (made.owner, made.login):
            made.administer("create role {} login", role)
            stack.callback(made.administer, "drop role {}", role)
            stack.callback(made.administer, "drop owned by {}", role)
        made.administer("alter database {} owner to {}", made.name, made.owner)
        stack.callback(made.administer, "alter database {} owner to {}", made.name, "postgres")
        yield made


def test_an_owner_who_may_make_roles_prepares_everything_alone(foreign: Foreign) -> None:
    foreign.administer("alter role {} createrole", foreign.owner)
    foreign.administer("grant {} to {} with admin option", roles.RUNTIME, foreign.owner)

    preflight.prepare(foreign.database)
    preflight.prepare(foreign.database)

    with foreign.database.connect() as connection:
        assert roles.exists(connection, "select 1 where pg_has_role('billing_runtime', 'usage')")
        assert roles.exists(connection, "select 1 from pg_extension where extname = 'pg_trgm'")


def test_what_the_owner_may_not_do_is_said_as_statements_for_the_administrator(foreign: Foreign) -> None:
    with pytest.raises(AdministratorNeeded) as refused:
        preflight.prepare(foreign.database)

    assert refused.value.statements == [f'grant "billing_runtime" to "{foreign.login}"']
    assert f'run, in this database: grant "billing_runtime" to "{foreign.login}";' in str(refused.value)

    foreign.administer("grant {} to {}", roles.RUNTIME, foreign.login)
    preflight.prepare(foreign.database)


def test_an_owner_who_does_not_own_the_database_needs_the_administrator_for_more(foreign: Foreign) -> None:
    foreign.administer("alter database {} owner to {}", foreign.name, "postgres")

    with pytest.raises(AdministratorNeeded) as refused:
        preflight.prepare(foreign.database)

    assert refused.value.statements == [
        f'grant "billing_runtime" to "{foreign.login}"',
        f'grant create on schema public to "{foreign.owner}"',
        "create extension pg_trgm",
    ]


def test_a_login_of_the_services_own_is_let_in(database: Database) -> None:
    assert preflight.check(database) == "billing_app"


def test_the_owner_and_a_superuser_are_too_strong_for_the_service(database: Database, database_clones: Clones) -> None:
    assert database.owner_url is not None
    as_owner = replace(database, runtime_url=database.owner_url)
    as_superuser = replace(database, runtime_url=f"{database.runtime_url} user=postgres")

    with pytest.raises(RuntimeRoleTooStrong, match="enters as billing_owner, who owns the tables or is a superuser"):
        preflight.check(as_owner)
    with pytest.raises(RuntimeRoleTooStrong, match="enters as postgres"):
        preflight.check(as_superuser)


def test_an_old_server_is_refused_by_its_version(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "VERSION_MIN", 99)

    with pytest.raises(PostgresTooOld, match=r"The server is PostgreSQL 18; PostgreSQL 99 or newer is needed\."):
        preflight.check(database)


def test_a_server_that_does_not_answer_is_named_by_its_setting_and_without_its_password() -> None:
    nowhere = Database(runtime_url="postgresql://app:geheim@127.0.0.1:1/books")

    with pytest.raises(DatabaseUnreachable, match=r"BILLING_DATABASE_URL names cannot be entered.*refused") as refused:
        preflight.check(nowhere)

    assert "geheim" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_wrong_owner_is_named_by_the_owners_setting(database: Database) -> None:
    lost = replace(database, owner_url="postgresql://owner@127.0.0.1:1/books")

    with pytest.raises(DatabaseUnreachable, match="BILLING_OWNER_DATABASE_URL"):
        preflight.prepare(lost)
