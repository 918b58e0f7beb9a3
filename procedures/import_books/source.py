"""The shape of a file that can be imported: its columns, how the books would write the same row, what must hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

from procedures.import_books.columns import Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A kind of file, whose rows are staged in the temporary table `staged_<noun>` with their `line` and a fresh `id`.

    `key`: the columns that say which row it is; none: its statements find out themselves. `books`: the rows of the
    database in the words of the file, with their `id`. `unique`: further columns that no two lines share. `checks` give
    (line, what is wrong). `weighs` gives (line, currency, day, cents) of what is booked at a day's exchange rate.
    `shared` makes what several statements use.

    `open`: which rows of `books`, called b, are not booked yet: whatever the file tells of them is taken over.

    `prepare` works something out before any table of the books is written. Then, source by source: `revise` and `update`
    carry what the temporary table `changed_<noun>` lists into the books (`revise` what only open rows take), `insert` writes
    the rows that they do not know, with the staged ids (so later steps tell new rows), and `follow` what comes of both.
    Checks and statements may use the run's %(now)s, %(today)s, %(zone)s and %(actor)s.
    """

    noun: str
    file: str
    columns: Sequence[Column]
    insert: LiteralString | None = None
    key: Sequence[str] = ()
    books: LiteralString | None = None
    open: LiteralString | None = None
    shared: Sequence[LiteralString] = ()
    unique: Sequence[Sequence[str]] = ()
    checks: Sequence[LiteralString] = ()
    weighs: LiteralString | None = None
    prepare: LiteralString | None = None
    revise: Sequence[LiteralString] = ()
    update: LiteralString | None = None
    follow: Sequence[LiteralString] = ()
