"""`billing worker`."""

import asyncio
import signal
from datetime import UTC, datetime

import click

from graphql_api.database import open_database
from graphql_api.logs import configure_logs
from graphql_api.metrics import serving_metrics
from graphql_api.settings import Settings, load_settings
from graphql_api.stopping import end_in_time
from graphql_api.worker import Worker
from providers.registry import Registry
from storage.engine import Database

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@click.command()
@click.option("--once", is_flag=True, help="Do all that is due now, and end.")
def command(once: bool) -> None:
    """Do what is due without anybody asking, such as finishing refunds and sending mails, until interrupted.

    `billing serve` does the same beside its requests, unless BILLING_WORKER is false. Any number of workers may run.
    The one thing that is being done when it is stopped (SIGTERM, Ctrl-C) is finished, in 15 seconds at most, and nothing
    more is begun. Told so again, it ends at once.
    """
    settings = load_settings()
    configure_logs()
    with (
        open_database(settings) as database,
        serving_metrics(database, host=settings.metrics_host, port=None if once else settings.metrics_port),
    ):
        asyncio.run(_work(settings, database, once=once))


async def _work(settings: Settings, database: Database, *, once: bool) -> None:
    registry = Registry.load(settings=settings.provider_settings)
    async with Worker.over(settings, database, registry, now=lambda: datetime.now(UTC)) as worker:
        for number in SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, _stop, worker)
        if once:
            done = await worker.run_once()
            click.echo(f"Done: {', '.join(f'{name} {count}' for name, count in done.items())}.")
            return
        click.echo("Working.")
        await worker.run()


def _stop(worker: Worker) -> None:
    """Let it finish what it is doing; the second signal ends the process as it would have without us."""
    worker.stop()
    end_in_time()
    for number in SIGNALS:
        asyncio.get_running_loop().remove_signal_handler(number)
        signal.signal(number, signal.SIG_DFL)
