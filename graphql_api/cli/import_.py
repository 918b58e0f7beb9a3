"""`billing import`."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from graphql_api.cli import actor_option, reason_option
from graphql_api.database import open_database
from graphql_api.progress import Counter
from graphql_api.settings import load_settings
from procedures.import_books import ImportRefused, ImportReport, import_books


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@reason_option("Why, where the audit trail should say more than that the files were imported.")
@click.option("--progress/--no-progress", default=None, help="Count rows on stderr. Default: on a terminal.")
@actor_option
def command(folder: Path, reason: str | None, progress: bool | None, actor: str) -> None:
    """Load the platform's own data from the CSV files in FOLDER: any of tenants, plans, subscriptions, plan_history,
    cancellations, invoices, invoice_lines, payments, refunds, costs, balances and fx_rates.

    All of it is imported or nothing. History is booked on its own days. Again the same row: nothing; with other names,
    contacts or status: taken over; with other booked figures: refused. What is wrong is printed, a line each, as
    file:line: what; the exit code is then 2.

    A first load of more than 50,000 rows sets indexes and foreign keys aside and puts them back at its end, where the
    owner's login is known (on the embedded server, or by BILLING_OWNER_DATABASE_URL): readers wait until it is done.
    """
    settings = load_settings()
    began = time.monotonic()
    counter = Counter(shown=sys.stderr.isatty() if progress is None else progress)
    try:
        with open_database(settings) as database, database.connect_to_load() as connection:
            report = import_books(
                connection,
                folder,
                now=datetime.now(UTC),
                zone=settings.time_zone,
                actor=actor,
                reason=reason,
                progress=counter,
            )
    except ImportRefused as refused:
        counter.clear()
        click.echo(str(refused), err=True)
        sys.exit(2)
    counter.clear()
    _say(report, seconds=time.monotonic() - began)


def _say(report: ImportReport, *, seconds: float) -> None:
    for file in report.files:
        click.echo(f"{file.file}: {file.new:,} new, {file.changed:,} changed, {file.unchanged:,} unchanged")
    click.echo(f"{report.journals:,} journals with {report.legs:,} legs booked in {seconds:.1f} s")
