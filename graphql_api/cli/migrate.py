"""`billing migrate`."""

import click

from graphql_api.database import migrate_database
from graphql_api.settings import load_settings


@click.command()
def command() -> None:
    """Bring the database's schema up to date with this release. Safe to repeat.

    On the embedded server `billing serve` does it by itself. On another server, BILLING_DATABASE_URL is the login of
    the service and BILLING_OWNER_DATABASE_URL that of the tables' owner; the owner makes the tables and grants to the
    group billing_runtime, of which the service's login becomes a member.
    """
    migration = migrate_database(load_settings())
    if migration.before == migration.after:
        click.echo(f"The schema is current already ({migration.after}).")
    else:
        click.echo(f"The schema was brought from {migration.before or 'nothing'} to {migration.after}.")
