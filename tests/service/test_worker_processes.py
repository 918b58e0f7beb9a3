"""Workers as processes: two at once, one killed, one told to stop."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from procedures.receive_transfers import ONE_AT_A_TIME
from storage.engine import Database
from tests.books import LittleBooks
from tests.providers.bank_files import Paid, PaidIn, bgmax

SECONDS_MAX = 60
SHORT = "import graphql_api.stopping as it; it.GRACE_SECONDS, it.CLOSING_SECONDS = 0.3, 0.2"


@contextmanager
def worker(
    database: Database, folder: Path, command: str = "worker", *, before: str = ""
) -> Iterator[subprocess.Popen[str]]:
    """A process that works, having run `before`."""
    environment = os.environ | {
        "BILLING_DATABASE_URL": database.runtime_url,
        "BILLING_DATA_DIR": str(folder),
        "BILLING_BANKGIROT_INBOX": str(folder / "bank"),
        "BILLING_PORT": "0",
    }
    program = f"{before}\nfrom graphql_api.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, command], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def stopped(process: subprocess.Popen[str]) -> str:
    """Tell a worker that works to stop, and wait until it has; its log."""
    assert process.stdout is not None
    assert process.stdout.readline() == "Working.\n"
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=SECONDS_MAX)
    assert process.returncode == 0, log
    return log


def until(connection: psycopg.Connection[Any], query: str, wanted: int) -> None:
    """Wait until a count is there."""
    deadline = time.monotonic() + SECONDS_MAX
    while connection.execute(query.encode()).fetchone() != (wanted,):
        assert time.monotonic() < deadline, query
        time.sleep(0.05)


def test_two_workers_one_of_them_killed_do_everything_once_and_stop_when_they_are_told(
    database: Database, runtime: psycopg.Connection[Any], tmp_path: Path
) -> None:
    little, today = LittleBooks(runtime), datetime.now(UTC).date()

    def remind(count: int) -> None:
        for _ in range(count):
            little.invoice(
                little.tenant(email="kassor@example.org"),
                issued_on=today - timedelta(days=40),
                due_on=today - timedelta(days=5),
            )

    remind(20)
    with worker(database, tmp_path) as first, worker(database, tmp_path) as second:
        until(runtime, "select count(*) from notice where sent_at is not null", 20)
        first.kill()
        assert '"level": "error"' not in stopped(second)

    remind(20)
    with worker(database, tmp_path) as third:
        until(runtime, "select count(*) from notice where sent_at is not null", 40)
        stopped(third)

    assert little.one("select count(*), count(distinct case_id) from dunning_action") == (40, 40)
    assert len(list((tmp_path / "outbox").glob("*.eml"))) == 40
    assert (tmp_path / "bank" / "done").is_dir()


@contextmanager
def stuck(
    database: Database, runtime: psycopg.Connection[Any], folder: Path, command: str, *, before: str = ""
) -> Iterator[subprocess.Popen[str]]:
    """A process that waits for the database and for nothing else: to book the file in its watched folder."""
    path = folder / "bank" / "monday.txt"
    path.parent.mkdir()
    path.write_bytes(bgmax(PaidIn(payments=[Paid(cents=125_000)])))
    os.utime(path, (time.time() - 60,) * 2)
    with database.connect() as theirs:
        theirs.execute("select pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        with worker(database, folder, command, before=before) as process:
            until(runtime, "select count(*) from pg_locks where locktype = 'advisory' and not granted", 1)
            yield process


def test_a_worker_that_hangs_ends_at_once_when_it_is_told_so_again(
    database: Database, runtime: psycopg.Connection[Any], tmp_path: Path
) -> None:
    with stuck(database, runtime, tmp_path, "worker") as process:
        process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.5)

        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=15) == -signal.SIGTERM
    until(runtime, "select count(*) from pg_stat_activity where query like 'select pg_advisory_xact_lock%'", 0)
    assert runtime.execute("select count(*) from bank_file").fetchone() == (0,)
    assert (tmp_path / "bank" / "monday.txt").exists()


@pytest.mark.parametrize("command", ["worker", "serve"])
def test_what_hangs_is_cut_off_when_its_time_is_over(
    database: Database, runtime: psycopg.Connection[Any], tmp_path: Path, command: str
) -> None:
    with stuck(database, runtime, tmp_path, command, before=SHORT) as process:
        process.send_signal(signal.SIGTERM)

        _, log = process.communicate(timeout=15)

    assert process.returncode == -signal.SIGALRM
    assert '"chore": "bank files", "event": "cut off"' in log
    assert runtime.execute("select count(*) from bank_file").fetchone() == (0,)
