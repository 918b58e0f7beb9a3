"""Days, months and windows of the reporting time zone. Periods are half-open: [start, end)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

YEARS = range(1980, 2100)
"""What is dated outside of them is a mistake."""


def business_day(instant: datetime, zone: ZoneInfo) -> date:
    """The day on which `instant` (aware) counts in the books."""
    assert instant.tzinfo is not None, instant
    return instant.astimezone(zone).date()


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The UTC instant at which `day` begins in `zone`, daylight saving included."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def month_start(day: date) -> date:
    """The first day of the month of `day`."""
    return day.replace(day=1)


def month_after(day: date) -> date:
    """The first day of the month after that of `day`."""
    return month_start(month_start(day) + timedelta(days=31))


def month_before(day: date) -> date:
    """The first day of the month before that of `day`."""
    return month_start(month_start(day) - timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days from `start` up to, not including, `end`."""

    start: date
    end: date

    def __post_init__(self) -> None:
        assert self.start <= self.end, (self.start, self.end)

    @classmethod
    def inclusive(cls, first: date, last: date) -> "Period":
        """The window a user means by `from` and `to`: both days belong to it."""
        return cls(start=first, end=last + timedelta(days=1))

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end
