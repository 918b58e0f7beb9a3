"""What a bank's report on an order of ours means, given how the order stands."""

from typing import Final

SETTLED: Final = "SETTLED"
"""The order becomes what the report says."""

CONTRADICTED: Final = "CONTRADICTED"
"""It does not fit the order: nothing is settled by it, and a person should know."""

PASSED_OVER: Final = "PASSED_OVER"
"""The order is past it."""

_VERDICTS: Final[dict[tuple[str, str], str | None]] = {
    ("ACCEPTED", "PENDING"): SETTLED,
    ("REJECTED", "PENDING"): SETTLED,
    ("REJECTED", "SUCCEEDED"): CONTRADICTED,
    ("PAID", "PENDING"): SETTLED,
    ("PAID", "SUCCEEDED"): CONTRADICTED,
    ("PAID", "FAILED"): CONTRADICTED,
    ("RETURNED", "PENDING"): None,
    ("RETURNED", "SUCCEEDED"): SETTLED,
}


def verdict(kind: str, status: str, *, fits: bool) -> str | None:
    """What becomes of a report of this `kind` on an order of this `status`; None: it waits for the order's debit.

    `fits`: the money that moved, if any did, is what was ordered.
    """
    return _VERDICTS.get((kind, status), PASSED_OVER) if fits else CONTRADICTED
