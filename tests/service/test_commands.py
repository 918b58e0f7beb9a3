"""`billing token`, `billing schema` and `billing serve` as a person runs them."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from click.testing import CliRunner

from graphql_api.cli import main
from graphql_api.roots import build_schema
from storage.embedded import attached

BILLING = Path(sys.executable).parent / "billing"


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("BILLING_DATA_DIR", str(tmp_path))
    return CliRunner()


def test_a_token_says_who_and_what_and_how_lately(runner: CliRunner) -> None:
    done = runner.invoke(main, ["token", "--actor", "a@example.test", "--role", "sys_finance", "--auth-age", "301"])
    assert done.exit_code == 0, done.output
    claims = jwt.decode(done.stdout.strip(), options={"verify_signature": False})
    assert (claims["sub"], claims["roles"]) == ("a@example.test", ["sys_finance"])
    assert claims["iat"] - claims["auth_time"] == 301
    assert claims["exp"] - claims["iat"] == 3600


@pytest.mark.parametrize("arguments", [[], ["--actor", "a", "--role", "admin"], ["--actor", "a", "--auth-age", "-1"]])
def test_a_token_that_cannot_be_is_refused_with_one_line(runner: CliRunner, arguments: list[str]) -> None:
    done = runner.invoke(main, ["token", *arguments])
    assert done.exit_code == 2
    assert "Error:" in done.stderr


@pytest.mark.parametrize("actor", ["", "  ", "a" * 256, "a\nb"])
def test_no_token_is_made_for_a_name_that_the_server_would_refuse(runner: CliRunner, actor: str) -> None:
    done = runner.invoke(main, ["token", "--actor", actor])

    assert (done.exit_code, done.stdout) == (2, "")
    assert "it is not a name of 1 to 255 characters" in done.stderr
    assert runner.invoke(main, ["token", "--actor", "a" * 255]).exit_code == 0


def test_no_token_is_made_here_where_a_provider_makes_them(runner: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILLING_OIDC_ISSUER", "https://issuer.test")
    monkeypatch.setenv("BILLING_OIDC_AUDIENCE", "billing")
    done = runner.invoke(main, ["token", "--actor", "a@example.test"])
    assert done.exit_code == 2
    assert "the development issuer is off" in done.stderr
    assert done.stdout == ""


def test_the_schema_is_printed_or_written(runner: CliRunner, tmp_path: Path) -> None:
    printed = runner.invoke(main, ["schema"]).stdout
    assert printed == build_schema().as_str() + "\n"
    assert runner.invoke(main, ["schema", "--write", str(tmp_path / "schema.graphql")]).exit_code == 0
    assert (tmp_path / "schema.graphql").read_text(encoding="utf-8") == printed


def environment(folder: Path, **settings: object) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("BILLING_")}
    return own | {"BILLING_DATA_DIR": str(folder)} | {f"BILLING_{name}": str(value) for name, value in settings.items()}


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server on a free port, and its address; it is gone afterwards, whatever happens."""
    process = subprocess.Popen(
        [BILLING, "serve"], env=environment(folder, PORT=0), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip().removeprefix("Serving ").removesuffix("/graphql")
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.communicate(timeout=30)
            finally:
                process.kill()


def ready(address: str, *, within: float = 10) -> None:
    ends = time.monotonic() + within
    with httpx.Client() as client:  # making one takes longer than asking
        while time.monotonic() < ends:
            try:
                if client.get(f"{address}/readyz").status_code == 200:
                    return
            except httpx.ConnectError:
                time.sleep(0.02)
    raise AssertionError(f"{address} was not ready within {within} s.")


def token(folder: Path, *arguments: str) -> str:
    made = subprocess.run(
        [BILLING, "token", "--actor", "a@example.test", *arguments],
        env=environment(folder), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return made.stdout.strip()


def ask(address: str, bearer: str) -> Any:
    answer = httpx.post(
        f"{address}/graphql",
        json={"query": "query Me { viewer { actor isFresh } }", "operationName": "Me"},
        headers={"authorization": f"Bearer {bearer}"},
    )
    return answer.json()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that the embedded server's own user can reach, also when the tests run as root."""
    with tempfile.TemporaryDirectory(prefix="billing-serve-") as name:
        made = Path(name)
        made.chmod(0o711)
        yield made
        if (made / "postgresql" / "data" / "postmaster.pid").exists():
            with attached(made):
                """A server left behind by a killed process stops when we leave it."""


def test_serve_answers_logs_stops_when_it_is_told_and_starts_again(folder: Path) -> None:
    with serving(folder) as (process, address):  # the first start makes the database
        ready(address, within=60)
        assert ask(address, token(folder)) == {"data": {"viewer": {"actor": "a@example.test", "isFresh": True}}}
        assert ask(address, token(folder, "--auth-age", "301"))["data"]["viewer"]["isFresh"] is False
        process.send_signal(signal.SIGTERM)
        _, logs = process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    lines = [json.loads(line) for line in logs.splitlines()]
    assert [line["operation"] for line in lines if line.get("path") == "/graphql"] == ["Me", "Me"]
    assert "a@example.test" not in logs

    with serving(folder) as (_, address):
        ready(address, within=60)


def test_serve_says_so_when_its_port_is_taken(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [BILLING, "serve"], env=environment(folder, PORT=port), capture_output=True, text=True, check=False
        )
    assert done.returncode == 2
    assert re.search(rf"Error: Cannot listen on 127.0.0.1 port {port}: .*BILLING_PORT", done.stderr)
    assert "Traceback" not in done.stderr
