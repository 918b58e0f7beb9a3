"""The life of a subscription: how each entry of its log leaves it."""

from typing import Final

COUNTED: Final = frozenset({"ACTIVE", "PAST_DUE"})
"""The statuses in which a subscription counts as monthly recurring revenue."""

STATUS_AFTER: Final = {
    "TRIAL_ENDED": "ACTIVE", "PAUSED": "PAUSED", "RESUMED": "ACTIVE", "CANCELLED": "CANCELLED", "REACTIVATED": "ACTIVE",
    "PAST_DUE": "PAST_DUE", "RECOVERED": "ACTIVE",
}  # fmt: skip
"""Entries that change the status; STARTED leads to TRIALING or ACTIVE."""

UNCHANGED_PRICE: Final = frozenset({"PLAN_CHANGE_SCHEDULED", "CANCEL_SCHEDULED", "SCHEDULE_REVOKED"})
"""Entries about what is planned: the price they tell does not hold, or not yet."""
