"""How a root field is declared: one decorator says who may call it and how it may fail.

The declaration prints in the schema as directives, and the door reads it from there: there is no other check. A root
field that is declared in any other way is refused to everybody.
"""

from collections.abc import Callable, Iterable
from typing import Any

from strawberry.annotation import StrawberryAnnotation
from strawberry.types.field import StrawberryField

from billing.authority import FRESH_SECONDS, Role
from billing.refusals import ErrorCode
from schema.directives import MayFail, RequiresFreshAuth, RequiresRole, RequiresSignIn

Resolver = Callable[..., Any]
FieldClass = Callable[..., StrawberryField]
"""`StrawberryField`, a subclass, or a partial of one that already knows what it is bound to."""


def signed_in_query(
    *,
    description: str,
    answers: object = None,
    may_fail: Iterable[ErrorCode] = (),
    name: str | None = None,
    field_class: FieldClass = StrawberryField,
) -> Callable[[Resolver], StrawberryField]:
    """A query for whoever is signed in."""
    return _declared([RequiresSignIn()], description, answers, may_fail, name, field_class)


def finance_query(
    *,
    description: str,
    answers: object = None,
    may_fail: Iterable[ErrorCode] = (),
    name: str | None = None,
    field_class: FieldClass = StrawberryField,
) -> Callable[[Resolver], StrawberryField]:
    """A query for the finance role.

    `answers`: its GraphQL type, where the resolver gives a question (`schema/reading/questions.py`) that is then answered.
    """
    return _declared([RequiresRole(role=Role.SYS_FINANCE)], description, answers, may_fail, name, field_class)


def finance_mutation(
    *,
    description: str,
    answers: object = None,
    may_fail: Iterable[ErrorCode] = (),
    name: str | None = None,
    max_age_seconds: int = FRESH_SECONDS,
    field_class: FieldClass = StrawberryField,
) -> Callable[[Resolver], StrawberryField]:
    """A change by the finance role, freshly signed in, with its reason in `input.reason`.

    `answers`: its payload type, where the resolver gives what a procedure has done and the payload is read after it.
    """
    declared = [RequiresRole(role=Role.SYS_FINANCE), RequiresFreshAuth(max_age_seconds=max_age_seconds)]
    return _declared(declared, description, answers, may_fail, name, field_class)


def _declared(
    directives: list[object],
    description: str,
    answers: object,
    may_fail: Iterable[ErrorCode],
    name: str | None,
    field_class: FieldClass,
) -> Callable[[Resolver], StrawberryField]:
    codes = list(may_fail)
    if codes:
        directives = [*directives, MayFail(codes=codes)]

    def declare(resolver: Resolver) -> StrawberryField:
        annotation = None if answers is None else StrawberryAnnotation(answers)
        return field_class(
            graphql_name=name, description=description, directives=directives, type_annotation=annotation
        )(resolver)

    return declare
