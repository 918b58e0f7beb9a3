"""The bytes of a file on their way through: read once, by whoever understands them, and hashed as they pass."""

import hashlib
import io
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BUFFER_BYTES = 256 * 1024
HEAD_BYTES = 4096


class Arrival(io.BufferedReader):
    """A source of bytes, from where it stands to its end. It need not be seekable, and is left open."""

    def __init__(self, source: BinaryIO) -> None:
        self._passing = _Hashed(source)
        super().__init__(self._passing, BUFFER_BYTES)

    def head(self) -> bytes:
        """The first 4 kB, which stay to be read."""
        return self.peek(HEAD_BYTES)[:HEAD_BYTES]

    def sha256(self) -> str:
        """The hash of the whole file, what its reader left unread included."""
        while self.read(BUFFER_BYTES):
            pass
        return self._passing.hash.hexdigest()


class _Hashed(io.RawIOBase):
    def __init__(self, source: BinaryIO) -> None:
        self.hash = hashlib.sha256()
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        passing = self._source.read(len(view))
        view[: len(passing)] = passing
        self.hash.update(passing)
        return len(passing)
