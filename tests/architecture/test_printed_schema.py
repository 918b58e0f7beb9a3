"""The schema in the repository is the one that is served."""

from pathlib import Path

from graphql_api.roots import build_schema


def test_the_committed_schema_is_the_served_one() -> None:
    printed = Path(__file__).parents[2] / "schema" / "schema.graphql"

    assert printed.read_text(encoding="utf-8").strip() == build_schema().as_str().strip(), "run `make schema`"
