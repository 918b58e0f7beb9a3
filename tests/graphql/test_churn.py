"""The churn report: who left in a window, each once, why, and what that is of what was there before."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from procedures.books import Books, Order
from procedures.cancel_subscription import cancel
from procedures.pause_subscription import pause
from procedures.revoke_scheduled_change import revoke
from procedures.run_subscriptions import run_subscriptions
from storage.engine import Database
from tests.books import LittleBooks
from tests.graphql.api import Api

REPORT = """query ($from: Date!, $to: Date!) { churnReport(from: $from, to: $to) {
    cancelledCount activeAtStart revenueImpact { amountCents currency } mrrLost { amountCents }
    churnRate { value unavailableBecause } logoChurnRate { value unavailableBecause }
    revenueChurnRate { value unavailableBecause }
    byReason { key label count revenueImpact { amountCents } mrrLost { amountCents } }
    byPlan { key label count revenueImpact { amountCents } mrrLost { amountCents } }
    byCountry { key label count revenueImpact { amountCents } mrrLost { amountCents } }
    cancellations { subscription { externalId } requestedOn cancelledOn reason revenueImpact { amountCents }
                    mrrLost { amountCents } source } } }"""
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-20"}
DAY = date(2026, 11, 20)


def order(on: date = DAY) -> Order:
    return Order(
        actor="finance@example.org", reason="Phoned the club", at=datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    )


@pytest.fixture
def clubs(little: LittleBooks) -> dict[str, UUID]:
    """Four Swedish subscriptions of two tenants, one in Finland; one ended long ago, before reasons were kept."""
    club, year = little.plan("club", 49_000), little.plan("year", 490_000, interval="YEAR")
    one, two, third = little.tenant(), little.tenant(), little.tenant(country="FI")
    made = {
        "alone": little.subscription(one, club, external_id="alone"),
        "first": little.subscription(two, club, external_id="first"),
        "second": little.subscription(two, year, external_id="second", amount_cents=490_000, amount_eur_cents=43_560),
        "finnish": little.subscription(third, club, external_id="finnish"),
    }
    little.subscription(third, club, external_id="legacy", status="CANCELLED", cancelled_on=date(2026, 11, 5))
    return made


async def report(api: Api, **window: str) -> Any:
    return (await api.ask(REPORT, **(window or NOVEMBER)))["churnReport"]


async def test_what_left_is_told_by_reason_plan_and_country(api: Api, books: Books, clubs: dict[str, UUID]) -> None:
    await cancel(clubs["alone"], now=True, why="TOO_EXPENSIVE", order=order(), books=books)
    await cancel(clubs["second"], now=True, why="UNUSED", order=order(), books=books)

    found = await report(api)

    assert (found["cancelledCount"], found["activeAtStart"]) == (3, 5)
    assert found["revenueImpact"] == {"amountCents": 4_356 + 43_560 + 4_356, "currency": "EUR"}
    assert found["mrrLost"] == {"amountCents": 4_356 + 3_630 + 4_356}
    assert found["churnRate"]["value"] == 0.6
    assert found["logoChurnRate"]["value"] == 0.333333
    assert found["revenueChurnRate"]["value"] == round((4_356 + 3_630 + 4_356) / (4 * 4_356 + 3_630), 6)
    assert [(one["key"], one["label"], one["count"]) for one in found["byReason"]] == [
        ("UNUSED", "Unused", 1), ("TOO_EXPENSIVE", "Too expensive", 1), ("none", "No reason was kept", 1),
    ]  # fmt: skip
    assert [(one["key"], one["label"], one["count"]) for one in found["byPlan"]] == [
        ("year", "Year", 1), ("club", "Club", 2),
    ]  # fmt: skip
    assert [(one["key"], one["label"], one["count"]) for one in found["byCountry"]] == [
        ("SE", "Sweden", 2), ("FI", "Finland", 1),
    ]  # fmt: skip
    for buckets in ("byReason", "byPlan", "byCountry"):
        assert sum(one["count"] for one in found[buckets]) == found["cancelledCount"]
        for amount in ("revenueImpact", "mrrLost"):
            whole = sum(one[amount]["amountCents"] for one in found[buckets])
            assert whole == found[amount]["amountCents"]
    assert {(one["subscription"]["externalId"], one["reason"], one["source"]) for one in found["cancellations"]} == {
        ("alone", "TOO_EXPENSIVE", "CANCELLATION"), ("second", "UNUSED", "CANCELLATION"), ("legacy", None, "LEGACY"),
    }  # fmt: skip


async def test_what_is_only_planned_or_taken_back_has_not_left(
    api: Api, books: Books, clubs: dict[str, UUID], little: LittleBooks
) -> None:
    little.connection.execute(
        "update subscription set current_period_start = '2026-10-15', current_period_end = '2026-11-15'"
    )
    asked = order(date(2026, 11, 10))
    await cancel(clubs["alone"], now=False, why="OTHER", order=asked, books=books)
    await cancel(clubs["first"], now=False, why="OTHER", order=asked, books=books)
    await revoke(clubs["first"], order=asked, books=books)
    since = {"from": "2026-11-10", "to": "2026-11-20"}
    assert (await report(api, **since))["cancelledCount"] == 0

    await run_subscriptions(at=order().at, books=books)

    [gone] = (await report(api, **since))["cancellations"]
    assert (gone["subscription"]["externalId"], gone["requestedOn"], gone["cancelledOn"]) == (
        "alone", "2026-11-10", "2026-11-15",
    )  # fmt: skip


@pytest.mark.parametrize(
    "cancelled_on", [date(2026, 11, 20), date(2026, 11, 9)], ids=["and then cancelled", "and set to end"]
)
async def test_what_was_paused_before_it_ended_is_lost_once(
    api: Api, books: Books, little: LittleBooks, clubs: dict[str, UUID], cancelled_on: date
) -> None:
    before = (await report(api))["churnRate"]
    little.connection.execute(
        "update subscription set current_period_end = '2026-11-20' where id = %s", [clubs["alone"]]
    )
    if cancelled_on < DAY:
        await cancel(clubs["alone"], now=False, why="UNUSED", order=order(cancelled_on), books=books)
    await pause(clubs["alone"], until=date(2027, 1, 1), order=order(date(2026, 11, 10)), books=books)
    if cancelled_on == DAY:
        await cancel(clubs["alone"], now=True, why="UNUSED", order=order(), books=books)
    await run_subscriptions(at=datetime(2026, 11, 20, 12, tzinfo=UTC), books=books)

    whole, after = await report(api), await report(api, **{"from": "2026-11-11", "to": "2026-11-20"})

    [gone] = after["cancellations"]
    assert (gone["revenueImpact"]["amountCents"], gone["mrrLost"]["amountCents"]) == (4_356, 0)
    assert (after["cancelledCount"], after["churnRate"]["value"], after["revenueChurnRate"]["value"]) == (1, 0, 0)
    assert (before["value"], whole["churnRate"]["value"]) == (1 / 5, 2 / 5)
    kinds = (await api.ask("{ mrrMovements { totals { kind mrr { amountCents } } } }"))["mrrMovements"]["totals"]
    assert {one["kind"]: one["mrr"]["amountCents"] for one in kinds}["PAUSED"] == -4_356


async def test_a_window_that_began_with_nothing_has_no_rates(api: Api, clubs: dict[str, UUID]) -> None:
    found = await report(api, **{"from": "2020-01-01", "to": "2020-01-31"})

    assert found["cancelledCount"] == 0
    assert [found[rate] for rate in ("churnRate", "logoChurnRate", "revenueChurnRate")] == [
        {"value": None, "unavailableBecause": "No subscription was active when the window began."},
        {"value": None, "unavailableBecause": "No tenant brought anything when the window began."},
        {"value": None, "unavailableBecause": "There was no monthly recurring revenue when the window began."},
    ]


async def test_a_window_does_not_end_before_it_begins(api: Api, database: Database) -> None:
    code, message = await api.refused(REPORT, **{"from": "2026-11-02", "to": "2026-11-01"})

    assert (code, message) == ("BAD_USER_INPUT", "The window ends on 2026-11-01, before it begins on 2026-11-02.")


async def test_a_window_does_not_reach_into_the_future(api: Api, clubs: dict[str, UUID]) -> None:
    code, message = await api.refused(REPORT, **NOVEMBER | {"to": "2026-11-21"})

    assert (code, message) == (
        "BAD_USER_INPUT", "The window ends on 2026-11-21, but today is 2026-11-20: there are no figures of later days.",
    )  # fmt: skip


async def test_the_route_says_the_same(api: Api, clubs: dict[str, UUID]) -> None:
    headers = {"authorization": f"Bearer {api.token()}"}
    answer = (await api.client.get("/sys/billing/churn", params=NOVEMBER, headers=headers)).json()

    assert (answer["cancelled_count"], answer["cancellations"][0]["source"]) == (1, "LEGACY")
    refused = await api.client.get("/sys/billing/churn", params={"from": "2026-11-01"}, headers=headers)
    assert refused.status_code == 400
