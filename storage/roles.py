"""The PostgreSQL roles: who owns the books, who may work in them, and what a database administrator must prepare."""

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
    refused = [
        statement.as_string(connection)
        for present, statement in _needed(login)
        if not exists(connection, present, RUNTIME, login) and not _carried_out(connection, statement)
    ]
    if refused:
        raise AdministratorNeeded(owner=connection.info.user, statements=refused)


def _needed(login: str) -> list[tuple[str, sql.Composed]]:
    """What has to be there: how to see that it is (given the group and the login), and how to make it."""
    group, member = sql.Identifier(RUNTIME), sql.Identifier(login)
    return [
        (
            "select 1 from pg_roles where rolname = %s and %s <> ''",
            sql.SQL("create role {} nologin").format(group),
        ),
        (
            "select 1 from pg_auth_members where roleid = to_regrole(%s) and member = to_regrole(quote_ident(%s))",
            sql.SQL("grant {} to {}").format(group, member),
        ),
        (
            "select 1 from pg_extension where extname = 'pg_trgm' and %s || %s <> ''",
            sql.SQL("create extension pg_trgm").format(),
        ),
    ]


def _carried_out(connection: psycopg.Connection[Any], statement: sql.Composed) -> bool:
    try:
        connection.execute(statement)
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedObject):
        return False
    return True


def exists(connection: psycopg.Connection[Any], query: str, *parameters: str) -> bool:
    """Whether the query finds a row."""
    return connection.execute(query.encode(), parameters).fetchone() is not None
