"""`billing import` as a person uses it: a folder in, a few lines out, and beside a running service."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage.engine import Database
from tests.procedures.import_books.platform_files import write


def billing(database: Database, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("billing")), *arguments]
    urls = {"BILLING_DATABASE_URL": database.runtime_url, "BILLING_OWNER_DATABASE_URL": database.owner_url or ""}
    return subprocess.run(command, env=os.environ | urls, capture_output=True, text=True, check=False)


def test_an_import_tells_what_each_file_brought(database: Database, tmp_path: Path) -> None:
    folder = write(tmp_path / "files", tenants=[{}, {"external_id": "T2"}], fx_rates=[{}], invoices=[{}], payments=[{}])
    first = billing(database, "import", str(folder), "--actor", "anna", "--reason", "Opening")
    again = billing(database, "import", str(folder))

    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.splitlines()[:4] == [
        "fx_rates.csv: 1 new, 0 changed, 0 unchanged",
        "tenants.csv: 2 new, 0 changed, 0 unchanged",
        "invoices.csv: 1 new, 0 changed, 0 unchanged",
        "payments.csv: 1 new, 0 changed, 0 unchanged",
    ]
    assert first.stdout.splitlines()[4].startswith("2 journals with 7 legs booked in ")
    assert "tenants.csv: 0 new, 0 changed, 2 unchanged" in again.stdout
    with database.connect() as connection:
        events = connection.execute("select actor, reason, action from audit_event order by seq").fetchall()
    assert events[0] == ("anna", "Opening", "books.imported")


@pytest.mark.parametrize("folder", ["files", "missing"])
def test_what_is_wrong_is_a_line_each_and_exit_code_2(database: Database, tmp_path: Path, folder: str) -> None:
    write(tmp_path / "files", tenants=[{"country": "Sweden", "currency": "kr"}])
    done = billing(database, "import", str(tmp_path / folder), "--no-progress")

    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr.splitlines()
        == {
            "files": [
                'tenants.csv:2: country "Sweden" is not a country of ISO 3166-1 (two capital letters)',
                'tenants.csv:2: currency "kr" is not a currency of ISO 4217',
                "Nothing was imported.",
            ],
            "missing": [f"{tmp_path / 'missing'}: there is no such folder", "Nothing was imported."],
        }[folder]
    )


def test_progress_counts_the_rows_of_each_file(database: Database, tmp_path: Path) -> None:
    folder = write(tmp_path / "files", tenants=[{}, {"external_id": "T2"}])
    done = billing(database, "import", str(folder), "--progress")

    assert done.stderr == "tenants.csv: 2\ntenants.csv checked: 2\ntenants.csv written: 2\n"
