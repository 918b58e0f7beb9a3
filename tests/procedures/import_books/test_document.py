"""docs/import.md tells of every file and column what the importer takes."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from procedures.import_books.cells import Unreadable
from procedures.import_books.columns import Column
from procedures.import_books.source import Source
from procedures.import_books.sources import SOURCES

DOCUMENT = (Path(__file__).parents[3] / "docs" / "import.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\S+\.csv)\n(.*?)(?=^## |\Z)", DOCUMENT, re.MULTILINE | re.DOTALL))
ROW = re.compile(r"^\| (\[?`\w+`\]?) \| ([^|]*) \|", re.MULTILINE)


def told(column: Column) -> tuple[str, str]:
    name = f"[`{column.name}`]" if column.omissible else f"`{column.name}`"
    return name, ", ".join(["booked" if column.booked else "follows", *_emptiness(column)])


def _emptiness(column: Column) -> Iterator[str]:
    with suppress(Unreadable):
        column.read("")
        yield "may be empty"


def test_every_file_has_a_section() -> None:
    assert sorted(SECTIONS) == sorted(source.file for source in SOURCES)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.file)
def test_its_columns_are_what_the_importer_takes(source: Source) -> None:
    assert ROW.findall(SECTIONS[source.file]) == [told(column) for column in source.columns]
