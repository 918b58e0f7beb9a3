"""`billing ingest`."""

import asyncio
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from billing.refusals import Refusal
from graphql_api.cli import actor_option, reason_option
from graphql_api.database import open_database
from graphql_api.settings import load_settings
from procedures.books import Books
from procedures.receive_transfers import Received, receive
from procedures.settle_reports import settle_reports
from providers import BankFileInvalid
from providers.registry import Registry
from storage.engine import Database
from storage.jobs import Jobs


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--provider", help="Who reads the files. Without it: whichever provider recognises them.")
@reason_option("Why, where the audit trail should say more than that the files were received.")
@actor_option
def command(files: tuple[Path, ...], provider: str | None, reason: str | None, actor: str) -> None:
    """Receive bank files: BgMax, camt.053, camt.054, pain.002, or what another provider reads, recognised by content.

    Every file is booked whole or not at all. A payment whose reference and amount are exactly those of one open invoice
    is matched; the others wait in the inbox. What came before, in another file or format, is not booked twice. Files
    that cannot be booked are named with the reason, the others are booked all the same; the exit code is then 2.
    Refunds and returns that were ordered at the bank are settled by what the files say of them.
    """
    settings = load_settings()
    registry = Registry.load(settings=settings.provider_settings)
    refused = False
    with open_database(settings) as database, database.connect() as connection:
        for file in files:
            try:
                with file.open("rb") as source:
                    received = receive(
                        connection,
                        source,
                        file_name=click.format_filename(file.name),
                        registry=registry,
                        provider=provider,
                        actor=actor,
                        reason=reason,
                        now=datetime.now(UTC),
                        zone=settings.time_zone,
                        progress=partial(_show_progress, file),
                    )
            except (Refusal, OSError) as refusal:
                refused = True
                _say_refused(file, refusal)
            else:
                _say_received(file, received)
        asyncio.run(_settle(database, settings.time_zone))
    if refused:
        sys.exit(2)


async def _settle(database: Database, zone: ZoneInfo) -> None:
    """Refunds and returns become what the files say of them."""
    engine = database.engine(connections_max=1)
    try:
        await settle_reports(at=datetime.now(UTC), books=Books(engine=engine, zone=zone), jobs=Jobs())
    finally:
        await engine.dispose()


def _show_progress(file: Path, what: str, count: int) -> None:
    _on_terminal(f"{click.format_filename(file)}: {count:,} {what}")


def _on_terminal(text: str) -> None:
    """Replace what stands on the terminal's last line."""
    if is_terminal():
        click.echo(f"\r\033[K{text}", err=True, nl=False)


def is_terminal() -> bool:
    return sys.stderr.isatty()


def _say_received(file: Path, received: Received) -> None:
    _on_terminal("")
    totals = f" ({', '.join(map(str, received.totals))})" if received.totals else ""
    known = f", {received.known_count} known before" if received.known_count else ""
    click.echo(
        f"{click.format_filename(file)}: {received.format}, {received.transfer_count} transfers booked{totals}: "
        f"{received.matched_count} matched, {received.unmatched_count} waiting{known}."
    )
    for warning in received.warnings:
        click.echo(f"  {warning}")


def _say_refused(file: Path, refusal: Refusal | OSError) -> None:
    _on_terminal("")
    click.echo(f"{click.format_filename(file)}: {refusal}", err=True)
    for finding in refusal.findings[1:] if isinstance(refusal, BankFileInvalid) else ():
        click.echo(f"  {finding}", err=True)
