"""The fields a document asks for under one field, merged by response key as the GraphQL specification says (6.3.2)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    get_argument_values,
    get_directive_values,
    get_named_type,
    is_abstract_type,
)
from graphql.execution.values import VariableValues

Coerce = Callable[[GraphQLField, dict[str, Any]], dict[str, Any]]
OfJson = Callable[[str], Any]
"""What stands in an answer for a text of JSON that the database wrote: the text as it is, or what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a selection is read against: the schema, the document's fragments, the request's variables."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: VariableValues
    coerce: Coerce
    of_json: OfJson


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """One field of the answer: `key` is its response key, `field` its definition (None: `__typename`)."""

    key: str
    name: str
    parent: GraphQLObjectType
    field: GraphQLField | None
    nodes: Sequence[FieldNode]

    @property
    def type(self) -> GraphQLNamedType:
        assert self.field is not None
        return get_named_type(self.field.type)

    def arguments(self, document: Document) -> dict[str, Any]:
        """The arguments, coerced; all nodes of one key have the same (validation has seen to it)."""
        assert self.field is not None
        if not self.field.args:
            return {}
        return document.coerce(self.field, get_argument_values(self.field, self.nodes[0], document.variables))


def select(document: Document, type_: GraphQLObjectType, nodes: Iterable[FieldNode]) -> list[Selected]:
    """The fields selected under `nodes`, all of which stand at the same place, for an object of `type_`."""
    seen: set[str] = set()
    below = (node.selection_set.selections for node in nodes if node.selection_set is not None)
    return _merged(type_, (field for selections in below for field in _collected(document, type_, selections, seen)))


def select_root(document: Document, type_: GraphQLObjectType, selections: SelectionSetNode) -> list[Selected]:
    """The root fields of an operation."""
    return _merged(type_, _collected(document, type_, selections.selections, set()))


def _merged(type_: GraphQLObjectType, fields: Iterable[FieldNode]) -> list[Selected]:
    """The fields by response key, in the order in which the keys first appear."""
    merged: dict[str, list[FieldNode]] = {}
    for field in fields:
        merged.setdefault(field.alias.value if field.alias else field.name.value, []).append(field)
    return [
        Selected(
            key=key, name=nodes[0].name.value, parent=type_, field=type_.fields.get(nodes[0].name.value), nodes=nodes
        )
        for key, nodes in merged.items()
    ]


def _collected(
    document: Document, type_: GraphQLObjectType, selections: Iterable[SelectionNode], seen: set[str]
) -> Iterator[FieldNode]:
    for node in selections:
        if not _included(document, node):
            continue
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, InlineFragmentNode):
            if node.type_condition is None or _applies(document, type_, node.type_condition.name.value):
                yield from _collected(document, type_, node.selection_set.selections, seen)
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            seen.add(node.name.value)
            fragment = document.fragments[node.name.value]
            if _applies(document, type_, fragment.type_condition.name.value):
                yield from _collected(document, type_, fragment.selection_set.selections, seen)


def _applies(document: Document, type_: GraphQLObjectType, condition: str) -> bool:
    named = document.schema.type_map[condition]
    return named is type_ or (is_abstract_type(named) and document.schema.is_sub_type(named, type_))


def _included(document: Document, node: SelectionNode) -> bool:
    if not node.directives:
        return True
    skip = get_directive_values(GraphQLSkipDirective, node, document.variables)
    if skip and skip["if"]:
        return False
    include = get_directive_values(GraphQLIncludeDirective, node, document.variables)
    return not include or bool(include["if"])
