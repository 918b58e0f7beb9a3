"""Pages as they are written: what does not fit a column, and sections that go on."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2

from graphql_api.exports.pdf_file import LINES_A_PAGE, write_pdf
from graphql_api.exports.tables import Heading, Table
from schema.sheet_rows import Kind, Query

NAMES = ("note", "payer", "reference", "currency", "amount")
KINDS = (Kind.TEXT, Kind.TEXT, Kind.TEXT, Kind.WORD, Kind.AMOUNT)


def pages_of(path: Path, rows: Sequence[Sequence[Any]], *, sections: Sequence[int] = ()) -> list[list[str]]:
    """The pages that a table of `NAMES` becomes, as their lines below the labels."""
    headings = [
        Heading(name=name, kind=kind, currency_at=3 if kind is Kind.AMOUNT else -1)
        for name, kind in zip(NAMES, KINDS, strict=True)
    ]
    table = Table(
        title="Rows",
        filter_words="all rows",
        as_of="now",
        headings=headings,
        rows=Query(sql="", values={}),
        sections=sections,
    )
    write_pdf(table, rows, path / "rows.pdf")
    texts = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path / "rows.pdf")]
    lines = [[" ".join(line.split()) for line in text.splitlines()] for text in texts]
    return [page[page.index(next(line for line in page if line.endswith("Currency Amount"))) + 1 :] for page in lines]


def row(note: str = "", payer: str = "", reference: str = "", amount: str = "1.00") -> tuple[Any, ...]:
    return note, payer, reference, "SEK", Decimal(amount)


def test_what_does_not_fit_a_line_goes_on_in_a_second_one_between_words(tmp_path: Path) -> None:
    club = "Föreningen för boulespelets främjande bland ungdomar och pensionärer i Norra Ångermanlands skärgård"
    (page,) = pages_of(tmp_path, [row("N" * 90, club, "R" * 90)])

    text = " ".join(page)
    first, second = (
        "Föreningen för boulespelets främjande bland ungdomar och",
        "pensionärer i Norra Ångermanlands skärgård",
    )
    assert first in text
    assert second in text
    assert "\N{HORIZONTAL ELLIPSIS}" not in text
    assert (text.count("N"), text.count("R")) == (91, 90)


def test_what_does_not_fit_two_lines_says_so_and_no_amount_is_ever_cut(tmp_path: Path) -> None:
    long = "all work and no play makes " * 40

    (page,) = pages_of(tmp_path, [row(long, long, long, "9223372036854775.07")])

    assert sum(line.count("\N{HORIZONTAL ELLIPSIS}") for line in page) == 3
    assert sum(line.count("SEK 9 223 372 036 854 775.07") for line in page) == 2
    assert page[-1] == "Total SEK 9 223 372 036 854 775.07"


def test_a_section_has_its_own_sums_and_is_named_again_where_it_goes_on(tmp_path: Path) -> None:
    rows = [row("first", amount="2.50"), *(row("second") for _ in range(LINES_A_PAGE)), row("third")]

    one, two = pages_of(tmp_path, rows, sections=[0])

    assert one[:5] == ["first", "SEK 2.50", "Total SEK 2.50", "second", "SEK 1.00"]
    assert two[0] == "second (continued)"
    assert f"Total SEK {LINES_A_PAGE}.00" in two
    assert two[-3:] == ["third", "SEK 1.00", "Total SEK 1.00"]
    assert (one + two).count("SEK 1.00") == LINES_A_PAGE + 1


def test_a_section_never_begins_at_the_foot_of_a_page(tmp_path: Path) -> None:
    rows = [*(row("first") for _ in range(LINES_A_PAGE - 4)), row("second")]

    one, two = pages_of(tmp_path, rows, sections=[0])

    assert one[-1] == f"Total SEK {LINES_A_PAGE - 4}.00"
    assert two == ["second", "SEK 1.00", "Total SEK 1.00"]


def test_a_table_without_rows_says_so(tmp_path: Path) -> None:
    assert pages_of(tmp_path, []) == [["There are no rows."]]
