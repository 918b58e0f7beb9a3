"""The stored documents: an operation a file under operations/, and the fragments that several of them share."""

import re
from pathlib import Path
from typing import Final

OPERATIONS: Final = Path(__file__).parent / "operations"
FRAGMENTS: Final = OPERATIONS / "fragments"
SPREAD: Final = re.compile(r"\.\.\.\s*(?!on\b)(\w+)")
DEFINED: Final = re.compile(r"^fragment (\w+) on ", re.MULTILINE)


def names() -> list[str]:
    """The names of all stored operations, in alphabetical order."""
    return sorted(path.stem for path in OPERATIONS.glob("*.graphql"))


def stored(name: str) -> str:
    """The whole document of a stored operation: its file, and the shared fragments it spreads.

    Raises FileNotFoundError where there is no such operation or fragment.
    """
    document = (OPERATIONS / f"{name}.graphql").read_text(encoding="utf-8")
    while missing := sorted(set(SPREAD.findall(document)) - set(DEFINED.findall(document))):
        fragments = [(FRAGMENTS / f"{fragment}.graphql").read_text(encoding="utf-8") for fragment in missing]
        document = "\n".join([document, *fragments])
    return document
