"""The command line: what it lists, how it refuses, how it leaves."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import click
import psycopg
import pytest
from click.testing import CliRunner
from psycopg.errors import DiskFull

from billing.refusals import BadInput
from graphql_api import cli
from graphql_api.cli import actor_option, main, user_as_actor
from providers.registry import GROUP
from storage.engine import Database

SLOW_PLUGIN = """
import time
print("loading", flush=True)
time.sleep(60)
"""


def billing(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("billing")), *arguments]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)


def test_help_lists_every_command_and_each_explains_itself() -> None:
    names = main.list_commands(click.Context(main))
    helped = CliRunner().invoke(main, ["--help"])

    assert "migrate" in names
    for name in names:
        explained = CliRunner().invoke(main, [name, "--help"])
        assert f"\n  {name}" in helped.output
        assert explained.exit_code == 0, explained.output
        assert len(explained.output.splitlines()) > 3


def test_a_module_named_after_a_python_word_is_a_command_without_its_underscore(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [SimpleNamespace(name="import_"), SimpleNamespace(name="serve")]
    monkeypatch.setattr(cli.pkgutil, "iter_modules", lambda _path: iter(found))

    assert main.list_commands(click.Context(main)) == ["import", "serve"]
    assert cli._modules() == {"import": "graphql_api.cli.import_", "serve": "graphql_api.cli.serve"}


def test_a_command_that_is_not_there_is_a_usage_error() -> None:
    done = CliRunner().invoke(main, ["migrat"])

    assert done.exit_code == 2
    assert "No such command 'migrat'" in done.output


def test_a_bad_setting_is_one_line_on_stderr_and_exit_code_2() -> None:
    done = billing("migrate", BILLING_PORT="http")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "Error: BILLING_PORT: Input should be a valid integer, unable to parse string as an integer.\n"
    )


def test_a_refusal_is_one_line_on_stderr_and_exit_code_2(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    def command() -> None:
        raise BadInput("The day 2026-02-30 does not exist.", argument="on")

    monkeypatch.setattr(main, "get_command", lambda _context, _name: command)
    done = CliRunner().invoke(main, ["anything"])

    assert done.exit_code == 2
    assert done.stderr == "Error: The day 2026-02-30 does not exist.\n"
    assert done.stdout == ""


def test_a_mistake_of_the_program_is_not_dressed_up_as_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    def command() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(main, "get_command", lambda _context, _name: command)

    assert isinstance(CliRunner().invoke(main, ["anything"]).exception, ZeroDivisionError)


def test_migrate_brings_a_new_installation_up_to_date_and_says_so(data_dir: Path) -> None:
    first = billing("migrate", BILLING_DATA_DIR=str(data_dir))
    second = billing("migrate", BILLING_DATA_DIR=str(data_dir))

    assert first.stdout.startswith("The schema was brought from nothing to 0"), first.stderr
    assert second.stdout.startswith("The schema is current already (0"), second.stderr


def test_on_a_server_of_its_own_the_installation_is_migrated_through_the_owners_url(
    database: Database, owner: psycopg.Connection[object]
) -> None:
    assert database.owner_url is not None
    urls = {"BILLING_DATABASE_URL": database.runtime_url, "BILLING_OWNER_DATABASE_URL": database.owner_url}

    done = billing("migrate", **urls)
    without_owner = billing("migrate", BILLING_DATABASE_URL=database.runtime_url)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("The schema is current already (0")
    assert without_owner.returncode == 2
    assert without_owner.stderr == (
        "Error: Migrations run as the owner of the tables: set BILLING_OWNER_DATABASE_URL to the owner's URL.\n"
    )


def test_a_command_that_is_told_to_end_while_a_plugin_loads_ends_and_stops_the_server_it_started(
    data_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "slow.py").write_text(SLOW_PLUGIN)
    installed = tmp_path / "slow-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: slow\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text(f"[{GROUP}]\nslow = slow\n")
    environment = os.environ | {"BILLING_DATA_DIR": str(data_dir), "PYTHONPATH": str(tmp_path)}
    command = [str(Path(sys.executable).with_name("billing")), "worker", "--once"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "loading\n"
        running = data_dir / "postgresql" / "data" / "postmaster.pid"
        assert running.exists()

        process.send_signal(signal.SIGTERM)

        assert process.communicate(timeout=20) == ("", "")
        assert process.returncode == 143
    assert not running.exists()


def test_the_actor_is_who_is_at_the_keyboard_unless_said_otherwise() -> None:
    @click.command()
    @actor_option
    def command(actor: str) -> None:
        click.echo(actor)

    assert CliRunner().invoke(command).output == f"{user_as_actor()}\n"
    assert user_as_actor().startswith("cli:")
    assert CliRunner().invoke(command, ["--actor", "cfo@example.org"]).output == "cfo@example.org\n"


def test_a_file_that_cannot_be_written_is_one_line_on_stderr_and_exit_code_2(tmp_path: Path) -> None:
    nowhere = tmp_path / "missing" / "schema.graphql"

    done = CliRunner().invoke(main, ["schema", "--write", str(nowhere)])

    assert done.exit_code == 2
    assert done.stderr == f"Error: {nowhere}: No such file or directory.\n"


@pytest.mark.parametrize(
    ("full", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device. Make room, and do it again."),
        (
            DiskFull(),
            "The database has no room left on its disk; what it was writing is not kept. Make room, and do it again.",
        ),
    ],
)
def test_a_full_disk_is_one_line_on_stderr_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, full: Exception, told: str
) -> None:
    @click.command()
    def command() -> None:
        raise full

    monkeypatch.setattr(main, "get_command", lambda _context, _name: command)
    done = CliRunner().invoke(main, ["anything"])

    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"Error: {told}\n")


@pytest.mark.parametrize("command", ["ingest", "import"])
@pytest.mark.parametrize(
    ("option", "said"), [(("--reason", " x "), "The reason has 1 character;"), (("--actor", "  "), "it is blank")]
)
def test_what_the_audit_trail_could_not_take_is_refused_before_anything_is_done(
    command: str, option: tuple[str, str], said: str, tmp_path: Path
) -> None:
    file = tmp_path / "bank.txt"
    file.touch()

    done = CliRunner().invoke(main, [command, *option, str(file)], env={"BILLING_DATA_DIR": str(tmp_path / "data")})

    assert done.exit_code == 2
    assert said in done.stderr
    assert not (tmp_path / "data").exists()
