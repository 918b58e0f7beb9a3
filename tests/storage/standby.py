"""A streaming replica of an embedded server, made as an administrator makes one: by pg_basebackup."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg

from storage import roles
from storage.cluster import SUPERUSER, Cluster
from storage.data_folder import make_passable
from storage.embedded import BOOKS, EmbeddedServer, _cluster


@dataclass(frozen=True, slots=True, kw_only=True)
class Standby:
    """A running standby."""

    cluster: Cluster

    @property
    def url(self) -> str:
        """The way in for the service."""
        return self.cluster.url(user=roles.APP, database=BOOKS)

    def run(self, statement: str) -> tuple[Any, ...]:
        with psycopg.connect(self.cluster.url(user=SUPERUSER, database=BOOKS), autocommit=True) as connection:
            row = connection.execute(statement.encode()).fetchone()
            assert row is not None
            return row

    def catch_up(self, server: EmbeddedServer) -> None:
        """Wait until it shows all that the server has."""
        with server.connect_as_superuser() as connection:
            ((written,),) = connection.execute("select pg_current_wal_lsn()::text")
        deadline = time.monotonic() + 60
        while self.run(f"select pg_last_wal_replay_lsn() >= '{written}'") != (True,):
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def pause(self) -> None:
        """Let it fall behind."""
        self.run("select pg_wal_replay_pause()")

    def resume(self) -> None:
        self.run("select pg_wal_replay_resume()")

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """All its processes stand still: it takes connections, and answers nothing."""
        server = psutil.Process(int((self.cluster.data / "postmaster.pid").read_text().split()[0]))
        processes = [server, *server.children()]
        for process in processes:
            process.suspend()
        try:
            yield
        finally:
            for process in processes:
                process.resume()

    def promote(self) -> None:
        """Let it go its own way."""
        self.run("select pg_promote()")


@contextmanager
def standby_of(server: EmbeddedServer, folder: Path) -> Iterator[Standby]:
    """A standby in a folder of its own that shows all there is by now, stopped at the end."""
    make_passable(folder / "postgresql")
    cluster = _cluster(folder / "postgresql", durable=False)
    cluster.account.make_private_folder(cluster.data)
    copied = cluster.account.run(
        cluster.programs / "pg_basebackup", f"--pgdata={cluster.data}", "--write-recovery-conf", "--wal-method=stream",
        "--checkpoint=fast", "--no-sync", f"--dbname={server.cluster.url(user=SUPERUSER, database='postgres')}",
        folder=cluster.folder,
    )  # fmt: skip
    assert copied.returncode == 0, copied.stderr
    cluster.start()
    try:
        standby = Standby(cluster=cluster)
        standby.catch_up(server)
        yield standby
    finally:
        if cluster.answers():
            cluster.stop()
