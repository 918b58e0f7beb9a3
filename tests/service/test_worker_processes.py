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

from storage.engine import Database
from tests.books import LittleBooks

SECONDS_MAX = 60


@contextmanager
def worker(database: Database, folder: Path) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {
        "BILLING_DATABASE_URL": database.runtime_url,
        "BILLING_DATA_DIR": str(folder),
        "BILLING_BANKGIROT_INBOX": str(folder / "bank"),
    }
    command = [sys.executable, "-c", "from graphql_api.cli import main; main()", "worker"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
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
