"""What an operation says of its arguments, in the words of the routes: snake_case, and no variables around them."""

import re
from collections.abc import Iterator
from typing import Final

from graphql import GraphQLSchema, is_input_object_type

from graphql_api.sys_values import FILTER, INPUT, snake

AROUND: Final = (FILTER, INPUT)

_INVALID: Final = re.compile(r"Variable '\$(?P<variable>\w+)' has invalid value(?: at \.(?P<place>[\w.\[\]]+))?: ")
_INSIDE: Final = re.compile(rf"\b(?:{'|'.join(AROUND)})\.(?=\w)")


class RouteWords:
    """The words for whatever arguments a schema has. Nothing else in a message changes: it may quote what somebody wrote."""

    def __init__(self, schema: GraphQLSchema) -> None:
        names = sorted({name for name in _arguments(schema) if name != snake(name)})
        self._camel = re.compile(rf"\b(?:{'|'.join(names)})\b")

    def of(self, message: str) -> str:
        said = _INSIDE.sub("", _INVALID.sub(_placed, message))
        return self._camel.sub(lambda name: snake(name[0]), said)


def _placed(found: re.Match[str]) -> str:
    """Which parameter or field is meant; nothing where the body as a whole is."""
    place = found["place"] or ("" if found["variable"] in AROUND else found["variable"])
    return f"{place}: " if place else ""


def _arguments(schema: GraphQLSchema) -> Iterator[str]:
    for root in (schema.query_type, schema.mutation_type):
        assert root is not None
        for field in root.fields.values():
            yield from field.args
    for type_ in schema.type_map.values():
        if is_input_object_type(type_):
            yield from type_.fields
