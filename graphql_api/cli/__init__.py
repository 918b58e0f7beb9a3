"""The command line. Every module beside this one is a command of its name and keeps it in `command`."""

import errno
import importlib
import os
import pkgutil
import pwd
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

import click
from psycopg.errors import DiskFull

from billing.authority import stated_reason
from billing.refusals import Refusal
from graphql_api.garbage import look_seldom
from graphql_api.settings import SettingsRefused
from storage.problems import StorageProblem

FULL = {errno.ENOSPC, errno.EDQUOT}
FC = TypeVar("FC", bound=Callable[..., Any] | click.Command)


class Refused(click.ClickException):
    """What was asked cannot be done; the user can act on the message."""

    exit_code = 2


class Terminated(KeyboardInterrupt):
    """SIGTERM: we leave by the door and clean up first. Like Ctrl-C, it is never taken for a failure of a plugin, which a
    SystemExit may be."""


class Commands(click.Group):
    """Finds the commands and imports one when it is wanted. A refusal is a line on stderr and exit code 2; on SIGTERM the
    exit code is 143, as a shell shows it."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return sorted(_modules())

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = _modules().get(cmd_name)
        return None if module is None else importlib.import_module(module).command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Terminated:
            sys.exit(128 + signal.SIGTERM)
        except (Refusal, SettingsRefused, StorageProblem) as refusal:
            raise Refused(str(refusal)) from refusal
        except OSError as error:
            if error.filename is not None:
                raise Refused(f"{click.format_filename(error.filename)}: {error.strerror}.") from error
            if error.errno in FULL:
                raise Refused(f"{error.strerror}. Make room, and do it again.") from error
            raise  # a mistake of the program, or of the machine
        except DiskFull as full:
            raise Refused(
                "The database has no room left on its disk; what it was writing is not kept. Make room, and do it again."
            ) from full


@click.group(cls=Commands, name="billing", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="petanque-billing", prog_name="billing")
def main() -> None:
    """The finance back office: serve the API, load and check the books.

    Settings come from the environment (BILLING_...); without any, everything runs on an embedded PostgreSQL.
    """
    look_seldom()
    signal.signal(signal.SIGTERM, _terminate)


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise Terminated


def _modules() -> dict[str, str]:
    """The modules of the commands, by the commands' names: `import_` is `billing import`."""
    return {module.name.strip("_"): f"{__name__}.{module.name}" for module in pkgutil.iter_modules(__path__)}


def user_as_actor() -> str:
    """Who is at the keyboard, as far as the operating system knows."""
    try:
        return f"cli:{pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:
        return f"cli:{os.getuid()}"


def _named(_ctx: click.Context, _parameter: click.Parameter, actor: str) -> str:
    if not actor.strip():
        raise click.BadParameter("it is blank, and the audit trail shows it.")
    return actor.strip()


def _explained(_ctx: click.Context, _parameter: click.Parameter, reason: str | None) -> str | None:
    return None if reason is None else stated_reason(reason, argument="--reason")


def reason_option(help: str) -> Callable[[FC], FC]:
    """Why, where it may be left out; given, it is what the audit trail takes anywhere."""
    return click.option("--reason", callback=_explained, help=help)


actor_option = click.option(
    "--actor",
    default=user_as_actor,
    callback=_named,
    show_default="cli:<your user name>",
    help="Who does this: it is written into the audit trail.",
)
