from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.periods import Period, business_day, day_start

STOCKHOLM = ZoneInfo("Europe/Stockholm")
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
ZONES = st.sampled_from(["Europe/Stockholm", "Atlantic/Reykjavik", "America/Nuuk", "Asia/Kathmandu", "Asia/Beirut"])


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-01-31T22:59:59Z", "2026-01-31"),  # winter: UTC+1
        ("2026-01-31T23:00:00Z", "2026-02-01"),
        ("2026-07-31T21:59:59Z", "2026-07-31"),  # summer: UTC+2
        ("2026-07-31T22:00:00Z", "2026-08-01"),
        ("2026-03-28T23:00:00Z", "2026-03-29"),  # the night in which summer time begins
        ("2026-03-29T21:59:59Z", "2026-03-29"),
        ("2026-03-29T22:00:00Z", "2026-03-30"),
        ("2026-10-24T22:00:00Z", "2026-10-25"),  # and the one in which it ends
        ("2026-10-25T22:59:59Z", "2026-10-25"),
        ("2026-10-25T23:00:00Z", "2026-10-26"),
        ("2026-04-01T01:30:00+05:45", "2026-03-31"),
    ],
)
def test_an_instant_counts_on_the_day_of_the_reporting_time_zone(instant: str, day: str) -> None:
    assert business_day(datetime.fromisoformat(instant), STOCKHOLM) == date.fromisoformat(day)


def test_an_instant_without_an_offset_counts_nowhere() -> None:
    with pytest.raises(AssertionError):
        business_day(datetime(2026, 1, 31, 12), STOCKHOLM)  # noqa: DTZ001 - that is the point


@given(day=DAYS, zone=ZONES)
def test_a_day_begins_at_its_start_and_not_a_microsecond_before(day: date, zone: str) -> None:
    start = day_start(day, ZoneInfo(zone))

    assert start.tzinfo is UTC
    assert business_day(start, ZoneInfo(zone)) == day
    assert business_day(start - timedelta(microseconds=1), ZoneInfo(zone)) == day - timedelta(days=1)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_day_is_as_long_as_daylight_saving_makes_it(day: str, hours: int) -> None:
    first = date.fromisoformat(day)

    assert day_start(first + timedelta(days=1), STOCKHOLM) - day_start(first, STOCKHOLM) == timedelta(hours=hours)


@given(first=DAYS, length=st.integers(0, 800), day=DAYS)
def test_a_window_holds_both_of_its_ends_and_a_period_not_its_own(first: date, length: int, day: date) -> None:
    last = first + timedelta(days=length)
    window = Period.inclusive(first, last)

    assert (window.start, window.end) == (first, last + timedelta(days=1))
    assert window.days == length + 1
    assert (day in window) is (first <= day <= last)
    assert first in window
    assert last in window
    assert window.end not in window


def test_a_period_of_no_days_holds_none() -> None:
    day = date(2026, 3, 1)

    assert day not in Period(start=day, end=day)
    assert Period(start=day, end=day).days == 0


def test_a_period_does_not_run_backwards() -> None:
    with pytest.raises(AssertionError):
        Period(start=date(2026, 3, 2), end=date(2026, 3, 1))
