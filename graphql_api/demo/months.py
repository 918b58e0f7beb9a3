"""Calendar arithmetic of billing periods."""

from calendar import monthrange
from datetime import date


def months_after(day: date, months: int) -> date:
    """The same day of another month, or its last one where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def first_of_month(day: date) -> date:
    return day.replace(day=1)
