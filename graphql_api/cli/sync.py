"""`billing sync`."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click

from billing.refusals import BadInput
from graphql_api.cli import actor_option, reason_option
from graphql_api.database import open_database
from graphql_api.progress import Counter
from graphql_api.settings import Settings, load_settings
from procedures.books import Books, Order
from procedures.sync_movements import REASON, Progress, Synced, Window, sync
from providers.registry import Registry
from storage.engine import Database
from storage.jobs import Jobs

DAY = timedelta(days=1)


@click.command()
@click.argument("provider")
@click.option("--from", "first", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The first day to fetch.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="The last day, included. Default: today.")
@reason_option(f"Why: it is written into the audit trail. Default: {REASON}.")
@actor_option
def command(provider: str, first: datetime, last: datetime | None, reason: str | None, actor: str) -> None:
    """Fetch what PROVIDER reports of our balance there, and book what the ledger lacks of it.

    Lines are kept once, and facts booked once: fees, payouts, disputes, and refunds that were made at the provider itself.
    Running it again changes nothing. The worker does the same every hour for the last days.
    """
    settings = load_settings()
    now = datetime.now(UTC)
    window = _window(first, last, zone=settings.time_zone, now=now)
    counter = Counter(shown=sys.stderr.isatty())
    with open_database(settings) as database:
        order = Order(actor=actor, reason=reason or REASON, at=now)
        synced = asyncio.run(
            _sync(provider, window, order=order, settings=settings, database=database, progress=counter)
        )
    counter.clear()
    _say(provider, synced)


def _window(first: datetime, last: datetime | None, *, zone: ZoneInfo, now: datetime) -> Window:
    """The days from `first` to `last` in the time zone whose days count.

    Raises: BadInput.
    """
    end = now if last is None else (last + DAY).replace(tzinfo=zone).astimezone(UTC)
    start = first.replace(tzinfo=zone).astimezone(UTC)
    if start >= now:
        raise BadInput(f"--from {first:%Y-%m-%d} lies in the future.", argument="from")
    if start >= end:
        raise BadInput(f"--to is before --from {first:%Y-%m-%d}.", argument="to")
    return Window(start=start, end=end)


async def _sync(
    provider: str, window: Window, *, order: Order, settings: Settings, database: Database, progress: Progress
) -> Synced:
    registry = Registry.load(settings=settings.provider_settings)
    engine = database.engine(connections_max=2)
    try:
        books = Books(engine=engine, zone=settings.time_zone)
        return await sync(provider, window, order=order, books=books, registry=registry, jobs=Jobs(), progress=progress)
    finally:
        await engine.dispose()


def _say(provider: str, synced: Synced) -> None:
    click.echo(f"{provider}: {synced.lines:,} lines, {synced.new:,} of them new, {synced.booked:,} booked.")
    for problem in synced.problems:
        click.echo(f"  {problem}")
