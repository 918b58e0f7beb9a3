"""Puts third-party packages into a cache folder outside the repository, once; without a registry, tests are skipped."""

import fcntl
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

import pytest

HERE = Path(__file__).parent
INSTALL_SECONDS_MAX = 90


def node_packages() -> Path:
    """The folder `node_modules` of the lock file beside this."""
    lock = (HERE / "package-lock.json").read_bytes()

    def install(folder: Path) -> None:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        _run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=folder)

    return _cached(f"npm-{sha256(lock).hexdigest()[:12]}", install) / "node_modules"


def python_of(requirement: str) -> Path:
    """The interpreter of a virtual environment that holds this and nothing of ours."""

    def install(folder: Path) -> None:
        venv.create(folder, with_pip=True)
        _run(folder / "bin" / "python", "-m", "pip", "install", "--quiet", requirement)

    return _cached(requirement, install) / "bin" / "python"


def wheel_of(requirement: str) -> Path:
    """The wheel, not installed."""

    def install(folder: Path) -> None:
        _run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, requirement)

    return next(_cached(f"wheel-{requirement}", install).glob("*.whl"))


def _cached(name: str, install: Callable[[Path], None]) -> Path:
    """The folder of this name, filled whole or not at all, by one process at a time."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "petanque-billing-third-party"
    cache.mkdir(parents=True, exist_ok=True)
    folder, mark = cache / name, cache / f"{name}.done"
    with (cache / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not mark.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            install(folder)
            mark.touch()
    return folder


def _run(*command: str | Path, cwd: Path | None = None) -> None:
    try:
        subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True, timeout=INSTALL_SECONDS_MAX)
    except FileNotFoundError:
        not_run(f"there is no {command[0]} here")
    except subprocess.TimeoutExpired:
        not_run(f"{command[0]} did not end within {INSTALL_SECONDS_MAX} s")
    except subprocess.CalledProcessError as failed:
        not_run(f"{' '.join(map(str, command[:4]))} failed: {' '.join(failed.stderr.split())[:200]}")


def not_run(why: str) -> NoReturn:
    """Skip, and say so where nobody can miss it."""
    sys.__stderr__ and print(f"\nNOT RUN against third-party servers: {why}", file=sys.__stderr__)
    pytest.skip(f"NOT RUN against third-party servers: {why}")
