"""Bring the schema up to date, and tell whether it is."""

import enum
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, text

from storage.engine import Database
from storage.problems import StorageProblem

MIGRATIONS = Path(__file__).parent / "migrations"
ONE_AT_A_TIME = 0x6269_6C6C  # the advisory lock's key


class Schema(enum.Enum):
    """How the tables of a database stand to the ones this release was written for."""

    CURRENT = enum.auto()
    BEHIND = enum.auto()
    AHEAD = enum.auto()


class SchemaIsBehind(StorageProblem):
    """The tables are older than this release."""

    def __init__(self) -> None:
        super().__init__(
            "The database's schema is older than this release. Run `billing migrate`, "
            "with the owner's URL in BILLING_OWNER_DATABASE_URL."
        )


class SchemaIsAhead(StorageProblem):
    """The tables are those of a newer release."""

    def __init__(self) -> None:
        super().__init__(
            "The database's schema was made by a newer release. Upgrade this installation to that release."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """From which revision to which one the schema was brought; None is an empty database."""

    before: str | None
    after: str | None


def migrate(database: Database) -> Migration:
    """Run, as the owner and in one transaction, every migration the database has not seen. Others who migrate wait.

    Raises: SchemaIsAhead, OwnerUnknown.
    """
    engine = create_engine("postgresql+psycopg://", creator=database.connect_as_owner, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
        if state(connection) is Schema.AHEAD:
            raise SchemaIsAhead
        before = _revision(connection)
        command.upgrade(_config(connection), "head")
        return Migration(before=before, after=_revision(connection))


def require_current(database: Database) -> None:
    """Let nobody work on tables other than those the code was written for.

    Raises: SchemaIsBehind, SchemaIsAhead.
    """
    match current(database):
        case Schema.BEHIND:
            raise SchemaIsBehind
        case Schema.AHEAD:
            raise SchemaIsAhead


def current(database: Database) -> Schema:
    """How the database's tables stand to this release, seen by the service's own role."""
    engine = create_engine("postgresql+psycopg://", creator=database.connect, poolclass=NullPool)
    with engine.connect() as connection:
        return state(connection)


def state(connection: Connection) -> Schema:
    scripts = ScriptDirectory.from_config(_config(connection))
    there = set(MigrationContext.configure(connection).get_current_heads())
    if there == set(scripts.get_heads()):
        return Schema.CURRENT
    known = {script.revision for script in scripts.walk_revisions()}
    return Schema.BEHIND if there <= known else Schema.AHEAD


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
