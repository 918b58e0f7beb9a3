"""What workbooks and pages are made of: rows of values under headings, and the sums of their amounts a currency."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import psycopg

from schema.sheet_rows import Kind, Query

ROWS_AT_ONCE: Final = 2_000
ACRONYMS: Final = {"eur": "EUR", "id": "ID", "mrr": "MRR", "ocr": "OCR"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A column of the file; `currency_at` is the place of an AMOUNT's currency among a row's values."""

    name: str
    kind: Kind
    currency_at: int = -1

    @property
    def label(self) -> str:
        """What stands above the column: its name in words."""
        first, *others = (ACRONYMS.get(word, word) for word in self.name.split("_"))
        return " ".join([first[0].upper() + first[1:], *others])


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table to be written: where its rows are read, and what a reader should know of them. `sections`: the columns whose
    values tell what a page has as a section of its own."""

    title: str
    filter_words: str
    as_of: str
    headings: Sequence[Heading]
    rows: Query
    sections: Sequence[int] = ()

    def section_of(self, row: Sequence[Any]) -> str:
        """The name of a row's section; empty where there are none."""
        return ", ".join(str(row[column]) for column in self.sections if row[column] is not None)

    @property
    def amounts(self) -> list[tuple[int, Heading]]:
        """The columns that are summed, with their places."""
        return [(place, heading) for place, heading in enumerate(self.headings) if heading.kind is Kind.AMOUNT]


class Totals:
    """The sums of a table's amounts, a row a currency."""

    def __init__(self, table: Table) -> None:
        self._amounts = table.amounts
        self._sums: dict[str, dict[int, Decimal]] = {}

    def add(self, row: Sequence[Any]) -> None:
        for place, heading in self._amounts:
            if row[place] is not None:
                sums = self._sums.setdefault(row[heading.currency_at], {})
                sums[place] = sums.get(place, Decimal(0)) + row[place]

    def rows(self) -> list[tuple[str, dict[int, Decimal]]]:
        """Each currency with its sums by the columns' places."""
        return sorted(self._sums.items())


def read(connection: psycopg.Connection[Any], table: Table) -> Iterator[Sequence[Any]]:
    """The rows, a few thousand at a time. `connection`: in a transaction."""
    with connection.cursor("rows") as cursor:
        cursor.execute(table.rows.sql.encode(), table.rows.values)
        while found := cursor.fetchmany(ROWS_AT_ONCE):
            yield from found
