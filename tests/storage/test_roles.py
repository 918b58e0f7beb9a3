"""The two roles: what the service may not do, however it asks."""

from typing import Any

import psycopg
import pytest
from psycopg import errors


def test_the_service_enters_as_a_member_of_the_group_that_is_granted_to(runtime: psycopg.Connection[Any]) -> None:
    found = runtime.execute(
        "select current_user, pg_has_role('billing_runtime', 'usage'), pg_has_role('billing_owner', 'member'),"
        " rolsuper, rolcreaterole, rolcreatedb, rolbypassrls from pg_roles where rolname = current_user"
    ).fetchone()

    assert found == ("billing_app", True, False, False, False, False, False)


@pytest.mark.parametrize(
    "statement",
    [
        "create table mine (id int)",
        "create schema mine",
        "create function mine() returns int language sql as 'select 1'",
        "set role billing_owner",
        "set session_replication_role = replica",
        "create extension hstore",
        "alter database {database} set jit = on",
        "drop table alembic_version",
        "update alembic_version set version_num = '0000'",
    ],
)
def test_the_service_may_not_change_the_database_itself(runtime: psycopg.Connection[Any], statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        runtime.execute(statement.format(database=runtime.info.dbname).encode())
