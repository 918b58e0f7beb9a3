"""Pages for people: title, filter and as-of above, amounts to the right, sums a currency at the end, page n of m."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice
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
SAMPLE_ROWS: Final = 500
ELLIPSIS: Final = "\N{HORIZONTAL ELLIPSIS}"
WIDEST, NARROWEST = 1.1, 0.27  # letters of the fonts, to their size
ROUNDING: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a column of the table stands on the page."""

    column: int
    left: float
    right: float
    heading: Heading

    @property
    def is_right_aligned(self) -> bool:
        return self.heading.kind in {Kind.AMOUNT, Kind.COUNT}


def write_pdf(table: Table, rows: Iterable[Sequence[Any]], path: Path) -> None:
    """Write the pages, each as soon as it is full. Columns are as wide as their first rows need."""
    for font in (FONT, BOLD):
        registerFont(TTFont(font, f"{font}.ttf"))
    canvas = Canvas(str(path), pagesize=(WIDTH, HEIGHT), pageCompression=1)
    canvas.setTitle(table.title)
    canvas.setSubject(table.filter_words)
    coming = iter(rows)
    sample = list(islice(coming, SAMPLE_ROWS))
    pages, totals = _Pages(canvas, table, list(_places(table.headings, sample))), Totals(table)
    for row in chain(sample, coming):
        totals.add(row)
        pages.line(row)
    for currency, sums in totals.rows():
        pages.sums(currency, sums)
    pages.end()
    canvas.save()


class _Pages:
    """Pages in the making. Their number is known at the end only: it is a form that every page refers to."""

    def __init__(self, canvas: Canvas, table: Table, places: Sequence[Place]) -> None:
        self._canvas, self._table, self._places = canvas, table, places
        self._by_column = {place.column: place for place in places}
        self._page = self._on_page = 0
        self._begin()

    def line(self, row: Sequence[Any]) -> None:
        self._room_for_one()
        for place in self._places:
            value = row[place.column]
            if value is not None:
                self._write(place, _said(place.heading, value, row), FONT)
        self._on_page += 1

    def sums(self, currency: str, sums: dict[int, Decimal]) -> None:
        self._room_for_one()
        self._canvas.setFont(BOLD, SIZE)
        self._write(self._places[0], f"Total {currency}", BOLD)
        for at, amount in sums.items():
            self._write(self._by_column[at], _amount(amount, currency), BOLD)
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
        left = WIDTH - MARGIN - 16 - stringWidth(counted, FONT, SIZE + 1)
        canvas.drawString(left, MARGIN - 8, counted)
        canvas.saveState()
        canvas.translate(WIDTH - MARGIN - 16, MARGIN - 8)
        canvas.doForm("pages")
        canvas.restoreState()
        self._heads()

    def _heads(self) -> None:
        canvas, above = self._canvas, TOP + LINE
        canvas.setFont(BOLD, SIZE)
        for place in self._places:
            self._write(place, _label(place.heading), BOLD, at=above)
        canvas.setLineWidth(0.4)
        canvas.line(MARGIN, above - 3, WIDTH - MARGIN, above - 3)
        canvas.setFont(FONT, SIZE)

    def _write(self, place: Place, said: str, font: str, *, at: float | None = None) -> None:
        height = TOP - self._on_page * LINE if at is None else at
        if place.is_right_aligned:
            self._canvas.drawRightString(place.right, height, said)
        else:
            self._canvas.drawString(place.left, height, _cut(said, place.right - place.left, font))


def _places(headings: Sequence[Heading], sample: Sequence[Sequence[Any]]) -> Iterator[Place]:
    """Where the columns stand: everything has the room it needs, and texts share what is left. Ids are for machines."""
    shown = [(column, heading) for column, heading in enumerate(headings) if not heading.name.endswith("_id")]
    needs = [_need(column, heading, sample) for column, heading in shown]
    texts = [n for n, (_, heading) in enumerate(shown) if heading.kind is Kind.TEXT]
    room = WIDTH - 2 * MARGIN - sum(need for n, need in enumerate(needs) if n not in texts)
    for left_to_place, n in zip(range(len(texts), 0, -1), sorted(texts, key=lambda n: needs[n]), strict=True):
        needs[n] = min(needs[n], room / left_to_place)
        room -= needs[n]
    left, spare = MARGIN, max(0.0, room) / max(1, len(shown) - 1)
    for (column, heading), need in zip(shown, needs, strict=True):
        yield Place(column=column, left=left, right=left + need - GAP, heading=heading)
        left += need + spare


def _need(column: int, heading: Heading, sample: Sequence[Sequence[Any]]) -> float:
    """How wide a column has to be for its label and the first rows; amounts may grow by a digit or two, and have sums."""
    said = (_said(heading, row[column], row) for row in sample if row[column] is not None)
    widest = max((stringWidth(one, FONT, SIZE) for one in said), default=0.0)
    more = stringWidth("0 000", BOLD, SIZE) if heading.kind is Kind.AMOUNT else 0.0
    return float(max(widest + more, stringWidth(_label(heading), BOLD, SIZE))) + GAP


def _label(heading: Heading) -> str:
    return f"{heading.label} (UTC)" if heading.kind is Kind.INSTANT else heading.label


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
    if len(said) * SIZE * WIDEST <= width or stringWidth(said, font, SIZE) <= width + ROUNDING:
        return said
    room = width - stringWidth(ELLIPSIS, font, SIZE)
    kept = min(len(said), int(room / (SIZE * NARROWEST)))
    while kept and stringWidth(said[:kept], font, SIZE) > room:
        kept -= 1
    return said[:kept] + ELLIPSIS
