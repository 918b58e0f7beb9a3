"""The one way in: every operation, from whichever route, passes these steps in this order, and nothing of it runs before
the whole of it is allowed.

    read the document → choose the operation → admit the caller → weigh it → validate → coerce its variables → run it
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Final, Protocol

from graphql import ExecutionResult, GraphQLError, GraphQLSchema, OperationDefinitionNode, OperationType, validate
from graphql.execution.values import VariableValues, get_variable_values
from graphql.validation import specified_rules
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from billing.authority import Caller, Role
from billing.refusals import BadInput, Refusal
from graphql_api import limits
from graphql_api.admission import Admission
from graphql_api.documents import Document, Operation, ValidDocuments
from graphql_api.kept import Kept
from graphql_api.logs import log_unexpected
from graphql_api.patience import Ended, Gone, Patience
from resolvers.errors import Told, tell_failed, tell_invalid, tell_refusal, tell_timeout
from schema.context import Context

QUERY_SECONDS_MAX: Final = 10.0
MUTATION_SECONDS_MAX: Final = 60.0
"""A change is small or a whole bank file; one that is cut short is undone by the database."""

ERRORS_MAX: Final = 5
VARIABLES_KEPT_MAX: Final = 200
VARIABLES_LENGTH_MAX: Final = 500
"""Characters of one request's variables that are kept; a search or a cursor is shorter, a file is not."""

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
    document: Document
    operation: OperationDefinitionNode
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
        self._valid = ValidDocuments()
        self._weighed: Kept[tuple[str, str | None, str], None] = Kept()
        self._variables: Kept[tuple[str, str | None, str], VariableValues] = Kept(VARIABLES_KEPT_MAX)

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
        document, operation = self._read(asked)
        reason = self._admission.admit(document, operation, asked.variables, caller=caller, now=now)
        hide_suggestions = not self._open_schema and (caller is None or Role.SYS_FINANCE not in caller.roles)
        self._weigh(asked, document, operation)
        self._validate(asked, document, hide_suggestions=hide_suggestions)
        return Admitted(
            asked=asked,
            document=document,
            operation=operation,
            variables=self._coerced(asked, operation, hide_suggestions=hide_suggestions),
            context=self._make_context(caller=caller, now=now, reason=reason),
            hide_suggestions=hide_suggestions,
        )

    def _read(self, asked: Operation) -> tuple[Document, OperationDefinitionNode]:
        try:
            document = self._valid.get(asked.text) or Document.read(asked.text)
            return document, document.operation(asked.name)
        except GraphQLError as error:
            raise Invalid([tell_invalid(error)]) from None

    def _weigh(self, asked: Operation, document: Document, operation: OperationDefinitionNode) -> None:
        try:
            if asked.holds_nul():
                raise BadInput("No text may hold the character U+0000.", argument="variables")
            self._weighed.get(
                _weight_of(asked, operation),
                lambda: limits.check(document, operation, asked.variables, self._schema),
            )
        except Refusal as refusal:
            raise Invalid([tell_refusal(refusal)]) from None

    def _validate(self, asked: Operation, document: Document, *, hide_suggestions: bool) -> None:
        if self._valid.get(asked.text) is document:
            return
        errors = validate(self._schema, document.ast, RULES, max_errors=ERRORS_MAX, hide_suggestions=hide_suggestions)
        if errors:
            raise Invalid(map(tell_invalid, errors))
        self._valid.keep(asked.text, document)

    def _coerced(
        self, asked: Operation, operation: OperationDefinitionNode, *, hide_suggestions: bool
    ) -> VariableValues:
        """Its variables as the schema takes them; kept for the lists that are looked at again and again."""
        given = repr(asked.variables)
        if len(given) > VARIABLES_LENGTH_MAX or operation.operation is not OperationType.QUERY:
            return self._coerce(asked, operation, hide_suggestions=hide_suggestions)
        key = asked.text, asked.name, given
        return self._variables.get(key, lambda: self._coerce(asked, operation, hide_suggestions=hide_suggestions))

    def _coerce(
        self, asked: Operation, operation: OperationDefinitionNode, *, hide_suggestions: bool
    ) -> VariableValues:
        coerced = get_variable_values(
            self._schema,
            operation.variable_definitions or (),
            dict(asked.variables),
            max_errors=ERRORS_MAX,
            hide_suggestions=hide_suggestions,
        )
        if isinstance(coerced, list):
            raise Invalid(map(tell_invalid, coerced))
        return coerced

    async def _run(self, admitted: Admitted, request_id: str, gone: Gone | None) -> Answer:
        is_mutation = admitted.operation.operation is OperationType.MUTATION
        listen, seconds = (None, MUTATION_SECONDS_MAX) if is_mutation else (gone, self._query_seconds_max)
        work = self._execute(admitted)
        async with Patience(seconds, listen) as patience:
            result = await work
        if patience.ended is Ended.TIME:
            return Answer(outcome=Outcome.EXECUTED, errors=(tell_timeout(seconds),))
        if patience.ended is Ended.GONE:
            return Answer(outcome=Outcome.ABANDONED)
        errors = tuple(tell_failed(error, request_id=request_id) for error in result.errors or ())
        for told in errors:
            log_unexpected(told.unexpected)
        return Answer(outcome=Outcome.EXECUTED, data=result.data, errors=errors)


def _weight_of(asked: Operation, operation: OperationDefinitionNode) -> tuple[str, str | None, str]:
    """What the weight of an operation depends on: its document, and the variables that may be page sizes."""
    names = (definition.variable.name.value for definition in operation.variable_definitions or ())
    sizes = {name: asked.variables.get(name) for name in names}
    return asked.text, asked.name, repr({name: size for name, size in sizes.items() if not isinstance(size, str)})
