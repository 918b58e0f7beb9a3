"""The watched folder: what is put into it is booked once, and what cannot be is set aside with the reason."""

import errno
import fcntl
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

import pytest

from graphql_api import bank_folder
from graphql_api.bank_folder import BankFolder
from providers.bankgirot import plugin
from providers.registry import Registry
from storage.engine import Database
from tests.books import NOW, LittleBooks
from tests.procedures.intake import WITH_LEAVING, received
from tests.providers.bank_files import Paid, PaidIn, bgmax

REGISTRY = Registry.load(settings={})


def bank_file(cents: int = 125_000, *, serial: int = 1) -> bytes:
    return bgmax(PaidIn(payments=[Paid(cents=cents, serial=str(serial))], serial=serial))


FILE = bank_file()


@pytest.fixture
def watched(database: Database, little: LittleBooks, tmp_path: Path) -> BankFolder:
    return BankFolder(
        folder=tmp_path / "inbox", registry=REGISTRY, connect=database.connect, zone=ZoneInfo("Europe/Stockholm")
    )


def put(watched: BankFolder, name: str, content: bytes = FILE, *, seconds_ago: float = 60) -> Path:
    path = watched.folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (NOW.timestamp() - seconds_ago,) * 2)
    return path


def there(watched: BankFolder) -> list[str]:
    """All files, with their folder."""
    return sorted(str(path.relative_to(watched.folder)) for path in watched.folder.rglob("*") if path.is_file())


def test_a_file_is_booked_and_moved_to_done(watched: BankFolder, little: LittleBooks) -> None:
    put(watched, "monday.txt")

    assert (watched.take_in(NOW), watched.take_in(NOW)) == (1, 0)

    assert there(watched) == ["done/monday.txt"]
    booked = "select file_name, imported_by, transfer_count from bank_file"
    assert little.one(booked) == ("monday.txt", "system:bank_folder", 1)


def test_a_file_that_is_still_written_is_left_until_it_is_whole(watched: BankFolder, little: LittleBooks) -> None:
    path = put(watched, "monday.txt", FILE[: len(FILE) // 2], seconds_ago=3)
    assert watched.take_in(NOW) == 0

    path.write_bytes(FILE)
    os.utime(path, (NOW.timestamp(),) * 2)
    assert watched.take_in(NOW + timedelta(seconds=9)) == 0
    assert watched.take_in(NOW + timedelta(seconds=10)) == 1

    assert little.one("select count(*) from bank_transfer") == (1,)


@pytest.mark.parametrize("name", [".monday.txt", "monday.txt.part", "monday.txt.TMP"])
def test_what_is_named_as_unfinished_is_left_alone(watched: BankFolder, name: str) -> None:
    put(watched, name)

    assert watched.take_in(NOW) == 0
    assert there(watched) == [name]


def test_links_and_folders_are_left_alone(watched: BankFolder, tmp_path: Path) -> None:
    put(watched, "monday.txt")
    elsewhere = tmp_path / "secret.txt"
    elsewhere.write_bytes(FILE)
    (watched.folder / "link.txt").symlink_to(elsewhere)
    (watched.folder / "sub").mkdir()

    assert watched.take_in(NOW) == 1
    assert (watched.folder / "link.txt").is_symlink()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("cut.txt", FILE[: len(FILE) // 2], "the trailer (70) is missing: the file is cut off"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n" * 10, "no format known to"),
        ("empty.txt", b"", "empty"),
    ],
    ids=["cut", "picture", "empty"],
)
def test_a_file_that_cannot_be_booked_is_refused_with_a_word_why(
    watched: BankFolder, little: LittleBooks, name: str, content: bytes, why: str
) -> None:
    put(watched, name, content)
    put(watched, "zz-good.txt")

    assert watched.take_in(NOW) == 1

    assert there(watched) == ["done/zz-good.txt", f"refused/{name}", f"refused/{name}.why.txt"]
    told = (watched.folder / "refused" / f"{name}.why.txt").read_text()
    assert why in told


def test_a_file_whose_reader_fails_is_refused_with_a_word_why(watched: BankFolder, little: LittleBooks) -> None:
    watched = replace(watched, registry=WITH_LEAVING)
    put(watched, "acme.txt", b"LEAVE")
    put(watched, "zz-good.txt")

    assert watched.take_in(NOW) == 1

    assert there(watched) == ["done/zz-good.txt", "refused/acme.txt", "refused/acme.txt.why.txt"]
    assert (watched.folder / "refused/acme.txt.why.txt").read_text() == (
        "The bank file cannot be booked: provider acme: its reader failed with SystemExit. Nothing was booked.\n"
    )


def test_a_file_that_is_too_large_is_refused_unread(
    watched: BankFolder, little: LittleBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bank_folder, "SIZE_MAX", 1024 * 1024)
    put(watched, "huge.txt", FILE + b" " * 2_000_000)

    assert watched.take_in(NOW) == 0

    told = (watched.folder / "refused" / "huge.txt.why.txt").read_text()
    assert told == "The file has 1.9 MB; up to 1 MB are taken. Nothing was booked.\n"


def test_the_same_file_under_another_name_is_refused_as_known(watched: BankFolder, little: LittleBooks) -> None:
    put(watched, "monday.txt")
    watched.take_in(NOW)
    put(watched, "again.txt")

    assert watched.take_in(NOW) == 0

    assert "refused/again.txt" in there(watched)
    assert "The same file came before, as monday.txt" in (watched.folder / "refused/again.txt.why.txt").read_text()


def test_a_file_that_was_booked_before_its_worker_died_is_done(
    watched: BankFolder, database: Database, little: LittleBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    put(watched, "monday.txt")
    with monkeypatch.context() as dying:
        dying.setattr(BankFolder, "_put", die)
        with pytest.raises(Killed):
            watched.take_in(NOW)
    assert there(watched) == ["monday.txt"]

    assert watched.take_in(NOW) == 0

    assert there(watched) == ["done/monday.txt"]
    assert little.one("select count(*), (select count(*) from bank_transfer) from bank_file") == (1, 1)


def test_a_file_of_the_same_name_does_not_replace_the_one_of_yesterday(watched: BankFolder) -> None:
    put(watched, "payments.txt")
    watched.take_in(NOW)
    put(watched, "payments.txt", bank_file(99_000, serial=2))

    watched.take_in(NOW)

    assert there(watched)[0].startswith("done/payments-2.txt")
    assert (watched.folder / "done/payments.txt").read_bytes() == FILE


@pytest.mark.parametrize("name", [f"{'ö' * 123}.txt", "x" * 255, f"x.{'y' * 253}"])
def test_a_file_with_a_name_as_long_as_can_be_is_refused_once_with_a_word_why(watched: BankFolder, name: str) -> None:
    for _ in range(2):
        put(watched, name, b"no bank file")
        assert (watched.take_in(NOW), watched.take_in(NOW)) == (0, 0)

    told = [path for path in there(watched) if path.endswith(".why.txt")]
    assert sorted([*told, *(path.removesuffix(".why.txt") for path in told)]) == there(watched)
    assert len(told) == 2


def test_a_file_is_moved_into_another_file_system(watched: BankFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def across(*_: object, **__: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    put(watched, "monday.txt")
    monkeypatch.setattr(os, "rename", across)
    monkeypatch.setattr(os, "link", across)

    assert watched.take_in(NOW) == 1

    assert there(watched) == ["done/monday.txt"]
    assert (watched.folder / "done/monday.txt").read_bytes() == FILE


@pytest.mark.parametrize("name", ["monday.txt", f"{'m' * 251}.txt"], ids=["short", "as long as can be"])
@pytest.mark.parametrize("content", [b"no bank file", FILE], ids=["refused", "booked"])
def test_a_file_that_cannot_be_moved_leaves_nothing_where_it_should_go(
    watched: BankFolder, little: LittleBooks, monkeypatch: pytest.MonkeyPatch, content: bytes, name: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    put(watched, name, content)
    with monkeypatch.context() as on_a_full_disk:
        on_a_full_disk.setattr(shutil, "move", full)
        for _ in range(2):
            assert watched.take_in(NOW) == 0
    assert there(watched) == [name]

    assert watched.take_in(NOW) == 0
    assert len(there(watched)) == (2 if content is not FILE else 1)


def test_a_file_that_could_not_be_read_to_its_end_stays(
    watched: BankFolder, little: LittleBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stale(*_: object) -> None:
        raise OSError(errno.ESTALE, "Stale file handle")

    put(watched, "monday.txt")
    with monkeypatch.context() as share_gone:
        share_gone.setattr(plugin, "read_bgmax", stale)
        assert watched.take_in(NOW) == 0
    assert there(watched) == ["monday.txt"]

    assert watched.take_in(NOW) == 1
    assert there(watched) == ["done/monday.txt"]


def test_a_file_whose_name_is_no_utf8_is_booked_like_any(watched: BankFolder, little: LittleBooks) -> None:
    put(watched, os.fsdecode("månad.txt".encode("latin-1")))

    assert (watched.take_in(NOW), watched.take_in(NOW)) == (1, 0)

    assert [os.fsencode(path) for path in there(watched)] == ["done/månad.txt".encode("latin-1")]
    assert little.one("select file_name from bank_file") == ("m\ufffdnad.txt",)


def test_a_file_that_somebody_else_receives_is_left_to_them(watched: BankFolder) -> None:
    path = put(watched, "monday.txt")
    with path.open("rb") as theirs:
        fcntl.flock(theirs, fcntl.LOCK_EX)
        assert watched.take_in(NOW) == 0
    assert there(watched) == ["monday.txt"]
    assert watched.take_in(NOW) == 1


def test_two_workers_book_each_file_once(watched: BankFolder, little: LittleBooks) -> None:
    for number in range(6):
        put(watched, f"{number}.txt", bank_file(1_000 + number, serial=number + 1))
    booked: list[int] = []
    at_once: Callable[[], None] = partial(lambda: booked.append(watched.take_in(NOW)))
    workers = [Thread(target=at_once) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sum(booked) == 6
    assert little.one("select count(*) from bank_file") == (6,)
    assert there(watched) == [f"done/{number}.txt" for number in range(6)]


def test_no_further_file_is_begun_once_the_worker_was_told_to_stop(watched: BankFolder, little: LittleBooks) -> None:
    for number in range(3):
        put(watched, f"{number}.txt", bank_file(1_000 + number, serial=number + 1))

    first = watched.folder / "done" / "0.txt"
    assert replace(watched, stopped=first.exists).take_in(NOW) == 1

    assert there(watched) == ["1.txt", "2.txt", "done/0.txt"]
    assert little.one("select count(*) from bank_file") == (1,)


def test_a_file_known_from_the_command_line_is_refused_as_known(
    watched: BankFolder, database: Database, little: LittleBooks
) -> None:
    received(database, FILE, file_name="monday.txt")
    put(watched, "monday.txt")

    assert watched.take_in(NOW) == 0
    assert there(watched) == ["refused/monday.txt", "refused/monday.txt.why.txt"]
