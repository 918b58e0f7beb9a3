"""From facts in the tables to postings in the ledger, a batch at a time."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, LiteralString

import psycopg

from billing.fx import Rates
from billing.ledger import Posting
from procedures.import_books.checking import Parameters
from procedures.import_books.staging import Progress
from storage.journals import copy_postings

BATCH = 10_000


@dataclass(slots=True, kw_only=True)
class Ledger:
    """The open import's way into the ledger, which counts what it writes."""

    connection: psycopg.Connection[Any]
    rates: Rates
    parameters: Parameters
    progress: Progress
    journals: int = field(default=0, init=False)
    legs: int = field(default=0, init=False)

    def facts(self, what: str, statement: LiteralString) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a statement in batches, as they were when it began."""
        done = 0
        with self.connection.cursor(name="import_facts", binary=True) as cursor:
            cursor.execute(statement, self.parameters)
            while rows := cursor.fetchmany(BATCH):
                yield rows
                done += len(rows)
                self.progress(what, done)

    def book(self, postings: Iterable[Posting]) -> None:
        with self.connection.cursor() as cursor:
            journals, legs = copy_postings(cursor, postings, self.rates)
        self.journals += journals
        self.legs += legs

    def book_each(self, what: str, statement: LiteralString, postings: Callable[..., list[Posting]]) -> None:
        """Book the postings of every row of the statement, its columns given in order."""
        for rows in self.facts(what, statement):
            self.book(chain.from_iterable(postings(*row) for row in rows))
