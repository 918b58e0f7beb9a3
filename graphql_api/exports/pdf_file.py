"""Pages for people: title, filter and as-of above, amounts to the right, sums a currency at the end, page n of m."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from billing.money import exponent
from graphql_api.exports.tables import Heading, Table, Totals
from schema.sheets import Kind

WIDTH, HEIGHT = landscape(A4)
MARGIN: Final = 28.0
FONT, BOLD = "Vera", "VeraBd"
SIZE: Final = 6.2
LINE: Final = 9.4
TOP: Final = HEIGHT - MARGIN - 58
GAP: Final = 5.0
ROWS_A_PAGE: Final = int((TOP - MARGIN - 20) // LINE)
ELLIPSIS: Final = "\N{HORIZONTAL ELLIPSIS}"
WIDEST, NARROWEST = 1.1, 0.27  # letters of the fonts, to their size
# How wide columns are to each other; what does not fit is cut, and says so with an ellipsis.
SHARES: Final = {Kind.TEXT: 1.5, Kind.WORD: 0.9, Kind.COUNT: 0.6, Kind.AMOUNT: 1.1, Kind.DAY: 0.85, Kind.INSTANT: 1.3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a column stands on the page."""

    left: float
    right: float
    heading: Heading

    @property
    def is_right_aligned(self) -> bool:
        return self.heading.kind in {Kind.AMOUNT, Kind.COUNT}


def write_pdf(table: Table, rows: Iterable[Sequence[Any]], path: Path) -> None:
    """Write the pages, each as soon as it is full."""
    for font in (FONT, BOLD):
        registerFont(TTFont(font, f"{font}.ttf"))
    canvas = Canvas(str(path), pagesize=(WIDTH, HEIGHT), pageCompression=1)
    canvas.setTitle(table.title)
    canvas.setSubject(table.filter_words)
    pages, totals = _Pages(canvas, table), Totals(table)
    for row in rows:
        totals.add(row)
        pages.line(row)
    for currency, sums in totals.rows():
        pages.sums(currency, sums)
    pages.end()
    canvas.save()


class _Pages:
    """Pages in the making. Their number is known at the end only: it is a form that every page refers to."""

    def __init__(self, canvas: Canvas, table: Table) -> None:
        self._canvas, self._table, self._places = canvas, table, list(_places(table.headings))
        self._page = self._on_page = 0
        self._begin()

    def line(self, row: Sequence[Any]) -> None:
        self._room_for_one()
        for place, value in zip(self._places, row, strict=False):
            if value is not None:
                self._write(place, _said(place.heading, value, row), FONT)
        self._on_page += 1

    def sums(self, currency: str, sums: dict[int, Decimal]) -> None:
        self._room_for_one()
        self._canvas.setFont(BOLD, SIZE)
        self._write(self._places[0], f"Total {currency}", BOLD)
        for at, amount in sums.items():
            self._write(self._places[at], _amount(amount, currency), BOLD)
        self._canvas.setFont(FONT, SIZE)
        self._on_page += 1

    def end(self) -> None:
        self._canvas.showPage()
        self._canvas.beginForm("pages")
        self._canvas.setFont(FONT, SIZE + 1)
        self._canvas.drawString(0, 0, str(self._page))
        self._canvas.endForm()

    def _room_for_one(self) -> None:
        if self._on_page == ROWS_A_PAGE:
            self._canvas.showPage()
            self._begin()

    def _begin(self) -> None:
        canvas, table = self._canvas, self._table
        self._page, self._on_page = self._page + 1, 0
        canvas.setFont(BOLD, 13)
        canvas.drawString(MARGIN, HEIGHT - MARGIN - 10, table.title)
        canvas.setFont(FONT, SIZE + 1)
        canvas.drawRightString(WIDTH - MARGIN, HEIGHT - MARGIN - 10, f"As of {table.as_of}")
        canvas.drawString(MARGIN, HEIGHT - MARGIN - 25, _cut(f"Filter: {table.filter_words}", WIDTH - 2 * MARGIN, FONT))
        counted = f"Page {self._page} of "
        left = WIDTH - MARGIN - 40 - stringWidth(counted, FONT, SIZE + 1)
        canvas.drawString(left, MARGIN - 8, counted)
        canvas.saveState()
        canvas.translate(WIDTH - MARGIN - 40, MARGIN - 8)
        canvas.doForm("pages")
        canvas.restoreState()
        self._heads()

    def _heads(self) -> None:
        canvas, above = self._canvas, TOP + LINE
        canvas.setFont(BOLD, SIZE)
        for place in self._places:
            label = f"{place.heading.label} (UTC)" if place.heading.kind is Kind.INSTANT else place.heading.label
            self._write(place, label, BOLD, at=above)
        canvas.setLineWidth(0.4)
        canvas.line(MARGIN, above - 3, WIDTH - MARGIN, above - 3)
        canvas.setFont(FONT, SIZE)

    def _write(self, place: Place, said: str, font: str, *, at: float | None = None) -> None:
        height = TOP - self._on_page * LINE if at is None else at
        cut = _cut(said, place.right - place.left, font)
        if place.is_right_aligned:
            self._canvas.drawRightString(place.right, height, cut)
        else:
            self._canvas.drawString(place.left, height, cut)


def _places(headings: Sequence[Heading]) -> Iterator[Place]:
    whole = sum(SHARES[heading.kind] for heading in headings)
    left = MARGIN
    for heading in headings:
        width = (WIDTH - 2 * MARGIN) * SHARES[heading.kind] / whole
        yield Place(left=left, right=left + width - GAP, heading=heading)
        left += width


def _said(heading: Heading, value: Any, row: Sequence[Any]) -> str:
    if heading.kind is Kind.AMOUNT:
        return _amount(value, row[heading.currency_at])
    if heading.kind is Kind.INSTANT:
        return f"{value:%Y-%m-%d %H:%M}"
    return str(value)


def _amount(value: Decimal, currency: str) -> str:
    return f"{value:,.{exponent(currency)}f}".replace(",", " ")


def _cut(said: str, width: float, font: str) -> str:
    """The text, or as much of it as fits and an ellipsis."""
    if len(said) * SIZE * WIDEST <= width or stringWidth(said, font, SIZE) <= width:
        return said
    room = width - stringWidth(ELLIPSIS, font, SIZE)
    kept = min(len(said), int(room / (SIZE * NARROWEST)))
    while kept and stringWidth(said[:kept], font, SIZE) > room:
        kept -= 1
    return said[:kept] + ELLIPSIS
