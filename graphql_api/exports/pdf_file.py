"""Pages for people: title, filter and as-of above, amounts to the right, sums a currency at the end, page n of m."""

import zlib
from collections.abc import Iterable, Sequence
from itertools import chain, groupby, islice
from pathlib import Path
from typing import Any, Final

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFStream
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from graphql_api.exports.pdf_columns import BOLD, FONT, SIZE, Place, amount, cut, places
from graphql_api.exports.tables import Heading, Table, Totals

WIDTH, HEIGHT = landscape(A4)
MARGIN: Final = 28.0
LINE: Final = 9.4
TOP: Final = HEIGHT - MARGIN - 58
LINES_A_PAGE: Final = int((TOP - MARGIN - 20) // LINE)
SAMPLE_ROWS: Final = 500


def write_pdf(table: Table, rows: Iterable[Sequence[Any]], path: Path) -> None:
    """Write the pages, each as soon as it is full. Columns are as wide as their first rows need; a section stands under
    its name, with sums of its own."""
    for font in (FONT, BOLD):
        registerFont(TTFont(font, f"{font}.ttf"))
    canvas = Canvas(str(path), pagesize=(WIDTH, HEIGHT))
    canvas.setTitle(table.title)
    canvas.setSubject(table.filter_words)
    coming = iter(rows)
    sample = list(islice(coming, SAMPLE_ROWS))
    pages = _Pages(canvas, table, list(places(_shown(table), sample, width=WIDTH - 2 * MARGIN)))
    for section, its_rows in groupby(chain(sample, coming), table.section_of):
        totals = Totals(table)
        pages.open(section)
        for row in its_rows:
            totals.add(row)
            pages.row(row)
        pages.sums(totals)
    pages.end()
    canvas.save()


def _shown(table: Table) -> list[tuple[int, Heading]]:
    """The columns with their places in a row, but for those that tell the section, and for ids and keys, which are for machines."""
    return [
        (column, heading)
        for column, heading in enumerate(table.headings)
        if column not in table.sections and not heading.name.endswith(("_id", "key"))
    ]


class _Pages:
    """Pages in the making. Their number is known at the end only: it is a form that every page refers to."""

    def __init__(self, canvas: Canvas, table: Table, columns: Sequence[Place]) -> None:
        self._canvas, self._table, self._places = canvas, table, columns
        self._by_column = {place.column: place for place in columns}
        self._section = ""
        self._page = self._on_page = 0
        self._begin()

    def open(self, section: str) -> None:
        """Begin a section, where its name, a row and a sum have room."""
        self._section = ""
        if self._on_page:
            self._on_page += 1
        if section:
            self._room_for(3)
            self._section = section
            self._head(section)

    def row(self, row: Sequence[Any]) -> None:
        cells = [(place, place.cell(row)) for place in self._places]
        height = max(len(lines) for _, lines in cells)
        self._room_for(height)
        for place, lines in cells:
            for line, text in enumerate(lines):
                self._write(place, text, self._height(line))
        self._on_page += height

    def sums(self, totals: Totals) -> None:
        """The sums of the section's amounts, under a line."""
        rows = totals.rows()
        if not rows:
            return
        self._room_for(len(rows))
        self._rule(self._height() + SIZE + 0.7)
        self._canvas.setFont(BOLD, SIZE)
        for currency, its_sums in rows:
            self._canvas.drawString(MARGIN, self._height(), f"Total {currency}")
            for column, value in its_sums.items():
                self._write(self._by_column[column], amount(value, currency), self._height())
            self._on_page += 1
        self._canvas.setFont(FONT, SIZE)

    def end(self) -> None:
        if self._page == 1 and not self._on_page:
            self._canvas.drawString(MARGIN, self._height(), "There are no rows.")
        self._close_page()
        self._canvas.beginForm("pages")
        self._canvas.setFont(FONT, SIZE + 1)
        self._canvas.drawString(0, 0, str(self._page))
        self._canvas.endForm()

    def _room_for(self, lines: int) -> None:
        if self._on_page + lines > LINES_A_PAGE:
            self._close_page()
            self._begin()

    def _close_page(self) -> None:
        """Compress the page now: it takes a tenth of the memory until all of them are written."""
        self._canvas.showPage()
        page = self._canvas._doc.Pages[-1]  # noqa: SLF001 - the canvas keeps its pages to itself
        zipped = PDFDictionary({"Filter": PDFName("FlateDecode")})
        page.Contents = PDFStream(zipped, zlib.compress(page.stream.encode()), filters=[])
        page.stream = None

    def _begin(self) -> None:
        canvas, table = self._canvas, self._table
        self._page, self._on_page = self._page + 1, 0
        canvas.setFont(BOLD, 13)
        canvas.drawString(MARGIN, HEIGHT - MARGIN - 10, table.title)
        canvas.setFont(FONT, SIZE + 1)
        canvas.drawRightString(WIDTH - MARGIN, HEIGHT - MARGIN - 10, f"As of {table.as_of}")
        canvas.drawString(MARGIN, HEIGHT - MARGIN - 25, cut(f"Filter: {table.filter_words}", WIDTH - 3 * MARGIN, FONT))
        counted = f"Page {self._page} of "
        left = WIDTH - MARGIN - 16 - stringWidth(counted, FONT, SIZE + 1)
        canvas.drawString(left, MARGIN - 8, counted)
        canvas.saveState()
        canvas.translate(WIDTH - MARGIN - 16, MARGIN - 8)
        canvas.doForm("pages")
        canvas.restoreState()
        self._labels()
        if self._section:
            self._head(f"{self._section} (continued)")

    def _labels(self) -> None:
        canvas, above = self._canvas, TOP + LINE
        canvas.setFont(BOLD, SIZE)
        for place in self._places:
            for line, text in enumerate(reversed(place.label())):
                self._write(place, text, above + line * LINE * 0.85)
        self._rule(above - 3)
        canvas.setFont(FONT, SIZE)

    def _head(self, words: str) -> None:
        self._canvas.setFont(BOLD, SIZE)
        self._canvas.drawString(MARGIN, self._height() - 1, cut(words, WIDTH - 3 * MARGIN, BOLD))
        self._canvas.setFont(FONT, SIZE)
        self._on_page += 1

    def _write(self, place: Place, text: str, height: float) -> None:
        if place.is_right_aligned:
            self._canvas.drawRightString(MARGIN + place.right, height, text)
        else:
            self._canvas.drawString(MARGIN + place.left, height, text)

    def _rule(self, height: float) -> None:
        self._canvas.setLineWidth(0.4)
        self._canvas.line(MARGIN, height, WIDTH - MARGIN, height)

    def _height(self, line: int = 0) -> float:
        """Where the text stands that comes after so many lines more."""
        return float(TOP - (self._on_page + line) * LINE)
