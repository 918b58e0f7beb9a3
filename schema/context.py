"""What every resolver is given as `info.context`."""

from dataclasses import dataclass
from datetime import datetime

from billing.authority import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One request, after the door let it in.

    `now` (aware) is the instant at which all of the request counts. `reason` is a mutation's stated reason, trimmed,
    where it needs one. `caller` is None only for what needs no sign-in.
    """

    caller: Caller | None
    now: datetime
    reason: str | None = None
