from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.fx import FxRateMissing, Rates
from billing.money import exponent
from billing.refusals import ErrorCode

JANUARY, FEBRUARY = date(2026, 1, 10), date(2026, 2, 10)
RATES = Rates(
    [
        ("SEK", FEBRUARY, Decimal("11.00")),
        ("SEK", JANUARY, Decimal("11.25")),
        ("JPY", JANUARY, Decimal(160)),
        ("KWD", JANUARY, Decimal("0.33")),
    ]
)


@pytest.mark.parametrize(
    ("day", "eur_cents"),
    [
        (JANUARY, 2000),
        (FEBRUARY - timedelta(days=1), 2000),
        (FEBRUARY, 2045),
        (FEBRUARY + timedelta(days=700), 2045),
    ],
)
def test_the_rate_is_that_of_the_day_or_the_nearest_earlier_one(day: date, eur_cents: int) -> None:
    assert RATES.eur_cents(22500, "SEK", day) == eur_cents


@pytest.mark.parametrize(("currency", "day"), [("SEK", JANUARY - timedelta(days=1)), ("NOK", FEBRUARY)])
def test_no_rate_at_all_or_only_later_ones_is_missing_and_never_one(currency: str, day: date) -> None:
    for ask in (partial(RATES.eur_cents, 100), RATES.is_stale):
        with pytest.raises(FxRateMissing) as refusal:
            ask(currency, day)
        assert refusal.value.code is ErrorCode.FX_RATE_MISSING
        assert refusal.value.details() == {"currency": currency, "day": str(day)}
        assert str(refusal.value) == (
            f"There is no rate of {currency} for {day} or any day before; import one in fx_rates.csv first."
        )


@pytest.mark.parametrize(("days", "stale"), [(0, False), (10, False), (11, True)])
def test_a_rate_more_than_ten_days_old_is_stale(days: int, stale: bool) -> None:
    assert RATES.is_stale("SEK", JANUARY + timedelta(days=days)) is stale


def test_euro_needs_no_rate_and_is_never_stale() -> None:
    assert Rates([]).eur_cents(-12345, "EUR", JANUARY) == -12345
    assert Rates([]).is_stale("EUR", JANUARY) is False


@pytest.mark.parametrize(
    ("cents", "currency", "eur_cents"),
    [
        (1600, "JPY", 1000),  # 1 600 yen, no decimals: 10.00 EUR
        (33000, "KWD", 10000),  # 33.000 dinars, three decimals: 100.00 EUR
        (1, "JPY", 1),
        (1125, "SEK", 100),
        (0, "SEK", 0),
    ],
)
def test_the_decimals_of_the_currency_count(cents: int, currency: str, eur_cents: int) -> None:
    assert RATES.eur_cents(cents, currency, JANUARY) == eur_cents


@pytest.mark.parametrize(("cents", "eur_cents"), [(5, 0), (15, 2), (25, 2), (35, 4), (-5, 0), (-15, -2), (-25, -2)])
def test_a_tie_is_rounded_to_the_even_cent(cents: int, eur_cents: int) -> None:
    ten = Rates([("SEK", JANUARY, Decimal(10))])

    assert ten.eur_cents(cents, "SEK", JANUARY) == eur_cents


@given(
    cents=st.integers(-(10**12), 10**12),
    currency=st.sampled_from(["SEK", "JPY", "KWD", "CLF"]),
    rate=st.decimals(Decimal("0.00000001"), Decimal(100_000), places=8),
)
def test_a_conversion_is_the_exact_quotient_rounded_half_even(cents: int, currency: str, rate: Decimal) -> None:
    known = Rates([(currency, JANUARY, rate)])
    units = Fraction(cents, 10 ** exponent(currency))

    assert known.eur_cents(cents, currency, JANUARY) == round(units / Fraction(rate) * 100)  # Python's is half-even too
