from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.vat import LEGAL_RATES, VatPart, by_rate, implied_rate, refund_parts, single_part

R25, R12, R6, R0 = map(Decimal, (25, 12, 6, 0))


@st.composite
def invoices(draw: st.DrawFn) -> tuple[VatPart, ...]:
    """Parts of an invoice at several rates, at times with one below zero: the rounding of the total, a discount."""
    cents = st.integers(0, 10**7)
    sold = [VatPart(rate, draw(cents), draw(cents)) for rate in draw(st.permutations([R25, R12, R6, None]))]
    parts = sold[: draw(st.integers(1, 4))]
    total = sum(part.net_cents + part.vat_cents for part in parts)
    if draw(st.booleans()) and total:
        parts.insert(draw(st.integers(0, len(parts))), VatPart(R0, -draw(st.integers(0, total - 1)), 0))
    return tuple(parts)


@st.composite
def refunded_invoices(draw: st.DrawFn) -> tuple[tuple[VatPart, ...], list[int]]:
    """An invoice and the running sums of refunds that give all of it back."""
    parts = draw(invoices())
    total = gross(parts)
    stops = draw(st.lists(st.integers(0, total), max_size=12))
    return parts, [0, *sorted(stops), total]


def gross(parts: tuple[VatPart, ...]) -> int:
    return sum(part.net_cents + part.vat_cents for part in parts)


def in_order(parts: tuple[VatPart, ...], sums: list[int]) -> list[tuple[VatPart, ...]]:
    return [refund_parts(parts, refunded_before=before, refunded_after=after) for before, after in pairwise(sums)]


@given(refunded_invoices())
def test_any_sequence_of_refunds_ends_on_exactly_the_net_and_vat_of_each_part(
    case: tuple[tuple[VatPart, ...], list[int]],
) -> None:
    parts, sums = case

    returned = by_rate(share for shares in in_order(parts, sums) for share in shares)

    assert returned == parts


@given(refunded_invoices())
def test_each_refund_gives_back_its_amount_and_no_part_ever_more_than_it_has(
    case: tuple[tuple[VatPart, ...], list[int]],
) -> None:
    parts, sums = case
    left = list(parts)

    for (before, after), shares in zip(pairwise(sums), in_order(parts, sums), strict=True):
        assert gross(shares) == after - before
        for i, share in enumerate(shares):
            sign = -1 if parts[i].net_cents < 0 else 1
            assert 0 <= sign * share.net_cents <= sign * left[i].net_cents
            assert 0 <= share.vat_cents <= left[i].vat_cents
            left[i] = VatPart(left[i].rate, left[i].net_cents - share.net_cents, left[i].vat_cents - share.vat_cents)


@given(refunded_invoices())
def test_what_is_refunded_stays_proportional_to_within_a_cent_a_part(
    case: tuple[tuple[VatPart, ...], list[int]],
) -> None:
    parts, sums = case
    total = gross(parts)
    if min(part.net_cents for part in parts) < 0:
        return  # a part below zero magnifies the cent that it is rounded by

    for refunded in sums[1:] if total else []:
        for part, share in zip(parts, refund_parts(parts, refunded_before=0, refunded_after=refunded), strict=True):
            assert abs(share.vat_cents * total - refunded * part.vat_cents) <= total * len(parts)
            assert abs(share.net_cents * total - refunded * part.net_cents) <= total * (len(parts) + 1)


def test_stacked_partial_refunds_never_take_back_more_net_or_vat_than_was_sold() -> None:
    sold = (VatPart(None, 52, 10),)
    sums = [0, 32, 41, 49, 52, 58, 61, 62]  # refunds of 32, 9, 8, 3, 6, 3, and the rest

    shares = [share for (share,) in in_order(sold, sums)]

    assert [(share.net_cents, share.vat_cents) for share in shares] == [
        (27, 5), (7, 2), (7, 1), (3, 0), (5, 1), (2, 1), (1, 0)
    ]  # fmt: skip
    assert sum(share.net_cents for share in shares) == 52
    assert sum(share.vat_cents for share in shares) == 10


def test_no_share_of_a_refund_is_negative_where_there_are_three_rates() -> None:
    sold = (VatPart(R25, 4, 1), VatPart(R12, 1, 0), VatPart(R0, 4, 0))

    for shares in in_order(sold, list(range(11))):
        assert all(share.net_cents >= 0 and share.vat_cents >= 0 for share in shares), shares


def test_a_discount_that_cancels_another_part_comes_back_with_it() -> None:
    sold = (VatPart(R25, 40, 10), VatPart(R12, 100, 0), VatPart(R0, -100, 0))

    assert refund_parts(sold, refunded_before=0, refunded_after=50) == sold


def test_an_invoice_of_nothing_gives_nothing_back() -> None:
    assert refund_parts((VatPart(R25, 0, 0),), refunded_before=0, refunded_after=0) == (VatPart(R25, 0, 0),)


@pytest.mark.parametrize(
    ("total", "tax", "country", "rate"),
    [
        (12500, 2500, "SE", "25"),
        (11200, 1200, "SE", "12"),
        (10600, 600, "SE", "6"),
        (10000, 0, "SE", "0"),
        (10000, 0, "US", "0"),
        (9999, 2000, "SE", "25"),  # rounded: 1 999.8
        (9999, 2001, "SE", None),
        (12550, 2550, "FI", "25.5"),
        (12400, 2400, "FI", "24"),
        (12000, 2000, "SE", None),  # 20 % is no Swedish rate
        (12000, 2000, "EE", "20"),
        (12000, 2000, "US", None),
        (0, 0, "SE", "0"),
    ],
)
def test_the_rate_of_an_invoice_without_lines_is_the_legal_one_that_its_tax_implies(
    total: int, tax: int, country: str, rate: str | None
) -> None:
    implied = implied_rate(total_cents=total, tax_cents=tax, country=country)

    assert implied == (None if rate is None else Decimal(rate))
    assert single_part(total_cents=total, tax_cents=tax, country=country) == (VatPart(implied, total - tax, tax),)


@given(
    net=st.integers(10**4, 10**12),
    legal=st.sampled_from([(country, Decimal(rate)) for country, rates in LEGAL_RATES.items() for rate in rates]),
)
def test_a_tax_rounded_to_the_cent_always_implies_its_rate(net: int, legal: tuple[str, Decimal]) -> None:
    country, rate = legal
    tax = round(net * rate / 100)

    assert implied_rate(total_cents=net + tax, tax_cents=tax, country=country) == rate


def test_lines_are_summed_by_rate_in_the_order_in_which_the_rates_appear() -> None:
    lines = [VatPart(R12, 100, 12), VatPart(R25, 200, 50), VatPart(None, 7, 1), VatPart(R12, -40, -5)]

    assert by_rate(lines) == (VatPart(R12, 60, 7), VatPart(R25, 200, 50), VatPart(None, 7, 1))
