"""Reading a CSV file row by row: UTF-8, a header, commas, one row a line; every fault named by its line."""

import csv
import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from procedures.import_books.cells import Unreadable
from procedures.import_books.columns import Column
from procedures.import_books.problems import Problems
from procedures.import_books.source import Source

LINE_BYTES_MAX = 65_536
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"

Row = tuple[int, *tuple[str | None, ...]]

# Control characters, line and paragraph separators, and the marks that make text read in another order than it is.
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


class CsvFile:
    """One file of an import. After `rows` was read to its end, `row_count` and `sha256` tell of the whole file."""

    def __init__(self, source: Source, path: Path, problems: Problems) -> None:
        self.source, self.path = source, path
        self.columns: Sequence[Column] = ()
        self.row_count = 0
        self._problems = problems
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def rows(self) -> Iterator[Row]:
        """The line number and the cells of every row that is right, in the order of `columns`; faults are noted."""
        with self.path.open("rb") as stream:
            lines = self._lines(stream)
            self.columns = self._header(next(lines, None))
            if self.columns:
                yield from self._body(lines)

    def _body(self, lines: Iterator[tuple[int, str]]) -> Iterator[Row]:
        width, readers = len(self.columns), [column.read for column in self.columns]
        for number, line in lines:
            if not (cells := self._cells(number, line)):
                continue
            self.row_count += 1
            if len(cells) != width:
                self._note(number, f"{len(cells)} cells, but the header names {width} columns")
                continue
            try:
                values = [read(cell) for read, cell in zip(readers, cells, strict=True)]
            except Unreadable:
                self._note_each(number, cells)
            else:
                yield (number, *values)

    def _lines(self, stream: BinaryIO) -> Iterator[tuple[int, str]]:
        number = 0
        while not self._problems.full and (line := stream.readline(LINE_BYTES_MAX + 1)):
            number += 1
            self._digest.update(line)
            if len(line) > LINE_BYTES_MAX:
                self._note(number, f"the line is longer than {LINE_BYTES_MAX} bytes; is this a CSV file?")
                return
            try:
                yield number, line.decode()
            except UnicodeDecodeError as error:
                self._note(number, f"byte {error.start + 1} (0x{line[error.start]:02X}) is not UTF-8")

    def _cells(self, number: int, line: str) -> list[str]:
        """The cells of a line, without the blanks around them; none when the line is blank or cannot be divided."""
        line = line.rstrip("\r\n")
        if not line.isprintable() and (odd := _INVISIBLE.search(line)):
            self._note(number, f"there is a control character (U+{ord(odd[0]):04X}) in it")
            return []
        if not line or line.isspace():
            return []
        if '"' not in line:
            return [cell.strip() for cell in line.split(",")]
        try:
            return [cell.strip() for cell in next(csv.reader((line,), strict=True))]
        except csv.Error:
            self._note(number, "the quotes do not match (a cell may not go over several lines)")
            return []

    def _header(self, first: tuple[int, str] | None) -> Sequence[Column]:
        if first is None:
            self._note(1, "the file is empty; its first line must name the columns")
            return ()
        room = self._problems.room
        names = self._cells(first[0], first[1].removeprefix(BYTE_ORDER_MARK))
        known = {column.name: column for column in self.source.columns}
        for name in names:
            if name not in known:
                self._note(1, _unknown(name, known))
        for name in sorted({name for name in names if names.count(name) > 1}):
            self._note(1, f'the column "{name}" comes twice')
        for column in self.source.columns:
            if not column.omissible and column.name not in names:
                self._note(1, f'the column "{column.name}" is missing')
        return [known[name] for name in names] if self._problems.room == room else ()

    def _note_each(self, number: int, cells: Sequence[str]) -> None:
        for column, cell in zip(self.columns, cells, strict=True):
            try:
                column.read(cell)
            except Unreadable as fault:
                self._note(number, f"{column.name} {fault}")

    def _note(self, line: int, what: str) -> None:
        self._problems.add(self.source.file, line, what)


def _unknown(name: str, known: dict[str, Column]) -> str:
    if ";" in name:
        return "the columns must be divided by commas, not semicolons"
    return f'there is no column "{name}"; known are {", ".join(known)}'
