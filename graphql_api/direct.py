"""The quick way through for reads: plans are kept, and their answers leave as they are, without a visit to every field.

An operation takes it when each of its root fields gives a question (`schema/reading/questions.py`). A plan is kept under
everything it depends on: the document, the values of variables used below the roots, and the shapes of the questions; what
root fields are given only fills in parameters. Whatever this way declines runs field by field, with the same answer.
"""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import strawberry
from graphql import ExecutionResult, GraphQLError, OperationType, Undefined, is_non_null_type, located_error
from graphql.language import FieldNode, Node, OperationDefinitionNode, VariableNode, Visitor, visit

from billing.refusals import Refusal
from graphql_api.arguments import prepared
from graphql_api.door import Admitted, Execute
from graphql_api.kept import Kept
from graphql_api.prepared import Prepared
from resolvers.authority import gives_question
from resolvers.context import Context
from schema.reading.asking import coercion
from schema.reading.questions import Question
from schema.reading.reader import Plan, plan
from schema.reading.selection import Document, Selected, select_root


@dataclass(frozen=True, slots=True)
class Asked:
    """A root field, what it asks in this request, and how that is answered."""

    field: Selected
    question: Question
    plan: Plan


Asks = Callable[[Document], Asked]
"""What a root field asks, by the variables of the request."""


class Direct:
    """Runs reads by kept plans; what it declines goes `otherwise`."""

    def __init__(self, schema: strawberry.Schema, otherwise: Execute) -> None:
        self._core, self._coerce, self._otherwise = schema._schema, coercion(schema), otherwise  # noqa: SLF001
        self._inner: Kept[Prepared, tuple[str, ...]] = Kept()
        self._roots: Kept[Hashable, list[Asks]] = Kept()
        self._plans: Kept[Hashable, Plan] = Kept()

    async def __call__(self, admitted: Admitted) -> ExecutionResult:
        """The answer to an admitted operation."""
        document = Document(
            schema=self._core,
            fragments=admitted.prepared.document.fragments,
            variables=admitted.variables,
            coerce=self._coerce,
            of_json=orjson.Fragment,
        )
        try:
            asked = self._ask(admitted, document)
        except (Refusal, GraphQLError):
            return await self._otherwise(admitted)
        return await (self._answers(admitted, document, asked) if asked else self._otherwise(admitted))

    def _ask(self, admitted: Admitted, document: Document) -> list[Asked]:
        """What the operation asks of the books, when it does nothing else."""
        key = self._key(admitted)
        roots = self._roots.get(key, lambda: self._readable(document, admitted.prepared.operation, key))
        return [asks(document) for asks in roots]

    def _key(self, admitted: Admitted) -> Hashable:
        """What the plans of an operation depend on, but for the shapes of its questions."""
        prepared, coerced = admitted.prepared, admitted.variables.coerced
        inner = self._inner.get(prepared, lambda: inner_variables(prepared.document.ast, prepared.operation))
        return prepared, tuple(repr(coerced.get(name, Undefined)) for name in inner)

    def _readable(self, document: Document, operation: OperationDefinitionNode, key: Hashable) -> list[Asks]:
        """The root fields, when all of them can be read this way; else none."""
        if operation.operation is not OperationType.QUERY:
            return []
        assert self._core.query_type is not None
        roots = select_root(document, self._core.query_type, operation.selection_set)
        if not all(field.field is not None and gives_question(field.field) for field in roots):
            return []
        return [self._asks(field, document, key) for field in roots]

    async def _answers(self, admitted: Admitted, document: Document, asked: Sequence[Asked]) -> ExecutionResult:
        assert isinstance(admitted.context, Context)
        reader = admitted.context.reader
        work = [reader.answer(document, one.question, one.plan) for one in asked]
        if len(work) > 1:
            given = await asyncio.gather(*work, return_exceptions=True)
            if any(isinstance(one, BaseException) for one in given):
                return await self._otherwise(admitted)
            return ExecutionResult(data={one.field.key: value for one, value in zip(asked, given, strict=True)})
        (only,) = asked
        try:
            return ExecutionResult(data={only.field.key: await work[0]})
        except Exception as error:  # noqa: BLE001 - the edge of a field, as in any executor: told by the door
            return _failed(only, error)

    def _asks(self, field: Selected, document: Document, key: Hashable) -> Asks:
        """Raises, as what it gives does: Refusal or GraphQLError where the field cannot be asked so."""
        assert field.field is not None
        resolver = field.field.extensions["strawberry-definition"].base_resolver

        def asked(arguments: dict[str, Any]) -> Asked:
            question: Question = resolver.wrapped_func(None, **arguments)
            shaped = key, field.key, type(question), question.shape
            return Asked(field, question, self._plans.get(shaped, lambda: plan(document, field, question)))

        return prepared(field, document, asked)


def _failed(one: Asked, error: Exception) -> ExecutionResult:
    """The one root field failed: null, or no data at all where the schema promises some."""
    assert one.field.field is not None
    told = located_error(error, one.field.nodes, [one.field.key])
    data = None if is_non_null_type(one.field.field.type) else {one.field.key: None}
    return ExecutionResult(data=data, errors=[told])


def inner_variables(document: Node, operation: OperationDefinitionNode) -> tuple[str, ...]:
    """The variables that a document uses anywhere but in the arguments of the operation's own fields."""
    outer = {id(argument) for node in operation.selection_set.selections if isinstance(node, FieldNode)
             for argument in node.arguments or ()}  # fmt: skip
    names: set[str] = set()

    class Uses(Visitor):
        def enter_variable_definition(self, *_: Any) -> Any:
            return self.SKIP

        def enter_argument(self, node: Node, *_: Any) -> Any:
            return self.SKIP if id(node) in outer else self.IDLE

        def enter_variable(self, node: VariableNode, *_: Any) -> None:
            names.add(node.name.value)

    visit(document, Uses())
    return tuple(sorted(names))
