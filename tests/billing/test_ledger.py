from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.fx import FxRateMissing, Rates
from billing.ledger import Leg, Posting, legs

BOOKED, LATER = date(2026, 3, 2), date(2026, 3, 20)


def posting(*cents: int, currency: str = "SEK", rated_on: date | None = None, occurred_on: date = BOOKED) -> Posting:
    return Posting(
        kind="MATCH",
        subject_id=UUID(int=1),
        book_id=None,
        currency=currency,
        occurred_on=occurred_on,
        description="a test",
        legs=[Leg("1510", amount) for amount in cents],
        rated_on=rated_on,
    )


@pytest.mark.parametrize("cents", [(1,), (100, -99), (100, -50, -49)])
def test_a_posting_that_does_not_balance_cannot_be_made(cents: tuple[int, ...]) -> None:
    with pytest.raises(AssertionError):
        posting(*cents)


def test_legs_of_zero_are_left_out_and_the_others_keep_their_order() -> None:
    assert legs(("1510", 125), ("2420", 0), ("3001", -100), ("2611", -25)) == (
        Leg("1510", 125), Leg("3001", -100), Leg("2611", -25)
    )  # fmt: skip


@given(
    cents=st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=9),
    currency=st.sampled_from(["SEK", "JPY", "KWD", "EUR"]),
    rate=st.decimals(Decimal("0.0001"), Decimal(20_000), places=8),
)
def test_weights_in_eur_sum_to_zero_and_only_the_largest_bears_what_rounding_leaves(
    cents: list[int], currency: str, rate: Decimal
) -> None:
    rates = Rates([(currency, BOOKED, rate)])
    balanced = [*cents, -sum(cents)]

    weights = posting(*balanced, currency=currency).eur_cents(rates)

    assert sum(weights) == 0
    alone = [rates.eur_cents(amount, currency, BOOKED) for amount in balanced]
    moved = [(i, weight - own) for i, (weight, own) in enumerate(zip(weights, alone, strict=True)) if weight != own]
    assert len(moved) <= 1
    for i, by in moved:
        assert abs(alone[i]) == max(map(abs, alone))
        assert abs(by) <= len(balanced) // 2


def test_rounding_falls_on_the_largest_leg() -> None:
    rates = Rates([("SEK", BOOKED, Decimal(3))])

    assert posting(100, -50, -50).eur_cents(rates) == [34, -17, -17]  # alone: 33, -17, -17


def test_euro_weighs_what_it_is() -> None:
    assert posting(100, -100, currency="EUR").eur_cents(Rates([])) == [100, -100]


def test_money_that_only_moves_on_keeps_the_weight_of_the_day_it_came() -> None:
    rates = Rates([("SEK", BOOKED, Decimal(10)), ("SEK", LATER, Decimal(20))])

    assert posting(1000, -1000, occurred_on=LATER).eur_cents(rates) == [50, -50]
    assert posting(1000, -1000, occurred_on=LATER, rated_on=BOOKED).eur_cents(rates) == [100, -100]


def test_a_posting_without_a_rate_is_refused() -> None:
    with pytest.raises(FxRateMissing):
        posting(1, -1, currency="NOK").eur_cents(Rates([]))
