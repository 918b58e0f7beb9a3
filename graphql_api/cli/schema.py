"""`billing schema`."""

from pathlib import Path

import click

from graphql_api.roots import build_schema


@click.command()
@click.option("--write", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it to a file.")
def command(write: Path | None) -> None:
    """Print the GraphQL schema, with what each field requires."""
    text = build_schema().as_str() + "\n"
    if write is None:
        click.echo(text, nl=False)
    else:
        write.write_text(text, encoding="utf-8")
