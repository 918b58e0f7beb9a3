"""The README's walk, as a stranger would follow it: every command of it, in its order, against a service of its own."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
WALK = re.compile(r"<!-- walk -->\n```sh\n(.*?)```", re.DOTALL)
BILLING = Path(sys.executable).with_name("billing")


@pytest.fixture
def environment(data_dir: Path) -> dict[str, str]:
    """A data folder and a port of the test's own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return os.environ | {"BILLING_DATA_DIR": str(data_dir), "BILLING_PORT": str(port)}


@pytest.fixture
def service(environment: dict[str, str]) -> Iterator[None]:
    """What `make serve` ends in."""
    started = subprocess.Popen(
        [BILLING, "serve", "--demo", "small"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        ready = f"http://127.0.0.1:{environment['BILLING_PORT']}/readyz"
        with httpx.Client() as client:  # making one takes longer than asking
            for _ in range(600):
                try:
                    if client.get(ready).status_code == httpx.codes.OK:
                        break
                except httpx.TransportError:
                    assert started.poll() is None, "the service ended by itself"
                time.sleep(0.2)
        yield
    finally:
        started.terminate()
        started.wait(timeout=30)


def test_the_walk_ends_in_a_paid_invoice(tmp_path: Path, environment: dict[str, str], service: None) -> None:
    readme = (ROOT / "README.md").read_text()
    steps = [step.replace("/tmp/petanque-demo", str(tmp_path / "demo")) for step in WALK.findall(readme)]
    script = "set -euo pipefail\n" + "\necho; echo ----\n".join(steps)
    script = script.replace(".venv/bin/billing", str(BILLING)).replace(".venv/bin/python", sys.executable)
    bash = shutil.which("bash")
    assert bash is not None

    walked = subprocess.run(
        [bash, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert walked.returncode == 0, walked.stderr
    _, taken_in, inbox, assigned, proven = walked.stdout.split("----")
    assert "2 matched, 1 waiting" in taken_in
    (waiting,) = json.loads(inbox)["data"]["unmatchedTransfers"]["nodes"]
    assert waiting["suggestions"][0]["score"] > 0.9
    done = json.loads(assigned)["data"]["assignTransfer"]
    assert done["invoices"] == [{"number": waiting["suggestions"][0]["invoice"]["number"], "status": "PAID"}]
    assert "BROKEN" not in proven
    assert '"action":"transfer.assigned"' in proven
