"""One PostgreSQL cluster a test run, one migrated template in it, one clone of the template a test."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from psycopg import sql

from storage import roles
from storage.embedded import EmbeddedServer, attached
from storage.engine import Database
from storage.migrate import migrate

TEMPLATE = "migrated"
ROOM_BYTES_MIN = 2 * 2**30
ONE_AT_A_TIME = 1  # the advisory lock under which the template is made

# Waits until the test run is over, however it ended, then stops the server at once and removes its data.
CARETAKER = """
cat
running="$0/postgresql/data/postmaster.pid"
if read -r server 2>/dev/null <"$running"; then
    kill -QUIT "$server"
    tries=100
    while [ -e "$running" ] && [ $((tries -= 1)) -gt 0 ]; do sleep 0.05; done
fi
rm -rf "$0"
"""


@contextmanager
def cluster_folder() -> Iterator[Path]:
    """An empty folder for the run's cluster. It and the server in it go when the run ends, also by a kill."""
    folder = Path(tempfile.mkdtemp(prefix="billing-tests-", dir=roomy_memory()))
    folder.chmod(0o711)  # the server runs as another user when the tests run as root
    caretaker = subprocess.Popen(
        ["/bin/sh", "-c", CARETAKER, folder], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield folder
    finally:
        assert caretaker.stdin is not None
        caretaker.stdin.close()
        caretaker.wait()


@contextmanager
def data_folder() -> Iterator[Path]:
    """Where an embedded server of a test's own may be made: not there yet, with a space and an ö in its path. A server
    that the test left running is stopped."""
    above = Path(tempfile.mkdtemp(prefix="billing test-", dir=roomy_memory()))
    above.chmod(0o711)
    folder = above / "bokföring"
    try:
        yield folder
    finally:
        running = folder / "postgresql" / "data" / "postmaster.pid"
        if running.exists():
            os.kill(server_pid(folder), signal.SIGQUIT)
            deadline = time.monotonic() + 60
            while running.exists() and time.monotonic() < deadline:
                time.sleep(0.02)
        shutil.rmtree(above)


def server_pid(data_dir: Path) -> int:
    return int((data_dir / "postgresql" / "data" / "postmaster.pid").read_text().split()[0])


def roomy_memory() -> Path | None:
    """A folder in memory with room for a cluster, where there is one: a clone takes 15 ms there, 60 to 300 on disks."""
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_BYTES_MIN:
        return memory
    return None


class Clones:
    """Makes databases out of the template, quickly, and drops them. `worker`: in their names, unique in the run.

    One is dropped when the next has been used: PostgreSQL would wait a tenth of a second for the connections that have just
    been closed to be gone.
    """

    def __init__(self, server: EmbeddedServer, *, worker: str) -> None:
        self.server = server
        self.used: str | None = None
        self.names = (f"test_{worker}_{number}" for number in count(1))
        self.superuser = server.connect_as_superuser()
        self._make_template()

    @contextmanager
    def clone(self, template: str = TEMPLATE) -> Iterator[Database]:
        """A database of its own, dropped when the context is left. A `template1` has seen no migration."""
        name = next(self.names)
        self._run("create database {} template {} owner {} strategy file_copy", name, template, roles.OWNER)
        try:
            yield self.server.database(name)
        finally:
            self._drop_used()
            self.used = name

    def close(self) -> None:
        self._drop_used()
        self.superuser.close()

    def _drop_used(self) -> None:
        if self.used is not None:
            self._run("drop database {} with (force)", self.used)
        self.used = None

    def _make_template(self) -> None:
        self.superuser.execute("select pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        if not roles.exists(self.superuser, "select 1 from pg_database where datistemplate and datname = %s", TEMPLATE):
            self._run("create database {} template {} owner {}", TEMPLATE, "billing", roles.OWNER)
            migrate(self.server.database(TEMPLATE))
            self._run("alter database {} with is_template true allow_connections false", TEMPLATE)
        self.superuser.execute("select pg_advisory_unlock(%s)", [ONE_AT_A_TIME])

    def _run(self, statement: str, *names: str) -> None:
        self.superuser.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def clones(folder: Path, *, worker: str) -> Iterator[Clones]:
    """The run's cluster, started by whichever worker is first."""
    with attached(folder, durable=False) as server:
        made = Clones(server, worker=worker)
        try:
            yield made
        finally:
            made.close()
