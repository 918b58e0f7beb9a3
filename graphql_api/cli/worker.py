"""`billing worker`."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

import click

from graphql_api.database import open_database
from graphql_api.logs import configure_logs
from graphql_api.settings import Settings, load_settings
from graphql_api.worker import Worker
from providers.registry import Registry
from storage.engine import Database


@click.command()
@click.option("--once", is_flag=True, help="Do all that is due now, and end.")
def command(once: bool) -> None:
    """Finish refunds and send mails until interrupted.

    `billing serve` does the same beside its requests, unless BILLING_WORKER is false. Any number of workers may run.
    """
    settings = load_settings()
    configure_logs()
    with open_database(settings) as database, suppress(KeyboardInterrupt):
        asyncio.run(_work(settings, database, once=once))


async def _work(settings: Settings, database: Database, *, once: bool) -> None:
    registry = Registry.load(settings=settings.provider_settings)
    async with Worker.over(settings, database, registry, now=lambda: datetime.now(UTC)) as worker:
        if not once:
            click.echo("Working.")
            await worker.run()
        done = await worker.run_once()
        click.echo(f"Looked after {done.refunds} refunds, sent {done.notices} mails.")
