"""The process that makes one workbook or document, in the folder that its argument names: it reads an `Order` from its
standard input and writes the file to its standard output. What it cannot make it says on standard error, in a sentence, and
ends with 1."""

import pickle
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import psycopg

from graphql_api.exports.pdf_file import write_pdf
from graphql_api.exports.rendering import Order
from graphql_api.exports.tables import Table, read
from graphql_api.exports.xlsx_file import TooManyRows, write_xlsx

WRITERS: Final[dict[str, Callable[[Table, Iterable[Sequence[Any]], Path], None]]] = {
    "XLSX": write_xlsx,
    "PDF": write_pdf,
}


def render(order: Order, folder: Path) -> None:
    """Write the file to standard output."""
    path = folder / "export"
    with psycopg.connect(order.conninfo) as connection:
        WRITERS[order.format](order.table, read(connection, order.table), path)
    with path.open("rb") as file:
        shutil.copyfileobj(file, sys.stdout.buffer)


if __name__ == "__main__":
    try:
        render(pickle.load(sys.stdin.buffer), Path(sys.argv[1]))  # noqa: S301 - from the process that started this one
    except TooManyRows as refused:
        sys.exit(str(refused))
