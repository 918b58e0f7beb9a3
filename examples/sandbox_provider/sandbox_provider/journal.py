"""Append-only records: JSON lines in a file that several processes share, or in memory."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, BinaryIO

Record = dict[str, Any]


class Journal:
    """The records so far, and one writer at a time. A record is there whole or not at all, also after a crash."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = RLock()
        self._records: list[Record] = []
        self._read_to = 0

    @contextmanager
    def exclusively(self) -> Iterator["Writer"]:
        """Nobody else, in any process, reads or writes meanwhile."""
        with self._lock:
            if self._path is None:
                yield Writer(self._records, None)
                return
            with self._path.open("a+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                self._catch_up(file)
                yield Writer(self._records, file)
                self._read_to = file.seek(0, os.SEEK_END)

    def _catch_up(self, file: BinaryIO) -> None:
        """Read what others have written; cut off the half of a line that a crash has left."""
        file.seek(self._read_to)
        for line in file:
            if not line.endswith(b"\n"):
                file.truncate(self._read_to)
                break
            self._records.append(json.loads(line))
            self._read_to += len(line)


class Writer:
    """The records while they are ours."""

    def __init__(self, records: list[Record], file: BinaryIO | None) -> None:
        self.records, self._file = records, file

    def append(self, record: Record) -> None:
        """On the disk when this returns."""
        if self._file is not None:
            self._file.write(json.dumps(record).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        self.records.append(record)
