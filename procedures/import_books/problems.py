"""What is wrong with the files of an import, collected so that one run reports all of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from billing.refusals import ErrorCode, Refusal

PROBLEMS_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault: the file, its line (the header is 1; None: the file as a whole) and what, in words."""

    file: str
    line: int | None
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}" if self.line else f"{self.file}: {self.what}"


class ImportRefused(Refusal):
    """The files cannot be imported as they are; nothing was changed. `problems`: a line each for the first 100 faults."""

    code = ErrorCode.BAD_USER_INPUT

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = [str(problem) for problem in problems]
        if len(self.problems) == PROBLEMS_MAX:
            self.problems.append(f"There may be more; these are the first {PROBLEMS_MAX}.")
        super().__init__("\n".join([*self.problems, "Nothing was imported."]))


class Problems:
    """The problems found so far."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def add(self, file: str, line: int | None, what: str) -> None:
        if not self.full:
            self._found.append(Problem(file=file, line=line, what=what))

    @property
    def room(self) -> int:
        """How many more are worth finding."""
        return PROBLEMS_MAX - len(self._found)

    @property
    def full(self) -> bool:
        return self.room == 0

    def refuse_any(self) -> None:
        """Raises: ImportRefused."""
        if self._found:
            raise ImportRefused(self._found)
