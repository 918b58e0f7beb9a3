"""What the service says in sentences of its own is known to the console, which says it in Swedish."""

from pathlib import Path

import pytest

from billing.reports import revenue
from procedures.run_dunning import pausing, stepping

SWEDISH = (Path(__file__).parents[2] / "console" / "words" / "swedish.ts").read_text(encoding="utf-8")
REASONS = [
    text
    for module in (revenue, pausing, stepping)
    for name, text in vars(module).items()
    if name.isupper() and isinstance(text, str) and text.endswith(".")
]


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_has_a_translation(reason: str) -> None:
    assert f'"{reason}": "' in SWEDISH
