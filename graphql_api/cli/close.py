"""`billing close`."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import anyio
import click
import psycopg

from billing.authority import stated_reason
from graphql_api.cli import Refused, actor_option
from graphql_api.database import open_database
from graphql_api.exports.close_pack import ClosePacks
from graphql_api.exports.streaming import Exports
from graphql_api.settings import Settings, load_settings
from procedures.books import Books, Order
from procedures.close_month import Closed, close
from providers.registry import Registry
from storage.engine import Database
from storage.jobs import Jobs

T = TypeVar("T")


class Month(click.ParamType[date]):
    """A month."""

    name = "YYYY-MM"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(f"{value}-01")
        except ValueError:
            self.fail(f"{value!r} is not a month as YYYY-MM, for example 2026-10.", param, ctx)


@click.command()
@click.argument("month", type=Month())
@click.option("--reason", required=True, help="Why: it stays in the audit trail. 3 to 500 characters.")
@click.option("--accept-drift", is_flag=True, help="Close although a provider and the ledger differ.")
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), help="The pack's folder. Default: close-YYYY-MM."
)
@actor_option
def command(month: date, reason: str, accept_drift: bool, output: Path | None, actor: str) -> None:
    """Close MONTH and all before it: prove and reconcile the books, then let nothing more be booked there.

    What comes late is booked on the first open day, with the day on which it happened. The pack is written into a folder:
    trial balances, reconciliations and lists as CSV and PDF, vouchers, and a manifest of their hashes.
    """
    settings = load_settings()
    folder = output or Path(f"close-{month:%Y-%m}")
    if folder.exists() and any(folder.iterdir()):
        raise Refused(f"{folder} is not empty; the pack is written into a folder of its own.")
    order = Order(actor=actor, reason=stated_reason(reason, argument="--reason"), at=datetime.now(UTC))
    with open_database(settings) as database:
        closed = asyncio.run(_close(month, settings, database, order, folder, accept_drift=accept_drift))
    click.echo(f"{month:%Y-%m} is closed: {closed.journal_count:,} journals. The pack is in {folder}.")
    click.echo(f"Audit head: {closed.audit_head}")


async def _close(
    month: date, settings: Settings, database: Database, order: Order, folder: Path, *, accept_drift: bool
) -> Closed:
    engine, registry, jobs = database.engine(), Registry.load(settings=settings.provider_settings), Jobs()
    books = Books(engine=engine, zone=settings.time_zone)
    tolerance = settings.reconciliation_tolerance_cents

    async def in_bulk(work: Callable[[psycopg.Connection[Any]], T]) -> T:
        with database.connect() as connection:
            return work(connection)

    try:
        closed = await close(
            month,
            accept_drift=accept_drift,
            order=order,
            books=books,
            registry=registry,
            jobs=jobs,
            tolerance_cents=tolerance,
            in_bulk=in_bulk,
        )
        await anyio.Path(folder).mkdir(parents=True, exist_ok=True)
        exports = Exports(
            database=database,
            books=books,
            registry=registry,
            jobs=jobs,
            tolerance_cents=tolerance,
            platform_name=settings.platform_name,
        )
        await ClosePacks(exports=exports).write(month, folder, at=order.at)
    finally:
        await engine.dispose()
    return closed
