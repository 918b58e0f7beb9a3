"""Between a route and its stored operation: snake_case and camelCase, UUIDs and global ids, query texts and typed values.

What a query parameter is, is read from the operation's variables: `filter`'s fields stand beside the variables themselves,
and an order is written as its field's name, after a minus where the largest come first: `order_by=-due_on`.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from graphql import (
    GraphQLInputType,
    GraphQLNamedType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    type_from_ast,
)

from graphql_api.bodies import Unreadable
from schema.ids import to_global

FILTER: Final = "filter"
INPUT: Final = "input"
ORDERED: Final = {"field", "direction"}
"""The fields of an order."""

ID_TYPES: Final = {
    "invoiceId": "Invoice",
    "tenantId": "Tenant",
    "tenantIds": "Tenant",
    "bankFileId": "BankFile",
    "caseId": "DunningCase",
}
"""The type of each id in bodies and query strings, so that it may be given as a plain UUID."""

_SNAKE: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_WHOLE: Final = re.compile(r"-?[0-9]{1,19}")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")
_INNER_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def snake(name: str) -> str:
    return _INNER_CAPITAL.sub("_", name).lower()


def camel(name: str) -> str:
    """Raises: `Unreadable` for a name that is not snake_case."""
    if not _SNAKE.fullmatch(name):
        raise Unreadable(f"{name[:50]} is not a field here: names are in snake_case.")
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def snake_keys(value: Any) -> Any:
    """An answer's data with the names of its fields in snake_case."""
    if isinstance(value, dict):
        return {snake(name): snake_keys(item) for name, item in value.items()}
    return [snake_keys(item) for item in value] if isinstance(value, list) else value


def camel_keys(value: Any, *, under: str = "") -> Any:
    """A body as an operation's input takes it. Raises: `Unreadable`."""
    if isinstance(value, dict):
        named = {camel(name): item for name, item in value.items()}
        return {name: camel_keys(item, under=name) for name, item in named.items()}
    if isinstance(value, list):
        return [camel_keys(item, under=under) for item in value]
    return global_id(value, ID_TYPES[under]) if isinstance(value, str) and under in ID_TYPES else value


def global_id(text: str, type_name: str) -> str:
    """The global id of a row that may be named by its UUID alone; any other text stays what it is."""
    return to_global(type_name, UUID(text)) if _UUID.fullmatch(text) else text


class Parameters:
    """The query parameters that an operation takes."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._variables: dict[str, GraphQLInputType] = {
            node.variable.name.value: type_from_ast(schema, node.type)  # type: ignore[misc]
            for node in operation.variable_definitions or ()
        }
        narrowing = get_named_type(self._variables.get(FILTER))
        fields = narrowing.fields if is_input_object_type(narrowing) else {}
        self._filter: dict[str, GraphQLInputType] = {name: field.type for name, field in fields.items()}

    def variables(self, given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """The operation's variables as a query string gives them. Raises: `Unreadable`."""
        variables: dict[str, Any] = {}
        for parameter, texts in given.items():
            name = camel(parameter)
            if name in self._filter:
                variables.setdefault(FILTER, {})[name] = _read(parameter, self._filter[name], texts)
            elif name in self._variables and name != FILTER:
                variables[name] = _read(parameter, self._variables[name], texts)
            else:
                raise Unreadable(f"There is no parameter {parameter[:50]}; there are {', '.join(self._names())}.")
        return variables

    def of_body(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The operation's variables as a body gives them: as its `input`, where it takes one. Raises: `Unreadable`."""
        if INPUT in self._variables:
            return {INPUT: dict(given)}
        for name in given:
            if name not in self._variables:
                raise Unreadable(f"There is no field {snake(name)[:50]} here; there are {', '.join(self._names())}.")
        return dict(given)

    def _names(self) -> list[str]:
        return sorted(snake(name) for name in (self._variables.keys() - {FILTER}) | self._filter.keys())


def _read(parameter: str, type_: GraphQLInputType, texts: Sequence[str]) -> Any:
    if is_list_type(get_nullable_type(type_)):
        return [_read_one(parameter, type_, text) for text in texts]
    if len(texts) > 1:
        raise Unreadable(f"The parameter {parameter} is given more than once.")
    return _read_one(parameter, type_, texts[0])


def _read_one(parameter: str, type_: GraphQLInputType, text: str) -> Any:
    """A JSON value for the text; what is wrong with it otherwise, the operation says."""
    named = get_named_type(type_)
    if named.name in {"Int", "Cents"}:
        if not _WHOLE.fullmatch(text):
            raise Unreadable(f"The parameter {parameter} is a whole number.")
        return int(text)
    if named.name == "Boolean":
        if text not in {"true", "false"}:
            raise Unreadable(f"The parameter {parameter} is true or false.")
        return text == "true"
    if is_input_object_type(named) and named.fields.keys() == ORDERED:
        return _order(parameter, get_named_type(named.fields["field"].type), text)
    if named.name == "ID":
        return camel_keys(text, under=camel(parameter))
    return text.upper() if is_enum_type(named) else text


def _order(parameter: str, field: GraphQLNamedType, text: str) -> dict[str, str]:
    assert is_enum_type(field), field
    name = text.removeprefix("-")
    if name.upper() not in field.values:
        offered = ", ".join(value.lower() for value in field.values)
        raise Unreadable(f"The parameter {parameter} is one of {offered}, after a - for the largest first.")
    return {"field": name.upper(), "direction": "DESC" if text.startswith("-") else "ASC"}
