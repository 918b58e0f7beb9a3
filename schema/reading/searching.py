"""Searches: texts that rows mention, in themselves or in rows around them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    SelectBase,
    Text,
    Uuid,
    any_,
    cast,
    func,
    literal_column,
    not_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from billing.refusals import BadInput
from schema.reading.bindings import Scope
from schema.reading.questions import Condition, Given

FEW = 5_000
TRIGRAM = 3
SEARCH_LENGTH_MAX = 200  # a longer pattern costs the database seconds, and no number, name or reference is as long


@dataclass(frozen=True, slots=True, eq=False)
class Found(Condition):
    """A condition whose rows can be found without going through a list: `ids` gives theirs."""

    ids: Callable[[BindParameter[Any]], SelectBase]

    def among(self, value: BindParameter[Any]) -> Callable[[Select[Any], Scope], CompoundSelect[Any]]:
        """Narrows rows, `(rows, their scope)`, to those that meet the condition: up to `FEW` are found and read; of more, the
        rows are gone through. Both ways are in the statement, and one is taken.

        To look at each of a million rows for the two that are meant takes seconds; to collect half of them, when a page of
        the newest is wanted, takes as long.
        """
        met = self.ids(value).cte().prefix_with("materialized")
        few = select(met).limit(literal_column(str(FEW + 1))).scalar_subquery()
        found = select(type_coerce(func.array(few), ARRAY(Uuid())).label("ids")).cte()
        ids = select(found.c.ids).scalar_subquery()
        is_few = func.cardinality(ids) <= literal_column(str(FEW))

        def narrowed(rows: Select[Any], scope: Scope) -> CompoundSelect[Any]:
            read = rows.where(is_few, scope.id == any_(cast(ids, ARRAY(Uuid()))))
            gone_through = rows.where(not_(is_few), self.of(scope, value))
            return union_all(read, gone_through)

        return narrowed


class Search:
    """A search for rows that mention a text: `mentions` looks at one row, `ids` finds them all."""

    def __init__(
        self,
        mentions: Callable[[Scope, BindParameter[Any]], ColumnElement[bool]],
        ids: Callable[[BindParameter[Any]], SelectBase],
    ) -> None:
        self._found, self._gone_through = Found(mentions, ids), Condition(mentions)

    def of(self, text: str | None, *, is_narrow: bool = False) -> Given:
        """The condition, with its pattern; without one where nothing is searched. Rows are gone through where other
        conditions leave few (`is_narrow`), and for less than three letters, which no index knows.

        Raises: BadInput, see `containing`.
        """
        is_found = text is not None and not is_narrow and _has_trigram(text)
        return self._found if is_found else self._gone_through, containing(text)


def _has_trigram(text: str) -> bool:
    """Whether three letters or digits stand together, as PostgreSQL tells them: "½" is none."""
    together = ("".join(sign if sign.isalpha() or sign.isdecimal() else " " for sign in text)).split(" ")
    return max(map(len, together)) >= TRIGRAM


def like_one(column: ColumnElement[Any], patterns: BindParameter[Any]) -> ColumnElement[bool]:
    """The column is like one of the patterns of `beginning`."""
    return column.like(any_(type_coerce(patterns, ARRAY(Text()))))


def containing(text: str | None) -> str | None:
    """A pattern for what contains the text as it is: nothing in it is a wildcard.

    Raises: BadInput for a text that no row holds, and that the database would look for a long time.
    """
    if text is not None and len(text) > SEARCH_LENGTH_MAX:
        raise BadInput(f"The search has {len(text)} characters; it takes up to {SEARCH_LENGTH_MAX}.", argument="search")
    return None if text is None else f"%{_as_it_is(text)}%"


def beginning(text: str) -> str:
    """A pattern for what begins with the text as it is."""
    return f"{_as_it_is(text)}%"


def _as_it_is(text: str) -> str:
    return re.sub(r"([%_\\])", r"\\\1", text)


def like(column: ColumnElement[Any], pattern: BindParameter[Any]) -> ColumnElement[bool]:
    """The column is like a pattern of `containing`, whatever is in capitals."""
    return column.ilike(type_coerce(pattern, Text()))
