"""What a client asks, and the document it is written in."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    parse,
    value_from_ast_untyped,
)
from graphql.language import ValueNode

TOKENS_MAX: Final = 2_000
COMMENTS_MAX: Final = 200

_NUL: Final = re.compile(r"\0|\\u0000|\\u\{0+\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One request: a document's text, which of its operations is meant, and the variables as JSON gave them."""

    text: str
    name: str | None = None
    variables: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Document:
    """A parsed document. It may still be invalid: nothing here relies on a schema."""

    ast: DocumentNode
    operations: tuple[OperationDefinitionNode, ...]
    fragments: Mapping[str, FragmentDefinitionNode]

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises: `GraphQLError` where the text is no document, or a longer one than is read."""
        ast = parse(text, max_lexical_tokens=TOKENS_MAX, max_comments=COMMENTS_MAX)
        return cls(
            ast=ast,
            operations=tuple(node for node in ast.definitions if isinstance(node, OperationDefinitionNode)),
            fragments={node.name.value: node for node in ast.definitions if isinstance(node, FragmentDefinitionNode)},
        )

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation that is meant. Raises: `GraphQLError` where none or several could be."""
        named = [node for node in self.operations if name is None or (node.name and node.name.value == name)]
        if len(named) == 1:
            return named[0]
        if name is not None:
            raise GraphQLError(f"The document has {'several operations' if named else 'no operation'} named {name}.")
        raise GraphQLError(
            "Name the operation that is meant: the document has several." if named else "The document has no operation."
        )

    def root_fields(self, operation: OperationDefinitionNode) -> Iterator[FieldNode]:
        """Every field the operation could ask of its root: through fragments, and whatever @skip and @include say."""
        pending: list[SelectionSetNode] = [operation.selection_set]
        spread: set[str] = set()
        while pending:
            for node in pending.pop().selections:
                if isinstance(node, FieldNode):
                    yield node
                elif isinstance(node, InlineFragmentNode):
                    pending.append(node.selection_set)
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                    spread.add(node.name.value)
                    fragment = self.fragments.get(node.name.value)
                    pending += [fragment.selection_set] if fragment else []


def raw_value(node: ValueNode | None, operation: OperationDefinitionNode, variables: Mapping[str, object]) -> object:
    """What an argument says before any coercion, as JSON would: a variable's value, else its default; None if nothing."""
    if isinstance(node, VariableNode):
        name = node.name.value
        if name in variables:
            return variables[name]
        node = next(
            (v.default_value for v in operation.variable_definitions or () if v.variable.name.value == name), None
        )
    try:
        return None if node is None else value_from_ast_untyped(node, dict(variables))
    except ValueError:  # a number of thousands of digits: Python reads none longer, and validation refuses it
        return None


def nul_in_text(text: str) -> bool:
    """Whether a document's text holds the character U+0000, which PostgreSQL keeps in no text, as it is or escaped."""
    return _NUL.search(text) is not None


def nul_in(values: Iterable[object]) -> bool:
    """Whether a text in the values holds the character U+0000."""
    pending = list(values)
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            if "\0" in value:
                return True
        elif isinstance(value, dict | list):
            pending += value.values() if isinstance(value, dict) else value
    return False
