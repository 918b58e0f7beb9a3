"""`billing verify`."""

import sys

import click

from graphql_api.database import open_database
from graphql_api.settings import load_settings
from storage.audit_chain import Place, head
from storage.invariants import Checked, snapshot, verify


class Anchor(click.ParamType[Place]):
    """An event's number and hash, written down earlier."""

    name = "SEQ:HASH"

    def convert(self, value: str | Place, param: click.Parameter | None, ctx: click.Context | None) -> Place:
        if isinstance(value, Place):
            return value
        try:
            return Place.parse(value)
        except ValueError as malformed:
            self.fail(str(malformed), param, ctx)


@click.command()
@click.option("--anchor", type=Anchor(), help="An audit head written down earlier: it must still be in the trail.")
def command(anchor: Place | None) -> None:
    """Prove the books: every rule of the ledger, and the audit trail from its first event to its last.

    Prints each rule and, where one is broken, the first row that breaks it; the exit code is then 1. The last line is
    the audit head. Write it down where nobody who can reach the database can reach it, and give it as --anchor another
    day: whoever rewrites the whole trail cannot rewrite your note.
    """
    with open_database(load_settings()) as database, database.connect() as connection, snapshot(connection):
        results = [_shown(checked) for checked in verify(connection, anchor=anchor)]
        newest = head(connection)
    if newest is not None:
        click.echo(f"Audit head: {newest}")
    if not all(results):
        sys.exit(1)


def _shown(checked: Checked) -> bool:
    """Print a result; tells whether the rule holds."""
    proven = "" if checked.rows is None else f" ({checked.rows:,} proven)"
    click.echo(f"{'ok    ' if checked.broken is None else 'BROKEN'}  {checked.name}{proven}")
    if checked.broken is not None:
        click.echo(f"        {checked.broken}")
    return checked.broken is None
