"""Settling the rest of a period: by days, over month ends, leap days and years, up and down."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.intervals import Interval
from billing.mrr import Price
from billing.proration import Priced, Proration, prorated, share, vat_rate_of

MONTH, YEAR = Interval(unit="MONTH", count=1), Interval(unit="YEAR", count=1)


def priced(cents: int, *, interval: Interval = MONTH, rate: int = 0, name: str = "Club") -> Priced:
    price = Price(plan_id=UUID(int=1), interval=interval, cents=cents, currency="SEK", eur_cents=cents // 10)
    return Priced(price=price, name=name, vat_rate=Decimal(rate))


def settled(
    before: Priced, after: Priced, start: date, end: date, on: date, *, anchor_day: int | None = None
) -> Proration:
    anchor_day = anchor_day or max(start.day, end.day)
    return prorated(before, after, period_start=start, period_end=end, anchor_day=anchor_day, on=on)


@pytest.mark.parametrize(
    ("start", "end", "on", "unused", "wanted"),
    [
        (date(2026, 11, 1), date(2026, 12, 1), date(2026, 11, 1), -30_000, 60_000),
        (date(2026, 11, 1), date(2026, 12, 1), date(2026, 11, 30), -1_000, 2_000),
        (date(2026, 1, 31), date(2026, 2, 28), date(2026, 2, 14), -15_000, 30_000),
        (date(2028, 2, 1), date(2028, 3, 1), date(2028, 2, 29), -1_034, 2_069),
        (date(2026, 10, 15), date(2026, 11, 15), date(2026, 11, 1), -13_548, 27_097),
        (date(2026, 2, 28), date(2026, 3, 31), date(2026, 3, 1), -29_032, 58_065),
        (date(2026, 4, 30), date(2026, 5, 31), date(2026, 5, 30), -968, 1_935),
        (date(2028, 2, 29), date(2028, 3, 30), date(2028, 3, 29), -1_000, 2_000),
        (date(2026, 2, 28), date(2026, 3, 28), date(2026, 3, 14), -15_000, 30_000),
    ],
)
def test_a_day_costs_its_part_of_its_own_month(start: date, end: date, on: date, unused: int, wanted: int) -> None:
    found = settled(priced(30_000), priced(60_000), start, end, on)

    assert [line.net_cents for line in found.charged] == [unused, wanted]
    assert found.charged_cents == unused + wanted


def test_a_leap_year_has_a_day_more_to_share() -> None:
    plain = settled(
        priced(36_500, interval=YEAR),
        priced(73_000, interval=YEAR),
        date(2026, 1, 1),
        date(2027, 1, 1),
        date(2026, 12, 31),
    )
    leap = settled(
        priced(36_600, interval=YEAR),
        priced(73_200, interval=YEAR),
        date(2028, 1, 1),
        date(2029, 1, 1),
        date(2028, 2, 29),
    )

    assert [line.net_cents for line in plain.charged] == [-100, 200]
    assert [line.net_cents for line in leap.charged] == [-30_700, 61_400]


def test_a_year_that_began_on_the_28th_for_want_of_a_29th_ends_on_the_leap_day() -> None:
    found = settled(
        priced(36_600, interval=YEAR),
        priced(73_200, interval=YEAR),
        date(2027, 2, 28),
        date(2028, 2, 29),
        date(2027, 3, 1),
    )

    assert [line.net_cents for line in found.charged] == [-36_500, 73_000]


@pytest.mark.parametrize(
    ("start", "end", "anchor_day", "on", "unused"),
    [
        (date(2026, 2, 28), date(2026, 4, 10), 31, date(2026, 3, 11), -30_000),
        (date(2026, 11, 30), date(2026, 12, 31), 30, date(2026, 12, 30), -1_033),
    ],
)
def test_a_pause_makes_a_period_later_and_its_days_no_cheaper_or_dearer(
    start: date, end: date, anchor_day: int, on: date, unused: int
) -> None:
    found = settled(priced(31_000), priced(62_000), start, end, on, anchor_day=anchor_day)

    assert found.charged[0].net_cents == unused


def test_an_anchor_counts_where_it_led_to_the_day_a_period_begins_on() -> None:
    assert MONTH.after(date(2026, 2, 28), anchor_day=31) == date(2026, 3, 31)
    assert MONTH.after(date(2026, 2, 17), anchor_day=3) == date(2026, 3, 17)
    assert MONTH.after(date(2026, 2, 27), anchor_day=31) == date(2026, 3, 27)


def test_the_rest_of_a_year_at_a_monthly_price_costs_as_many_days_of_it() -> None:
    found = settled(
        priced(36_500, interval=YEAR), priced(31_000), date(2026, 1, 1), date(2027, 1, 1), date(2026, 12, 2)
    )

    assert [line.net_cents for line in found.charged] == [-3_000, 30_000]


def test_after_a_change_to_a_shorter_interval_all_that_was_charged_is_what_is_left() -> None:
    """A year is changed to months on 2 December 2025, then a month's plan to another on 1 July 2026."""
    year, month, other = priced(36_500, interval=YEAR), priced(31_000), priced(62_000)
    start, end = date(2025, 10, 1), date(2026, 10, 1)

    to_months = settled(year, month, start, end, date(2025, 12, 2))
    back = settled(month, year, start, end, date(2025, 12, 2))
    onward = settled(month, other, start, end, date(2026, 7, 1))

    assert [line.net_cents for line in to_months.charged] == [-30_300, 303_000]
    assert (back.charged, back.credited_cents) == ((), to_months.charged_cents)
    assert [line.net_cents for line in onward.charged] == [-92_000, 184_000]


def test_what_a_pause_added_was_not_paid_for() -> None:
    """Paused for 20 days on its first day: the period ends 20 days later, and 30 days of it were paid."""
    found = settled(priced(30_000), priced(60_000), date(2026, 11, 1), date(2026, 12, 21), date(2026, 11, 21))

    assert [line.net_cents for line in found.charged] == [-30_000, 60_000]


def test_a_credit_is_what_is_left_of_the_price_with_its_vat() -> None:
    found = settled(
        priced(60_000, rate=25), priced(30_000, rate=25), date(2026, 11, 1), date(2026, 12, 1), date(2026, 11, 16)
    )

    assert (found.charged, found.credited_cents) == ((), 18_750)
    assert [(part.net_cents, part.vat_cents) for part in found.credited_parts] == [(15_000, 3_750)]


def test_rates_of_vat_are_never_set_off() -> None:
    found = settled(
        priced(30_000, rate=25), priced(60_000, rate=6), date(2026, 11, 1), date(2026, 12, 1), date(2026, 11, 1)
    )

    assert (found.charged_cents, found.credited_cents) == (63_600, 37_500)


@pytest.mark.parametrize("on", [date(2026, 12, 1), date(2026, 12, 5)])
def test_a_period_that_is_over_leaves_nothing(on: date) -> None:
    assert settled(priced(30_000), priced(60_000), date(2026, 11, 1), date(2026, 12, 1), on) == Proration()


@pytest.mark.parametrize(
    ("plan", "country", "rate"),
    [(Decimal(6), "SE", 6), (None, "SE", 25), (None, "FI", Decimal("25.5")), (None, "US", 0)],
)
def test_a_plan_without_a_rate_bears_the_standard_rate_of_the_country(
    plan: Decimal | None, country: str, rate: Decimal | int
) -> None:
    assert vat_rate_of(plan, country) == rate


@given(
    st.integers(0, 10**8),
    st.integers(0, 10**8),
    st.dates(date(2024, 1, 1), date(2032, 1, 1)),
    st.integers(0, 400),
    st.sampled_from([MONTH, YEAR, Interval(unit="WEEK", count=2), Interval(unit="MONTH", count=3)]),
    st.sampled_from([0, 6, 25]),
    st.sampled_from([0, 6, 25]),
)
def test_nothing_is_ever_both_lost_and_won(  # noqa: PLR0917
    old: int, new: int, start: date, used: int, interval: Interval, old_rate: int, new_rate: int
) -> None:
    end = interval.after(start)
    before, after = priced(old, interval=interval, rate=old_rate), priced(new, interval=interval, rate=new_rate)

    found = settled(before, after, start, end, start + timedelta(days=used))

    assert found.charged_cents >= 0
    assert found.credited_cents >= 0
    assert all(part.net_cents >= 0 and part.vat_cents >= 0 for part in found.credited_parts)
    assert sum(line.vat_cents for line in found.charged) >= 0
    if old == new and old_rate == new_rate:
        assert found == Proration()
    if used == 0 and old_rate == new_rate == 0:
        assert found.charged_cents - found.credited_cents == new - old


INTERVALS = st.sampled_from([MONTH, YEAR, Interval(unit="WEEK", count=2), Interval(unit="MONTH", count=3)])
PRICED = st.builds(priced, st.integers(0, 10**8), interval=INTERVALS, rate=st.sampled_from([0, 6, 25]))


@given(PRICED, PRICED, PRICED, INTERVALS, st.dates(date(2024, 1, 1), date(2032, 1, 1)), st.integers(0, 400))
def test_a_change_is_worth_as_much_as_the_same_in_two_steps_and_nothing_when_it_is_undone(  # noqa: PLR0917
    first: Priced, second: Priced, third: Priced, interval: Interval, start: date, used: int
) -> None:
    def worth(before: Priced, after: Priced) -> int:
        found = settled(before, after, start, interval.after(start), start + timedelta(days=used))
        return found.charged_cents - found.credited_cents

    assert worth(first, second) + worth(second, third) == worth(first, third)
    assert worth(first, second) + worth(second, first) == 0


@given(
    st.integers(0, 10**9), st.integers(1, 366).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
)
def test_a_share_and_its_rest_differ_from_the_whole_by_at_most_a_cent(cents: int, days: tuple[int, int]) -> None:
    part, whole = days

    assert abs(share(cents, part, whole) + share(cents, whole - part, whole) - cents) <= 1


def test_periods_that_end_on_the_31st_end_sooner_in_short_months_only() -> None:
    ends, day = [], date(2027, 12, 31)
    for _ in range(4):
        day = MONTH.after(day, anchor_day=31)
        ends.append(day)

    assert ends == [date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31), date(2028, 4, 30)]
