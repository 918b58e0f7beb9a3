"""Who acts, what they may do, how lately they proved themselves, and why they say they act."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, unique
from typing import Final
from unicodedata import category

from billing.refusals import BadInput, ErrorCode, Refusal

FRESH_SECONDS: Final = 300
REASON_LENGTH_MIN: Final = 3
REASON_LENGTH_MAX: Final = 500
FILLERS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and a symbol by their category, and blank: Hangul fillers and the pattern of Braille without dots."""


@unique
class Role(Enum):
    """What a caller is trusted with. The value is its name in a token's `roles`."""

    SYS_FINANCE = "sys_finance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A signed-in person or machine. `authenticated_at` (aware) is when they last proved themselves, where known."""

    actor: str
    roles: frozenset[Role]
    authenticated_at: datetime | None = None

    def fresh_until(self, *, max_age_seconds: int = FRESH_SECONDS) -> datetime | None:
        """The last instant at which the sign-in counts as fresh."""
        if self.authenticated_at is None:
            return None
        return self.authenticated_at + timedelta(seconds=max_age_seconds)

    def is_fresh(self, now: datetime, *, max_age_seconds: int = FRESH_SECONDS) -> bool:
        """Whether they proved themselves at most `max_age_seconds` ago. Unknown or in the future is not fresh."""
        if self.authenticated_at is None:
            return False
        return timedelta(0) <= now - self.authenticated_at <= timedelta(seconds=max_age_seconds)


class Unauthenticated(Refusal):
    """Nobody is signed in, or the credentials are not valid."""

    code = ErrorCode.UNAUTHENTICATED

    def __init__(self, message: str = "Sign in first: this request carries no credentials.") -> None:
        super().__init__(message)


class Forbidden(Refusal):
    """The caller is known, and may not do this."""

    code = ErrorCode.FORBIDDEN


class FreshAuthRequired(Refusal):
    """The caller proved themselves too long ago. `max_age`: how many seconds ago is still accepted."""

    code = ErrorCode.FRESH_AUTH_REQUIRED

    def __init__(self, *, max_age: int) -> None:
        self.max_age = max_age
        super().__init__(f"Prove yourself again: this needs a sign-in of the last {max_age} seconds.")


class ReasonRequired(Refusal):
    """A change was asked for without saying why."""

    code = ErrorCode.REASON_REQUIRED

    def __init__(self) -> None:
        super().__init__(
            f"Say why in input.reason, in {REASON_LENGTH_MIN} to {REASON_LENGTH_MAX} characters: the audit trail keeps it."
        )


def stated_reason(value: object, *, argument: str = "input.reason") -> str:
    """The reason as the audit trail keeps it: trimmed.

    Raises: `ReasonRequired` where it is absent, null or blank (none of its characters shows anything); `BadInput` where it
    is no text, too short or too long.
    """
    if value is None or (isinstance(value, str) and not any(map(_shows, value))):
        raise ReasonRequired
    if not isinstance(value, str):
        raise BadInput("The reason is a text.", argument=argument)
    reason = value.strip()
    if not REASON_LENGTH_MIN <= len(reason) <= REASON_LENGTH_MAX:
        raise BadInput(
            f"The reason has {len(reason)} character{'s' if len(reason) > 1 else ''}; it takes {REASON_LENGTH_MIN} to {REASON_LENGTH_MAX}.",
            argument=argument,
        )
    return reason


def _shows(character: str) -> bool:
    """Whether the character by itself puts anything on paper. One that Unicode gave a meaning after this Python was made is
    taken to: it may be an emoji."""
    return (category(character)[0] in "LNPS" and character not in FILLERS) or category(character) == "Cn"
