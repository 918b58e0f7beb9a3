"""`billing export` and `billing close` as a person runs them."""

import errno
import json
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from graphql_api.cli import main
from graphql_api.exports import close_pack
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


def test_a_null_in_a_filter_is_not_the_fields_default(runner: CliRunner, books: LittleBooks) -> None:
    books.transfer(1_000)
    books.transfer(2_000, status="IGNORED", ignored_reason="Not ours")

    written = ["export", "unmatched_transfers", "--output", "-", "--filter"]
    every = runner.invoke(main, [*written, '{"status": null}'])
    waiting = runner.invoke(main, [*written, "{}"])

    assert (every.exit_code, len(every.stdout.splitlines())) == (0, 1 + 2)
    assert (waiting.exit_code, len(waiting.stdout.splitlines())) == (0, 1 + 1)
    noted = [json.loads(reason)["transferFilter"] for (reason,) in books.connection.execute(
        "select reason from audit_event order by seq"
    )]  # fmt: skip
    assert noted == [{"status": None}, {"status": ["UNMATCHED"]}]


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


def test_the_pack_of_a_closed_month_is_written_again_and_nothing_else(
    runner: CliRunner, books: LittleBooks, tmp_path: Path
) -> None:
    runner.invoke(main, ["close", "2025-10", "--reason", "October is complete", "--output", "first"])
    events = books.one("select count(*) from audit_event")

    again = runner.invoke(main, ["close", "2025-10", "--reason", "The pack was lost", "--output", "another"])

    assert (again.exit_code, again.stdout) == (
        0, "2025-10 was closed before; its pack was written again. It is in another.\n",
    )  # fmt: skip
    assert names(tmp_path / "another") == names(tmp_path / "first")
    assert books.one("select count(*), min(reason) from closed_month") == (1, "October is complete")
    assert books.one("select count(*) from audit_event") == events
    before = runner.invoke(main, ["close", "2025-09", "--reason", "It was closed with October"])
    assert (before.exit_code, "2025-09 is closed; the first open day is 2025-11-01" in before.stderr) == (2, True)
    assert names(tmp_path) == ["another", "first"]


@pytest.mark.parametrize("output", ["file/pack", "full"])
def test_a_month_stays_open_where_its_pack_could_not_be_written(
    runner: CliRunner, books: LittleBooks, tmp_path: Path, output: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "of-others").touch()

    done = runner.invoke(main, ["close", "2025-10", "--reason", "October is complete", "--output", output])

    assert (done.exit_code, done.stderr.count("\n")) == (2, 1), done.stderr
    assert books.one("select count(*) from closed_month")[0] == 0
    assert names(tmp_path) == ["file", "full"]


def test_a_pack_that_is_cut_short_is_told_of_with_the_way_to_it(
    runner: CliRunner, books: LittleBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_folder: Path) -> dict[str, str]:
        raise OSError(errno.ENOSPC, "No space left on device", "manifest.json")

    monkeypatch.setattr(close_pack, "_hashes", full)

    done = runner.invoke(main, ["close", "2025-10", "--reason", "October is complete"])

    assert (done.exit_code, done.stdout) == (2, "")
    told = (
        "2025-10 is closed, but its pack in close-2025-10 is not whole: run billing close 2025-10 again, with --output and "
        "another folder, to have it written."
    )
    assert done.stderr.splitlines() == [told, "Error: manifest.json: No space left on device."]
    assert books.one("select count(*) from closed_month")[0] == 1


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
