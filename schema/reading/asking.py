"""How a built schema answers out of the books: root fields give questions or what was done, fields below take their part."""

from collections.abc import Callable
from inspect import isawaitable
from typing import Any

import orjson
from graphql import (
    GraphQLField,
    GraphQLFieldResolver,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    get_named_type,
)
from graphql.execution.values import VariableValues
from strawberry import Schema
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from schema.reading.bindings import BINDING, Derived, Fetched, Listed
from schema.reading.questions import All, Nothing, PageOf, Row
from schema.reading.reader import Reader, plan
from schema.reading.selection import Coerce, Document, Selected

ReaderOf = Callable[[Any], Reader]


def coercion(schema: Schema) -> Coerce:
    """Turns a field's coerced arguments into what its Python function takes."""
    converter = schema.schema_converter

    def coerce(field: GraphQLField, values: dict[str, Any]) -> dict[str, Any]:
        definition: StrawberryField = field.extensions["strawberry-definition"]
        return convert_arguments(values, definition.arguments, converter.scalar_registry, converter.config)

    return coerce


def read_from_the_books(schema: Schema, core: GraphQLSchema, reader_of: ReaderOf) -> None:
    """Let root fields be answered by the request's reader, and every field below take its part of what was read, which
    stands under its response key."""
    coerce = coercion(schema)
    roots = (core.query_type, core.mutation_type)
    for type_ in core.type_map.values():
        if isinstance(type_, GraphQLInterfaceType):
            type_.resolve_type = lambda source, *_: source.type_name
        if not isinstance(type_, GraphQLObjectType) or type_.name.startswith("__"):
            continue
        type_.is_type_of = None
        for field in type_.fields.values():
            field.resolve = _answered(field, coerce, reader_of) if type_ in roots else _taken(field.resolve)


def _answered(field: GraphQLField, coerce: Coerce, reader_of: ReaderOf) -> GraphQLFieldResolver:
    resolver = field.resolve
    assert resolver is not None

    async def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        given = resolver(source, info, **arguments)
        if isawaitable(given):
            given = await given
        document, asked = _asked(info, coerce)
        if isinstance(given, Row | PageOf | All | Nothing):
            return await reader_of(info.context).answer(document, given, plan(document, asked, given))
        if _is_payload(asked):
            return await reader_of(info.context).made(document, asked, given)
        return given

    return resolve


def _asked(info: GraphQLResolveInfo[Any], coerce: Coerce) -> tuple[Document, Selected]:
    """The document, and the field of it that is being resolved."""
    coerced: Any = info.variable_values  # Strawberry hands on the coerced values alone
    variables = VariableValues(sources={}, coerced=coerced)
    document = Document(
        schema=info.schema, fragments=info.fragments, variables=variables, coerce=coerce, of_json=orjson.loads
    )
    return document, Selected(
        key=str(info.path.key),
        name=info.field_name,
        parent=info.parent_type,
        field=info.parent_type.fields[info.field_name],
        nodes=info.field_nodes,
    )


def _is_payload(asked: Selected) -> bool:
    """Whether the field's type is a value that leads to rows which are to be read."""
    return isinstance(asked.type, GraphQLObjectType) and _leads_to_rows(asked.type, frozenset())


def _leads_to_rows(type_: GraphQLObjectType, above: frozenset[str]) -> bool:
    """Whether a field of the value, or of a value in it, is worked out or read."""
    seen = above | {type_.name}
    for field in type_.fields.values():
        binding, inner = field.extensions["strawberry-definition"].metadata.get(BINDING), get_named_type(field.type)
        if isinstance(binding, Derived | Fetched | Listed):
            return True
        if isinstance(inner, GraphQLObjectType) and inner.name not in seen and _leads_to_rows(inner, seen):
            return True
    return False


def _taken(otherwise: GraphQLFieldResolver | None) -> GraphQLFieldResolver:
    def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        if isinstance(source, dict):
            return source[info.path.key]
        assert otherwise is not None, info.field_name
        return otherwise(source, info, **arguments)

    return resolve
