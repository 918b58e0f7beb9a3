import datetime as dt
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import strawberry
from graphql import graphql_sync
from strawberry.schema.config import StrawberryConfig

from billing.codes import COUNTRIES, CURRENCIES
from billing.money import CENTS_MAX
from schema.scalars import SCALAR_MAP, Cents, CountryCode, CurrencyCode, write_date, write_instant


@strawberry.type
class Query:
    @strawberry.field
    def cents(self, value: Cents) -> Cents:
        return value

    @strawberry.field
    def day(self, value: date) -> date:
        return value

    @strawberry.field
    def instant(self, value: datetime) -> datetime:
        return value

    @strawberry.field
    def currency(self, value: CurrencyCode) -> CurrencyCode:
        return value

    @strawberry.field
    def country(self, value: CountryCode) -> CountryCode:
        return value


SCHEMA = strawberry.Schema(query=Query, config=StrawberryConfig(scalar_map=SCALAR_MAP))
TYPES = {"cents": "Cents", "day": "Date", "instant": "DateTime", "currency": "CurrencyCode", "country": "CountryCode"}


def answers(field: str, literal: str, variable: object) -> Iterator[tuple[dict[str, Any] | None, list[str]]]:
    """The same value sent as a literal, then as a variable."""
    for text, variables in (
        (f"{{ {field}(value: {literal}) }}", {}),
        (f"query($v: {TYPES[field]}!) {{ {field}(value: $v) }}", {"v": variable}),
    ):
        result = graphql_sync(SCHEMA._schema, text, variable_values=variables)
        yield result.data, [error.message for error in result.errors or []]


ACCEPTED = [
    ("cents", "0", 0, 0),
    ("cents", "-12345", -12345, -12345),
    ("cents", str(CENTS_MAX), CENTS_MAX, 9223372036854775807),
    ("cents", str(-CENTS_MAX), -CENTS_MAX, -9223372036854775807),
    ("day", '"2024-02-29"', "2024-02-29", "2024-02-29"),
    ("instant", '"2026-03-31T12:00:00Z"', "2026-03-31T12:00:00Z", "2026-03-31T12:00:00Z"),
    ("instant", '"2026-03-31t14:00:00.5+02:00"', "2026-03-31t14:00:00.5+02:00", "2026-03-31T12:00:00.500000Z"),
    ("currency", '"SEK"', "SEK", "SEK"),
    ("country", '"SE"', "SE", "SE"),
]


@pytest.mark.parametrize(("field", "literal", "variable", "answer"), ACCEPTED)
def test_a_scalar_reads_the_same_value_as_a_literal_and_as_a_variable(
    field: str, literal: str, variable: object, answer: object
) -> None:
    assert list(answers(field, literal, variable)) == [({field: answer}, [])] * 2


REFUSED = [
    ("cents", "1.0", 1.0),
    ("cents", "1e2", 1e2),
    ("cents", '"12"', "12"),
    ("cents", "true", True),
    ("cents", "9223372036854775808", 9223372036854775808),
    ("cents", "-9223372036854775808", -9223372036854775808),
    ("cents", "9" * 5000, 10**4000),
    ("cents", "[1]", [1]),
    ("cents", "{a: 1}", {"a": 1}),
    ("cents", "null", None),
    ("day", '"2024-2-9"', "2024-2-9"),
    ("day", '"20240229"', "20240229"),
    ("day", '"2024-W01-1"', "2024-W01-1"),
    ("day", '"2023-02-29"', "2023-02-29"),
    ("day", '"\u0662024-02-01"', "\u0662024-02-01"),
    ("day", '"2024-02-29T00:00:00Z"', "2024-02-29T00:00:00Z"),
    ("day", "20240229", 20240229),
    ("instant", '"2026-03-31T12:00:00"', "2026-03-31T12:00:00"),
    ("instant", '"2026-03-31"', "2026-03-31"),
    ("instant", '"2026-03-31 12:00:00Z"', "2026-03-31 12:00:00Z"),
    ("instant", '"2026-03-31T25:00:00Z"', "2026-03-31T25:00:00Z"),
    ("instant", '"0001-01-01T00:00:00+02:00"', "0001-01-01T00:00:00+02:00"),
    ("day", '"1899-12-31"', "1899-12-31"),
    ("day", '"3000-01-01"', "3000-01-01"),
    ("instant", "1774958400", 1774958400),
    ("currency", '"sek"', "sek"),
    ("currency", '"QQQ"', "QQQ"),
    ("currency", "SEK", 752),
    ("country", '"SWE"', "SWE"),
    ("country", '"EU"', "EU"),
    ("country", '"UK"', "UK"),
    ("country", "SE", ["SE"]),
]


@pytest.mark.parametrize(("field", "literal", "variable"), REFUSED)
def test_a_scalar_refuses_everything_else_as_a_literal_and_as_a_variable(
    field: str, literal: str, variable: object
) -> None:
    for data, errors in answers(field, literal, variable):
        assert data is None
        assert len(errors) == 1


def test_a_refusal_says_what_the_scalar_takes() -> None:
    [(_, [literal]), (_, [variable])] = answers("day", '"20240229"', "20240229")
    assert literal == 'Date is a day as YYYY-MM-DD, for example "2026-03-31".'
    assert literal in variable


def test_output_takes_values_that_are_ready_for_json_already() -> None:
    assert write_date("2026-03-31") == "2026-03-31"
    assert write_instant("2026-03-31T12:00:00Z") == "2026-03-31T12:00:00Z"
    assert write_instant(datetime(2026, 3, 31, 14, tzinfo=dt.timezone(dt.timedelta(hours=2)))) == "2026-03-31T12:00:00Z"


def test_an_instant_is_never_written_as_a_day_nor_without_its_offset() -> None:
    with pytest.raises(AssertionError):
        write_date(datetime(2026, 3, 31, tzinfo=UTC))
    with pytest.raises(AssertionError):
        write_instant(datetime(2026, 3, 31))  # noqa: DTZ001
    with pytest.raises(AssertionError):
        write_date(20260331)


def test_the_codes_are_those_of_the_standards() -> None:
    assert len(COUNTRIES) == 249
    assert {"SE", "NO", "FI", "AX", "GB"} <= COUNTRIES
    assert {"SEK", "EUR", "JPY", "KWD"} <= CURRENCIES
