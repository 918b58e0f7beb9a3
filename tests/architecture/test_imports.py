"""The layers hold: the import contracts of pyproject.toml."""

import subprocess
import sys
from pathlib import Path

from importlinter import configuration
from importlinter.application.use_cases import lint_imports

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_every_import_contract_is_kept() -> None:
    configuration.configure()

    assert lint_imports(str(PYPROJECT), cache_dir=None, no_logo=True), "see above which import breaks which contract"


def loaded_by(module: str) -> set[str]:
    """The packages that a process has loaded when it has imported a module."""
    told = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    return set(subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True).stdout.split())


def test_the_service_and_what_makes_one_file_load_nothing_of_each_others() -> None:
    makers = {"reportlab", "xlsxwriter"}
    assert makers <= loaded_by("graphql_api.exports.rendering_process")
    assert not {"sqlalchemy", "strawberry", "graphql"} & loaded_by("graphql_api.exports.rendering_process")
    assert not makers & loaded_by("graphql_api.app")
