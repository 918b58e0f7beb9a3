from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.money import CENTS_MAX, CurrenciesDiffer, Money, converted, decimal_amount, exponent, shares

NBSP = "\N{NO-BREAK SPACE}"
CENTS = st.integers(-CENTS_MAX, CENTS_MAX)
SMALL = st.integers(-(10**15), 10**15)
CURRENCIES = st.sampled_from(["SEK", "EUR", "JPY", "KWD", "CLF"])
WEIGHTS = st.lists(st.integers(0, 10**12), min_size=1, max_size=8).filter(any)


@given(whole=CENTS, weights=WEIGHTS)
def test_shares_add_up_to_the_whole_and_none_is_a_cent_away_from_its_due(whole: int, weights: list[int]) -> None:
    parts = shares(whole, weights)

    assert sum(parts) == whole
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - whole * weight) < sum(weights)


@given(whole=CENTS, weights=WEIGHTS)
def test_shares_of_a_negative_whole_mirror_those_of_the_positive_one(whole: int, weights: list[int]) -> None:
    assert shares(-whole, weights) == [-part for part in shares(whole, weights)]


@pytest.mark.parametrize(
    ("whole", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (5, [3, 3, 3], [2, 2, 1]),
        (10, [1, 2, 4], [1, 3, 6]),
        (7, [0, 5, 0], [0, 7, 0]),
        (0, [2, 3], [0, 0]),
        (CENTS_MAX, [1, 1], [2**62, 2**62 - 1]),
    ],
)
def test_remainders_go_to_the_largest_and_of_equal_ones_to_the_earlier_parts(
    whole: int, weights: list[int], parts: list[int]
) -> None:
    assert shares(whole, weights) == parts


@given(left=SMALL, right=SMALL, currency=CURRENCIES)
def test_amounts_of_one_currency_add_subtract_and_compare_as_their_cents_do(
    left: int, right: int, currency: str
) -> None:
    a, b = Money(left, currency), Money(right, currency)

    assert a + b == Money(left + right, currency)
    assert a - b == Money(left - right, currency)
    assert a + -b == a - b
    assert (a < b, a <= b, a > b, a >= b, a == b) == (
        left < right,
        left <= right,
        left > right,
        left >= right,
        left == right,
    )
    assert bool(a) is (left != 0)


@pytest.mark.parametrize("combine", [Money.__add__, Money.__sub__, Money.__lt__, Money.__le__])
def test_amounts_of_two_currencies_are_never_combined(combine: object) -> None:
    assert callable(combine)
    with pytest.raises(CurrenciesDiffer, match=r"^Amounts in SEK and EUR were combined; convert one of them first\.$"):
        combine(Money(1, "SEK"), Money(1, "EUR"))


def test_amounts_of_two_currencies_are_not_equal() -> None:
    assert Money(0, "SEK") != Money(0, "EUR")


@pytest.mark.parametrize("cents", [1.0, "1", True, None, Decimal(1), CENTS_MAX + 1, -CENTS_MAX - 1])
def test_an_amount_is_a_whole_number_of_at_most_64_bits(cents: int) -> None:
    with pytest.raises(AssertionError):
        Money(cents, "SEK")


@pytest.mark.parametrize(
    ("currency", "decimals"),
    [("SEK", 2), ("EUR", 2), ("JPY", 0), ("ISK", 0), ("KRW", 0), ("KWD", 3), ("TND", 3), ("CLF", 4), ("UYW", 4)],
)
def test_a_currency_has_the_decimals_of_iso_4217(currency: str, decimals: int) -> None:
    assert exponent(currency) == decimals
    assert decimal_amount(1, currency) == Decimal(1).scaleb(-decimals)


@pytest.mark.parametrize(
    ("cents", "currency", "shown"),
    [
        (123456, "SEK", "1 234.56 SEK"),
        (-5, "SEK", "-0.05 SEK"),
        (0, "EUR", "0.00 EUR"),
        (1234567, "JPY", "1 234 567 JPY"),
        (1234567, "KWD", "1 234.567 KWD"),
        (CENTS_MAX, "SEK", "92 233 720 368 547 758.07 SEK"),
    ],
)
def test_an_amount_prints_with_its_currency_and_decimals(cents: int, currency: str, shown: str) -> None:
    number, _, code = shown.rpartition(" ")
    assert str(Money(cents, currency)) == f"{number.replace(' ', NBSP)} {code}"


@given(cents=CENTS, currency=CURRENCIES, zeros=st.integers(0, 30))
def test_what_is_printed_with_any_number_of_zeros_is_read_exactly(cents: int, currency: str, zeros: int) -> None:
    text = f"{decimal_amount(cents, currency):f}"
    padded = text + "0" * zeros if "." in text else text

    assert Money.parse(padded, currency) == Money(cents, currency)


@pytest.mark.parametrize(
    ("text", "currency", "cents"),
    [("8625.000", "SEK", 862500), ("+12.", "SEK", 1200), (".5", "SEK", 50), ("-0.50", "SEK", -50), ("007", "JPY", 7)],
)
def test_a_decimal_amount_is_read_as_banks_print_it(text: str, currency: str, cents: int) -> None:
    assert Money.parse(text, currency) == Money(cents, currency)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "-",
        "abc",
        "NaN",
        "Infinity",
        "1e3",
        "1_000",
        "1 000",
        " 1",
        "1\n",
        "1,50",
        "0x1",
        "--1",
        "\uff11\uff12",
    ],
)
def test_what_is_not_digits_and_a_point_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match="is not a decimal number"):
        Money.parse(text, "SEK")


@pytest.mark.parametrize(("text", "currency"), [("1.005", "SEK"), ("0.5", "JPY"), ("1." + "0" * 40 + "1", "KWD")])
def test_an_amount_with_more_decimals_than_its_currency_is_not_rounded(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match=f"has more decimals than {currency} has"):
        Money.parse(text, currency)


@pytest.mark.parametrize("text", ["92233720368547758.08", "-92233720368547758.08", "9" * 50])
def test_an_amount_beyond_64_bits_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"SEK is more than the books can hold\.$"):
        Money.parse(text, "SEK")


@pytest.mark.parametrize(
    ("cents", "from_currency", "to_currency", "rate", "expected"),
    [
        (1125, "SEK", "EUR", "11.25", 100),
        (1600, "JPY", "EUR", "160", 1000),
        (1000, "KWD", "EUR", "0.33", 303),
        (25, "SEK", "EUR", "10", 2),
        (35, "SEK", "EUR", "10", 4),
        (-25, "SEK", "EUR", "10", -2),
    ],
)
def test_an_amount_is_converted_at_a_rate_and_rounded_half_even(
    cents: int, from_currency: str, to_currency: str, rate: str, expected: int
) -> None:
    assert converted(cents, from_currency=from_currency, to_currency=to_currency, rate=Decimal(rate)) == expected
