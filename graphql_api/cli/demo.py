"""`billing demo`."""

import sys
import time
from datetime import UTC, date, datetime
from datetime import time as clock
from pathlib import Path

import click

from billing.periods import business_day
from graphql_api.cli import Refused, actor_option
from graphql_api.database import open_database
from graphql_api.demo.folder import write_demo
from graphql_api.demo.loading import Loaded, load_demo
from graphql_api.demo.scale import SCALES
from graphql_api.progress import Counter
from graphql_api.settings import load_settings
from providers.registry import Registry


@click.command()
@click.option("--scale", type=click.Choice(list(SCALES)), default="small", show_default=True, help="How much of it.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day that the demo is of. Default: today.")
@click.option(
    "--write",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write its files into this folder instead: `books` for billing import, `bank` for billing ingest, and in "
    "`today` a bank file that the demo itself leaves out.",
)
@actor_option
def command(scale: str, today: datetime | None, folder: Path | None, actor: str) -> None:
    """Load the books of a made-up platform: Nordic petanque federations and clubs, two years of subscriptions and invoices,
    payments, refunds, costs, and bank files that wait for a person.

    small takes seconds; medium has 100,000 invoices; large a million, and as many payments. The same day gives the same
    data. Loaded again it changes nothing; books that are in use are left alone.
    """
    settings = load_settings()
    zone = settings.time_zone
    now = datetime.now(UTC) if today is None else datetime.combine(today, clock(12), zone)
    if folder is not None:
        _write(folder, scale=scale, today=business_day(now, zone))
        return
    began = time.monotonic()
    counter = Counter(shown=sys.stderr.isatty())
    with open_database(settings) as database:
        loaded = load_demo(
            database,
            scale=SCALES[scale],
            now=now,
            zone=zone,
            actor=actor,
            registry=Registry.load(settings=settings.provider_settings),
            progress=counter,
            gateway_file=settings.gateway_file,
        )
    counter.clear()
    if loaded is None:
        click.echo("The demo is loaded already; nothing was changed.")
    else:
        _say(loaded, seconds=time.monotonic() - began)


def _write(folder: Path, *, scale: str, today: date) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise Refused(f"{folder} is not empty; the demo is written into a folder of its own.")
    write_demo(folder, scale=SCALES[scale], today=today)
    click.echo(f"The demo of {today} is in {folder}: books for `billing import`, bank and today for `billing ingest`.")


def _say(loaded: Loaded, *, seconds: float) -> None:
    rows = {file.file.removesuffix(".csv"): file.new for file in loaded.imported.files}
    waiting = sum(received.unmatched_count for received in loaded.received)
    matched = sum(received.matched_count for received in loaded.received)
    click.echo(
        f"{rows['tenants']:,} tenants, {rows['subscriptions']:,} subscriptions, {rows['invoices']:,} invoices, "
        f"{rows['payments']:,} payments, {rows['refunds']:,} refunds, {loaded.imported.journals:,} journals"
    )
    click.echo(f"{len(loaded.received)} bank files: {matched:,} transfers matched, {waiting:,} left to a person")
    click.echo(f"Loaded in {seconds:.1f} s.")
