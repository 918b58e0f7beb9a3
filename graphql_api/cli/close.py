"""`billing close`."""

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
import psycopg

from billing.authority import stated_reason
from graphql_api.cli import Refused, actor_option
from graphql_api.database import open_database
from graphql_api.exports.close_pack import ClosePacks
from graphql_api.exports.streaming import Exports
from graphql_api.settings import Settings, load_settings
from procedures.books import Books, Order
from procedures.close_month import Closed, PeriodClosed, close
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
    trial balances, reconciliations and lists as CSV and PDF, vouchers, and a manifest of their hashes, the last of its
    files. Of a month that this has closed before, the pack is written again, and that is all.
    """
    settings = load_settings()
    folder = output or Path(f"close-{month:%Y-%m}")
    order = Order(actor=actor, reason=stated_reason(reason, argument="--reason"), at=datetime.now(UTC))
    with _usable(folder), open_database(settings) as database:
        closed = asyncio.run(_close(month, settings, database, order, folder, accept_drift=accept_drift))
    if closed is None:
        click.echo(f"{month:%Y-%m} was closed before; its pack was written again. It is in {folder}.")
        return
    click.echo(f"{month:%Y-%m} is closed: {closed.journal_count:,} journals. The pack is in {folder}.")
    click.echo(f"Audit head: {closed.audit_head}")


@contextmanager
def _usable(folder: Path) -> Iterator[None]:
    """Make the folder and try it: the month is closed first, and cannot be opened again. Where nothing is written into a
    folder that was made here, it is taken away again.

    Raises: Refused, OSError.
    """
    missing = [step for step in (folder, *folder.parents) if not step.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise Refused(f"{folder} is not empty; the pack is written into a folder of its own.")
        with tempfile.TemporaryFile(dir=folder):
            pass
        yield
    finally:
        with suppress(OSError):  # it holds something
            for step in missing:
                step.rmdir()


async def _close(
    month: date, settings: Settings, database: Database, order: Order, folder: Path, *, accept_drift: bool
) -> Closed | None:
    """Close the month and write its pack; None where it was closed before."""
    engine = database.engine()
    exports = Exports(
        database=database,
        books=Books(engine=engine, zone=settings.time_zone),
        registry=Registry.load(settings=settings.provider_settings),
        jobs=Jobs(),
        tolerance_cents=settings.reconciliation_tolerance_cents,
        platform_name=settings.platform_name,
    )
    packs = ClosePacks(exports=exports)
    try:
        closed = await _closed_now(month, packs, order, accept_drift=accept_drift)
        await _write(packs, month, folder, at=order.at)
    finally:
        await engine.dispose()
    return closed


async def _closed_now(month: date, packs: ClosePacks, order: Order, *, accept_drift: bool) -> Closed | None:
    """Close the month; None where it was closed before, and has a pack."""
    exports = packs.exports

    async def in_bulk(work: Callable[[psycopg.Connection[Any]], T]) -> T:
        with exports.database.connect() as connection:
            return work(connection)

    try:
        return await close(
            month,
            accept_drift=accept_drift,
            order=order,
            books=exports.books,
            registry=exports.registry,
            jobs=exports.jobs,
            tolerance_cents=exports.tolerance_cents,
            in_bulk=in_bulk,
        )
    except PeriodClosed:
        if not await packs.has(month):
            raise
        return None


async def _write(packs: ClosePacks, month: date, folder: Path, *, at: datetime) -> None:
    """Write the pack; where that ends early, say that the month is closed all the same."""
    try:
        await packs.write(month, folder, at=at)
    except BaseException:
        click.echo(
            f"{month:%Y-%m} is closed, but its pack in {folder} is not whole: run billing close {month:%Y-%m} again, with "
            "--output and another folder, to have it written.",
            err=True,
        )
        raise
