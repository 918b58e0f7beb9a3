"""Workbooks: typed cells under a header that stays in sight, sums at the end. Rows are written as they are read."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from billing.money import exponent
from graphql_api.exports.tables import Heading, Table, Totals
from schema.sheet_rows import Kind

ROWS_MAX: Final = 1_048_576 - 100
"""A sheet of a workbook holds no more; room is left for the sums."""

WIDTHS: Final = {Kind.TEXT: 26, Kind.WORD: 14, Kind.COUNT: 10, Kind.AMOUNT: 16, Kind.DAY: 12, Kind.INSTANT: 20}


class TooManyRows(Exception):
    """A workbook's sheet cannot hold this many rows."""

    def __init__(self, rows: int) -> None:
        super().__init__(f"A workbook holds {ROWS_MAX} rows, and these are {rows}; take CSV, or narrow the filter.")


def write_xlsx(table: Table, rows: Iterable[Sequence[Any]], path: Path) -> None:
    """Write the workbook. Text is written as text, whatever it begins with."""
    with xlsxwriter.Workbook(
        path,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": str(path.parent)},
    ) as workbook:
        workbook.set_properties({"title": table.title, "comments": f"{table.filter_words}; as of {table.as_of}"})
        sheet = _Sheet(workbook, table)
        totals = Totals(table)
        for row in rows:
            sheet.write(row)
            totals.add(row)
        sheet.write_totals(totals)


class _Sheet:
    def __init__(self, workbook: xlsxwriter.Workbook, table: Table) -> None:
        self._table, self._at = table, 1
        self._sheet: Worksheet = workbook.add_worksheet(table.title[:31])
        self._bold = workbook.add_format({"bold": True})
        self._formats = _formats(workbook, bold=False)
        self._sums = _formats(workbook, bold=True)
        self._day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self._instant = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._sheet.freeze_panes(1, 0)
        for place, heading in enumerate(table.headings):
            self._sheet.set_column(place, place, WIDTHS[heading.kind])
        for place, heading in enumerate(table.headings):
            self._sheet.write_string(0, place, _named(heading), self._bold)

    def write(self, row: Sequence[Any]) -> None:
        if self._at > ROWS_MAX:
            raise TooManyRows(self._at)
        for place, heading in enumerate(self._table.headings):
            value = row[place]
            if value is not None:
                self._cell(place, heading, value, row)
        self._at += 1

    def write_totals(self, totals: Totals) -> None:
        self._sheet.autofilter(0, 0, self._at - 1, len(self._table.headings) - 1)
        for currency, sums in totals.rows():
            self._sheet.write_string(self._at, 0, f"Total {currency}", self._bold)
            for place, amount in sorted(sums.items()):
                self._sheet.write_number(self._at, place, float(amount), self._sums[exponent(currency)])
            self._at += 1

    def _cell(self, place: int, heading: Heading, value: Any, row: Sequence[Any]) -> None:
        match heading.kind:
            case Kind.TEXT | Kind.WORD:
                self._sheet.write_string(self._at, place, str(value))
            case Kind.COUNT:
                self._sheet.write_number(self._at, place, value)
            case Kind.AMOUNT:
                places = exponent(row[heading.currency_at])
                self._sheet.write_number(self._at, place, float(value), self._formats[places])
            case Kind.DAY:
                self._sheet.write_datetime(self._at, place, value, self._day)
            case Kind.INSTANT:
                self._sheet.write_datetime(self._at, place, value, self._instant)


def _named(heading: Heading) -> str:
    return f"{heading.label} (UTC)" if heading.kind is Kind.INSTANT else heading.label


def _formats(workbook: xlsxwriter.Workbook, *, bold: bool) -> dict[int, Format]:
    """Number formats by decimals."""
    return {
        places: workbook.add_format({"num_format": "#,##0" + ("." + "0" * places if places else ""), "bold": bold})
        for places in range(5)
    }
