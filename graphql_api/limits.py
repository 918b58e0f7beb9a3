"""How much one request may ask for, judged from the document, the schema and the variables before anything runs.

Each fragment is measured once for each size of page it stands in, so that a document of nested fragments costs no more
to judge than to read. What is wrong in other ways (unknown fields, cycles) is left to validation.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeGuard

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    Undefined,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from billing.refusals import BadInput, ErrorCode, Refusal
from graphql_api.documents import Document, raw_value
from schema.reading.paging import PAGE_SIZE, ROOT_PAGE_MAX
from schema.suggestions import SUGGESTIONS_MAX

DEPTH_MAX: Final = 12
ALIASES_MAX: Final = 30
FIELDS_MAX: Final = 1_000
REPEATS_MAX: Final = 30
ROWS_MAX: Final = 20_000
ROOT_FIELDS_MAX: Final = 10
DIRECTIVES_MAX: Final = 20
FRAGMENTS_MAX: Final = 30
NESTING_MAX: Final = 60

NESTED_PAGE_MAX: Final = 50
UNPAGED_ROWS: Final = 10
"""What a list without a page size is taken to hold."""

_PAGE_ARGUMENTS: Final = ("first", "last", "limit")
_PAGED_LISTS: Final = frozenset({"nodes", "edges"})


class QueryTooExpensive(Refusal):
    """The request asks for more than one request may. `measure` is what is too much, `cost` how much, `allowed` the limit."""

    code = ErrorCode.QUERY_TOO_EXPENSIVE

    def __init__(self, measure: str, *, cost: int, allowed: int) -> None:
        self.measure, self.cost, self.allowed = measure, cost, allowed
        super().__init__(
            f"This request costs {cost} {measure}; one request may cost {allowed}. Ask for less, or in parts."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What a selection asks for in all, with every fragment written out. `rows`: how many list items it could return."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0
    rows: int = 0

    def __add__(self, other: "Weight") -> "Weight":
        return Weight(
            depth=max(self.depth, other.depth),
            aliases=self.aliases + other.aliases,
            fields=self.fields + other.fields,
            rows=self.rows + other.rows,
        )


def check(
    document: Document, operation: OperationDefinitionNode, variables: Mapping[str, object], schema: GraphQLSchema
) -> None:
    """Raises: `QueryTooExpensive` for the first limit that is passed; `BadInput` for a page size out of range."""
    _check_document(document)
    roots = sum(1 for _ in document.root_fields(operation))
    if operation.operation is OperationType.MUTATION and roots > 1:
        raise BadInput("Ask for one mutation a request: each is confirmed and answered by itself.", argument="query")
    _at_most("root fields", roots, ROOT_FIELDS_MAX)
    weight = Scale(document=document, operation=operation, variables=variables, schema=schema).weigh()
    _at_most("levels of fields", weight.depth, DEPTH_MAX)
    _at_most("aliases", weight.aliases, ALIASES_MAX)
    _at_most("fields", weight.fields, FIELDS_MAX)
    _at_most("rows", weight.rows, ROWS_MAX)


def _at_most(measure: str, cost: int, allowed: int) -> None:
    if cost > allowed:
        raise QueryTooExpensive(measure, cost=cost, allowed=allowed)


def _check_document(document: Document) -> None:
    """The limits that need no schema: what would make validation itself expensive."""
    _at_most("fragments", len(document.fragments), FRAGMENTS_MAX)
    directives = repeats = 0
    for definition in (*document.operations, *document.fragments.values()):
        directives += len(definition.directives or ())
        directives += sum(
            len(variable.directives or ()) for variable in getattr(definition, "variable_definitions", ()) or ()
        )
        for selections in _selection_lists(definition.selection_set):
            keys = [(node.alias or node.name).value for node in selections if isinstance(node, FieldNode)]
            directives += sum(len(node.directives or ()) for node in selections)
            repeats += len(keys) - len(set(keys))
    _at_most("directives", directives, DIRECTIVES_MAX)
    _at_most("repeated fields", repeats, REPEATS_MAX)


def _selection_lists(selection_set: SelectionSetNode) -> Iterator[list[SelectionNode]]:
    """The selections of each level, inline fragments written out."""
    pending = [selection_set]
    while pending:
        level: list[SelectionNode] = []
        merged = [pending.pop()]
        while merged:
            for node in merged.pop().selections:
                level.append(node)
                if isinstance(node, InlineFragmentNode):
                    merged.append(node.selection_set)
                elif isinstance(node, FieldNode) and node.selection_set:
                    pending.append(node.selection_set)
        yield level


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Weighs one operation."""

    document: Document
    operation: OperationDefinitionNode
    variables: Mapping[str, object]
    schema: GraphQLSchema
    _known: dict[tuple[str, int], Weight] = field(default_factory=dict)

    def weigh(self) -> Weight:
        root = self.schema.get_root_type(self.operation.operation)
        return self._selections(self.operation.selection_set, root, page=UNPAGED_ROWS, nesting=0)

    def _selections(
        self, selections: SelectionSetNode | None, parent: GraphQLNamedType | None, *, page: int, nesting: int
    ) -> Weight:
        """`page` is how many rows the list of this connection holds, where the selection is on one."""
        _at_most("nested selections", nesting, NESTING_MAX)
        weight = Weight()
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                weight += self._field(node, parent, page=page, nesting=nesting + 1)
            elif isinstance(node, InlineFragmentNode):
                on = self.schema.get_type(node.type_condition.name.value) if node.type_condition else parent
                weight += self._selections(node.selection_set, on, page=page, nesting=nesting + 1)
            elif isinstance(node, FragmentSpreadNode) and node.name.value in self.document.fragments:
                weight += self._fragment(self.document.fragments[node.name.value], page=page, nesting=nesting + 1)
        return weight

    def _fragment(self, fragment: FragmentDefinitionNode, *, page: int, nesting: int) -> Weight:
        key = fragment.name.value, page
        if key not in self._known:
            self._known[key] = Weight()  # a fragment inside itself weighs nothing: validation refuses it
            on = self.schema.get_type(fragment.type_condition.name.value)
            self._known[key] = self._selections(fragment.selection_set, on, page=page, nesting=nesting)
        return self._known[key]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, *, page: int, nesting: int) -> Weight:
        definition = self._definition(node, parent)
        size = self._page_size(node, definition, parent) if definition else None
        result = get_named_type(definition.type) if definition else None
        below = self._selections(node.selection_set, result, page=size or PAGE_SIZE, nesting=nesting)
        items = self._items(node, definition, size, page) if node.selection_set else 0
        introspection = node.name.value.startswith("__")
        return Weight(
            depth=0 if introspection else 1 + below.depth,
            aliases=below.aliases + (node.alias is not None),
            fields=1 + below.fields,
            rows=items + below.rows * max(items, 1),
        )

    def _definition(self, node: FieldNode, parent: GraphQLNamedType | None) -> GraphQLField | None:
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            return None
        return self.schema.get_field(parent, node.name.value)

    def _items(self, node: FieldNode, definition: GraphQLField | None, size: int | None, page: int) -> int:
        """How many items the field's list could hold; 0 for a field that is no list."""
        if definition is None or not is_list_type(get_nullable_type(definition.type)):
            return 0
        if size is not None:
            return size
        return page if node.name.value in _PAGED_LISTS else UNPAGED_ROWS

    def _page_size(self, node: FieldNode, definition: GraphQLField, parent: GraphQLNamedType | None) -> int | None:
        """The page the field asks for; None where it takes no page size. Raises: `BadInput` where it is out of range."""
        offered = [name for name in _PAGE_ARGUMENTS if name in definition.args]
        if not offered:
            return None
        literals = {argument.name.value: argument.value for argument in node.arguments or ()}
        given = {name: raw_value(literals.get(name), self.operation, self.variables) for name in offered}
        sizes = {name: int(value) for name, value in given.items() if _is_whole(value)}
        if len(sizes) > 1:
            raise BadInput("Give `first` or `last`, not both.", argument="last")
        page = (0, NESTED_PAGE_MAX if _is_row(parent) else ROOT_PAGE_MAX)
        for name, value in sizes.items():
            least, most = (1, SUGGESTIONS_MAX) if name == "limit" else page
            if not least <= value <= most:
                raise BadInput(f"`{name}` is a page size from {least} to {most} here, not {value}.", argument=name)
            return value
        default = definition.args[offered[0]].default_value
        return PAGE_SIZE if default is Undefined or default is None else int(default)


def _is_whole(value: object) -> TypeGuard[int | float]:
    """Whether GraphQL's Int takes the value: also 50.0, where JSON brings it."""
    return type(value) is int or (isinstance(value, float) and value.is_integer())


def _is_row(parent: GraphQLNamedType | None) -> bool:
    """Whether a list under this type hangs on a row, of which there may be many, and not on the root or a report."""
    return isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) and any(
        interface.name == "Node" for interface in parent.interfaces
    )
