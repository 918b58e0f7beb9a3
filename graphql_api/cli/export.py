"""`billing export`."""

import asyncio
import json
import sys
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import click

from billing.refusals import BadInput
from graphql_api.cli import actor_option
from graphql_api.database import open_database, replica_of
from graphql_api.execution import core_schema
from graphql_api.exports.asked import Inputs
from graphql_api.exports.streaming import Exports
from graphql_api.roots import build_schema
from graphql_api.settings import Settings, load_settings
from procedures.books import Books
from procedures.issue_export_link import note_written
from providers.registry import Registry
from schema.exports import ExportFormat, ExportInput, ExportKind, as_json, file_of
from storage.engine import Database
from storage.jobs import Jobs

FILTERS = {
    "INVOICES": "invoiceFilter",
    "PAYMENTS": "paymentFilter",
    "UNMATCHED_TRANSFERS": "transferFilter",
    "SUBSCRIPTIONS": "subscriptionFilter",
    "ACCOUNTING": "accountingFilter",
}


@click.command()
@click.argument("kind", type=click.Choice([kind.name.lower() for kind in ExportKind]))
@click.option(
    "--format",
    "format_",
    type=click.Choice([form.name.lower() for form in ExportFormat]),
    default="csv",
    show_default=True,
)
@click.option(
    "--filter", "filter_", metavar="JSON", help="The list's filter as the API takes it, e.g. '{\"overdue\": true}'."
)
@click.option("--from", "first", metavar="YYYY-MM-DD", help="The first day, where the kind is of days.")
@click.option("--to", "last", metavar="YYYY-MM-DD", help="The last day.")
@click.option("--provider", help="Of `reconciliation`.")
@click.option("--group-by", type=click.Choice(["tenant", "country", "plan"]), help="Of `platform_fees`.")
@click.option(
    "--tenant", metavar="ID", help="Whose book `accounting` is, where it has no filter. Default: the platform's own."
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file. Default: the kind's name; - is stdout."
)
@actor_option
def command(  # noqa: PLR0917 - options are given by name
    kind: str,
    format_: str,
    filter_: str | None,
    first: str | None,
    last: str | None,
    provider: str | None,
    group_by: str | None,
    tenant: str | None,
    output: Path | None,
    actor: str,
) -> None:
    """Write a list or a book into a file: CSV, XLSX, PDF, or SIE 4 for `accounting`, with the filters of the screen."""
    schema = build_schema()
    given = {"kind": kind.upper(), "format": format_.upper(), "from": first, "to": last, "tenantId": tenant} | {
        "provider": provider,
        "groupBy": group_by and group_by.upper(),
    }
    if filter_ is not None:
        given[_filter_of(kind.upper())] = _json(filter_)
    asked = Inputs(schema, core_schema(schema)).read(
        {name: value for name, value in given.items() if value is not None}
    )
    settings, path = load_settings(), output or Path(file_of(asked))
    with open_database(settings) as database:
        if str(path) == "-":
            asyncio.run(_write(database, settings, asked, sys.stdout.buffer, actor))
            return
        part = path.with_name(path.name + ".part")
        try:
            with part.open("wb") as file:
                asyncio.run(_write(database, settings, asked, file, actor))
            part.rename(path)
        finally:
            part.unlink(missing_ok=True)
    click.echo(f"Wrote {path} ({path.stat().st_size:,} bytes).", err=True)


async def _write(database: Database, settings: Settings, asked: ExportInput, file: BinaryIO, actor: str) -> None:
    at, engine, replica = datetime.now(UTC), database.engine(connections_max=2), replica_of(settings)
    books = Books(engine=engine, zone=settings.time_zone, replica=replica)
    exports = Exports(
        database=database,
        books=books,
        registry=Registry.load(settings=settings.provider_settings),
        jobs=Jobs(),
        tolerance_cents=settings.reconciliation_tolerance_cents,
        platform_name=settings.platform_name,
    )
    try:
        async with aclosing(exports.pieces(asked, at=at)) as pieces:
            async for piece in pieces:
                file.write(piece)
        await note_written(file_of(asked), as_json(asked), actor=actor, at=at, books=books)
    finally:
        await engine.dispose()
        if replica is not None:
            await replica.close()


def _filter_of(kind: str) -> str:
    if kind not in FILTERS:
        raise BadInput(f"{kind.lower()} has no filter; it takes --from, --to and the like.", argument="filter")
    return FILTERS[kind]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as malformed:
        raise BadInput(f"The filter is no JSON: {malformed}.", argument="filter") from None
