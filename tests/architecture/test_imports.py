"""The layers hold: the import contracts of pyproject.toml."""

from pathlib import Path

from importlinter import configuration
from importlinter.application.use_cases import lint_imports

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_every_import_contract_is_kept() -> None:
    configuration.configure()

    assert lint_imports(str(PYPROJECT), cache_dir=None, no_logo=True), "see above which import breaks which contract"
