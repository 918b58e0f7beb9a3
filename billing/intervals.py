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

        `anchor_day`: the day of the month on which periods begin where the month has it; None: that of `day`.
        """
        if self.unit in DAYS:
            return day + timedelta(days=DAYS[self.unit] * self.count)
        return months_after(day, MONTHS[self.unit] * self.count, anchor_day=anchor_day)

    def days_from(self, day: date, *, anchor_day: int | None = None) -> int:
        """How many days a period has that begins on `day`; `anchor_day` as for `after`."""
        return (self.after(day, anchor_day=anchor_day) - day).days


def anchor_cut_short(start: date, end: date) -> int | None:
    """The day of the month on which a period ends that began earlier in its month only because that month is short.

    A period from 28 February to 31 March has 31 days, and not the 28 until 28 March.
    """
    is_last_of_month = (start + timedelta(days=1)).day == 1
    return end.day if is_last_of_month and end.day > start.day else None


def months_after(day: date, months: int, *, anchor_day: int | None = None) -> date:
    """The same day (or `anchor_day`) of another month, or its last one where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(anchor_day or day.day, monthrange(year, month + 1)[1]))
