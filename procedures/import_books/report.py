"""What an import did."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """One file: its rows, of which `new` were written and `changed` taken over; the rest the books knew already."""

    file: str
    sha256: str
    rows: int
    new: int
    changed: int

    @property
    def unchanged(self) -> int:
        return self.rows - self.new - self.changed


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """One import: its files in the order in which they were taken in, and what they did to the ledger."""

    files: Sequence[FileReport]
    journals: int
    legs: int
