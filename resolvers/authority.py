"""How a root field is declared: one decorator says who may call it and how it may fail.

The declaration prints in the schema as directives, and the door reads it from there: there is no other check. A root
field that is declared in any other way is refused to everybody.
"""

from collections.abc import Callable, Iterable
from inspect import iscoroutinefunction
from typing import Any, Final

from graphql import GraphQLField
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.field import StrawberryField

from billing.authority import FRESH_SECONDS, Role
from billing.refusals import ErrorCode
from schema.directives import MayFail, RequiresFreshAuth, RequiresRole, RequiresSignIn

Resolver = Callable[..., Any]
QUESTION: Final = "petanque.question"


def signed_in_query(
    *,
    description: str,
    answers: object = None,
    may_fail: Iterable[ErrorCode] = (),
    name: str | None = None,
) -> Callable[[Resolver], StrawberryField]:
    """A query for whoever is signed in."""
    return _declared([RequiresSignIn()], description, answers, may_fail, name)


def finance_query(
    *,
    description: str,
    answers: object = None,
    may_fail: Iterable[ErrorCode] = (),
    name: str | None = None,
) -> Callable[[Resolver], StrawberryField]:
    """A query for the finance role.

    `answers`: its GraphQL type, where the resolver gives a question (`schema/reading/questions.py`) that is then answered.
    """
    return _declared([RequiresRole(role=Role.SYS_FINANCE)], description, answers, may_fail, name)


def finance_mutation(
    *,
    description: str,
    answers: object = None,
    may_fail: Iterable[ErrorCode] = (),
    name: str | None = None,
    max_age_seconds: int | None = FRESH_SECONDS,
) -> Callable[[Resolver], StrawberryField]:
    """A change by the finance role, freshly signed in, with its reason in `input.reason`.

    `answers`: its payload type, where the resolver gives what a procedure has done and the payload is read after it.
    `max_age_seconds` None: it leaves the books as they are, and asks neither for a fresh sign-in nor for a reason.
    """
    declared: list[object] = [RequiresRole(role=Role.SYS_FINANCE)]
    if max_age_seconds is not None:
        declared.append(RequiresFreshAuth(max_age_seconds=max_age_seconds))
    return _declared(declared, description, answers, may_fail, name)


def gives_question(field: GraphQLField) -> bool:
    """Whether a query's resolver gives a question, for which it needs nothing but its arguments."""
    definition = field.extensions.get("strawberry-definition")
    return isinstance(definition, StrawberryField) and bool(definition.metadata.get(QUESTION))


def _declared(
    directives: list[object],
    description: str,
    answers: object,
    may_fail: Iterable[ErrorCode],
    name: str | None,
) -> Callable[[Resolver], StrawberryField]:
    codes = list(may_fail)
    if codes:
        directives = [*directives, MayFail(codes=codes)]

    def declare(resolver: Resolver) -> StrawberryField:
        return StrawberryField(
            graphql_name=name,
            description=description,
            directives=directives,
            type_annotation=None if answers is None else StrawberryAnnotation(answers),
            metadata={QUESTION: answers is not None and not iscoroutinefunction(resolver)},
        )(resolver)

    return declare
