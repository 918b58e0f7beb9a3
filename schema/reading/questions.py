"""What a root field asks of the books: conditions and values apart, so that one plan serves every request of its shape."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Text,
    any_,
    bindparam,
    not_,
    type_coerce,
)
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.dialects.postgresql import ARRAY

from billing.refusals import Refusal
from schema.reading.bindings import Scope
from schema.reading.paging import Order, Page


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A condition on a row that takes one value; declared once, it is the same object in every question."""

    of: Callable[[Scope, BindParameter[Any]], ColumnElement[bool]]


Given = tuple[Condition, object]


def among(column: ColumnElement[Any], values: BindParameter[Any]) -> ColumnElement[bool]:
    """The column is one of the values: one parameter, however many there are."""
    element = Text() if isinstance(column.type, SqlEnum) else column.type
    return column == any_(type_coerce(values, ARRAY(element)))


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
