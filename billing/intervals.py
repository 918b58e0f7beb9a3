"""Billing intervals: when a period ends, and how long it is. A period that ends on the 31st ends sooner in short months."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

MONTHS: Final = {"MONTH": 1, "YEAR": 12}
DAYS: Final = {"DAY": 1, "WEEK": 7}


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """`count` (1 to 1200) of `unit`: DAY, WEEK, MONTH or YEAR."""

    unit: str
    count: int

    def after(self, day: date, *, anchor_day: int | None = None) -> date:
        """The first day after the period that begins on `day`.

        `anchor_day`: the day of the month on which periods begin where the month has it; None, or where `day` is no such
        day (a pause has moved it, or weeks have led to it): that of `day`.
        """
        if self.unit in DAYS:
            return day + timedelta(days=DAYS[self.unit] * self.count)
        return months_after(day, MONTHS[self.unit] * self.count, anchor_day=anchor_day)

    def days_from(self, day: date, *, anchor_day: int | None = None) -> int:
        """How many days a period has that begins on `day`; `anchor_day` as for `after`."""
        return (self.after(day, anchor_day=anchor_day) - day).days


def begins_on(day: date, anchor_day: int) -> bool:
    """Whether a period with this anchor begins on the day: on the 28th of February with any from the 28th on."""
    return day.day == min(anchor_day, monthrange(day.year, day.month)[1])


def months_after(day: date, months: int, *, anchor_day: int | None = None) -> date:
    """The same day (or `anchor_day`, where it led to `day`) of another month, or its last one where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    wanted = anchor_day if anchor_day is not None and begins_on(day, anchor_day) else day.day
    return date(year, month + 1, min(wanted, monthrange(year, month + 1)[1]))
