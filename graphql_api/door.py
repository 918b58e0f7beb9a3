"""The one way in: every operation, from whichever route, passes these steps in this order, and nothing of it runs before
the whole of it is allowed.

    read the document → choose the operation → admit the caller → weigh it → validate → coerce its variables → run it
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Final, Protocol

from graphql import ExecutionResult, GraphQLError, GraphQLSchema, OperationType, validate
from graphql.execution.values import VariableValues
from graphql.validation import specified_rules
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from billing.authority import Caller, Role
from billing.refusals import Refusal
from graphql_api.admission import Admission
from graphql_api.documents import Operation
from graphql_api.logs import log_unexpected
from graphql_api.patience import Ended, Gone, Patience
from graphql_api.prepared import Prepared, PreparedOperations
from graphql_api.variables import ERRORS_MAX
from resolvers.errors import Told, tell_failed, tell_invalid, tell_refusal, tell_timeout
from schema.context import Context

QUERY_SECONDS_MAX: Final = 10.0
MUTATION_SECONDS_MAX: Final = 60.0
"""A change is small or a whole bank file; one that is cut short is undone by the database."""

RULES: Final = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)


class Outcome(Enum):
    """How far an operation came.

    REFUSED: the door kept it out. INVALID: it cannot be run. EXECUTED: it ran. ABANDONED: its client went away.
    """

    REFUSED = auto()
    INVALID = auto()
    EXECUTED = auto()
    ABANDONED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of an operation. `data` is ready for `replies.written`; `refusal` is why the door kept it out."""

    outcome: Outcome
    data: object = None
    errors: tuple[Told, ...] = ()
    refusal: Refusal | None = None

    def body(self) -> dict[str, object]:
        """The response as the GraphQL specification shapes it: there is no `data` entry unless the operation ran."""
        body: dict[str, object] = {"errors": [told.formatted for told in self.errors]} if self.errors else {}
        return body | {"data": self.data} if self.outcome is Outcome.EXECUTED else body


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """An operation that may run: valid, its variables coerced."""

    asked: Operation
    prepared: Prepared
    variables: VariableValues
    context: Context
    hide_suggestions: bool


Execute = Callable[[Admitted], Awaitable[ExecutionResult]]
"""Runs an admitted operation. What a field raises is among the result's errors."""


class MakeContext(Protocol):
    def __call__(self, *, caller: Caller | None, now: datetime, reason: str | None) -> Context: ...


class Invalid(Exception):
    """The operation asks for too much, or its document or variables are not valid."""

    def __init__(self, errors: Iterable[Told]) -> None:
        self.errors = tuple(errors)
        super().__init__(f"{len(self.errors)} errors")


class Door:
    """The pipeline over one schema. `open_schema`: strangers may introspect it, and errors may suggest its names."""

    def __init__(
        self,
        schema: GraphQLSchema,
        *,
        execute: Execute,
        make_context: MakeContext,
        now: Callable[[], datetime],
        open_schema: bool,
        query_seconds_max: float = QUERY_SECONDS_MAX,
    ) -> None:
        self._schema, self._execute, self._make_context, self._now = schema, execute, make_context, now
        self._open_schema, self._query_seconds_max = open_schema, query_seconds_max
        self._admission = Admission(schema, open_introspection=open_schema)
        self._valid = PreparedOperations()

    async def answer(
        self, asked: Operation, *, caller: Caller | None, request_id: str, gone: Gone | None = None
    ) -> Answer:
        """Take the operation through the door. Raises nothing that an operation can bring about.

        A query stops when its client has `gone`; a mutation that began is carried through.
        """
        try:
            admitted = self._admit(asked, caller)
        except Refusal as refusal:
            return Answer(outcome=Outcome.REFUSED, errors=(tell_refusal(refusal),), refusal=refusal)
        except Invalid as invalid:
            return Answer(outcome=Outcome.INVALID, errors=invalid.errors)
        return await self._run(admitted, request_id, gone)

    def _admit(self, asked: Operation, caller: Caller | None) -> Admitted:
        """Raises: what admission raises; after it, `Invalid`."""
        now = self._now()
        known = self._valid.known(asked)
        prepared = known or self._read(asked)
        reason = prepared.demand.admit(asked.variables, caller=caller, now=now)
        hide_suggestions = not self._open_schema and (caller is None or Role.SYS_FINANCE not in caller.roles)
        self._weigh(asked, prepared)
        if known is None:
            self._validate(asked, prepared, hide_suggestions=hide_suggestions)
        variables = prepared.variables.coerced(asked.variables, hide_suggestions=hide_suggestions)
        if isinstance(variables, list):
            raise Invalid(map(tell_invalid, variables))
        return Admitted(
            asked=asked,
            prepared=prepared,
            variables=variables,
            context=self._make_context(caller=caller, now=now, reason=reason),
            hide_suggestions=hide_suggestions,
        )

    def _read(self, asked: Operation) -> Prepared:
        try:
            return Prepared(asked.text, asked.name, self._schema, self._admission)
        except GraphQLError as error:
            raise Invalid([tell_invalid(error)]) from None

    def _weigh(self, asked: Operation, prepared: Prepared) -> None:
        try:
            prepared.weigh(asked.variables)
        except Refusal as refusal:
            raise Invalid([tell_refusal(refusal)]) from None

    def _validate(self, asked: Operation, prepared: Prepared, *, hide_suggestions: bool) -> None:
        ast = prepared.document.ast
        errors = validate(self._schema, ast, RULES, max_errors=ERRORS_MAX, hide_suggestions=hide_suggestions)
        if errors:
            raise Invalid(map(tell_invalid, errors))
        self._valid.keep(asked, prepared)

    async def _run(self, admitted: Admitted, request_id: str, gone: Gone | None) -> Answer:
        is_mutation = admitted.prepared.operation.operation is OperationType.MUTATION
        listen, seconds = (None, MUTATION_SECONDS_MAX) if is_mutation else (gone, self._query_seconds_max)
        work = self._execute(admitted)
        with Patience(seconds, listen) as patience:
            result = await work
        if patience.ended is Ended.TIME:
            return Answer(outcome=Outcome.EXECUTED, errors=(tell_timeout(seconds),))
        if patience.ended is Ended.GONE:
            return Answer(outcome=Outcome.ABANDONED)
        errors = tuple(tell_failed(error, request_id=request_id) for error in result.errors or ())
        for told in errors:
            log_unexpected(told.unexpected)
        return Answer(outcome=Outcome.EXECUTED, data=result.data, errors=errors)
