"""The folder from which orders are fetched by whatever takes them to the bank: a file is in it whole, or not at all.

What fetches a file may leave it, move it or delete it: a second name of it stays in the folder `sent`, and says for ever
that the order went out.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

SENT: Final = "sent"


class NotWritten(Exception):
    """Nothing was put into the outbox; `problem` is a sentence."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem)


class Outbox:
    """Files named by keys. Each is written once; its bytes never change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ailment(self) -> str | None:
        """What is wrong with the folder, in a sentence; None when it can be written to."""
        if not self.folder.is_dir():
            return f"The outbox {self.folder} is no folder."
        return None if os.access(self.folder, os.W_OK | os.X_OK) else f"The outbox {self.folder} cannot be written to."

    def found(self, key: str) -> bytes | None:
        """The file of this key, if it was ever put out."""
        for path in (self.folder / SENT / f"{key}.xml", self.folder / f"{key}.xml"):
            with suppress(FileNotFoundError):
                return path.read_bytes()
        return None

    def put(self, key: str, content: bytes) -> None:
        """Put the file out and remember it: on disk, both of them, when this returns.

        Raises: NotWritten; OSError, when nobody knows whether it was put out.
        """
        sent, part = self.folder / SENT, self.folder / f".{key}.{uuid4().hex}.part"
        try:
            sent.mkdir(exist_ok=True)
            _write(part, content)
        except OSError as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise NotWritten(f"The outbox cannot be written to: {error.strerror}.") from error
        part.rename(self.folder / f"{key}.xml")
        _sync(self.folder)
        kept = sent / f".{key}.{uuid4().hex}.part"
        _write(kept, content)
        kept.rename(sent / f"{key}.xml")
        _sync(sent)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
