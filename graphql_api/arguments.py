"""The arguments of a root field, prepared once a document: what is written out is read once, what a variable gives looked up."""

from collections.abc import Callable
from typing import Any, Final

from graphql import GraphQLScalarType, Undefined, ValueNode, VariableNode, get_nullable_type
from graphql.language import Visitor, visit

from graphql_api.kept import Kept
from schema.reading.selection import Document, Selected

KEPT_MAX: Final = 20
"""Values of one field's filter that are kept: those that a list is mostly looked at with."""

VALUES_LENGTH_MAX: Final = 1_000

Arguments = Callable[[Document], dict[str, Any]]


def prepared(field: Selected, document: Document) -> Arguments:
    """What reads the field's arguments for the variables of each request, as `field.arguments` does, in a tenth of the time:
    a variable for a scalar is looked up, and objects made of variables are made once for the same values.

    Raises: GraphQLError where the arguments of this request are not valid.
    """
    assert field.field is not None
    given = {node.name.value: node.value for node in field.nodes[0].arguments or ()}
    looked_up: dict[str, str] = {}
    for name, value in given.items():
        if isinstance(value, VariableNode) and _is_scalar(field, name):
            (python_name,) = document.coerce(field.field, {name: ""})
            looked_up[python_name] = value.name.value
        elif variables(value):
            return _kept(field, sorted({name for one in given.values() for name in variables(one)}))
    written_out = {name: value for name, value in field.arguments(document).items() if name not in looked_up}

    def read(document: Document) -> dict[str, Any]:
        coerced, arguments = document.variables.coerced, written_out.copy()
        for name, variable in looked_up.items():
            value = coerced.get(variable)
            if value is None:  # null, or not given: two things, and there may be a default
                return field.arguments(document)
            arguments[name] = value
        return arguments

    return read


def _is_scalar(field: Selected, name: str) -> bool:
    assert field.field is not None
    return isinstance(get_nullable_type(field.field.args[name].type), GraphQLScalarType)


def _kept(field: Selected, names: list[str]) -> Arguments:
    kept: Kept[str, dict[str, Any]] = Kept(KEPT_MAX)

    def read(document: Document) -> dict[str, Any]:
        coerced = document.variables.coerced
        values = repr([coerced.get(name, Undefined) for name in names])
        if len(values) > VALUES_LENGTH_MAX:
            return field.arguments(document)
        return kept.get(values, lambda: field.arguments(document))

    return read


def variables(value: ValueNode) -> set[str]:
    """The variables in a value."""
    found: set[str] = set()

    class Variables(Visitor):
        def enter_variable(self, node: VariableNode, *_: Any) -> None:
            found.add(node.name.value)

    visit(value, Variables())
    return found
