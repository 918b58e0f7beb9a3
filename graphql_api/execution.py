"""Running an admitted operation field by field, with graphql-core's executor over Strawberry's resolvers."""

from inspect import isawaitable

import strawberry
from graphql import ExecutionResult, GraphQLSchema
from graphql.execution import execute
from strawberry.execution import optimized_is_awaitable

from graphql_api.door import Admitted, Execute


def core_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """graphql-core's side of a Strawberry schema."""
    return schema._schema  # noqa: SLF001 - Strawberry has no public name for it


def field_by_field(schema: strawberry.Schema) -> Execute:
    """The executor that can run everything the schema offers."""
    core = core_schema(schema)

    async def run(admitted: Admitted) -> ExecutionResult:
        result = execute(
            core,
            admitted.prepared.document.ast,
            context_value=admitted.context,
            variable_values=dict(admitted.asked.variables),
            operation_name=admitted.asked.name,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # bool, where a guard is asked for
            executor_class=schema.execution_context_class,
            hide_suggestions=admitted.hide_suggestions,
        )
        return await result if isawaitable(result) else result

    return run
