"""The variables of an operation as the schema takes them: their types looked up once, values that come again coerced once."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphql import (
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    Undefined,
    coerce_input_value,
    get_nullable_type,
    is_leaf_type,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values

from graphql_api.kept import Kept

ERRORS_MAX: Final = 5
KEPT_MAX: Final = 20
"""Of one operation: for the filters that a list is mostly looked at with."""

VALUES_LENGTH_MAX: Final = 500
"""Characters of one request's variables that are kept; a search or a cursor is shorter, a file is not."""


class Variables:
    """The variables that an operation of a valid document declares."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema, self._definitions = schema, operation.variable_definitions or ()
        self._is_query = operation.operation is OperationType.QUERY
        self._signatures = list(self._read())
        self._all_leaves = all(is_leaf_type(get_nullable_type(signature.type)) for signature in self._signatures)
        self._kept: Kept[str, VariableValues] = Kept(KEPT_MAX)

    def _read(self) -> Iterator[GraphQLVariableSignature]:
        for definition in self._definitions:
            signature = get_variable_signature(self._schema, definition)
            if isinstance(signature, GraphQLError):  # validation lets none of these through
                raise signature
            yield signature

    def coerced(self, given: Mapping[str, Any], *, hide_suggestions: bool) -> VariableValues | list[GraphQLError]:
        """The values as the schema takes them, or what is wrong with them: as `graphql.get_variable_values` says it."""
        read = self._leaves(given) if self._all_leaves else None
        if read is not None:
            return read
        key = repr(given)
        if len(key) > VALUES_LENGTH_MAX or not self._is_query:
            return self._coerce(given, hide_suggestions=hide_suggestions)
        known = self._kept.known(key)
        if known is not None:
            return known
        made = self._coerce(given, hide_suggestions=hide_suggestions)
        return made if isinstance(made, list) else self._kept.keep(key, made)

    def _leaves(self, given: Mapping[str, Any]) -> VariableValues | None:
        """Scalars and enums, all of them given and valid; None where anything is otherwise."""
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for signature in self._signatures:
            name = signature.name
            value = given.get(name)
            if value is None:  # null, or not given: two things, and there may be a default
                return None
            coerced[name] = coerce_input_value(value, signature.type)
            if coerced[name] is Undefined:
                return None
            sources[name] = VariableValueSource(signature, value)
        return VariableValues(sources, coerced)

    def _coerce(self, given: Mapping[str, Any], *, hide_suggestions: bool) -> VariableValues | list[GraphQLError]:
        return get_variable_values(
            self._schema,
            self._definitions,
            dict(given),
            max_errors=ERRORS_MAX,
            hide_suggestions=hide_suggestions,
        )
