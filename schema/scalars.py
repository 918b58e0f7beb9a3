"""The API's own scalars. Input is read strictly, as a literal and as a variable alike; output takes Python values and
values that are ready for JSON already.

`SCALAR_MAP` tells Strawberry which Python type stands for which scalar: `date` and `datetime` as they are, the others
by the new types below.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final, NewType, TypeVar

import strawberry
from graphql import GraphQLError, IntValueNode, StringValueNode, ValueNode
from strawberry.types.scalar import ScalarDefinition

from billing.codes import COUNTRIES, CURRENCIES
from billing.money import CENTS_MAX

Cents = NewType("Cents", int)
CurrencyCode = NewType("CurrencyCode", str)
CountryCode = NewType("CountryCode", str)

T = TypeVar("T")

FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2999, 12, 31)
"""So that days can be reckoned with: there is always one before and one after."""

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_CENTS_DIGITS_MAX: Final = len(str(-CENTS_MAX))


def read_cents(value: object) -> Cents:
    if type(value) is not int or not -CENTS_MAX <= value <= CENTS_MAX:
        raise GraphQLError(f"Cents is a whole number from -{CENTS_MAX} to {CENTS_MAX}, without quotes or decimals.")
    return Cents(value)


def read_date(value: object) -> date:
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise GraphQLError(f"{value} is not a day of the calendar.") from None
        if FIRST_DAY <= day <= LAST_DAY:
            return day
        raise GraphQLError(f"{value} is no day of anybody's books: Date is from {FIRST_DAY} to {LAST_DAY}.")
    raise GraphQLError('Date is a day as YYYY-MM-DD, for example "2026-03-31".')


def read_instant(value: object) -> datetime:
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            raise GraphQLError(f"{value} is not an instant of the calendar.") from None
    raise GraphQLError('DateTime is an RFC 3339 instant with its offset, for example "2026-03-31T12:00:00Z".')


def read_currency(value: object) -> CurrencyCode:
    if isinstance(value, str) and value in CURRENCIES:
        return CurrencyCode(value)
    raise GraphQLError('CurrencyCode is an ISO 4217 code in capitals, for example "SEK".')


def read_country(value: object) -> CountryCode:
    if isinstance(value, str) and value in COUNTRIES:
        return CountryCode(value)
    raise GraphQLError('CountryCode is an ISO 3166-1 alpha-2 code in capitals, for example "SE".')


def write_cents(value: object) -> int:
    assert type(value) is int, type(value)
    assert -CENTS_MAX <= value <= CENTS_MAX, value
    return value


def write_date(value: object) -> str:
    assert isinstance(value, str | date), type(value)
    assert not isinstance(value, datetime), "An instant has no day of its own: choose a time zone first."
    return value if isinstance(value, str) else value.isoformat()


def write_instant(value: object) -> str:
    """RFC 3339 in UTC with a Z; microseconds only where there are some."""
    if isinstance(value, str):
        return value
    assert isinstance(value, datetime), type(value)
    assert value.tzinfo is not None, "A naive instant reached the API."
    return value.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def _write_code(value: object) -> str:
    assert isinstance(value, str), type(value)
    return value


def _scalar(
    name: str,
    description: str,
    *,
    read: Callable[[object], T],
    write: Callable[[object], object],
    url: str | None = None,
) -> ScalarDefinition:
    def read_literal(node: ValueNode, _variables: object = None) -> T:
        return read(_literal(node))

    return strawberry.scalar(
        name=name,
        description=description,
        specified_by_url=url,
        serialize=write,
        parse_value=read,
        parse_literal=read_literal,
    )


def _literal(node: ValueNode) -> object:
    """What a literal says: a string, a whole number that could be cents, or None for what no scalar here takes."""
    if isinstance(node, StringValueNode):
        return node.value
    if isinstance(node, IntValueNode):
        return int(node.value) if len(node.value) <= _CENTS_DIGITS_MAX else CENTS_MAX + 1
    return None


SCALAR_MAP: Final[dict[object, ScalarDefinition]] = {
    Cents: _scalar(
        "Cents",
        "A whole number of the currency's minor unit (cent, öre; JPY has none). 64-bit, sent as a JSON number.",
        read=read_cents,
        write=write_cents,
    ),
    date: _scalar("Date", "A day: YYYY-MM-DD.", read=read_date, write=write_date),
    datetime: _scalar(
        "DateTime",
        "An instant: RFC 3339 with an offset; answers are in UTC.",
        read=read_instant,
        write=write_instant,
        url="https://www.rfc-editor.org/rfc/rfc3339",
    ),
    CurrencyCode: _scalar("CurrencyCode", "ISO 4217, e.g. EUR, SEK.", read=read_currency, write=_write_code),
    CountryCode: _scalar("CountryCode", "ISO 3166-1 alpha-2.", read=read_country, write=_write_code),
}
