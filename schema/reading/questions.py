"""What a root field asks of the books: conditions and values apart, so that one plan serves every request of its shape."""

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Select,
    SelectBase,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    not_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.dialects.postgresql import ARRAY

from billing.refusals import BadInput, Refusal
from schema.reading.bindings import Scope
from schema.reading.paging import Order, Page

FEW = 5_000
TRIGRAM = re.compile(r"[^\W_]{3}")
SEARCH_LENGTH_MAX = 200  # a longer pattern costs the database seconds, and no number, name or reference is as long


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A condition on a row that takes one value; declared once, it is the same object in every question."""

    of: Callable[[Scope, BindParameter[Any]], ColumnElement[bool]]


@dataclass(frozen=True, slots=True, eq=False)
class Found(Condition):
    """A condition whose rows can be found without going through a list: `ids` gives theirs."""

    ids: Callable[[BindParameter[Any]], SelectBase]

    def among(self, value: BindParameter[Any]) -> Callable[[Select[Any], Scope], CompoundSelect[Any]]:
        """Narrows rows, `(rows, their scope)`, to those that meet the condition: up to `FEW` are found and read; of more, the
        rows are gone through. Both ways are in the statement, and one of them is gone.

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


Given = tuple[Condition, object]


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
        is_found = text is not None and not is_narrow and TRIGRAM.search(text)
        return self._found if is_found else self._gone_through, containing(text)


def among(column: ColumnElement[Any], values: BindParameter[Any]) -> ColumnElement[bool]:
    """The column is one of the values: one parameter, however many there are."""
    element = Text() if isinstance(column.type, SqlEnum) else column.type
    return column == any_(type_coerce(values, ARRAY(element)))


def like_one(column: ColumnElement[Any], patterns: BindParameter[Any]) -> ColumnElement[bool]:
    """The column is like one of the patterns of `beginning`."""
    return column.like(any_(type_coerce(patterns, ARRAY(Text()))))


class OneOf:
    """A condition that a column is one of several values. One value alone is a condition of its own: then an index that goes
    on with the list's order serves both."""

    def __init__(self, column: Callable[[Scope], ColumnElement[Any]]) -> None:
        self._alone = Condition(lambda row, value: column(row) == value)
        self._among = Condition(lambda row, values: among(column(row), values))

    def of(self, values: Sequence[object] | None) -> Given:
        """The condition, with its value; without one where no values are given."""
        return (self._alone, values[0]) if values is not None and len(values) == 1 else (self._among, values)


class Whether:
    """A condition that something is so, or that it is not. Each is one of its own: an index on what is so serves the one,
    where neither could be told from a parameter."""

    def __init__(self, it_is: Callable[[Scope], ColumnElement[bool]]) -> None:
        self._so = Condition(lambda row, _: it_is(row))
        self._not_so = Condition(lambda row, _: not_(it_is(row)))

    def of(self, said: bool | None) -> Given:  # noqa: FBT001 - what the client says, no switch
        """The condition; without a value where nothing is said."""
        return self._so if said else self._not_so, said


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


def names(values: Sequence[Enum] | None) -> list[str] | None:
    """The names of enum values, as the books keep them."""
    return None if values is None else [value.name for value in values]


BY_ID = Condition(lambda row, key: row.id == key)


def given(*pairs: Given) -> tuple[Given, ...]:
    """The conditions whose value was given."""
    return tuple(pair for pair in pairs if pair[1] is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The one row that meets all conditions, or null; `ambiguous` refuses where there are several.

    `type_name`: of which object type it is, where the field's own type is an interface.
    """

    where: tuple[Given, ...]
    type_name: str | None = None
    ambiguous: Callable[[int], Refusal] | None = None

    @property
    def shape(self) -> Hashable:
        return self.type_name, tuple(condition for condition, _ in self.where)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a filter names: values of a column that must be there. `unknown` refuses one that is not, given as text."""

    column: ColumnElement[Any]
    keys: Sequence[UUID | str]
    unknown: Callable[[str], Refusal]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOf:
    """A page of the rows that meet all conditions; `source`: of these rows, where a value leads to rows of its own.
    `named`: what must be there for the list to be asked for at all.
    """

    where: tuple[Given, ...]
    order: Order
    at: Page
    source: FromClause | None = None
    named: Sequence[Named] = ()

    def parameters(self, *, inline: bool) -> list[tuple[Condition, BindParameter[Any]]]:
        """The conditions with their parameters; `inline`: holding their values."""
        return parameters(self.where, inline=inline)

    @property
    def shape(self) -> Hashable:
        conditions = tuple(condition for condition, _ in self.where)
        return conditions, self.order, self.at.size, self.at.backwards, self.at.cursor is None


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    """Every row, in order: for short lists only."""

    order: Order

    @property
    def shape(self) -> Hashable:
        return self.order


@dataclass(frozen=True, slots=True)
class Nothing:
    """Null, whatever is selected: the id of something else was looked up."""

    shape: Hashable = None


Question = Row | PageOf | All | Nothing


def row(key: UUID | None) -> Row | Nothing:
    """The row with this id; None is the id of something else."""
    return Nothing() if key is None else Row(where=((BY_ID, key),))


def parameters(where: Sequence[Given], *, inline: bool = False) -> list[tuple[Condition, BindParameter[Any]]]:
    """The conditions with parameters w0, w1, … for their values, or (`inline`) with parameters that hold them."""
    return [
        (condition, bindparam(None, value, unique=True) if inline else bindparam(f"w{i}"))
        for i, (condition, value) in enumerate(where)
    ]


def values_of(where: Sequence[Given]) -> dict[str, object]:
    """The values of conditions under the names of their parameters."""
    return {f"w{i}": value for i, (_, value) in enumerate(where)}
