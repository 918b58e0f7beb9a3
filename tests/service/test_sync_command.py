"""`billing sync` as a person uses it, and as the worker does it every hour."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sandbox_provider.gateway import Gateway

from graphql_api.cli import main
from storage.engine import Database

YESTERDAY = datetime.now(UTC) - timedelta(days=1)


def environment(database: Database, file: Path) -> dict[str, str]:
    return {
        "BILLING_DATABASE_URL": database.runtime_url,
        "BILLING_OWNER_DATABASE_URL": database.owner_url or "",
        "BILLING_SANDBOX_FILE": str(file),
        "BILLING_DATA_DIR": str(file.parent),
    }


def billing(database: Database, file: Path, *arguments: str, **settings: str) -> Result:
    return CliRunner().invoke(main, arguments, env=environment(database, file) | settings)


@pytest.fixture
def file(database: Database, tmp_path: Path) -> Path:
    """A gateway with one charge, unknown here, that was paid out at midnight."""
    file, gateway = tmp_path / "sandbox.jsonl", Gateway()
    gateway.configure(file=str(file))
    gateway.charge(10_000, "EUR", fee_cents=200, id="sb_1", at=YESTERDAY)
    return file


def test_what_a_provider_reports_is_fetched_and_booked_once(database: Database, file: Path) -> None:
    since = f"{YESTERDAY - timedelta(days=1):%Y-%m-%d}"

    first = billing(database, file, "sync", "sandbox", "--from", since, "--actor", "anna", "--reason", "Month end")
    again = billing(database, file, "sync", "sandbox", "--from", since)

    assert (first.exit_code, first.stdout) == (0, "sandbox: 3 lines, 3 of them new, 1 booked.\n"), first.stderr
    assert (again.exit_code, again.stdout) == (0, "sandbox: 3 lines, 0 of them new, 0 booked.\n")
    with database.connect() as connection:
        events = connection.execute("select actor, reason, action from audit_event order by seq").fetchall()
    assert events == [("anna", "Month end", "provider.movements_booked")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["acme", "--from", "2026-01-01"], "There is no provider acme."),
        (["bankgirot", "--from", "2026-01-01"], "Provider bankgirot lists no ledger of its own."),
        (["stripe", "--from", "2026-01-01"], "Not set: BILLING_STRIPE_API_KEY."),
        (["sandbox", "--from", "2126-01-01"], "lies in the future"),
        (["sandbox", "--from", "2026-02-01", "--to", "2026-01-31"], "--to is before --from"),
        (["sandbox", "--from", "yesterday"], "does not match the format"),
        (["sandbox", "--from", "2026-01-01", "--reason", "a"], "The reason has 1 character;"),
        (["sandbox"], "Missing option '--from'"),
    ],
)
def test_what_cannot_be_synced_is_one_line_and_exit_code_2(
    database: Database, file: Path, arguments: list[str], said: str
) -> None:
    done = billing(database, file, "sync", *arguments)

    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    with database.connect() as connection:
        assert connection.execute("select count(*) from audit_event").fetchone() == (0,)


def test_a_provider_that_cannot_be_reached_is_named_and_nothing_counts_as_known(database: Database, file: Path) -> None:
    away = {"BILLING_STRIPE_API_KEY": "sk_test_of_nobody", "BILLING_STRIPE_API_BASE": "http://127.0.0.1:9"}

    done = billing(database, file, "sync", "stripe", "--from", "2026-01-01", **away)

    assert (done.exit_code, done.stdout) == (2, "")
    assert "Error: Provider stripe could not be asked. Stripe could not be reached." in done.stderr
    with database.connect() as connection:
        assert connection.execute("select count(*) from provider_sync").fetchone() == (0,)


def test_the_worker_syncs_every_provider_and_one_that_fails_hinders_no_other(database: Database, file: Path) -> None:
    away = {"BILLING_STRIPE_API_KEY": "sk_test_of_nobody", "BILLING_STRIPE_API_BASE": "http://127.0.0.1:9"}

    command = [str(Path(sys.executable).with_name("billing")), "worker", "--once"]
    done = subprocess.run(
        command, env=os.environ | environment(database, file) | away, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "lines 3" in done.stdout
    assert "provider stripe is not synced: ProviderUnavailable" in done.stderr
    with database.connect() as connection:
        assert connection.execute("select provider from provider_sync").fetchall() == [("sandbox",)]
