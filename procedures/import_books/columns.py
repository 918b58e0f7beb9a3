"""The columns that files are made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import LiteralString

from procedures.import_books import cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column. `sql`: its type in the database; `omissible`: a file may come without it.

    `booked`: what was imported once stays, unless its row is still open (see `Source`); else another value in a later file is
    taken over. `personal`: its values are told to nobody, not to the audit trail either. `refers`: the noun whose key it
    holds.
    """

    name: str
    read: Callable[[str], str | None]
    sql: LiteralString = "text"
    omissible: bool = False
    booked: bool = True
    personal: bool = False
    refers: str | None = None


def key(name: str = "external_id") -> Column:
    """What the platform's own system calls the row."""
    return Column(name=name, read=cells.required(cells.words(characters_max=100)))


def link(name: str, *, empty: bool = False, booked: bool = True) -> Column:
    """The key of a row of the noun that the column is named after."""
    read = (cells.optional if empty else cells.required)(cells.words(characters_max=100))
    return Column(name=name, read=read, booked=booked, refers=name)


def text(name: str, read: cells.Read | None = None, *, booked: bool = True) -> Column:
    """A text that may not be empty."""
    return Column(name=name, read=cells.required(read or cells.words()), booked=booked)


def maybe(name: str, read: cells.Read | None = None, *, omissible: bool = False) -> Column:
    """A booked text that may be empty."""
    return Column(name=name, read=cells.optional(read or cells.words()), omissible=omissible)


def contact(name: str, read: cells.Read | None = None) -> Column:
    """A part of an address: personal, and it follows the newest file."""
    read_cell = cells.optional(read or cells.words())
    return Column(name=name, read=read_cell, omissible=True, booked=False, personal=True)


def status(*allowed: str, empty: bool = False) -> Column:
    """It follows the newest file."""
    read = (cells.optional if empty else cells.required)(cells.choice(*allowed))
    return Column(name="status", read=read, booked=False)


def cents(name: str, *, least: int = 0, booked: bool = True) -> Column:
    """An amount that is not below `least`."""
    return Column(name=name, read=cells.required(cells.whole(least=least)), sql="bigint", booked=booked)


def signed_cents(name: str, *, zero: bool) -> Column:
    """An amount of either sign."""
    return Column(name=name, read=cells.required(cells.whole(zero=zero)), sql="bigint")


def day(name: str, *, empty: bool = False, booked: bool = True, omissible: bool = False) -> Column:
    read = (cells.optional if empty else cells.required)(cells.day)
    return Column(name=name, read=read, sql="date", booked=booked, omissible=omissible)


def instant(name: str, *, booked: bool = True) -> Column:
    return Column(name=name, read=cells.required(cells.instant), sql="timestamptz", booked=booked)


def percent(name: str, *, omissible: bool = False) -> Column:
    """A VAT rate; empty: another one than the accounts know."""
    return Column(name=name, read=cells.optional(cells.percent), sql="numeric", omissible=omissible)
