"""The rules of refunds, over any sequence of them."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from billing import chart
from billing.refunds import Position, share
from billing.vat import VatPart

RATES = st.sampled_from([Decimal(25), Decimal(12), Decimal(6), Decimal(0), Decimal("25.5"), None])


@st.composite
def invoices(draw: st.DrawFn) -> tuple[VatPart, ...]:
    rates = draw(st.lists(RATES, min_size=1, max_size=4, unique=True))
    return tuple(
        VatPart(rate, draw(st.integers(1, 10**9)), draw(st.integers(0, 10**8)) if rate != Decimal(0) else 0)
        for rate in rates
    )


def booked(parts: tuple[VatPart, ...], into: dict[str, int], *, sign: int = 1) -> None:
    for part in parts:
        for account, cents in (
            (chart.revenue_account(part.rate), part.net_cents),
            (chart.output_vat_account(part.rate), part.vat_cents),
        ):
            into[account] = into.get(account, 0) + sign * cents


@given(invoices(), st.lists(st.tuples(st.integers(1, 1000), st.booleans()), max_size=12))
def test_refunds_reversed_ones_in_between_end_on_exactly_net_and_vat(
    parts: tuple[VatPart, ...], steps: list[tuple[int, bool]]
) -> None:
    """A step refunds so many thousandths of what is left, at least a cent, and may be reversed; the last takes the rest."""
    total = sum(part.net_cents + part.vat_cents for part in parts)
    taken: dict[str, int] = {}
    refunded = 0
    for thousandths, is_reversed in (*steps, (1000, False)):
        cents = max(1, (total - refunded) * thousandths // 1000)
        if refunded == total:
            break
        back = share(parts, refunded_after=refunded + cents, taken=taken)
        assert sum(part.net_cents + part.vat_cents for part in back) == cents
        booked(back, taken)
        if is_reversed:
            booked(back, taken, sign=-1)
        else:
            refunded += cents

    whole: dict[str, int] = {}
    booked(parts, whole)
    assert {account: cents for account, cents in taken.items() if cents} == {
        account: cents for account, cents in whole.items() if cents
    }


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6), st.data())
def test_nothing_is_refundable_twice_and_no_credit_that_is_gone(
    allocated: int, credited: int, credit_left: int, data: st.DataObject
) -> None:
    refunded = data.draw(st.integers(0, allocated))
    taken = data.draw(st.integers(0, credited))
    position = Position(
        currency="SEK",
        allocated_cents=allocated,
        credited_cents=credited,
        credit_left_cents=credit_left,
        refunded_cents=refunded + taken,
        pending_cents=0,
        surplus_taken_cents=taken,
    )

    assert position.refundable_cents == allocated - refunded + min(credited - taken, credit_left)
    assert 0 <= position.refundable_cents <= position.unrefunded_cents
    if position.refundable_cents:
        cents, surplus = position.surplus_of(None)
        assert cents == position.refundable_cents
        assert surplus == min(credited - taken, credit_left)
