"""What a PostgreSQL server that is not ours must be like before we keep books on it."""

from collections.abc import Callable
from typing import Any

import psycopg

from storage import roles
from storage.engine import Database
from storage.problems import StorageProblem

VERSION_MIN = 15


class DatabaseUnreachable(StorageProblem):
    """The server does not answer, or does not let us in."""

    def __init__(self, setting: str, error: psycopg.OperationalError) -> None:
        self.setting = setting
        why = next(iter(str(error).splitlines()), "no reason was given")
        super().__init__(f"The database that {setting} names cannot be entered: {why}")


class PostgresTooOld(StorageProblem):
    """The server is of a version that lacks what we use."""

    def __init__(self, version: int) -> None:
        self.version = version
        super().__init__(f"The server is PostgreSQL {version}; PostgreSQL {VERSION_MIN} or newer is needed.")


class RuntimeRoleTooStrong(StorageProblem):
    """The service would enter as a role that no grant holds back."""

    def __init__(self, role: str) -> None:
        self.role = role
        super().__init__(
            f"BILLING_DATABASE_URL enters as {role}, who owns the tables or is a superuser and so could rewrite the "
            f"ledger. Make a login of its own for the service (create role {roles.APP} login)."
        )


FIND_ROLE = """
select current_setting('server_version_num')::int / 10000, rolname,
       rolsuper or coalesce(pg_has_role(oid, (select relowner from pg_class
                                               where oid = to_regclass('public.alembic_version')), 'member'), false)
  from pg_roles where rolname = current_user"""


def check(database: Database) -> str:
    """See that the service can enter, with as little power as it should have. Returns the role's name.

    Raises: DatabaseUnreachable, PostgresTooOld, RuntimeRoleTooStrong.
    """
    with _entered(database.connect, setting="BILLING_DATABASE_URL") as connection:
        version, role, too_strong = connection.execute(FIND_ROLE).fetchone() or (0, "", True)
    if version < VERSION_MIN:
        raise PostgresTooOld(version)
    if too_strong:
        raise RuntimeRoleTooStrong(role)
    return str(role)


def prepare(database: Database) -> None:
    """Make ready, as the owner, for migrations. Safe to repeat.

    Raises: what `check` does, OwnerUnknown, AdministratorNeeded.
    """
    login = check(database)
    with _entered(database.connect_as_owner, setting="BILLING_OWNER_DATABASE_URL") as connection:
        connection.autocommit = True
        roles.prepare(connection, login=login)


def _entered(connect: Callable[[], psycopg.Connection[Any]], *, setting: str) -> psycopg.Connection[Any]:
    try:
        return connect()
    except psycopg.OperationalError as error:
        raise DatabaseUnreachable(setting, error) from error
