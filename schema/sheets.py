"""Sheets: flat tables for files. A sheet is a statement and what its columns hold; how they are written, a format says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, Text, any_, case, cast, func, literal_column, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import Numeric

from billing.money import EXPONENTS
from schema.reading.bindings import Scope
from schema.reading.questions import Named, PageOf
from schema.sheet_rows import Kind, Query

FORMULA: Final = r"^\s*[=+@\t\r\uFF1D\uFF0B\uFF20\uFF0D-]"
"""How a text begins that a spreadsheet may take for a formula, full-width signs included."""

HUNDREDTHS: Final = 2
_dialect = postgresql.psycopg.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; `currency` is that of an AMOUNT."""

    name: str
    kind: Kind
    of: ColumnElement[Any]
    currency: ColumnElement[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table: its columns over `rows`, a statement that is filtered and in order and selects nothing yet. `named`: what its
    filter names, which must be there. `sections`: the columns, first in the order, whose values head the parts of the table
    on a page."""

    title: str
    columns: Sequence[Column]
    rows: Select[Any]
    named: Sequence[Named] = ()
    sections: Sequence[str] = ()

    def as_text(self, asked_in: "Asked") -> Query:
        """Its rows as a CSV file writes them: amounts decimal, instants in UTC, no text that could be a formula."""
        written = (_written(column).label(column.name) for column in self.columns)
        return query_of(self.rows.add_columns(*written), asked_in)

    def as_values(self, asked_in: "Asked") -> Query:
        """Its rows as values: amounts decimal, instants without their zone, which is UTC. The currencies of the AMOUNT
        columns come after the columns, in their order."""
        values = (_value(column).label(column.name) for column in self.columns)
        currencies = (c.currency.label(f"{c.name}_currency") for c in self.columns if c.currency is not None)
        return query_of(self.rows.add_columns(*values, *currencies), asked_in)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """When a sheet was asked for: its business day, and the zone whose days count."""

    today: date
    zone: str


def query_of(statement: Select[Any], asked_in: Asked) -> Query:
    """The statement as text, with its values."""
    made = statement.compile(dialect=_dialect)
    days = {"today": asked_in.today, "zone": asked_in.zone}
    return Query(sql=made.string, values={name: days.get(name, value) for name, value in made.params.items()})


def text(name: str, of: ColumnElement[Any]) -> Column:
    return Column(name=name, kind=Kind.TEXT, of=of)


def texts(table: FromClause, *names: str) -> list[Column]:
    return [text(name, table.c[name]) for name in names]


def word(name: str, of: ColumnElement[Any]) -> Column:
    return Column(name=name, kind=Kind.WORD, of=of)


def words(table: FromClause, *names: str) -> list[Column]:
    return [word(name, table.c[name]) for name in names]


def days_of(table: FromClause, *names: str) -> list[Column]:
    return [Column(name=name, kind=Kind.DAY, of=table.c[name]) for name in names]


def instants(table: FromClause, *names: str) -> list[Column]:
    return [Column(name=name, kind=Kind.INSTANT, of=table.c[name]) for name in names]


def amounts(table: FromClause, *names: str, currency: str | None = None) -> list[Column]:
    """Columns of `<name>_cents`, in the currency of their row or in one that is the same for all."""
    of = table.c["currency"] if currency is None else _quoted(currency)
    return [Column(name=name, kind=Kind.AMOUNT, of=table.c[f"{name}_cents"], currency=of) for name in names]


def of_tenant(tenant: FromClause) -> list[Column]:
    """Which tenant a row is of."""
    return [text("tenant", tenant.c.name), text("tenant_id", tenant.c.external_id), word("country", tenant.c.country)]


def narrowed(question: PageOf, scope: Scope, joined: FromClause) -> Select[Any]:
    """The whole of a list, in its order: the question's conditions hold for `scope`, which is in `joined`."""
    conditions = (condition.of(scope, value) for condition, value in question.parameters(inline=True))
    return select().select_from(joined).where(*conditions).order_by(*question.order.keys(scope))


def _value(column: Column) -> ColumnElement[Any]:
    if column.kind is Kind.AMOUNT:
        assert column.currency is not None, column.name
        return _decimal(column.of, column.currency)
    if column.kind is Kind.INSTANT:
        return func.timezone(literal_column("'UTC'"), column.of)
    return cast(column.of, Text) if column.kind is Kind.TEXT else column.of


def _written(column: Column) -> ColumnElement[Any]:
    value = _value(column)
    if column.kind is Kind.TEXT:
        on_one_line = func.translate(value, literal_column(r"E'\r\n\t'"), literal_column("'   '"))
        guarded = literal_column("''''", Text).concat(on_one_line)
        return case((value.regexp_match(FORMULA), guarded), else_=on_one_line)
    if column.kind is Kind.INSTANT:
        return func.to_char(value, literal_column('\'YYYY-MM-DD"T"HH24:MI:SS"Z"\''))
    return value


def _decimal(cents: ColumnElement[int], currency: ColumnElement[str]) -> ColumnElement[Any]:
    """Exact, with the currency's own number of decimals: hundredths first, as nearly all are."""
    others = sorted((code, places) for code, places in EXPONENTS.items() if places != HUNDREDTHS)
    listed: ColumnElement[Any] = literal_column("'{" + ",".join(code for code, _ in others) + "}'::text[]")
    of_others = case(*((currency == _quoted(code), cents * _unit(places)) for code, places in others))
    return case((currency == any_(listed), of_others), else_=cents * _unit(HUNDREDTHS))


def _unit(places: int) -> ColumnElement[Any]:
    return literal_column(f"{10**-places:.{places}f}", Numeric)


def _quoted(code: str) -> ColumnElement[str]:
    return literal_column(f"'{code}'", Text)
