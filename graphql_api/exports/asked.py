"""What a link says, read back as strictly as what a client sends; and filters in words."""

import json
from collections.abc import Mapping
from typing import Any

import strawberry
from graphql import GraphQLSchema
from graphql.execution.values import get_variable_values

from billing.refusals import BadInput
from graphql_api.documents import Document
from schema.exports import ExportInput
from schema.reading.asking import coercion


class Inputs:
    """Reads the JSON of inputs by the schema that offers `exportLink`."""

    def __init__(self, schema: strawberry.Schema, core: GraphQLSchema) -> None:
        assert core.mutation_type is not None
        self._field, self._core = core.mutation_type.fields["exportLink"], core
        self._definitions = Document.read("query ($input: ExportInput!) { __typename }").operation(None)
        self._coerce = coercion(schema)

    def read(self, asked: Mapping[str, Any]) -> ExportInput:
        """Raises: BadInput."""
        read = get_variable_values(self._core, self._definitions.variable_definitions or (), {"input": dict(asked)})
        if isinstance(read, list):
            raise BadInput(" ".join(error.message for error in read), argument="input")
        made: ExportInput = self._coerce(self._field, dict(read.coerced))["input"]
        return made


def in_words(asked: Mapping[str, Any]) -> str:
    """The filters of an export for people: `status OPEN, issuedFrom 2026-01-01`."""
    narrowed = {name: value for name, value in asked.items() if name not in {"kind", "format"}}
    return ", ".join(_said(name, value) for name, value in narrowed.items()) or "all rows"


def _said(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(_said(inner, item) for inner, item in value.items()) or "all rows"
    if isinstance(value, list):
        return f"{name} {' or '.join(map(str, value))}"
    if value is None:
        return f"any {name}"
    return f"{name} {value if isinstance(value, str) else json.dumps(value)}"
