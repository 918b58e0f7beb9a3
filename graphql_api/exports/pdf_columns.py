"""Where the columns of a page stand, and what a cell says there: amounts whole, texts in one line or in two."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from reportlab.pdfbase.pdfmetrics import stringWidth

from billing.money import exponent
from graphql_api.exports.tables import Heading
from schema.sheet_rows import Kind

FONT, BOLD = "Vera", "VeraBd"
SIZE: Final = 6.2
GAP: Final = 5.0
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

    def label(self) -> Sequence[str]:
        """The lines of what stands above the column."""
        return wrapped(_label(self.heading), self.right - self.left, BOLD)

    def cell(self, row: Sequence[Any]) -> Sequence[str]:
        """The lines of a row's value; only texts ever take two."""
        if row[self.column] is None:
            return ()
        text = said(self.heading, row[self.column], row)
        return wrapped(text, self.right - self.left, FONT) if self.heading.kind is Kind.TEXT else (text,)


def places(columns: Sequence[tuple[int, Heading]], sample: Sequence[Sequence[Any]], *, width: float) -> Iterator[Place]:
    """Where the columns stand: everything has the room that it needs, and texts share what is left. Labels take two lines
    where one each is too wide."""
    needs = [_need(column, heading, sample, _width(_label(heading), BOLD)) for column, heading in columns]
    if sum(needs) > width:
        needs = [_need(column, heading, sample, _narrowest(_label(heading).split())) for column, heading in columns]
    texts = [n for n, (_, heading) in enumerate(columns) if heading.kind is Kind.TEXT]
    room = width - sum(need for n, need in enumerate(needs) if n not in texts)
    for left_to_place, n in zip(range(len(texts), 0, -1), sorted(texts, key=lambda n: needs[n]), strict=True):
        needs[n] = min(needs[n], room / left_to_place)
        room -= needs[n]
    left, spare = 0.0, max(0.0, room) / max(1, len(columns) - 1)
    for (column, heading), need in zip(columns, needs, strict=True):
        yield Place(column=column, left=left, right=left + need - GAP, heading=heading)
        left += need + spare


def said(heading: Heading, value: Any, row: Sequence[Any]) -> str:
    """A value in words and figures."""
    if heading.kind is Kind.AMOUNT:
        return amount(value, row[heading.currency_at])
    if heading.kind is Kind.INSTANT:
        return f"{value:%Y-%m-%d %H:%M}"
    return " ".join(value.split()) if heading.kind is Kind.TEXT else str(value)


def amount(value: Decimal, currency: str) -> str:
    return f"{value:,.{exponent(currency)}f}".replace(",", " ")


def wrapped(text: str, width: float, font: str) -> Sequence[str]:
    """The text in a line or in two, the second cut where not even they hold it. It breaks between words, unless more of it
    is told by breaking a word."""
    if _fits(text, width, font):
        return (text,)
    most = _fitting(text, width, font)
    between = text.rfind(" ", 0, most + 1)
    if between > 0 and _fits(text[between + 1 :], width, font):
        return text[:between], text[between + 1 :]
    return text[:most], cut(text[most:].lstrip(), width, font)


def cut(text: str, width: float, font: str) -> str:
    """The text, or as much of it as fits and an ellipsis."""
    if _fits(text, width, font):
        return text
    return text[: _fitting(text, width - stringWidth(ELLIPSIS, font, SIZE), font)] + ELLIPSIS


def _need(column: int, heading: Heading, sample: Sequence[Sequence[Any]], label: float) -> float:
    """How wide a column has to be for its label and the first rows; amounts may grow by a digit or two, and have sums."""
    values = (said(heading, row[column], row) for row in sample if row[column] is not None)
    widest = max((stringWidth(one, FONT, SIZE) for one in values), default=0.0)
    more = stringWidth("0 000", BOLD, SIZE) if heading.kind is Kind.AMOUNT else 0.0
    return float(max(widest + more, label)) + GAP


def _narrowest(words: Sequence[str]) -> float:
    """How wide two lines have to be for the words."""
    breaks = range(1, len(words) + 1)
    return min(max(_width(" ".join(part), BOLD) for part in (words[:at], words[at:])) for at in breaks)


def _label(heading: Heading) -> str:
    return f"{heading.label} (UTC)" if heading.kind is Kind.INSTANT else heading.label


def _fits(text: str, width: float, font: str) -> bool:
    return len(text) * SIZE * WIDEST <= width or _width(text, font) <= width + ROUNDING


def _fitting(text: str, width: float, font: str) -> int:
    """How many letters fit."""
    kept = max(0, min(len(text), int(width / (SIZE * NARROWEST))))
    while kept and _width(text[:kept], font) > width + ROUNDING:
        kept -= 1
    return kept


def _width(text: str, font: str) -> float:
    return float(stringWidth(text, font, SIZE))
