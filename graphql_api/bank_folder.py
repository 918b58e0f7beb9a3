"""The watched folder: bank files that are put into it are received, and moved to `done` or to `refused` with a word why."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, Final
from zoneinfo import ZoneInfo

import psycopg

from billing.refusals import Refusal
from graphql_api.logs import log, log_unexpected
from procedures.receive_transfers import BankFileDuplicate, receive
from procedures.stopping import Stopped, never, until
from providers import BankFileInvalid
from providers.registry import Registry

ACTOR: Final = "system:bank_folder"
DONE: Final = "done"
REFUSED: Final = "refused"
SIZE_MAX: Final = 100 * 1024 * 1024
NOTE: Final = ".why.txt"
NAME_BYTES_MAX: Final = 255
SUFFIX_MAX: Final = 16
SETTLED: Final = timedelta(seconds=10)
"""A file that nobody has written to for so long is taken to be whole."""
UNFINISHED: Final = (".part", ".tmp", ".filepart", ".crdownload")

Connect = Callable[[], psycopg.Connection[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BankFolder:
    """Any number of workers may watch the same folder: a file is received by whoever has locked it."""

    folder: Path
    registry: Registry
    connect: Connect
    zone: ZoneInfo
    stopped: Stopped = never

    def take_in(self, at: datetime) -> int:
        """Receive every whole file that is there, by name, until told to stop; gives how many were booked. Blocks."""
        for name in ("", DONE, REFUSED):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        paths = until(self.stopped, sorted(self.folder.iterdir()))
        return sum([self._take_in(path, at) for path in paths if _is_whole(path, at)])

    def _take_in(self, path: Path, at: datetime) -> bool:
        try:
            with _held(path) as source:
                return source is not None and self._received(path, source, at)
        except Exception as error:  # noqa: BLE001 - an outermost edge: the file stays, the others have their turn
            log_unexpected(error)
            return False

    def _received(self, path: Path, source: BinaryIO, at: datetime) -> bool:
        file_name = os.fsencode(path.name).decode("utf-8", "replace")
        try:
            _check_size(source)
            with self.connect() as connection:
                received = receive(
                    connection,
                    source,
                    file_name=file_name,
                    registry=self.registry,
                    provider=None,
                    actor=ACTOR,
                    reason=None,
                    now=at,
                    zone=self.zone,
                )
        except BankFileDuplicate as duplicate:
            is_ours = (duplicate.imported_by, duplicate.file_name) == (ACTOR, file_name)
            self._put(path, DONE if is_ours else REFUSED, None if is_ours else str(duplicate))
            return False
        except (Refusal, TooLarge) as refusal:
            self._put(path, REFUSED, _why(refusal))
            return False
        self._put(path, DONE)
        log.info("bank file received", transfers=received.transfer_count, matched=received.matched_count)
        return True

    def _put(self, path: Path, where: str, note: str | None = None) -> None:
        """Move the file, with a note beside it; never over another one of its name."""
        target = _free(path, self.folder / where, spare=NOTE if note is not None else "")
        beside = target.with_name(f"{target.name}{NOTE}")
        try:
            if note is not None:
                beside.write_text(f"{note}\n", encoding="utf-8")
            shutil.move(path, target)
        except BaseException:
            target.unlink(missing_ok=True)
            if note is not None:
                beside.unlink(missing_ok=True)
            raise


class TooLarge(Exception):
    """The file is larger than what is taken from the folder."""

    def __init__(self, size: int) -> None:
        megabyte = 1024 * 1024
        super().__init__(
            f"The file has {size / megabyte:.1f} MB; up to {SIZE_MAX // megabyte} MB are taken. Nothing was booked."
        )


def _is_whole(path: Path, at: datetime) -> bool:
    """A plain file that is not being written any more, as far as its name and its age can tell."""
    if path.name.startswith(".") or path.suffix.lower() in UNFINISHED or path.is_symlink() or not path.is_file():
        return False
    return at.timestamp() - path.stat().st_mtime >= SETTLED.total_seconds()


def _free(path: Path, folder: Path, *, spare: str) -> Path:
    """An empty file in the folder, made here, that the file may replace: named like it, with a number where that name is
    taken, and cut where a file system takes no name of that length with `spare` behind it."""
    stem, suffix = (path.stem, path.suffix) if len(path.suffix) <= SUFFIX_MAX else (path.name, "")
    for number in count(1):
        ending = suffix if number == 1 else f"-{number}{suffix}"
        while len(os.fsencode(f"{stem}{ending}{spare}")) > NAME_BYTES_MAX:
            stem = stem[:-1]
        target = folder / f"{stem}{ending}"
        with suppress(FileExistsError):
            target.touch(exist_ok=False)
            return target
    raise AssertionError


@contextmanager
def _held(path: Path) -> Iterator[BinaryIO | None]:
    """The file, locked as long as the body runs; None where somebody else has it, or has moved it already."""
    try:
        source = path.open("rb")
    except FileNotFoundError:
        yield None
        return
    with source:
        try:
            fcntl.flock(source, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        is_there = path.exists() and path.stat().st_ino == os.fstat(source.fileno()).st_ino
        yield source if is_there else None


def _check_size(source: BinaryIO) -> None:
    """Raises: TooLarge."""
    if (size := os.fstat(source.fileno()).st_size) > SIZE_MAX:
        raise TooLarge(size)


def _why(refusal: Exception) -> str:
    findings = refusal.findings if isinstance(refusal, BankFileInvalid) else ()
    return "\n".join([str(refusal), *map(str, findings[1:])])
