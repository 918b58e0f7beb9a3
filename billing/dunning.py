"""The rules of dunning: which stages a case follows, which of them is next, and when. Days are business days."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, unique
from itertools import pairwise
from typing import Any, Final, Self

from billing.refusals import BadInput, ErrorCode, Refusal

CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
DAYS_MAX: Final = 730
STAGES_MAX: Final = 20
LIKELY_SCORE: Final = 0.9
"""From here on, a transfer in the inbox is held to be the payment that is missing."""


class DunningState(Refusal):
    """What was asked for does not fit the state that the case is in."""

    code = ErrorCode.DUNNING_STATE

    def __init__(self, message: str, *, status: str) -> None:
        self.status = status
        super().__init__(message)


class DunningVersionPassed(Refusal):
    """The case was overridden or resumed since it was read."""

    code = ErrorCode.CONFLICT

    def __init__(self, *, expected: int, version: int) -> None:
        self.expected, self.version = expected, version
        super().__init__(f"The case is at version {version}, not {expected} any more: look at it again.")


@unique
class Action(Enum):
    """What a stage does."""

    REMINDER = "REMINDER"
    FINAL_NOTICE = "FINAL_NOTICE"
    PAUSE_SUBSCRIPTION = "PAUSE_SUBSCRIPTION"
    HAND_OVER = "HAND_OVER"


@unique
class Status(Enum):
    """Where a case stands: it follows from its facts."""

    OPEN = "OPEN"
    FROZEN = "FROZEN"
    RESOLVED = "RESOLVED"
    EXHAUSTED = "EXHAUSTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A step of dunning, known by its code, to be taken so many days after the invoice was due."""

    code: str
    days_after_due: int
    action: Action

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """A stage as a row keeps it."""
        return cls(code=kept["code"], days_after_due=kept["days_after_due"], action=Action(kept["action"]))

    def kept(self) -> dict[str, Any]:
        """The stage as a row keeps it."""
        return {"code": self.code, "days_after_due": self.days_after_due, "action": self.action.value}


DEFAULT_STAGES: Final = (
    Stage(code="REMINDER_1", days_after_due=3, action=Action.REMINDER),
    Stage(code="REMINDER_2", days_after_due=10, action=Action.REMINDER),
    Stage(code="FINAL_NOTICE", days_after_due=20, action=Action.FINAL_NOTICE),
    Stage(code="PAUSE", days_after_due=30, action=Action.PAUSE_SUBSCRIPTION),
)


def checked_stages(stages: Sequence[Stage], *, argument: str) -> tuple[Stage, ...]:
    """The stages, where they can be followed: 1 to 20, each on a later day than the one before, no code twice.

    Raises: BadInput.
    """
    if not 1 <= len(stages) <= STAGES_MAX:
        raise BadInput(f"There are {len(stages)} stages; a case follows 1 to {STAGES_MAX}.", argument=argument)
    seen: set[str] = set()
    for stage in stages:
        if not CODE.fullmatch(stage.code):
            raise BadInput(
                f"{stage.code[:50]!r} is no code of a stage: it begins with a letter and goes on with up to 39 letters, "
                "digits, hyphens or underscores.",
                argument=argument,
            )
        if stage.code.upper() in seen:
            raise BadInput(f"The code {stage.code} stands there twice; each stage has its own.", argument=argument)
        if not 1 <= stage.days_after_due <= DAYS_MAX:
            raise BadInput(
                f"Stage {stage.code} is {stage.days_after_due} days after due; there are 1 to {DAYS_MAX}.",
                argument=argument,
            )
        seen.add(stage.code.upper())
    for before, after in pairwise(stages):
        if after.days_after_due <= before.days_after_due:
            raise BadInput(
                f"Stage {after.code} comes {after.days_after_due} days after due, and {before.code} before it "
                f"{before.days_after_due}: put them in order, each on a later day.",
                argument=argument,
            )
    return tuple(stages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The stage that is next, and the first day on which it is taken."""

    stage: Stage
    on: date


def next_step(stages: Sequence[Stage], taken: Collection[str], *, due_on: date, acted_on: date | None) -> Step | None:
    """The first stage that was not taken yet, None when all were.

    It is taken so many days after `due_on`; where dunning is late, as long after the last action (`acted_on`) as the stages
    have between them, so that nobody gets in three days what is meant for a month: never two on one day.
    """
    before: Stage | None = None
    for stage in stages:
        if stage.code not in taken:
            on = due_on + timedelta(days=stage.days_after_due)
            if acted_on is None:
                return Step(stage=stage, on=on)
            gap = stage.days_after_due - before.days_after_due if before else 1
            return Step(stage=stage, on=max(on, acted_on + timedelta(days=gap)))
        before = stage
    return None


def is_frozen(path: str | None, until: date | None, *, today: date) -> bool:
    """`until` is the first day on which a freeze no longer holds; None: it holds until somebody resumes."""
    return path == "FREEZE" and (until is None or today < until)


def status_of(*, is_settled: bool, is_frozen: bool, next_action_on: date | None) -> Status:
    """Where a case stands, the strongest fact first."""
    if is_settled:
        return Status.RESOLVED
    if is_frozen:
        return Status.FROZEN
    return Status.EXHAUSTED if next_action_on is None else Status.OPEN
