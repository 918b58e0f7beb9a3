"""The sandbox as a partner would ship it: its own wheel, beside ours, in an environment that knows no checkout."""

import re
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SANDBOX = ROOT / "examples" / "sandbox_provider"
LISTED = (
    "import providers, sandbox_provider; from providers.registry import Registry\n"
    "print(providers.__file__, sandbox_provider.__file__, sep='\\n')\n"
    "print([p.name for p in Registry.load(settings={}).providers])"
)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both wheels, installed; the libraries that they depend on are those of this run."""
    folder = tmp_path_factory.mktemp("partner")
    for project in (ROOT, SANDBOX):
        _run(
            sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, project,
            cwd=folder, environment={"HATCH_BUILD_NO_HOOKS": "true"},
        )  # fmt: skip
    venv.create(folder / "env", with_pip=False, symlinks=True)
    python = folder / "env" / "bin" / "python"
    site = _run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip()
    wheels = sorted(folder.glob("*.whl"))
    assert [wheel.name.split("-")[0] for wheel in wheels] == ["petanque_billing", "petanque_billing_sandbox"]
    _run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        *wheels,
        cwd=folder,
    )
    (Path(site) / "libraries.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return folder


def test_the_wheels_bring_what_the_partner_needs(environment: Path) -> None:
    ours, theirs, names = _run(environment / "env" / "bin" / "python", "-c", LISTED, cwd=environment).splitlines()
    assert Path(ours).is_relative_to(environment)
    assert Path(theirs).is_relative_to(environment)
    assert names == "['bankgirot', 'stripe', 'sandbox']"


def test_the_shipped_kit_passes_on_the_shipped_sandbox(environment: Path) -> None:
    tests = environment / "tests"
    tests.mkdir()
    (tests / "test_contract.py").write_bytes((SANDBOX / "tests" / "test_contract.py").read_bytes())
    said = _run(
        environment / "env" / "bin" / "python", "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:asyncio",
        "-p", "no:cacheprovider", tests, cwd=environment,
    )  # fmt: skip
    assert re.search(r"^64 passed, 12 skipped in", said, re.MULTILINE), said[-2_000:]  # it reads no bank files


def _run(*command: str | Path, cwd: Path, environment: dict[str, str] | None = None) -> str:
    clean = {"PATH": "/usr/bin:/bin", "HOME": str(cwd), **(environment or {})}
    done = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-3_000:]
    return done.stdout
