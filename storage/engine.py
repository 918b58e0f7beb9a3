"""One billing database and the ways into it: an engine for writes, a pool for reads, plain connections for bulk work."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.problems import StorageProblem
from storage.read_pool import ReadPool

EVERYWHERE = {"TimeZone": "UTC", "DateStyle": "ISO"}
# A procedure is one short transaction: one that waits or idles longer than this has gone wrong and must let go.
WRITES = EVERYWHERE | {"lock_timeout": "10s", "idle_in_transaction_session_timeout": "60s"}
# One statement is planned once for all its parameters (the compiler inlines what changes a plan), and never compiled.
READS = EVERYWHERE | {
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
    "statement_timeout": "5s",
    "default_transaction_read_only": "on",
}
REPORTS = EVERYWHERE | {"default_transaction_read_only": "on", "idle_in_transaction_session_timeout": "60s"}
EXPORTS = EVERYWHERE | {"default_transaction_read_only": "on"}
# What comes by the hundred thousand rows is set aside, joined and summed up in memory.
BULK = EVERYWHERE | {"work_mem": "64MB", "temp_buffers": "64MB"}


class OwnerUnknown(StorageProblem):
    """Migrations were asked for, but only the service's own login is known."""

    def __init__(self) -> None:
        super().__init__(
            "Migrations run as the owner of the tables: set BILLING_OWNER_DATABASE_URL to the owner's URL."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Where the books are. Both URLs are libpq's (a URL or key=value pairs); they may hold passwords and never print.

    `runtime_url` enters as the service, `owner_url` as the role that migrates.
    """

    runtime_url: str = field(repr=False)
    owner_url: str | None = field(repr=False, default=None)

    def engine(self, *, connections_max: int = 10) -> AsyncEngine:
        """SQLAlchemy's engine for procedures, as the service. The caller disposes of it."""
        return self._engine(WRITES, connections_max)

    def report_engine(self, *, connections_max: int = 10) -> AsyncEngine:
        """The same for reports: a transaction is one unchanging view, and writes nothing. A standby serves it too."""
        return self._engine(REPORTS, connections_max, isolation_level="REPEATABLE READ")

    def _engine(self, settings: Mapping[str, str], connections_max: int, **more: Any) -> AsyncEngine:
        return create_async_engine(
            "postgresql+psycopg://",
            connect_args=conninfo_to_dict(conninfo(self.runtime_url, settings)),
            pool_size=connections_max,
            max_overflow=0,
            pool_pre_ping=True,
            **more,
        )

    def read_pool(self, *, connections_max: int = 10) -> ReadPool:
        """Connections for reading statements of at most five seconds, one snapshot each. The caller closes it."""
        return ReadPool(conninfo(self.runtime_url, READS), connections_max=connections_max)

    async def connect_to_export(self) -> psycopg.AsyncConnection[Any]:
        """A connection for one long reading, however long it takes. The caller closes it."""
        return await psycopg.AsyncConnection.connect(self.export_conninfo(), autocommit=True)

    def export_conninfo(self) -> str:
        """What such a connection is made with, for a process that makes its own. It may hold a password."""
        return conninfo(self.runtime_url, EXPORTS)

    def connect(self, *, autocommit: bool = False) -> psycopg.Connection[Any]:
        """A plain connection as the service, for bulk work and the command line."""
        return psycopg.connect(conninfo(self.runtime_url, BULK), autocommit=autocommit)

    def connect_as_owner(self, *, autocommit: bool = False) -> psycopg.Connection[Any]:
        """A plain connection as the owner of the tables, for migrations and loads.

        Raises: OwnerUnknown.
        """
        if self.owner_url is None:
            raise OwnerUnknown
        return psycopg.connect(conninfo(self.owner_url, EVERYWHERE), autocommit=autocommit)

    def connect_to_load(self) -> psycopg.Connection[Any]:
        """A plain connection for loads of any size: as the owner, who may set indexes aside, else as the service."""
        return self.connect() if self.owner_url is None else self.connect_as_owner()


def conninfo(url: str, settings: Mapping[str, str]) -> str:
    """The URL with session settings added; what the URL itself asks for in its `options` wins."""
    given = conninfo_to_dict(url)
    ours = " ".join(f"-c {name}={value}" for name, value in settings.items())
    return make_conninfo(
        url,
        options=f"{ours} {given.get('options', '')}".rstrip(),
        connect_timeout=given.get("connect_timeout", 10),
        fallback_application_name="billing",
        client_encoding="UTF8",
    )
