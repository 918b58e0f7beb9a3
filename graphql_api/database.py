"""From settings to a database: the embedded server, or the one that a URL names."""

from collections.abc import Iterator
from contextlib import contextmanager

from graphql_api.settings import Settings
from storage import preflight
from storage.embedded import attached
from storage.engine import Database
from storage.migrate import Migration, Schema, current, migrate, require_current
from storage.replica import Replica


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The books, on the schema this release was written for: on the embedded server it is brought up to date here;
    elsewhere an old one is refused, and `billing migrate` brings it up to date.

    Raises: StorageProblem.
    """
    with _reached(settings) as database:
        if settings.database_url is not None:
            require_current(database)
        elif current(database) is not Schema.CURRENT:
            migrate(database)
        yield database


def migrate_database(settings: Settings) -> Migration:
    """Bring the schema up to date, wherever it is.

    Raises: StorageProblem.
    """
    with _reached(settings) as database:
        if settings.database_url is not None:
            preflight.prepare(database)
        return migrate(database)


def replica_of(settings: Settings) -> Replica | None:
    """The replica that reports are read from, where one is set. The caller closes it."""
    if settings.replica_url is None:
        return None
    standby = Database(runtime_url=settings.replica_url.get_secret_value())
    return Replica(standby, lag_seconds_max=settings.replica_lag_seconds_max)


@contextmanager
def _reached(settings: Settings) -> Iterator[Database]:
    if settings.database_url is None:
        with attached(settings.data_dir) as server:
            yield server.database()
        return
    owner_url = settings.owner_database_url
    database = Database(
        runtime_url=settings.database_url.get_secret_value(),
        owner_url=None if owner_url is None else owner_url.get_secret_value(),
    )
    preflight.check(database)
    yield database
