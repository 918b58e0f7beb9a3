"""What holds for every file of the source, so that a reader need not look twice."""

import ast
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
FILES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
}

OUTERMOST_EDGES = {
    "graphql_api/edge.py",  # a request
    "providers/plugin_code.py",  # a partner's code
    "graphql_api/worker.py",  # a round of periodic work: the next one may do better
    "graphql_api/bank_folder.py",  # one file of a watched folder: the others have their turn
    "graphql_api/direct.py",  # a field of a request
}


@cache
def nodes(path: str) -> list[ast.AST]:
    return list(ast.walk(ast.parse(FILES[path], path)))


def catches_everything(node: ast.AST) -> bool:
    if not isinstance(node, ast.ExceptHandler):
        return False
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(
        each is None or (isinstance(each, ast.Name) and each.id in {"Exception", "BaseException"}) for each in caught
    )


def reraises(node: ast.AST) -> bool:
    return isinstance(node, ast.ExceptHandler) and isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None


def test_the_source_is_there() -> None:
    assert len(FILES) > 100


def test_everything_is_caught_only_at_the_outermost_edges() -> None:
    catching = {path for path in FILES for node in nodes(path) if catches_everything(node) and not reraises(node)}

    assert catching <= OUTERMOST_EDGES


def test_nothing_is_imported_inside_a_function() -> None:
    inside = [
        f"{path}:{node.lineno}"
        for path in FILES
        for function in nodes(path)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert inside == []


def test_the_environment_is_read_in_one_place() -> None:
    reading = {
        path
        for path in FILES
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}
    }

    assert reading == {"graphql_api/settings.py"}


def test_only_the_registry_knows_how_plugins_are_loaded() -> None:
    assert {path for path, text in FILES.items() if "import pluggy" in text or "from pluggy" in text} == {
        "providers/registry.py"
    }


def test_no_provider_is_known_by_name_outside_its_own_folder() -> None:
    naming = [
        path for path, text in FILES.items() if "stripe" in text.lower() and not path.startswith("providers/stripe/")
    ]

    assert naming == []


def test_a_file_is_named_after_what_it_is() -> None:
    names = {Path(path).stem for path in FILES}

    assert names.isdisjoint({"utils", "helpers", "common", "base", "core", "manager", "service", "misc"})
