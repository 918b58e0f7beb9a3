"""The embedded PostgreSQL server: started by the first process that needs it, shared, stopped by the last one to leave.

Every process that uses the server holds a shared lock on the file `holders`; the kernel drops it when the process
dies, however it dies. Starting and stopping happen one at a time, under the lock on the file `door`. Whoever leaves and
can have `holders` for itself alone is the last and stops the server. When the last one was killed the server runs on,
and the next process to come and go stops it.
"""

import fcntl
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from storage import roles
from storage.cluster import PORT, SOCKET_PATH_BYTES_MAX, SUPERUSER, Cluster, reachable_programs
from storage.data_folder import DataFolderUnusable, make_passable
from storage.engine import Database
from storage.server_account import Account, account_for

BOOKS = "billing"
TEMPORARY = Path("/tmp")  # noqa: S108 - the folder made there is private, and checked to be ours
EXTENSIONS = ("pg_trgm", "pg_stat_statements")
UNSPEAKABLE = set('"$`\\\n,')  # PostgreSQL hands paths to a shell, and lists of paths are divided by commas


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedServer:
    """A running server, ours for as long as we are attached."""

    cluster: Cluster

    def database(self, name: str = BOOKS) -> Database:
        return Database(
            runtime_url=self.cluster.url(user=roles.APP, database=name),
            owner_url=self.cluster.url(user=roles.OWNER, database=name),
        )

    def connect_as_superuser(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.cluster.url(user=SUPERUSER, database=database), autocommit=True)


@contextmanager
def attached(data_dir: Path, *, durable: bool = True) -> Iterator[EmbeddedServer]:
    """The server on the data in `data_dir`, running, with its roles and an empty or filled database `billing`.

    Takes about a second the first time, half of one when the server has to be started, and next to nothing otherwise.

    Raises: DataFolderUnusable, AccountMissing, DataIncomplete, MadeByAnotherVersion, DataInUse, ServerFailed.
    """
    folder = data_dir.absolute() / "postgresql"
    if UNSPEAKABLE & set(str(folder)):
        raise DataFolderUnusable(data_dir, "its path has a character that PostgreSQL cannot take.")
    make_passable(folder)
    with _locked(folder / "holders", fcntl.LOCK_SH) as holding:
        with _locked(folder / "door", fcntl.LOCK_EX):
            server = EmbeddedServer(cluster=_cluster(folder, durable=durable))
        try:
            with _locked(folder / "door", fcntl.LOCK_EX):
                _bring_up(server)
            yield server
        finally:
            with _locked(folder / "door", fcntl.LOCK_EX):
                if _alone(holding) and server.cluster.answers():
                    server.cluster.stop()
                fcntl.flock(holding, fcntl.LOCK_UN)  # before the next to leave looks whether it is alone


def _cluster(folder: Path, *, durable: bool) -> Cluster:
    """The cluster in this folder, and the user and programs that serve it."""
    account = account_for(folder)
    if (barrier := account.barred_from(folder)) is not None:
        why = f"the server runs as user {account}, who may not pass through {barrier}."
        raise DataFolderUnusable(folder.parent, why)
    account.make_private_folder(folder / "run")
    return Cluster(
        folder=folder,
        sockets=_socket_folder(account, folder),
        account=account,
        programs=reachable_programs(account, folder=folder),
        durable=durable,
    )


def _bring_up(server: EmbeddedServer) -> None:
    """Make what is missing: the cluster, a running server, the roles, the database and its extensions."""
    server.cluster.make()
    if not server.cluster.answers():
        server.cluster.start()
    with server.connect_as_superuser() as connection:
        roles.create_embedded(connection)
        if not roles.exists(connection, "select 1 from pg_database where datname = %s", BOOKS):
            books, owner = sql.Identifier(BOOKS), sql.Identifier(roles.OWNER)
            connection.execute(sql.SQL("create database {} owner {}").format(books, owner))
    with server.connect_as_superuser(BOOKS) as connection:
        for extension in EXTENSIONS:
            connection.execute(sql.SQL("create extension if not exists {}").format(sql.Identifier(extension)))


def _socket_folder(account: Account, folder: Path) -> Path:
    """Where the server's socket is: in `run`, or below /tmp (whatever TMPDIR says: all must find it) where that path
    is too long.
    """
    run = folder / "run"
    if len(os.fsencode(run / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_BYTES_MAX:
        return run
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    short = TEMPORARY / f"petanque-billing-{name}"
    account.make_private_folder(short)
    status = short.lstat()
    if (status.st_uid, status.st_mode) != (account.uid, stat.S_IFDIR | stat.S_IRWXU):
        raise DataFolderUnusable(folder.parent, f"its path is too long for a socket, and {short} is not ours.")
    return short


@contextmanager
def _locked(path: Path, how: int) -> Iterator[int]:
    lock = _open_lock(path)
    try:
        fcntl.flock(lock, how)
        yield lock
    finally:
        os.close(lock)


def _open_lock(path: Path) -> int:
    """Open a lock file. As root, for the folder's owner, who must be able to open it later."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(lock, owner.st_uid, owner.st_gid)
    return lock


def _alone(holding: int) -> bool:
    """Turn our share of the lock into the whole, if nobody else has a share."""
    try:
        fcntl.flock(holding, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
