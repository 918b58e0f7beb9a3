"""The PostgreSQL roles: who owns the books, who may work in them, and what a database administrator must prepare."""

from contextlib import suppress
from typing import Any

import psycopg
from psycopg import sql

from storage.problems import StorageProblem

OWNER = "billing_owner"
RUNTIME = "billing_runtime"  # a group: migrations grant to it, the service's login is a member
APP = "billing_app"


class AdministratorNeeded(StorageProblem):
    """The owner of the database may not do what the set-up needs. `statements` are what a superuser has to run."""

    def __init__(self, *, owner: str, statements: list[str]) -> None:
        self.owner, self.statements = owner, statements
        super().__init__(
            f"{owner} may not prepare this database. Ask its administrator to run, in this database: "
            + " ".join(f"{statement};" for statement in statements)
        )


def create_embedded(connection: psycopg.Connection[Any]) -> None:
    """Make the roles of the embedded server, which are let in by the operating system's user and have no passwords.

    `connection`: a superuser's, autocommit. Safe to repeat.
    """
    for role, attributes in ((OWNER, "login"), (RUNTIME, "nologin"), (APP, f"login in role {RUNTIME}")):
        if not exists(connection, "select 1 from pg_roles where rolname = %s", role):
            connection.execute(sql.SQL("create role {} {}").format(sql.Identifier(role), sql.SQL(attributes)))


def prepare(connection: psycopg.Connection[Any], *, login: str) -> None:
    """Make what migrations rely on in a database that is not ours: the group of grants, its member, the extension.

    `connection`: the owner's, autocommit. `login`: the role the service runs as. Safe to repeat.

    Raises: AdministratorNeeded.
    """
    missing = [
        statement.as_string(connection)
        for there, statement in _needed(connection.info.user, login)
        if not _provided(connection, there, statement)
    ]
    if missing:
        raise AdministratorNeeded(owner=connection.info.user, statements=missing)


def _needed(owner: str, login: str) -> list[tuple[sql.Composed, sql.Composed]]:
    """What has to be there: a query that finds it, and a statement that makes it."""
    names = {
        "owner": sql.Identifier(owner), "group": sql.Identifier(RUNTIME), "login": sql.Identifier(login),
        "group_name": sql.Literal(RUNTIME), "login_name": sql.Literal(login),
    }  # fmt: skip
    needed = (
        ("select 1 from pg_roles where rolname = {group_name}", "create role {group} nologin"),
        (
            "select 1 from pg_auth_members where roleid = to_regrole({group_name}) and {login_name} = pg_get_userbyid(member)",
            "grant {group} to {login}",
        ),
        ("select 1 where has_schema_privilege('public', 'create')", "grant create on schema public to {owner}"),
        ("select 1 from pg_extension where extname = 'pg_trgm'", "create extension pg_trgm"),
    )
    return [(sql.SQL(there).format(**names), sql.SQL(statement).format(**names)) for there, statement in needed]


def _provided(connection: psycopg.Connection[Any], there: sql.Composed, statement: sql.Composed) -> bool:
    """Whether it is there, or is now: what the owner may not make is left to the administrator."""
    if exists(connection, there):
        return True
    with suppress(psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedObject):
        connection.execute(statement)
    return exists(connection, there)


def exists(connection: psycopg.Connection[Any], query: str | sql.Composed, *parameters: str) -> bool:
    """Whether the query finds a row."""
    return connection.execute(query, parameters).fetchone() is not None
