"""The schema: every noun's queries and mutations under one root each."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from resolvers.viewer import ViewerQueries
from schema.scalars import SCALAR_MAP


@strawberry.type
class Query(ViewerQueries):
    """Each noun adds its `<Noun>Queries` here."""


def build_schema() -> strawberry.Schema:
    """The schema as it is served. Its errors are reported by the door, never by Strawberry's own log."""
    return strawberry.Schema(query=Query, config=StrawberryConfig(scalar_map=SCALAR_MAP))
