"""The arithmetic of the dashboard, with the worked examples of docs/metrics.md."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.reports import revenue
from billing.reports.revenue import (
    OTHER,
    BookMonth,
    Facts,
    Flows,
    Group,
    Lost,
    Months,
    Stock,
    TrendMonth,
    health,
    largest,
)

METRICS = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")
EXAMPLES = [re.sub(r"\s+", " ", part) for part in re.findall(r"\*\*Example\.\*\*(.*?)\n\n", METRICS, re.DOTALL)]

MONTH = BookMonth(revenue=100_000, costs=130_000, direct=20_000, marketing=10_000)
MONTHS = Months(book=(MONTH, MONTH, MONTH), tenants_at_start=20, came=6, left=3)
FACTS = Facts(
    flows=Flows(),
    stock=Stock(mrr=120_000, subscriptions=30, tenants=24),
    at_start=Stock(mrr=100_000, subscriptions=40, tenants=20),
    mrr_before_month=100_000,
    lost=Lost(subscriptions=2, tenants=1, mrr=5_000),
    cash=360_000,
    months=MONTHS,
    is_by_plan=False,
)


def said(example: int, *figures: str) -> None:
    """The document says these figures in its example."""
    for figure in figures:
        assert figure in EXAMPLES[example], figure


def test_net_revenue_is_what_the_document_works_out() -> None:
    flows = Flows(gross=125_000, vat=25_000, refunds=50_000, fees=1_900)

    assert flows.net == 48_100
    said(0, "grossRevenue 1,250.00", "vat 250.00", "refunds 500.00", "providerFees 19.00", "netRevenue 481.00")


def test_mrr_is_what_the_document_works_out() -> None:
    movements = {"NEW": 10_000, "CONTRACTION": -5_000, "CHURN": -3_000}
    month = TrendMonth(month=date(2026, 10, 1), starting=100_000, movements=movements, flows=Flows(), subscriptions=1)

    assert (month.mrr, revenue.MONTHS_A_YEAR * month.mrr) == (102_000, 1_224_000)
    changed = health(replace(FACTS, stock=replace(FACTS.stock, mrr=month.mrr), mrr_before_month=month.starting))
    assert changed.mrr_change_ratio.value == 0.02
    said(1, "1,020.00", "`arr` 12,240.00", "`mrrChangeRatio` 0.02")


def test_churn_is_what_the_document_works_out() -> None:
    made = health(FACTS)

    assert (made.churn_rate.value, made.logo_churn_rate.value, made.revenue_churn_rate.value) == (0.05, 0.05, 0.05)
    said(2, "churnRate 0.05", "logoChurnRate 0.05", "revenueChurnRate 0.05")


def test_the_platforms_own_figures_are_what_the_document_works_out() -> None:
    made = health(FACTS)

    assert made.cash.cents == 360_000
    assert made.monthly_burn.cents == 30_000
    assert made.runway_months.value == 12
    assert (made.ltv.cents, made.cac.cents, made.ltv_to_cac.value) == (80_000, 5_000, 16)
    said(3, "monthlyBurn 300.00", "runwayMonths 12", "= 800.00", "= 50.00", "ltvToCac 16", "gross margin 0.8")


EARNING = BookMonth(revenue=200_000, costs=130_000, direct=20_000, marketing=10_000)
IDLE = BookMonth(revenue=0, costs=0, direct=0, marketing=0)


@pytest.mark.parametrize(
    ("changed", "reasons"),
    [
        ({"months": replace(MONTHS, book=(IDLE,) * 3)},
         {"monthly_burn": revenue.NO_COSTS, "runway_months": revenue.NO_COSTS, "ltv": revenue.NO_REVENUE,
          "cac": revenue.NO_MARKETING}),
        ({"months": replace(MONTHS, book=(EARNING,) * 3)}, {"runway_months": revenue.NO_BURN}),
        ({"months": replace(MONTHS, left=0)}, {"ltv": revenue.NOBODY_LEFT, "ltv_to_cac": revenue.NOBODY_LEFT}),
        ({"months": replace(MONTHS, came=0)}, {"cac": revenue.NOBODY_CAME, "ltv_to_cac": revenue.NOBODY_CAME}),
        ({"months": replace(MONTHS, tenants_at_start=0)}, {"ltv": revenue.NOBODY_THERE}),
        ({"months": replace(MONTHS, book=(replace(MONTH, direct=100_000),) * 3)}, {"ltv": revenue.NO_MARGIN}),
        ({"stock": Stock()}, {"ltv": revenue.NO_TENANTS}),
        ({"months": None, "cash": None},
         dict.fromkeys(("cash", "monthly_burn", "runway_months", "ltv", "cac", "ltv_to_cac"), revenue.FILTERED)),
        ({"mrr_before_month": 0}, {"mrr_change_ratio": revenue.NO_MRR_BEFORE}),
        ({"at_start": Stock()},
         {"churn_rate": revenue.NO_SUBSCRIPTIONS, "logo_churn_rate": revenue.NO_TENANTS_AT_START,
          "revenue_churn_rate": revenue.NO_MRR_AT_START}),
        ({"is_by_plan": True}, {"logo_churn_rate": revenue.BY_PLAN}),
    ],
)  # fmt: skip
def test_a_figure_without_a_divisor_or_data_is_none_with_its_reason(
    changed: dict[str, object], reasons: dict[str, str]
) -> None:
    made = health(replace(FACTS, **changed))  # type: ignore[arg-type]

    for name, reason in reasons.items():
        figure = getattr(made, name)
        assert (figure.unavailable_because, getattr(figure, "value", None), getattr(figure, "cents", None)) == (
            reason, None, None,
        )  # fmt: skip


def test_the_platform_may_earn_and_then_burn_is_below_zero() -> None:
    assert health(replace(FACTS, months=replace(MONTHS, book=(EARNING,) * 3))).monthly_burn.cents == -70_000


@given(st.lists(st.tuples(st.integers(-(10**9), 10**9), st.integers(0, 10**9)), max_size=30), st.integers(0, 35))
def test_the_largest_and_the_rest_add_up_to_the_whole(sizes: list[tuple[int, int]], first: int) -> None:
    groups = [
        Group(key=str(n), label=str(n), flows=Flows(gross=gross, vat=gross // 5), stock=Stock(mrr=mrr, subscriptions=1))
        for n, (gross, mrr) in enumerate(sizes)
    ]
    whole = Group(
        key="",
        label="",
        flows=sum((group.flows for group in groups), Flows()),
        stock=sum((group.stock for group in groups), Stock()),
    )

    shown = largest(groups, whole, first)

    assert sum((group.flows for group in shown), Flows()) == whole.flows
    assert sum((group.stock for group in shown), Stock()) == whole.stock
    assert len(shown) == min(len(groups), first) + (len(groups) > first)
    assert [group.key for group in shown].count(OTHER) == (len(groups) > first)
    listed = [group.stock.mrr for group in shown if group.key != OTHER]
    assert listed == sorted(listed, reverse=True)
    assert largest(shown, whole, first) == shown
