"""The rows of a route's answer as CSV (RFC 4180, UTF-8 with a mark), for spreadsheets."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from billing.money import decimal_amount
from schema.sheets import FORMULA

_FORMULA: Final = re.compile(FORMULA)


def csv_of(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    """The rows, whose values are texts, numbers and amounts; an amount is written as a decimal number of its currency."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([_cell(row[column]) for column in columns] for row in rows)
    return codecs.BOM_UTF8 + written.getvalue().encode()


def _cell(value: Any) -> object:
    """Only a text can be taken for a formula: numbers stay numbers, negative ones too."""
    if isinstance(value, dict):
        return decimal_amount(value["amount_cents"], value["currency"])
    if isinstance(value, str) and _FORMULA.match(value):
        return f"'{value}"
    return value
