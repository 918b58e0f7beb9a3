"""From a resolver's `info` to what was asked there; and how the fields of a built schema are answered."""

from typing import Any

import strawberry
from graphql import GraphQLFieldResolver, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema
from graphql.execution.values import VariableValues
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from schema.reading.selection import Document, Selected


def asked(info: strawberry.Info[Any, Any]) -> tuple[Document, Selected]:
    """The document, and the field of it that is being resolved."""
    raw: GraphQLResolveInfo[Any] = info._raw_info  # noqa: SLF001 - Strawberry has no public way to it
    converter = info.schema.schema_converter

    def coerce(field: Any, values: dict[str, Any]) -> dict[str, Any]:
        definition: StrawberryField = field.extensions["strawberry-definition"]
        return convert_arguments(values, definition.arguments, converter.scalar_registry, converter.config)

    variables = VariableValues(sources={}, coerced=raw.variable_values)  # type: ignore[arg-type] # Strawberry's own shape
    document = Document(schema=raw.schema, fragments=raw.fragments, variables=variables, coerce=coerce)
    field = raw.parent_type.fields[raw.field_name]
    return document, Selected(
        key=str(raw.path.key), name=raw.field_name, parent=raw.parent_type, field=field, nodes=raw.field_nodes
    )


def answer_from_what_was_read(schema: GraphQLSchema) -> None:
    """Let every field below the roots take its part of what a plan has read, which stands under its response key."""
    roots = (schema.query_type, schema.mutation_type)
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and type_ not in roots and not type_.name.startswith("__"):
            type_.is_type_of = None
            for field in type_.fields.values():
                field.resolve = _read(field.resolve)


def _read(otherwise: GraphQLFieldResolver | None) -> GraphQLFieldResolver:
    def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        if type(source) is dict:
            return source[info.path.key]
        assert otherwise is not None, info.field_name
        return otherwise(source, info, **arguments)

    return resolve
