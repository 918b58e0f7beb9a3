"""Whatever text stands in whichever argument of a query: a clear answer, and the same SQL as for any other text."""

import os
import random
from collections.abc import Iterator, Sequence
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    is_required_argument,
)

from graphql_api.documents import Operation
from graphql_api.execution import core_schema
from storage.engine import Database
from tests.graphql.doors import SCHEMA, OpenDoor

CORE = core_schema(SCHEMA)
HARMLESS = ("x", "1510", "2026-03-31", "invoice_" + "1" * 32)
HOSTILE = (
    "'", "''; drop table invoice; --", '"', "\\", "\\'; select 1; --", "$1", "$$x$$", "%s %(w0)s :w0 {0}", "%", "_", "/*", "*/",
    "\x01\x1f\x7f", "\u2028\u202e\ufeff", "ﬀ İ ß", "\U0001f3af", "E'\\x27'", "1 or 1=1", "null", "a" * 20_000, "(" * 500,
    "invoice_" + "0" * 32, "invoice_" + "f" * 31, "0001-01-01", "9999-12-31", "1900-01-01", "2999-12-31", "9" * 400, "\0",
)  # fmt: skip
CLEAR = {"BAD_USER_INPUT", "NOT_FOUND", "CONFLICT", "PROVIDER_UNKNOWN", "PROVIDER_NOT_CONFIGURED", "FX_RATE_MISSING"}
TRIES = int(os.environ.get("BILLING_TEST_HOSTILE", "8"))

Place = tuple[str, tuple[str, ...]]


def places() -> Iterator[Place]:
    """Every argument of every query, down to the fields of its inputs."""
    assert CORE.query_type is not None
    for name, field in CORE.query_type.fields.items():
        for argument, definition in field.args.items():
            yield from ((name, path) for path in paths(argument, definition))


def paths(name: str, definition: GraphQLArgument | GraphQLInputField) -> Iterator[tuple[str, ...]]:
    named = get_named_type(definition.type)
    if not isinstance(named, GraphQLInputObjectType):
        yield (name,)
        return
    for inner, field in named.fields.items():
        yield from ((name, *path) for path in paths(inner, field))


def holding(definition: GraphQLArgument | GraphQLInputField, path: Sequence[str], text: str) -> Any:
    """A value of the argument's form with the text at the end of the path."""
    named = get_named_type(definition.type)
    value: Any = text
    if path and isinstance(named, GraphQLInputObjectType):
        value = {path[0]: holding(named.fields[path[0]], path[1:], text)}
    return [value] if is_list_type(get_nullable_type(definition.type)) else value


def operation(place: Place, text: str) -> Operation:
    """A query of the field with the text at the place, as a variable."""
    name, path = place
    assert CORE.query_type is not None
    field = CORE.query_type.fields[name]
    given = {path[0]} | {key for key, argument in field.args.items() if is_required_argument(argument)}
    declared = ", ".join(f"${key}: {field.args[key].type}" for key in sorted(given))
    passed = ", ".join(f"{key}: ${key}" for key in sorted(given))
    selection = " { __typename }" if is_composite_type(get_named_type(field.type)) else ""
    variables = {key: holding(field.args[key], path[1:] if key == path[0] else (), text) for key in given}
    return Operation(text=f"query Q({declared}) {{ {name}({passed}){selection} }}", name="Q", variables=variables)


async def codes(door: OpenDoor, asked: Operation) -> list[str]:
    return [told.code for told in (await door.answer(asked)).errors]


async def test_hostile_texts_are_refused_clearly_or_are_values_like_any_other(door: OpenDoor) -> None:
    rng = random.Random(20261123)
    everywhere, ran = list(places()), 0
    assert len(everywhere) > 80
    for place in everywhere:
        door.statements.clear()
        for text in HARMLESS:
            assert set(await codes(door, operation(place, text))) <= CLEAR, (place, text)
        known = set(door.statements)
        for text in rng.sample(HOSTILE, TRIES):
            door.statements.clear()
            told = await codes(door, operation(place, text))
            assert set(told) <= CLEAR, (place, text[:40], told)
            assert set(door.statements) <= known, (place, text[:40])
            ran += bool(door.statements)
    assert ran > 20, "Some texts have reached the database."


async def test_no_table_was_harmed(door: OpenDoor, database: Database) -> None:
    await codes(door, operation(("invoices", ("filter", "search")), HOSTILE[1]))
    with database.connect() as connection:
        assert connection.execute("select count(*) from invoice").fetchone() == (0,)


def test_every_argument_of_every_query_is_a_place() -> None:
    assert isinstance(CORE.query_type, GraphQLObjectType)
    arguments = {(name, argument) for name, field in CORE.query_type.fields.items() for argument in field.args}
    assert {(name, path[0]) for name, path in places()} == arguments
    assert ("invoices", ("filter", "search")) in set(places())
