"""The arguments of a root field, prepared once a document: what is written out is read once, what a variable gives looked up."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from graphql import GraphQLScalarType, Undefined, ValueNode, VariableNode, get_nullable_type
from graphql.language import Visitor, visit

from graphql_api.kept import Kept
from schema.reading.selection import Document, Selected

KEPT_MAX: Final = 20
"""Of one field: for the filters that a list is mostly looked at with."""

VALUES_LENGTH_MAX: Final = 1_000

T = TypeVar("T")


def prepared(field: Selected, document: Document, make: Callable[[dict[str, Any]], T]) -> Callable[[Document], T]:
    """What makes something of the field's arguments in each request, as `make(field.arguments(document))` does, in a tenth of
    the time: a variable for a scalar is looked up, and what is made of others is kept for when they come again.

    Raises: GraphQLError where the arguments of this request are not valid.
    """
    assert field.field is not None
    given = {node.name.value: node.value for node in field.nodes[0].arguments or ()}
    looked_up: dict[str, str] = {}
    others: set[str] = set()
    for name, value in given.items():
        if isinstance(value, VariableNode) and _is_scalar(field, name):
            (python_name,) = document.coerce(field.field, {name: ""})
            looked_up[python_name] = value.name.value
        else:
            others |= variables(value)
    if others or not looked_up:
        return _kept(sorted(others | {*looked_up.values()}), lambda document: make(field.arguments(document)))
    written_out = {name: value for name, value in field.arguments(document).items() if name not in looked_up}

    def read(document: Document) -> T:
        coerced, arguments = document.variables.coerced, written_out.copy()
        for name, variable in looked_up.items():
            value = coerced.get(variable)
            if value is None:  # null, or not given: two things, and there may be a default
                return make(field.arguments(document))
            arguments[name] = value
        return make(arguments)

    return read


def _is_scalar(field: Selected, name: str) -> bool:
    assert field.field is not None
    return isinstance(get_nullable_type(field.field.args[name].type), GraphQLScalarType)


def _kept(names: list[str], make: Callable[[Document], T]) -> Callable[[Document], T]:
    kept: Kept[str, T] = Kept(KEPT_MAX)

    def read(document: Document) -> T:
        coerced = document.variables.coerced
        values = repr([coerced.get(name, Undefined) for name in names])
        return make(document) if len(values) > VALUES_LENGTH_MAX else kept.get(values, lambda: make(document))

    return read


def variables(value: ValueNode) -> set[str]:
    """The variables in a value."""
    found: set[str] = set()

    class Variables(Visitor):
        def enter_variable(self, node: VariableNode, *_: Any) -> None:
            found.add(node.name.value)

    visit(value, Variables())
    return found
