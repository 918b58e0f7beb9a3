"""`billing export` and `billing close` as a person runs them."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from graphql_api.cli import main
from storage.engine import Database
from tests.books import LittleBooks


@pytest.fixture
def books(runtime: psycopg.Connection[Any]) -> LittleBooks:
    little = LittleBooks(runtime)
    club = little.tenant()
    little.invoice(club, 125_000, number="F-1", issued_on=date(2025, 10, 5), due_on=date(2025, 11, 5))
    little.invoice(club, 50_000, number="F-2", issued_on=date(2025, 11, 9), due_on=date(2025, 12, 9))
    return little


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


@pytest.fixture
def runner(database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    monkeypatch.setenv("BILLING_DATABASE_URL", database.runtime_url)
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def test_a_file_is_written_and_the_trail_knows_who_wrote_it(
    runner: CliRunner, books: LittleBooks, tmp_path: Path
) -> None:
    done = runner.invoke(
        main,
        ["export", "invoices", "--filter", '{"issuedTo": "2025-10-31"}', "--actor", "karin", "--output", "oct.csv"],
    )

    assert (done.exit_code, done.stdout) == (0, ""), done.output
    content = (tmp_path / "oct.csv").read_bytes()
    assert [line.split(b",")[0] for line in content.removeprefix(b"\xef\xbb\xbf").splitlines()] == [b"number", b"F-1"]
    assert books.one("select actor, action, reason from audit_event") == (
        "karin", "export.written", '{"format": "CSV", "invoiceFilter": {"issuedTo": "2025-10-31"}, "kind": "INVOICES"}',
    )  # fmt: skip
    assert names(tmp_path) == ["oct.csv"]


def test_a_book_goes_to_standard_output(runner: CliRunner, books: LittleBooks) -> None:
    done = runner.invoke(
        main,
        ["export", "accounting", "--format", "sie4", "--from", "2025-11-01", "--to", "2025-11-30", "--output", "-"],
    )

    assert done.exit_code == 0
    assert done.stdout_bytes.startswith(b"#FLAGGA 0\n#KSUMMA\n")
    assert done.stdout_bytes.count(b"#VER ") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["invoices", "--filter", "{"], "no JSON"),
        (["invoices", "--filter", '{"nope": 1}'], "nope"),
        (["churn", "--filter", "{}"], "churn has no filter"),
        (["accounting", "--filter", "{}", "--format", "sie4"], "SIE4 holds the vouchers of a whole book"),
        (["invoices", "--format", "sie4"], "SIE4 holds the vouchers of ACCOUNTING"),
        (["invoices", "--from", "2025-01-01"], "INVOICES is asked for"),
        (["churn"], "CHURN needs from and to"),
        (["subscriptions", "--filter", '{"planCodes": ["none"]}'], "There is no plan none"),
        (["accounting", "--from", "tomorrow"], "Date is a day"),
    ],
)
def test_what_cannot_be_written_is_one_line_and_leaves_nothing(
    runner: CliRunner, books: LittleBooks, tmp_path: Path, arguments: list[str], said: str
) -> None:
    done = runner.invoke(main, ["export", *arguments])

    assert (done.exit_code, done.stdout, said in done.stderr) == (2, "", True), done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert names(tmp_path) == []
    assert books.one("select count(*) from audit_event")[0] == 0


def test_a_month_is_closed_with_its_pack_in_a_folder(runner: CliRunner, books: LittleBooks, tmp_path: Path) -> None:
    done = runner.invoke(main, ["close", "2025-10", "--reason", "October is complete", "--actor", "karin"])

    assert done.exit_code == 0, done.output
    head = books.one("select seq || ':' || hash from audit_event where action = 'month.closed'")[0]
    assert done.stdout.splitlines() == [
        "2025-10 is closed: 1 journals. The pack is in close-2025-10.",
        f"Audit head: {head}",
    ]
    manifest = json.loads((tmp_path / "close-2025-10" / "manifest.json").read_text(encoding="utf-8"))
    assert sorted(manifest["sha256"]) == [name for name in names(tmp_path / "close-2025-10") if name != "manifest.json"]
    assert manifest["reason"] == "October is complete"
    again = runner.invoke(main, ["close", "2025-10", "--reason", "October is complete", "--output", "another"])
    assert (again.exit_code, "2025-10 is closed; the first open day is 2025-11-01" in again.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["2025-13", "--reason", "why not"], "not a month as YYYY-MM"),
        (["2025-10"], "Missing option '--reason'"),
        (["2025-10", "--reason", "x"], "The reason has 1 character;"),
        (["2099-01", "--reason", "too early"], "2099-01 is not over"),
    ],
)
def test_what_cannot_be_closed_is_said(
    runner: CliRunner, books: LittleBooks, tmp_path: Path, arguments: list[str], said: str
) -> None:
    done = runner.invoke(main, ["close", *arguments])

    assert (done.exit_code, said in done.stderr) == (2, True), done.stderr
    assert books.one("select count(*) from closed_month")[0] == 0
    assert names(tmp_path) == []
