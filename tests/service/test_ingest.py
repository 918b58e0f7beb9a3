"""`billing ingest`: each file by itself, what became of it in a line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

from billing.ocr import ocr_of
from graphql_api.cli import ingest, main
from providers.registry import Registry
from storage.engine import Database
from tests.books import NOW, LittleBooks
from tests.procedures.intake import DAY, WITH_LEAVING, by_ocr
from tests.providers.bank_files import Paid, PaidIn, bgmax, camt054
from tests.providers.bank_orders import pain002

OCR = ocr_of("145488")
DEPOSIT = PaidIn(payments=[by_ocr(125_000, OCR), Paid(cents=45_000, code="0")], day=DAY, serial=70)


@pytest.fixture
def billing(database: Database, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line on the test's own database."""

    @contextmanager
    def opened(_settings: object) -> Iterator[Database]:
        yield database

    monkeypatch.setattr(ingest, "open_database", opened)
    return CliRunner()


def test_every_file_is_a_line_with_what_was_booked_matched_and_waits(
    billing: CliRunner, little: LittleBooks, tmp_path: Path
) -> None:
    little.invoice(little.tenant(), 125_000, ocr=OCR)
    monday, tuesday = tmp_path / "monday.txt", tmp_path / "tuesday.xml"
    monday.write_bytes(bgmax(DEPOSIT))
    tuesday.write_bytes(camt054(DEPOSIT))

    done = run(billing, "--reason", "Came by mail", "--actor", "a@example.org", monday, tuesday)

    assert done.exit_code == 0, done.output
    first, _stale, second, known = done.stdout.splitlines()
    assert first == f"{monday}: BgMax 01, 2 transfers booked (1\N{NO-BREAK SPACE}700.00 SEK): 1 matched, 1 waiting."
    assert second == f"{tuesday}: camt.054.001.02, 0 transfers booked: 0 matched, 0 waiting, 2 known before."
    assert known.endswith("is known from monday.txt: its 2 payments were not booked again.")
    assert little.one("select distinct actor, reason from audit_event") == ("a@example.org", "Came by mail")


def test_a_file_that_cannot_be_booked_is_named_and_does_not_keep_the_others_out(
    billing: CliRunner, little: LittleBooks, tmp_path: Path
) -> None:
    wrong, right = tmp_path / "wrong.txt", tmp_path / "right.txt"
    wrong.write_bytes(
        bgmax(DEPOSIT).replace(b"000000000000170000", b"000000000000170001").replace(b"70000000020", b"70000000030")
    )
    right.write_bytes(bgmax(DEPOSIT))

    done = run(billing, wrong, right)

    assert done.exit_code == 2
    refused, *others = done.stderr.splitlines()
    assert refused.startswith(f"{wrong}: The bank file cannot be booked: line ")
    assert refused.endswith("(and 1 more). Nothing was booked.")
    assert len(others) == 1
    assert others[0].startswith("  line ")
    assert done.stdout.startswith(f"{right}: BgMax 01, 2 transfers booked")
    assert little.one("select count(*) from bank_file") == (1,)


def test_a_file_whose_reader_fails_is_named_and_does_not_keep_the_others_out(
    billing: CliRunner, little: LittleBooks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Registry, "load", lambda **_: WITH_LEAVING)
    wrong, right = tmp_path / "wrong.txt", tmp_path / "right.txt"
    wrong.write_bytes(b"LEAVE")
    right.write_bytes(bgmax(DEPOSIT))

    done = run(billing, wrong, right)

    assert done.exit_code == 2
    assert f"{wrong}: The bank file cannot be booked: provider acme: its reader failed with SystemExit." in done.stderr
    assert done.stdout.startswith(f"{right}: BgMax 01, 2 transfers booked")
    assert little.one("select count(*) from bank_file") == (1,)


def test_the_same_file_again_is_a_refusal(billing: CliRunner, little: LittleBooks, tmp_path: Path) -> None:
    file = tmp_path / "monday.txt"
    file.write_bytes(bgmax(DEPOSIT))
    run(billing, "--actor", "a@example.org", file)

    again = run(billing, file)

    assert (again.exit_code, again.stdout) == (2, "")
    assert again.stderr.startswith(f"{file}: The same file came before, as monday.txt, on ")
    assert again.stderr.endswith("by a@example.org. Nothing was booked.\n")


def test_a_provider_that_is_not_installed_is_a_refusal(billing: CliRunner, little: LittleBooks, tmp_path: Path) -> None:
    file = tmp_path / "monday.txt"
    file.write_bytes(bgmax(DEPOSIT))

    done = run(billing, "--provider", "nobody", file)

    assert done.exit_code == 2
    assert done.stderr.startswith(f"{file}: ")
    assert "nobody" in done.stderr


def test_a_file_that_is_not_there_is_a_usage_error_before_anything_is_booked(
    billing: CliRunner, little: LittleBooks, tmp_path: Path
) -> None:
    there = tmp_path / "there.txt"
    there.write_bytes(bgmax(DEPOSIT))

    done = run(billing, there, tmp_path / "missing.txt")

    assert done.exit_code == 2
    assert "does not exist" in done.stderr
    assert little.one("select count(*) from bank_file") == (0,)


def test_progress_is_shown_on_a_terminal_only(
    billing: CliRunner, little: LittleBooks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    first.write_bytes(bgmax(DEPOSIT))
    second.write_bytes(bgmax(PaidIn(payments=DEPOSIT.payments, day=DAY, serial=71)))

    quiet = run(billing, first)
    monkeypatch.setattr(ingest, "is_terminal", lambda: True)
    told = run(billing, second)

    assert quiet.stderr == ""
    assert f"\r{second}: 2 transfers booked\r" in told.stderr
    assert told.stderr.endswith(f"\r{second}: 2 journals booked\r")  # click takes the codes that clear the line out


def run(billing: CliRunner, *arguments: str | Path) -> Result:
    return billing.invoke(main, ["ingest", *map(str, arguments)])


def test_what_a_file_says_of_a_return_is_settled_at_once(
    billing: CliRunner, little: LittleBooks, tmp_path: Path
) -> None:
    transfer, key = little.transfer(80_000), uuid7()
    little.connection.execute("update bank_transfer set status = 'RETURNED'")
    little._insert(
        "transfer_return", id=key, bank_transfer_id=transfer, status="PENDING", payer_account=Jsonb({}), actor="a@b.se",
        reason="not ours", due_at=NOW, created_at=NOW,
    )  # fmt: skip
    file = tmp_path / "report.xml"
    file.write_bytes(pain002(group="RJCT", reason="AC04", of=key.hex))

    done = run(billing, file)

    assert done.stdout.splitlines() == [
        f"{file}: pain.002.001.03, 0 transfers booked: 0 matched, 0 waiting.",
        f"  Of return {key}: The bank refused it: the account is closed (AC04).",
    ]
    assert little.one("select t.status, r.status from bank_transfer t, transfer_return r") == ("UNMATCHED", "FAILED")
