"""How the pages get into the package: from their sources, once for each change, with nothing taken on trust."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest

from hatch_build import NODE, Pages, PagesNotBuilt

ROOT = Path(__file__).parents[2]
MAKE_A_PAGE = """
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
rmSync("../graphql_api/static", { recursive: true, force: true });
mkdirSync("../graphql_api/static");
writeFileSync("../graphql_api/static/page", process.execPath);
"""


PACKAGE = {
    "name": "little",
    "version": "1.0.0",
    "type": "module",
    "scripts": {"build": "node make.js"},
    "dependencies": {"part": "file:part"},
}
LOCKED = {
    "": PACKAGE,
    "node_modules/part": {"resolved": "part", "link": True},
    "part": {"version": "1.0.0"},
}


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    """A little project whose one package lies in it and whose page is made with nothing but Node."""
    pages = Pages(tmp_path)
    (pages.sources / "part").mkdir(parents=True)
    pages.stamp.parents[1].mkdir()
    pages.schema.parent.mkdir()
    pages.schema.write_text("type Query { little: Int }")
    lock = {"name": "little", "version": "1.0.0", "lockfileVersion": 3, "packages": LOCKED}
    (pages.sources / "part" / "package.json").write_bytes(orjson.dumps({"name": "part", "version": "1.0.0"}))
    (pages.sources / "package.json").write_bytes(orjson.dumps(PACKAGE))
    (pages.sources / "package-lock.json").write_bytes(orjson.dumps(lock))
    (pages.sources / "make.js").write_text(MAKE_A_PAGE)
    return pages


def page(pages: Pages) -> Path:
    return pages.stamp.with_name("page")


def test_the_pages_are_built_with_the_node_of_the_wheel_and_only_once(pages: Pages) -> None:
    assert not pages.are_built()

    pages.build()

    assert page(pages).read_text().startswith(sys.prefix)
    assert pages.are_built()


@pytest.mark.parametrize("change", ["edit", "add", "rename", "schema", "delete the build"])
def test_they_are_built_again_when_a_source_changed(pages: Pages, change: str) -> None:
    pages.build()
    source = pages.sources / "make.js"
    if change == "edit":
        source.write_text(MAKE_A_PAGE + "// more")
    elif change == "add":
        (pages.sources / "more").mkdir()
        (pages.sources / "more" / "style.css").write_text("")
    elif change == "rename":
        source.rename(pages.sources / "do.js")
    elif change == "schema":
        pages.schema.write_text("type Query { more: Int }")
    else:
        pages.stamp.unlink()

    assert not pages.are_built()


def test_packages_are_installed_again_only_when_their_lock_changed(pages: Pages) -> None:
    pages.build()
    foreign = pages.modules / "foreign"
    foreign.mkdir()
    (pages.sources / "style.css").write_text("")
    pages.build()
    assert foreign.exists()

    lock = pages.sources / "package-lock.json"
    lock.write_bytes(lock.read_bytes() + b"\n")
    pages.build()
    assert not foreign.exists()


def test_a_build_that_fails_says_how_to_do_without_and_is_tried_again(
    pages: Pages, capfd: pytest.CaptureFixture[str]
) -> None:
    (pages.sources / "make.js").write_text("process.exit(3)")

    with pytest.raises(
        PagesNotBuilt, match=r"`npm run build` ended with 3\. HATCH_BUILD_NO_HOOKS=true installs without"
    ):
        pages.build()

    assert not pages.are_built()
    capfd.readouterr()


def wheel(folder: Path, **environment: str) -> set[str]:
    """The names in a wheel made of this checkout, as it is."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=True, capture_output=True)
    [made] = folder.glob("*.whl")
    with zipfile.ZipFile(made) as archive:
        return set(archive.namelist())


def test_a_wheel_brings_the_pages_their_licences_and_the_saved_operations(tmp_path: Path) -> None:
    if not Pages(ROOT).are_built():
        pytest.skip("The pages in this checkout are not those of its sources: `make setup` builds them.")
    names = wheel(tmp_path)

    assert {"graphql_api/static/graphiql/index.html", "graphql_api/static/finance/index.html"} <= names
    assert "graphql_api/static/licenses.md" in names
    assert any(name.startswith("graphql_api/static/assets/graphql.worker-") for name in names)
    assert {"graphql_api/operations/viewer.graphql", "graphql_api/operations/invoice.json"} <= names
    assert not any("node_modules" in name or name.startswith("console/") for name in names)


def test_whoever_wants_no_pages_needs_no_node() -> None:
    asking = "from hatchling.build import get_requires_for_build_wheel as asked; print(asked())"

    def required(**environment: str) -> str:
        command = [sys.executable, "-c", asking]
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    assert required(HATCH_BUILD_NO_HOOKS="true") == "[]"
    assert required() == ("[]" if Pages(ROOT).are_built() else f"['{NODE}']")


def locked() -> dict[str, Any]:
    packages: dict[str, Any] = orjson.loads((ROOT / "console" / "package-lock.json").read_bytes())["packages"]
    return {name: package for name, package in packages.items() if name}


def test_every_package_is_locked_by_what_is_in_it_and_not_by_where_it_lay() -> None:
    assert len(locked()) > 100
    for name, package in locked().items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name


def test_the_page_has_one_graphql_and_one_react() -> None:
    for name in ("graphql", "react", "react-dom", "monaco-editor", "zustand"):
        assert [path for path in locked() if path.endswith(f"node_modules/{name}")] == [f"node_modules/{name}"]
