"""The dashboard over the demo: every figure is the sum of its rows, whatever the window and the filter."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import psycopg
import pytest

from graphql_api.stored_documents import stored
from resolvers import revenue
from schema.ids import to_global
from storage.revenue_dashboard import narrowed_dashboard
from tests.books import NOW
from tests.graphql.api import Api
from tests.graphql.demo_books import api, books, demo

__all__ = ["api", "books", "demo"]
DASHBOARD = stored("revenue_dashboard")


async def figures(api: Api, tenants: int = 20, **filter: Any) -> Any:
    return (await api.ask(DASHBOARD, filter=filter, tenants=tenants))["revenueDashboard"]


def cents(figure: Any) -> int:
    return int(figure["amountCents"])


FLOWS = ("grossRevenue", "vat", "refunds", "providerFees", "netRevenue", "platformFees")
BUCKETED = ("mrr", "grossRevenue", "netRevenue", "platformFees")
WINDOWS = [
    {},
    {"from": "2026-10-01", "to": "2026-10-31"},
    {"from": "2026-03-17", "to": "2026-09-04"},
    {"from": "2025-11-20", "to": "2026-11-20"},
    {"from": "2026-02-03", "to": "2026-02-03"},
    {"from": "2026-01-15", "to": "2026-02-10"},
    {"from": "2024-01-01", "to": "2026-11-01"},
]


def collected(books: psycopg.Connection[Any], first: str, last: str, where: str = "true") -> list[int]:
    """Gross, refunds, fees and platform fees out of the ledger's own rows."""
    found = books.execute(
        f"""
        select coalesce(-sum(e.amount_eur_cents) filter (where k.kind in ('MATCH', 'CHARGE') and e.book_id is null
                        and e.account in ('1510', '2899', '2420')), 0)::bigint,
               coalesce(sum(e.amount_eur_cents) filter (where k.kind in ('REFUND', 'DISPUTE')
                        and (e.account = '2420' or e.account like '3%%')), 0)::bigint,
               coalesce(sum(e.amount_eur_cents) filter (where e.account = '6040' and e.book_id is null
                        and k.kind <> 'COST'), 0)::bigint,
               coalesce(-sum(e.amount_eur_cents) filter (where k.kind in ('MATCH', 'CHARGE', 'CREDIT_APPLIED')
                        and e.book_id is null and e.account = '1510'), 0)::bigint
          from accounting_entry e join journal j on j.id = e.journal_id left join journal o on o.id = j.reverses_id
         cross join lateral (select case j.kind when 'REVERSAL' then o.kind else j.kind end as kind) k
          left join tenant t on t.id = e.tenant_id
         where e.booked_on between %s and %s and {where}""".encode(),
        [first, last],
    ).fetchone()
    assert found is not None
    return list(found)


async def test_flows_are_the_sums_of_the_ledgers_rows(api: Api, books: psycopg.Connection[Any]) -> None:
    for window in WINDOWS:
        made = await figures(api, **window)

        rows = collected(books, made["from"], made["to"])
        assert [cents(made[name]) for name in ("grossRevenue", "refunds", "providerFees", "platformFees")] == rows, (
            window
        )
        gross, vat, refunds, fees = (cents(made[name]) for name in FLOWS[:4])
        assert cents(made["netRevenue"]) == gross - vat - refunds - fees
        assert gross > 0


async def test_what_was_collected_is_what_payments_were(api: Api, books: psycopg.Connection[Any]) -> None:
    """The same figure from the other side: payments that succeeded, at the rates they were booked with."""
    made = await figures(api, **{"from": "2026-01-01", "to": "2026-09-30"})

    found = books.execute(
        """select sum(amount_cents)::bigint, currency from payment where outcome = 'SUCCEEDED' and provider <> 'credit'
            and (paid_at at time zone 'Europe/Stockholm')::date between '2026-01-01' and '2026-09-30' group by currency"""
    ).fetchall()
    weighed = books.execute(
        """select -sum(e.amount_cents)::bigint, e.currency from accounting_entry e join journal j on j.id = e.journal_id
            where j.kind in ('MATCH', 'CHARGE') and e.book_id is null and e.account in ('1510', '2899', '2420')
              and e.booked_on between '2026-01-01' and '2026-09-30' group by e.currency"""
    ).fetchall()
    assert sorted(found) == sorted(weighed)
    assert cents(made["grossRevenue"]) > 0


@pytest.mark.parametrize("narrowed", ["", "SE", "plan", "tenants", "all"])
async def test_parts_add_up_to_the_whole_to_the_cent(api: Api, books: psycopg.Connection[Any], narrowed: str) -> None:
    for window in WINDOWS:
        made = await figures(api, tenants=7, **window, **narrowing(books, narrowed))

        for by in ("byPlan", "byCountry", "byTenant"):
            for name in BUCKETED:
                assert sum(cents(bucket[name]) for bucket in made[by]) == cents(made[name]), (window, by, name)
            assert sum(bucket["activeSubscriptions"] for bucket in made[by]) == made["activeSubscriptions"], by
            assert len({bucket["key"] for bucket in made[by]}) == len(made[by])
        assert len(made["byTenant"]) <= 8


def narrowing(books: psycopg.Connection[Any], narrowed: str) -> dict[str, Any]:
    tenants = [row[0] for row in books.execute("select id from tenant order by name limit 9").fetchall()]
    (code,) = books.execute("select code from plan order by code limit 1").fetchone() or ("",)
    return {
        "": {},
        "SE": {"countries": ["SE"]},
        "plan": {"planCodes": [code]},
        "tenants": {"tenantIds": [to_global("Tenant", key) for key in tenants]},
        "all": {
            "countries": ["SE", "NO"],
            "planCodes": [code],
            "tenantIds": [to_global("Tenant", key) for key in tenants],
        },
    }[narrowed]


ROWS = """query ($window: DashboardFilter, $before: DashboardFilter) {
    revenueFlows(first: 200, filter: $window) { totalCount
        nodes { grossRevenue { amountCents } vat { amountCents } refunds { amountCents } providerFees { amountCents }
                netRevenue { amountCents } platformFees { amountCents } }
        totals { grossRevenue { amountCents } vat { amountCents } refunds { amountCents } providerFees { amountCents }
                 netRevenue { amountCents } platformFees { amountCents } } }
    moved: mrrMovements(filter: $window) { totals { kind mrr { amountCents } } }
    mrr: mrrMovements(filter: $before) { totals { mrr { amountCents } subscriptions } } }"""


@pytest.mark.parametrize("narrowed", ["", "SE", "plan", "tenants", "all"])
async def test_each_figure_is_the_sum_of_its_rows(api: Api, books: psycopg.Connection[Any], narrowed: str) -> None:
    window = {"from": "2026-10-01", "to": "2026-10-31"} | narrowing(books, narrowed)
    made = await figures(api, **window)

    rows = await api.ask(ROWS, window=window, before={name: value for name, value in window.items() if name != "from"})

    flows = rows["revenueFlows"]
    for name in FLOWS:
        assert cents(flows["totals"][0][name]) == cents(made[name]), name
        if flows["totalCount"] <= 200:
            assert sum(cents(node[name]) for node in flows["nodes"]) == cents(made[name]), name
    assert sum(cents(kind["mrr"]) for kind in rows["mrr"]["totals"]) == cents(made["mrr"])
    assert sum(kind["subscriptions"] for kind in rows["mrr"]["totals"]) == made["activeSubscriptions"]
    moved = {kind["kind"]: cents(kind["mrr"]) for kind in rows["moved"]["totals"]}
    shown = {"NEW": "newMrr", "EXPANSION": "expansionMrr", "CONTRACTION": "contractionMrr", "CHURN": "churnedMrr",
             "REACTIVATION": "reactivationMrr", "PAUSED": "pausedMrr", "RESUMED": "resumedMrr", "FX": "fxMrr"}  # fmt: skip
    for kind, name in shown.items():
        assert cents(made["trend"][-1][name]) == moved.get(kind, 0), kind


@pytest.mark.parametrize("narrowed", ["", "SE", "plan", "tenants", "all"])
async def test_the_trend_is_twelve_months_that_follow_from_each_other(
    api: Api, books: psycopg.Connection[Any], narrowed: str
) -> None:
    made = await figures(api, **{"from": "2026-11-01", "to": "2026-11-20"}, **narrowing(books, narrowed))

    trend = made["trend"]
    assert [month["month"] for month in trend] == [f"2025-{12:02}-01"] + [f"2026-{n:02}-01" for n in range(1, 12)]
    kinds = (
        "newMrr",
        "expansionMrr",
        "contractionMrr",
        "churnedMrr",
        "reactivationMrr",
        "pausedMrr",
        "resumedMrr",
        "fxMrr",
    )
    for month in trend:
        assert cents(month["startingMrr"]) + sum(cents(month[kind]) for kind in kinds) == cents(month["mrr"])
        assert cents(month["arr"]) == 12 * cents(month["mrr"])
    for before, after in pairwise(trend):
        assert cents(before["mrr"]) == cents(after["startingMrr"])
    for name in (*FLOWS, "mrr"):
        assert cents(trend[-1][name]) == cents(made[name]), name
    assert trend[-1]["activeSubscriptions"] == made["activeSubscriptions"]


@pytest.mark.parametrize("day", ["2026-11-20", "2026-06-30", "2026-01-01", "2025-07-14"])
async def test_mrr_is_the_sum_of_all_movements_up_to_a_day(api: Api, books: psycopg.Connection[Any], day: str) -> None:
    made = await figures(api, to=day)

    found = books.execute(
        "select sum(eur_cents)::bigint, sum(subscription_delta)::bigint from mrr_movement where occurred_on <= %s",
        [day],
    ).fetchone()
    assert (cents(made["mrr"]), made["activeSubscriptions"]) == found


async def test_the_platforms_own_figures_are_those_of_its_book(api: Api, books: psycopg.Connection[Any]) -> None:
    made = await figures(api, to="2026-11-20")

    def booked(accounts: str, first: str, last: str) -> int:
        found = books.execute(
            b"select coalesce(sum(amount_eur_cents), 0)::bigint from accounting_entry where book_id is null"
            b" and account ~ %s and booked_on between %s and %s",
            [accounts, first, last],
        ).fetchone()
        assert found is not None
        return int(found[0])

    cash = booked("^(19|1580|1589|2899)", "2000-01-01", "2026-11-20")
    burn = booked("^[34567]", "2026-08-01", "2026-10-31")
    assert cents(made["cash"]["value"]) == cash
    assert cents(made["monthlyBurn"]["value"]) == round(burn / 3)
    if burn > 0:
        assert made["runwayMonths"]["value"] == pytest.approx(cash / (burn / 3), abs=1e-5)
    else:
        assert made["runwayMonths"] == {
            "value": None, "unavailableBecause": "The platform earned more than it spent in the last three complete months.",
        }  # fmt: skip


async def test_under_a_filter_the_platforms_own_figures_are_not_told(api: Api) -> None:
    made = await figures(api, countries=["SE"])

    for name in ("cash", "monthlyBurn", "runwayMonths", "ltv", "cac", "ltvToCac"):
        assert made[name]["value"] is None
        assert made[name]["unavailableBecause"].startswith("It is told of the whole platform only")


@pytest.mark.parametrize(
    ("narrowed", "code", "said"),
    [
        ({"from": "2026-02-01", "to": "2026-01-31"}, "BAD_USER_INPUT", "before it begins"),
        ({"to": "2026-11-21"}, "BAD_USER_INPUT", "today is 2026-11-20"),
        ({"from": "2026-11-21"}, "BAD_USER_INPUT", "before it begins"),
        ({"planCodes": ["no-such"]}, "NOT_FOUND", "no plan no-such"),
        ({"countries": ["XX"]}, "BAD_USER_INPUT", "CountryCode"),
        ({"tenantIds": ["tenant_" + "0" * 32]}, "NOT_FOUND", "no tenant"),
        ({"tenantIds": ["nonsense"]}, "BAD_USER_INPUT", "malformed"),
    ],
)
async def test_what_cannot_be_told_is_refused(api: Api, narrowed: dict[str, Any], code: str, said: str) -> None:
    found, message = await api.refused(DASHBOARD, filter=narrowed)

    assert (found, said in message) == (code, True), message


async def test_a_country_without_tenants_has_figures_of_nothing(api: Api) -> None:
    made = await figures(api, countries=["JP"])

    assert [cents(made[name]) for name in FLOWS] == [0] * 6
    assert made["byTenant"] == []
    assert made["churnRate"]["unavailableBecause"] == "No subscription was active when the window began."


async def test_a_report_is_kept_for_five_minutes_and_says_so(api: Api) -> None:
    first, again = await figures(api), await figures(api)

    assert first["computedAt"] == again["computedAt"] == NOW.isoformat().removesuffix("+00:00") + "Z"


async def test_a_report_is_made_anew_for_who_asks_for_that_unless_it_was_just_made(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def counted(*read: Any, **narrowed: Any) -> Any:
        made.append(narrowed)
        return narrowed_dashboard(*read, **narrowed)

    monkeypatch.setattr(revenue, "narrowed_dashboard", counted)
    ask = "query ($fresh: Boolean!) { revenueDashboard(fresh: $fresh) { computedAt } }"
    await api.ask(ask, fresh=True)
    await api.ask(ask, fresh=True)
    assert len(made) == 1

    monkeypatch.setattr(revenue, "FRESH", timedelta(seconds=-1))
    await api.ask(ask, fresh=False)
    assert len(made) == 1
    await api.ask(ask, fresh=True)
    assert len(made) == 2


async def test_more_buckets_than_there_may_be_are_refused(api: Api) -> None:
    assert (await api.refused(DASHBOARD, filter={}, tenants=201))[0] == "BAD_USER_INPUT"
    assert (await api.refused(DASHBOARD, filter={}, tenants=-1))[0] == "BAD_USER_INPUT"


async def test_the_route_answers_the_same_in_snake_case(api: Api) -> None:
    answer = await api.client.get(
        "/sys/billing/dashboard?from=2026-10-01&to=2026-10-31", headers={"authorization": f"Bearer {api.token()}"}
    )

    assert answer.status_code == 200, answer.text
    made = await figures(api, **{"from": "2026-10-01", "to": "2026-10-31"})
    assert answer.json()["gross_revenue"]["amount_cents"] == cents(made["grossRevenue"])
    assert len(answer.json()["trend"]) == 12


CHURN = """query ($from: Date!, $to: Date!) { churnReport(from: $from, to: $to) {
    churnRate { value unavailableBecause } logoChurnRate { value } revenueChurnRate { value } } }"""


async def test_churn_is_what_the_churn_report_tells(api: Api) -> None:
    for window in ({"from": "2026-01-01", "to": "2026-11-20"}, {"from": "2026-10-01", "to": "2026-10-31"}):
        made, report = await figures(api, **window), (await api.ask(CHURN, **window))["churnReport"]

        for name in ("churnRate", "logoChurnRate", "revenueChurnRate"):
            assert made[name]["value"] == pytest.approx(report[name]["value"], abs=1e-6), name
        assert made["churnRate"]["value"] is not None
