"""The CSV files of a demo while they are written: their columns are those that the import knows."""

import csv
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from procedures.import_books.sources import SOURCES


class Sheets:
    """Rows go in by the noun of their file, in any order; `count` tells how many."""

    def __init__(self, folder: Path) -> None:
        self.count: Counter[str] = Counter()
        self._open = ExitStack()
        self._writers: dict[str, csv.DictWriter[str]] = {}
        for source in SOURCES:
            stream = self._open.enter_context((folder / source.file).open("w", encoding="utf-8", newline=""))
            writer = csv.DictWriter(stream, [column.name for column in source.columns], lineterminator="\n")
            writer.writeheader()
            self._writers[source.noun] = writer

    def add(self, noun: str, **cells: object) -> None:
        """Write one row; a column that is not told stays empty."""
        self._writers[noun].writerow(cells)
        self.count[noun] += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
