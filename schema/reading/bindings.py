"""What a field is bound to. Each field of a row type is bound once, where the type is declared.

A *row type* stands for the rows of a table or query (`@rows_of(...)`); a scope (`scope.total_cents`) holds the columns of
one of its rows inside a statement. A *value type* is an ordinary Python value whose fields are read as attributes.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import strawberry
from sqlalchemy import ColumnElement, FromClause, Select
from strawberry.types.fields.resolver import StrawberryResolver

BINDING: Final = "petanque.binding"
ROWS: Final = "__rows__"

Scope = Any  # the columns of one row: `scope.name` or `scope["name"]`, each a ColumnElement
T = TypeVar("T", bound=type)


@dataclass(frozen=True, slots=True)
class Column:
    """The column of the same row called `name` (None: the field's own Python name)."""

    name: str | None = None


@dataclass(frozen=True, slots=True)
class Expression:
    """An SQL expression over the columns of the same row."""

    of: Callable[[Scope], ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Embedded:
    """An object made of columns of the same row, by the names its fields are bound to; null where `present` is."""

    of: Callable[[Scope], Mapping[str, ColumnElement[Any]]]
    present: str


@dataclass(frozen=True, slots=True)
class One:
    """The row of another type for which `on(here, there)` holds: at most one."""

    on: Callable[[Scope, Scope], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Many:
    """Rows of another type for which `on(here, there)` holds, in order; the argument `limit`, if named, cuts them off, and
    `narrowed(there, **arguments)` leaves some of them out."""

    on: Callable[[Scope, Scope], ColumnElement[bool]]
    order: Callable[[Scope], Sequence[ColumnElement[Any]]]
    limit: str | None = None
    narrowed: Callable[..., ColumnElement[bool]] | None = None


@dataclass(frozen=True, slots=True)
class Paged:
    """A connection below a row: a page of the rows for which `on(here, there)` holds, as `question` narrows them."""

    on: Callable[[Scope, Scope], ColumnElement[bool]]
    question: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Computed:
    """Rows of a query of its own over the columns of this row, e.g. sums; its columns are what the fields are bound to."""

    rows: Callable[[Scope], Select[Any]]


@dataclass(frozen=True, slots=True)
class Derived:
    """A pure function of columns of the same row and the field's arguments, called once a value."""

    needs: tuple[str, ...]
    function: Callable[..., object]


@dataclass(frozen=True, slots=True)
class Batched:
    """A function of columns of *all* rows of an answer at once; it gives one value of a value type, or a list, a row."""

    needs: tuple[str, ...]
    function: Callable[..., Awaitable[Sequence[object]]]


@dataclass(frozen=True, slots=True)
class Fetched:
    """In a value type: the rows whose column `by` is among the UUIDs that the attribute `ids` holds.

    One UUID (or None) gives one row, a list gives all rows of each, in its order.
    """

    ids: str
    by: str


@dataclass(frozen=True, slots=True)
class Listed:
    """In a value type: a connection; `question`, given the needed attributes and the field's arguments, says of which rows."""

    needs: tuple[str, ...]
    question: Callable[..., Any]


Binding = Column | Expression | Embedded | One | Many | Paged | Computed | Derived | Batched | Fetched | Listed


def rows_of(source: Callable[[], FromClause]) -> Callable[[T], T]:
    """Declare that a type stands for the rows of `source`: a fresh alias of a table, or a subquery, at each call."""

    def declare(cls: T) -> T:
        setattr(cls, ROWS, source)
        return cls

    return declare


def _field(binding: Binding, description: str | None, resolver: StrawberryResolver[Any] | None = None) -> Any:
    field = strawberry.field(description=description, metadata={BINDING: binding})
    if resolver is not None:
        field.base_resolver = resolver
    return field


def column(name: str | None = None, *, description: str | None = None) -> Any:
    return _field(Column(name), description)


def expression(of: Callable[[Scope], ColumnElement[Any]], *, description: str | None = None) -> Any:
    return _field(Expression(of), description)


def money(
    cents: str | Callable[[Scope], ColumnElement[Any]], currency: str = "currency", *, description: str | None = None
) -> Any:
    """A `Money` out of two columns of the row, the cents' an expression over it maybe; null where the cents are."""

    def of(row: Scope) -> Mapping[str, ColumnElement[Any]]:
        return {"amount_cents": row[cents] if isinstance(cents, str) else cents(row), "currency": row[currency]}

    return _field(Embedded(of, present="amount_cents"), description)


def one(on: Callable[[Scope, Scope], ColumnElement[bool]], *, description: str | None = None) -> Any:
    return _field(One(on), description)


def many(
    on: Callable[[Scope, Scope], ColumnElement[bool]],
    *,
    order: Callable[[Scope], Sequence[ColumnElement[Any]]],
    first: int | None = None,
    narrowed: Callable[..., ColumnElement[bool]] | None = None,
    description: str | None = None,
) -> Any:
    """A list of rows; `first` makes an argument of that name with that default, or `narrowed` those it takes by keyword."""
    if narrowed is not None:
        return _field(Many(on, order, narrowed=narrowed), description, _arguments_of(narrowed))
    if first is None:
        return _field(Many(on, order), description)
    limit = inspect.Parameter("first", inspect.Parameter.KEYWORD_ONLY, default=first, annotation=int)
    return _field(Many(on, order, limit="first"), description, _arguments("many", [limit]))


def paged(
    on: Callable[[Scope, Scope], ColumnElement[bool]], question: Callable[..., Any], *, description: str | None = None
) -> Any:
    """`question(**arguments)` gives a `PageOf`; its keyword-only parameters are the field's arguments."""
    return _field(Paged(on, question), description, _arguments_of(question))


def computed(rows: Callable[[Scope], Select[Any]], *, description: str | None = None) -> Any:
    return _field(Computed(rows), description)


def derived(function: Callable[..., object], *needs: str, description: str | None = None) -> Any:
    """`function` takes the needed columns by position, and the field's arguments by keyword."""
    return _field(Derived(needs, function), description, _arguments_of(function))


def batched(function: Callable[..., Awaitable[Sequence[object]]], *needs: str, description: str | None = None) -> Any:
    """`function(context, rows, **arguments)`: `rows` are tuples of the needed columns."""
    return _field(Batched(needs, function), description, _arguments_of(function))


def fetched(ids: str, *, by: str = "id", description: str | None = None) -> Any:
    return _field(Fetched(ids, by), description)


def listed(question: Callable[..., Any], *needs: str, description: str | None = None) -> Any:
    """`question` takes the needed attributes by position and the field's arguments by keyword, and gives a `PageOf`."""
    return _field(Listed(needs, question), description, _arguments_of(question))


def _arguments_of(function: Callable[..., object]) -> StrawberryResolver[Any]:
    """The keyword-only parameters of `function` are the arguments of its field."""
    parameters = inspect.signature(function, eval_str=True).parameters.values()
    return _arguments(
        function.__name__, [parameter for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]
    )


def _arguments(name: str, parameters: Sequence[inspect.Parameter]) -> StrawberryResolver[Any]:
    def declared(**arguments: object) -> object:  # a signature for the schema; values come from plans
        raise AssertionError(name, arguments)

    declared.__name__ = name
    declared.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    declared.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return StrawberryResolver(declared)
