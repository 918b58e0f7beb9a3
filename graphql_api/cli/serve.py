"""`billing serve`."""

import asyncio
import socket
import sys
from contextlib import suppress
from datetime import UTC, datetime
from types import FrameType

import click
import uvicorn

from graphql_api.app import create_app
from graphql_api.cli import Refused, user_as_actor
from graphql_api.corked import CorkedHttp
from graphql_api.database import open_database
from graphql_api.demo.loading import BooksInUse, load_demo
from graphql_api.demo.returning import OUR_BANK
from graphql_api.demo.scale import SCALES, Scale
from graphql_api.garbage import settle
from graphql_api.logs import configure_logs
from graphql_api.metrics import serving_metrics
from graphql_api.progress import Counter
from graphql_api.settings import Settings, load_settings
from graphql_api.stopping import GRACE_SECONDS, end_in_time
from providers.registry import Registry
from storage.engine import Database

BANK = "BILLING_BANKGIROT_"


@click.command()
@click.option("--demo", type=click.Choice(list(SCALES)), help="Load the demo first, where the books are empty.")
def command(demo: str | None) -> None:
    """Serve the API on BILLING_HOST and BILLING_PORT (127.0.0.1:8000) until interrupted.

    What is being done when it is stopped is finished, in 15 seconds at most. Logs go to stderr, one JSON object a line.
    """
    settings = load_settings()
    configure_logs()
    with (
        _listening(settings.host, settings.port) as listener,
        open_database(settings) as database,
        serving_metrics(database, host=settings.metrics_host, port=settings.metrics_port),
    ):
        if demo is not None:
            settings = with_a_bank(settings)
            _load_where_empty(database, settings, SCALES[demo])
        host, port = listener.getsockname()[:2]
        stopping = asyncio.Event()
        config = uvicorn.Config(
            create_app(settings, database, works=settings.worker, stopping=stopping),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            http=CorkedHttp,
            ws="none",
            lifespan="on",
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        settle()
        click.echo(f"Serving http://{f'[{host}]' if ':' in host else host}:{port}/graphql")
        Server(config, stopping).run(sockets=[listener])


class Server(uvicorn.Server):
    """Tells the worker beside its requests when it is told to stop, and sees to it that this ends."""

    def __init__(self, config: uvicorn.Config, stopping: asyncio.Event) -> None:
        super().__init__(config)
        self._stopping = stopping

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.should_exit:
            end_in_time()
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping.set()
        await super().shutdown(sockets)


def with_a_bank(settings: Settings) -> Settings:
    """The demo's platform has an account, and a folder beside our data for what it orders of its bank; unless anything was
    said of a bank: nothing made up goes to a real one."""
    if any(name.startswith(BANK) for name in settings.provider_settings):
        return settings
    outbox = settings.data_dir / "bank-outbox"
    outbox.mkdir(parents=True, exist_ok=True)
    return settings.with_defaults({**OUR_BANK, "BILLING_BANKGIROT_OUTBOX": str(outbox.resolve())})


def _load_where_empty(database: Database, settings: Settings, scale: Scale) -> None:
    """Load the demo of today, unless there are books already."""
    with suppress(BooksInUse):
        load_demo(
            database,
            scale=scale,
            now=datetime.now(UTC),
            zone=settings.time_zone,
            actor=user_as_actor(),
            registry=Registry.load(settings=settings.provider_settings),
            progress=Counter(shown=sys.stderr.isatty()),
            gateway_file=settings.gateway_file,
        )


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise Refused(f"Cannot listen on {host} port {port}: {error.strerror}. Set BILLING_PORT to another.") from error
