"""The guide shows the code that runs, all of it."""

import re
from pathlib import Path

import pytest

from procedures import reconcile, refund_call, sync_movements, take_in_event

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "partners.md"
SHOWN = re.findall(r"<!-- file: (\S+) -->\n```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)


def test_the_guide_shows_the_sandbox_and_its_tests() -> None:
    assert [Path(path).name for path, _ in SHOWN] == ["plugin.py", "ledger.py", "calls.py", "test_contract.py"]


@pytest.mark.parametrize(("path", "code"), SHOWN)
def test_what_is_shown_is_the_file(path: str, code: str) -> None:
    assert code == (ROOT / path).read_text()


def test_a_provider_takes_sixty_lines_or_so() -> None:
    assert len((ROOT / SHOWN[0][0]).read_text().splitlines()) <= 65


@pytest.mark.parametrize(
    ("call", "seconds"),
    [
        ("each `refund`, each `find`", refund_call.CALL_SECONDS),
        ("`facts`", take_in_event.CALL_SECONDS),
        ("the next line of `lines`", sync_movements.NEXT_SECONDS),
        ("all of `lines`, while somebody waits for a reconciliation", reconcile.FETCHED_SECONDS),
    ],
)
def test_the_guide_states_the_limits_that_hold(call: str, seconds: float) -> None:
    assert f"| {call} | {seconds:g} s; " in GUIDE.read_text()


def test_the_entry_point_is_the_one_of_the_sandbox() -> None:
    entry = '[project.entry-points.petanque_billing]\nsandbox = "sandbox_provider.plugin"\n'
    assert entry in GUIDE.read_text()
    assert entry in (ROOT / "examples" / "sandbox_provider" / "pyproject.toml").read_text()
