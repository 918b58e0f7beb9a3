"""`billing token`."""

from datetime import UTC, datetime, timedelta

import click

from billing.authority import Role
from graphql_api.cli import Refused
from graphql_api.issuers import development_issuer
from graphql_api.settings import load_settings
from graphql_api.signed_tokens import ACTOR_LENGTH_MAX, names_actor


def _named(_ctx: click.Context, _parameter: click.Parameter, actor: str) -> str:
    if not names_actor(actor):
        raise click.BadParameter(
            f"it is not a name of 1 to {ACTOR_LENGTH_MAX} characters, and no server would take it."
        )
    return actor


@click.command()
@click.option("--actor", required=True, callback=_named, help="Whose token: the name that the audit trail shows.")
@click.option(
    "--role", "roles", multiple=True, type=click.Choice([role.value for role in Role]), help="What they may do."
)
@click.option(
    "--auth-age",
    type=click.IntRange(min=0),
    default=0,
    metavar="SECONDS",
    show_default=True,
    help="How long ago they proved themselves; changes ask for at most 300.",
)
def command(actor: str, roles: tuple[str, ...], auth_age: int) -> None:
    """Print an access token of the development issuer, good for one hour.

    It is accepted by a server on the same data folder, as long as no BILLING_OIDC_ISSUER is set.
    """
    settings = load_settings()
    if settings.oidc_issuer is not None:
        raise Refused("BILLING_OIDC_ISSUER is set, so tokens come from there; the development issuer is off.")
    now = datetime.now(UTC)
    click.echo(
        development_issuer(settings).token(
            actor=actor, roles=map(Role, roles), authenticated_at=now - timedelta(seconds=auth_age), now=now
        )
    )
