"""What a price is a month, and what kind of movement a change of it is."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.intervals import Interval
from billing.mrr import Change, Movement, Price, TenantMrr, fx_part, monthly

CLUB, PLUS, TENANT = UUID(int=1), UUID(int=2), UUID(int=3)
MONTH = Interval(unit="MONTH", count=1)
ON = date(2026, 3, 1)


def price(cents: int, eur_cents: int, *, plan: UUID = CLUB, interval: Interval = MONTH) -> Price:
    return Price(plan_id=plan, interval=interval, cents=cents, currency="SEK", eur_cents=eur_cents)


def moved(
    before: Price | None, after: Price | None, *, cause: str = "PLAN_CHANGED", tenant: int = 0, ever: bool = False
) -> list[tuple[str, int, int, int]]:
    """Kind, EUR cents, subscription and tenant delta of each movement that a change makes."""
    change = Change(subscription_id=UUID(int=9), history_id=None, on=ON, cause=cause, before=before, after=after)
    found = TenantMrr(tenant_id=TENANT, eur_cents=tenant, ever=ever or tenant > 0).movements([change])
    return [(m.kind, m.eur_cents, m.subscription_delta, m.tenant_delta) for m in found]


@pytest.mark.parametrize(
    ("unit", "count", "cents", "a_month"),
    [
        ("MONTH", 1, 4_900, 4_900), ("MONTH", 3, 13_900, 4_633), ("YEAR", 1, 49_000, 4_083), ("YEAR", 2, 49_000, 2_042),
        ("WEEK", 1, 1_000, 4_333), ("WEEK", 2, 1_000, 2_167), ("DAY", 1, 100, 3_042), ("DAY", 30, 4_900, 4_968),
        ("YEAR", 1, 6, 0), ("YEAR", 1, 18, 2), ("YEAR", 1, 30, 2), ("YEAR", 1, 0, 0),
    ],
)  # fmt: skip
def test_a_price_by_the_month_is_rounded_half_to_even(unit: str, count: int, cents: int, a_month: int) -> None:
    assert monthly(cents, Interval(unit=unit, count=count)) == a_month


SMALL, LARGE = price(10_000, 1_000), price(20_000, 2_000)


@pytest.mark.parametrize(
    ("before", "after", "tenant", "ever", "kind"),
    [
        (None, SMALL, 0, False, ("NEW", 1_000, 1, 1)),
        (None, SMALL, 0, True, ("REACTIVATION", 1_000, 1, 1)),
        (None, SMALL, 500, True, ("EXPANSION", 1_000, 1, 0)),
        (SMALL, None, 1_000, True, ("CHURN", -1_000, -1, -1)),
        (SMALL, None, 1_500, True, ("CONTRACTION", -1_000, -1, 0)),
        (SMALL, LARGE, 1_000, True, ("EXPANSION", 1_000, 0, 0)),
        (LARGE, SMALL, 2_000, True, ("CONTRACTION", -1_000, 0, 0)),
        (SMALL, price(0, 0), 1_000, True, ("CHURN", -1_000, 0, -1)),
        (price(0, 0), SMALL, 0, False, ("NEW", 1_000, 0, 1)),
        (None, price(0, 0), 0, False, ("NEW", 0, 1, 0)),
        (price(0, 0), None, 0, False, ("CHURN", 0, -1, 0)),
        (price(0, 0), None, 700, True, ("CONTRACTION", 0, -1, 0)),
    ],
)
def test_the_tenant_as_a_whole_says_what_a_change_is(
    before: Price | None, after: Price | None, tenant: int, ever: bool, kind: tuple[str, int, int, int]
) -> None:
    assert moved(before, after, tenant=tenant, ever=ever) == [kind]


def test_a_pause_is_neither_churn_nor_contraction() -> None:
    assert moved(SMALL, None, cause="PAUSED", tenant=1_000) == [("PAUSED", -1_000, -1, -1)]
    assert moved(None, SMALL, cause="RESUMED", ever=True) == [("RESUMED", 1_000, 1, 1)]


def test_a_change_of_plan_leaves_nothing_on_the_old_plan() -> None:
    assert moved(SMALL, replace(LARGE, plan_id=PLUS), tenant=1_000) == [
        ("EXPANSION", -1_000, -1, 0), ("EXPANSION", 2_000, 1, 0),
    ]  # fmt: skip


def test_the_part_of_a_price_change_that_is_only_a_newer_rate_is_fx() -> None:
    assert moved(price(10_000, 1_000), price(10_000, 900), tenant=1_000) == [("FX", -100, 0, 0)]
    assert moved(price(10_000, 1_000), price(20_000, 1_800), tenant=1_000) == [
        ("FX", -100, 0, 0), ("EXPANSION", 900, 0, 0),
    ]  # fmt: skip
    assert moved(price(10_000, 1_000), replace(price(9_000, 990), plan_id=PLUS), tenant=1_000) == [
        ("FX", 100, 0, 0), ("CONTRACTION", -1_100, -1, 0), ("CONTRACTION", 990, 1, 0),
    ]  # fmt: skip


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(10**6, 2 * 10**9))
def test_what_rounding_does_to_two_prices_of_one_rate_is_never_fx(first: int, second: int, rate: int) -> None:
    """`rate`: hundred-millionths of a krona for a cent of EUR and so on: any rate whatever."""
    before, after = (price(cents, round(cents * 10**8 / rate)) for cents in (first, second))
    if (
        abs(before.eur_cents * rate - first * 10**8) * 2 <= rate
        and abs(after.eur_cents * rate - second * 10**8) * 2 <= rate
    ):
        assert fx_part(before, after) == 0


def price_or_none() -> st.SearchStrategy[Price | None]:
    intervals = st.builds(Interval, unit=st.sampled_from(["DAY", "WEEK", "MONTH", "YEAR"]), count=st.integers(1, 24))
    return st.none() | st.builds(
        Price,
        plan_id=st.sampled_from([CLUB, PLUS]),
        interval=intervals,
        cents=st.integers(0, 10**7),
        currency=st.just("SEK"),
        eur_cents=st.integers(0, 10**6),
    )


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 28), price_or_none()), max_size=20))
def test_movements_add_up_to_what_there_is_whatever_happens(steps: list[tuple[int, int, Price | None]]) -> None:
    """Of three subscriptions: per plan, per kind, and for the tenant as a whole."""
    stands: dict[int, Price | None] = dict.fromkeys(range(3))
    changes = []
    for which, day, after in sorted(steps, key=lambda step: step[1]):
        changes.append(
            Change(
                subscription_id=UUID(int=which), history_id=None, on=date(2026, 3, day), cause="", before=stands[which],
                after=after,
            )
        )  # fmt: skip
        stands[which] = after
    tenant = TenantMrr(tenant_id=TENANT)
    found: list[Movement] = list(tenant.movements(changes))

    kept = [one for one in stands.values() if one is not None]
    total = sum(one.monthly_eur_cents for one in kept)
    assert sum(m.eur_cents for m in found) == total == tenant.eur_cents
    assert sum(m.subscription_delta for m in found) == len(kept)
    assert sum(m.tenant_delta for m in found) == (total > 0)
    for plan in (CLUB, PLUS):
        of_plan = [one for one in kept if one.plan_id == plan]
        mine = [m for m in found if m.plan_id == plan]
        assert sum(m.eur_cents for m in mine) == sum(one.monthly_eur_cents for one in of_plan)
        assert sum(m.subscription_delta for m in mine) == len(of_plan)
        assert sum(m.amount_cents for m in mine) == sum(one.monthly_cents for one in of_plan)
    news = [m for m in found if m.kind == "NEW" and m.tenant_delta]
    assert len(news) <= 1
