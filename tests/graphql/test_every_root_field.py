"""A walk over the schema: each root field is tried as everybody who may not ask for it, and nothing of it ever runs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from graphql import (
    ExecutionResult,
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
)

from billing.authority import Caller, Role
from graphql_api.admission import Requirement
from graphql_api.documents import Operation
from graphql_api.door import Admitted, Answer, Door, Outcome
from graphql_api.execution import core_schema
from graphql_api.roots import build_schema
from schema.context import Context
from tests.graphql import little_service

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
FINANCE = frozenset({Role.SYS_FINANCE})
SCHEMAS = {"served": core_schema(build_schema()), "little": core_schema(little_service.SCHEMA)}

SAMPLES = {
    "Cents": "1",
    "Date": '"2026-03-31"',
    "DateTime": '"2026-03-31T12:00:00Z"',
    "CurrencyCode": '"SEK"',
    "CountryCode": '"SE"',
    "Int": "1",
    "Float": "1",
    "Boolean": "true",
}

Case = tuple[str, str, str]


def cases(*, roots: tuple[str, ...] = ("Query", "Mutation")) -> list[Case]:
    """Schema, root and name of every root field."""
    return [
        (which, root, name)
        for which, schema in SCHEMAS.items()
        for root in roots
        if isinstance(found := schema.get_type(root), GraphQLObjectType)
        for name in found.fields
        if not name.startswith("undeclared")
    ]


def root_field(case: Case) -> GraphQLField:
    which, root, name = case
    found = SCHEMAS[which].get_type(root)
    assert isinstance(found, GraphQLObjectType)
    field: GraphQLField = found.fields[name]
    return field


def sample(type_: GraphQLInputType, *, reason: str) -> str:
    """A literal of the type that is as short as the schema allows."""
    if is_non_null_type(type_):
        return sample(type_.of_type, reason=reason)
    if is_list_type(type_):
        return f"[{sample(type_.of_type, reason=reason)}]"
    if is_enum_type(type_):
        return str(next(iter(type_.values)))
    if is_input_object_type(type_):
        fields = {name: f for name, f in type_.fields.items() if is_required_input_field(f) or name == "reason"}
        if type_.extensions["strawberry-definition"].is_one_of:
            fields = dict([*type_.fields.items()][-1:])
        return f"{{{pairs(fields, reason=reason)}}}"
    return SAMPLES.get(str(type_), '"x"')


def pairs(given: dict[str, GraphQLArgument] | dict[str, GraphQLInputField], *, reason: str) -> str:
    literals = {name: f'"{reason}"' if name == "reason" else sample(f.type, reason=reason) for name, f in given.items()}
    return ", ".join(f"{name}: {literal}" for name, literal in literals.items())


def operation(case: Case, *, reason: str = "paid twice", more: str = "") -> Operation:
    """A request for the field and nothing else."""
    _, root, name = case
    field = root_field(case)
    arguments = pairs({key: arg for key, arg in field.args.items() if is_required_argument(arg)}, reason=reason)
    given = ", ".join(part for part in (arguments, more) if part)
    selection = " { __typename }" if is_composite_type(get_named_type(field.type)) else ""
    return Operation(text=f"{root.lower()} {{ {name}{f'({given})' if given else ''}{selection} }}")


class Ran(list[Admitted]):
    """The operations that a door let run."""

    async def execute(self, admitted: Admitted) -> ExecutionResult:
        self.append(admitted)
        return ExecutionResult(data={}, errors=None)


async def answer(case: Case, asked: Operation, caller: Caller | None) -> tuple[Answer, Ran]:
    ran = Ran()
    door = Door(SCHEMAS[case[0]], execute=ran.execute, make_context=Context, now=lambda: NOW, open_schema=False)
    return await door.answer(asked, caller=caller, request_id="test"), ran


def caller(*, roles: frozenset[Role] = FINANCE, auth_age: float | None = 0) -> Caller:
    at = None if auth_age is None else NOW - timedelta(seconds=auth_age)
    return Caller(actor="finance@example.test", roles=roles, authenticated_at=at)


async def refused(case: Case, asked: Operation, by: Caller | None) -> str:
    """The code of the refusal; nothing ran."""
    given, ran = await answer(case, asked, by)
    assert ran == []
    assert given.outcome in {Outcome.REFUSED, Outcome.INVALID}
    assert "data" not in given.body()
    return given.errors[0].code


@pytest.mark.parametrize("case", cases())
async def test_every_root_field_says_who_may_ask(case: Case) -> None:
    requirement = Requirement.declared(root_field(case))
    assert not requirement.closed
    assert bool(requirement.roles) == (case[2] != "viewer")


@pytest.mark.parametrize("case", cases(roots=("Mutation",)))
async def test_every_change_needs_a_fresh_sign_in(case: Case) -> None:
    assert (Requirement.declared(root_field(case)).max_age_seconds is None) == (case[2] in {"exportLink", "export"})


@pytest.mark.parametrize("case", cases())
async def test_every_root_field_runs_for_a_fresh_finance_person_with_a_reason(case: Case) -> None:
    given, ran = await answer(case, operation(case), caller())
    assert given.outcome is Outcome.EXECUTED, given.errors
    assert len(ran) == 1


@pytest.mark.parametrize("case", cases())
async def test_no_root_field_runs_for_nobody(case: Case) -> None:
    assert await refused(case, operation(case), None) == "UNAUTHENTICATED"


@pytest.mark.parametrize("case", [case for case in cases() if case[2] != "viewer"])
async def test_no_root_field_runs_without_the_role(case: Case) -> None:
    assert await refused(case, operation(case), caller(roles=frozenset())) == "FORBIDDEN"


CHANGES = [case for case in cases() if Requirement.declared(root_field(case)).max_age_seconds is not None]


@pytest.mark.parametrize("auth_age", [301, None, -1])
@pytest.mark.parametrize("case", CHANGES)
async def test_no_change_is_made_by_a_sign_in_that_is_stale_unknown_or_in_the_future(
    case: Case, auth_age: float | None
) -> None:
    assert await refused(case, operation(case), caller(auth_age=auth_age)) == "FRESH_AUTH_REQUIRED"


@pytest.mark.parametrize("case", CHANGES)
async def test_no_change_is_made_without_a_reason(case: Case) -> None:
    assert await refused(case, operation(case, reason=" "), caller()) == "REASON_REQUIRED"


@pytest.mark.parametrize("case", cases())
async def test_no_root_field_runs_with_an_argument_it_does_not_take(case: Case) -> None:
    assert await refused(case, operation(case, more="nonsense: 1"), caller()) == "BAD_USER_INPUT"


def closed(schema: GraphQLSchema) -> list[str]:
    roots: list[Any] = [schema.query_type, schema.mutation_type]
    return [name for root in roots if root for name, f in root.fields.items() if Requirement.declared(f).closed]


def test_the_walk_would_find_a_root_field_that_nobody_declared() -> None:
    assert closed(SCHEMAS["served"]) == []
    assert closed(SCHEMAS["little"]) == ["undeclared", "undeclaredChange"]
