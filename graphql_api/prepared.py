"""Operations that came before: what of them is the same whenever they come again is worked out once."""

from collections.abc import Mapping
from functools import cached_property
from typing import Final

from graphql import GraphQLSchema, NamedTypeNode, NonNullTypeNode, TypeNode

from billing.refusals import BadInput
from graphql_api import limits
from graphql_api.admission import Admission
from graphql_api.documents import Document, Operation, nul_in, nul_in_text
from graphql_api.kept import Kept
from graphql_api.variables import Variables

COUNT_MAX: Final = 200
TEXT_LENGTH_MAX: Final = 16_000
SIZES_MAX: Final = 20


class Prepared:
    """One operation of a document. It may still be invalid: only `variables` rely on its being right."""

    def __init__(self, text: str, name: str | None, schema: GraphQLSchema, admission: Admission) -> None:
        """Raises: GraphQLError where the text is no document, or it is not plain which of its operations is meant."""
        self._schema = schema
        self.document = Document.read(text)
        self.operation = self.document.operation(name)
        self._holds_nul = nul_in_text(text)
        self.demand = admission.demand(self.document, self.operation)
        self._sizes = tuple(
            definition.variable.name.value
            for definition in self.operation.variable_definitions or ()
            if _is_int(definition.type)
        )
        self._weighed: Kept[str, None] = Kept(SIZES_MAX)

    def weigh(self, variables: Mapping[str, object]) -> None:
        """Once for each set of page sizes. Raises: what `limits.check` raises; BadInput for the character U+0000."""
        if self._holds_nul or nul_in(variables.values()):
            raise BadInput("No text may hold the character U+0000.", argument="variables")
        sizes = repr([variables.get(name) for name in self._sizes])
        self._weighed.get(sizes, lambda: limits.check(self.document, self.operation, variables, self._schema))

    @cached_property
    def variables(self) -> Variables:
        return Variables(self._schema, self.operation)


class PreparedOperations:
    """The operations found valid lately, by their text and name: neither parsed nor validated when they come again."""

    def __init__(self) -> None:
        self._kept: Kept[tuple[str, str | None], Prepared] = Kept(COUNT_MAX)

    def known(self, asked: Operation) -> Prepared | None:
        return self._kept.known((asked.text, asked.name))

    def keep(self, asked: Operation, prepared: Prepared) -> None:
        if len(asked.text) <= TEXT_LENGTH_MAX:
            self._kept.keep((asked.text, asked.name), prepared)


def _is_int(type_: TypeNode) -> bool:
    """Whether a variable of the type may be a page size."""
    named = type_.type if isinstance(type_, NonNullTypeNode) else type_
    return isinstance(named, NamedTypeNode) and named.name.value == "Int"
