"""Subscriptions over the API: what is planned, what a change would do, that it does just that, and how it is refused."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from schema.ids import to_global
from tests.books import LittleBooks
from tests.graphql.api import Api

PREVIEW = """query ($id: ID!, $change: SubscriptionChange!) { subscriptionPreview(subscriptionId: $id, change: $change) {
    effectiveOn statusAfter planAfter { code } amountAfter { amountCents currency } mrrDeltaEurCents currentPeriodEndAfter
    lines { description net { amountCents } vatRate vat { amountCents } } chargedNow { amountCents }
    credited { amountCents } ledger { account amount { amountCents } } } }"""
CHANGE = """mutation ($in: ChangePlanInput!) { changePlan(input: $in) {
    subscription { mrrEurCents currentPeriodEnd version scheduledChange { kind effectiveOn toPlan { code } toAmount { amountCents } } }
    entry { kind effectiveOn actor reason fromPlan { code } toPlan { code } fromAmount { amountCents } mrrDeltaEurCents }
    prorationInvoice { number total { amountCents } lines { net { amountCents } } accountingEntries { account amount { amountCents } } } } }"""
CANCEL = """mutation ($in: CancelSubscriptionInput!) { cancelSubscription(input: $in) {
    subscription { status cancelAt cancelledOn scheduledChange { kind effectiveOn toPlan { code } } } entry { kind } } }"""
EXTEND = "mutation ($in: ExtendTrialInput!) { extendTrial(input: $in) { subscription { trialEndsOn } } }"
PAUSE = (
    "mutation ($in: PauseSubscriptionInput!) { pauseSubscription(input: $in) { subscription { status pausedUntil } } }"
)
RESUME = "mutation ($in: ResumeSubscriptionInput!) { resumeSubscription(input: $in) { subscription { status } } }"
REASON = "The board has decided so"


@pytest.fixture
def plans(little: LittleBooks) -> dict[str, UUID]:
    return {code: little.plan(code, cents, vat_rate=25) for code, cents in (("club", 49_000), ("plus", 99_000))}


@pytest.fixture
def club(little: LittleBooks, plans: dict[str, UUID]) -> str:
    return to_global("Subscription", little.subscription(little.tenant(), plans["club"]))


async def change(api: Api, key: str, **given: Any) -> Any:
    return (await api.ask(CHANGE, **{"in": {"subscriptionId": key, "reason": REASON} | given}))["changePlan"]


async def test_a_change_does_what_its_preview_says(api: Api, club: str) -> None:
    shown = (await api.ask(PREVIEW, id=club, change={"changePlan": {"planCode": "plus"}}))["subscriptionPreview"]
    done = await change(api, club, planCode="plus")

    assert shown | {"lines": None, "ledger": None} == {
        "effectiveOn": "2026-11-20", "statusAfter": "ACTIVE", "planAfter": {"code": "plus"},
        "amountAfter": {"amountCents": 99_000, "currency": "SEK"}, "mrrDeltaEurCents": 4_444,
        "currentPeriodEndAfter": "2026-12-01", "lines": None, "chargedNow": {"amountCents": 22_916}, "credited": {"amountCents": 0},
        "ledger": None,
    }  # fmt: skip
    invoice, entry = done["prorationInvoice"], done["entry"]
    assert invoice["total"] == shown["chargedNow"]
    assert invoice["lines"] == [{"net": line["net"]} for line in shown["lines"]]
    assert invoice["accountingEntries"] == shown["ledger"]
    assert entry == {
        "kind": "PLAN_CHANGED", "effectiveOn": "2026-11-20", "actor": "finance@example.org", "reason": REASON,
        "fromPlan": {"code": "club"}, "toPlan": {"code": "plus"}, "fromAmount": {"amountCents": 49_000},
        "mrrDeltaEurCents": shown["mrrDeltaEurCents"],
    }  # fmt: skip
    assert done["subscription"]["mrrEurCents"] == 8_800


async def test_what_is_planned_is_told_with_its_day(api: Api, club: str) -> None:
    done = await change(api, club, planCode="club", amountCents=59_000, effective="PERIOD_END")

    assert done["subscription"]["scheduledChange"] == {
        "kind": "PLAN_CHANGE_SCHEDULED", "effectiveOn": "2026-12-01", "toPlan": {"code": "club"},
        "toAmount": {"amountCents": 59_000},
    }  # fmt: skip
    assert (done["entry"]["mrrDeltaEurCents"], done["prorationInvoice"]) == (0, None)


async def test_a_planned_end_is_told_too(api: Api, club: str) -> None:
    given = {"subscriptionId": club, "mode": "PERIOD_END", "cancellationReason": "UNUSED", "reason": REASON}

    assert (await api.ask(CANCEL, **{"in": given}))["cancelSubscription"] == {
        "subscription": {
            "status": "ACTIVE", "cancelAt": "2026-12-01", "cancelledOn": None,
            "scheduledChange": {"kind": "CANCEL_SCHEDULED", "effectiveOn": "2026-12-01", "toPlan": None},
        },
        "entry": {"kind": "CANCEL_SCHEDULED"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"pauseUntil": "2027-01-01"}, ("2026-11-20", "PAUSED", -4_356, "2027-01-12")),
        ({"cancel": "NOW"}, ("2026-11-20", "CANCELLED", -4_356, "2026-12-01")),
        ({"cancel": "PERIOD_END"}, ("2026-12-01", "CANCELLED", -4_356, "2026-12-01")),
        ({"changePlan": {"planCode": "club", "amountCents": 24_500, "effective": "PERIOD_END"}},
         ("2026-12-01", "ACTIVE", -2_178, "2027-01-01")),
    ],
)  # fmt: skip
async def test_every_change_can_be_previewed_without_being_made(
    api: Api, little: LittleBooks, club: str, asked: dict[str, Any], told: tuple[str, str, int, str]
) -> None:
    before = little.one("select s.*, (select count(*) from plan_history) from subscription s")

    shown = (await api.ask(PREVIEW, id=club, change=asked))["subscriptionPreview"]

    names = ("effectiveOn", "statusAfter", "mrrDeltaEurCents", "currentPeriodEndAfter")
    assert tuple(shown[name] for name in names) == told
    assert (shown["ledger"], shown["chargedNow"]) == ([], {"amountCents": 0})
    assert little.one("select s.*, (select count(*) from plan_history) from subscription s") == before


async def test_a_preview_of_a_trial_and_of_a_resumption(api: Api, little: LittleBooks, plans: dict[str, UUID]) -> None:
    tenant = little.tenant()
    trial = little.subscription(tenant, plans["club"], status="TRIALING", trial_ends_on=date(2026, 12, 1))
    paused = little.subscription(tenant, plans["club"], status="PAUSED", paused_on=date(2026, 11, 1))

    longer = await api.ask(PREVIEW, id=to_global("Subscription", trial), change={"extendTrialDays": 7})
    again = await api.ask(PREVIEW, id=to_global("Subscription", paused), change={"resume": True})

    assert longer["subscriptionPreview"]["currentPeriodEndAfter"] == "2026-12-08"
    assert (again["subscriptionPreview"]["mrrDeltaEurCents"], again["subscriptionPreview"]["statusAfter"]) == (
        4_356, "ACTIVE",
    )  # fmt: skip
    assert again["subscriptionPreview"]["currentPeriodEndAfter"] == "2026-12-20"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ((CHANGE, {"planCode": "gold"}), "NOT_FOUND"),
        ((CHANGE, {"planCode": "club"}), "SUBSCRIPTION_STATE"),
        ((CHANGE, {"planCode": "plus", "amountCents": -1}), "BAD_USER_INPUT"),
        ((CHANGE, {"planCode": "plus", "expectedVersion": 9}), "CONFLICT"),
        ((PAUSE, {"until": "2026-11-19"}), "BAD_USER_INPUT"),
        ((PAUSE, {"until": "2027-11-21"}), "BAD_USER_INPUT"),
        ((RESUME, {}), "SUBSCRIPTION_STATE"),
        ((EXTEND, {"days": 0}), "BAD_USER_INPUT"),
        ((EXTEND, {"days": 5}), "SUBSCRIPTION_STATE"),
    ],
)
async def test_bad_input_has_its_code_and_a_sentence_and_changes_nothing(
    api: Api, little: LittleBooks, club: str, asked: tuple[str, dict[str, Any]], code: str
) -> None:
    document, given = asked

    told, message = await api.refused(document, **{"in": {"subscriptionId": club, "reason": REASON} | given})

    assert told == code
    assert message.endswith(".")
    assert little.one("select count(*) from plan_history") == (1,)
    assert little.one("select version from subscription") == (1,)


@pytest.mark.parametrize("days", [31, 12])
async def test_more_days_than_a_trial_has_left_are_refused(
    api: Api, little: LittleBooks, plans: dict[str, UUID], days: int
) -> None:
    given = {"status": "TRIALING", "trial_ends_on": date(2026, 12, 1), "trial_extended_days": 20}
    trial = to_global("Subscription", little.subscription(little.tenant(), plans["club"], **given))

    told, _ = await api.refused(EXTEND, **{"in": {"subscriptionId": trial, "days": days, "reason": REASON}})

    assert told == "TRIAL_EXTENSION_LIMIT"


async def test_exactly_one_change_is_previewed(api: Api, club: str) -> None:
    for asked in ({}, {"resume": True, "cancel": "NOW"}, {"resume": False}):
        code, _ = await api.refused(PREVIEW, id=club, change=asked)
        assert code == "BAD_USER_INPUT"


async def sys(api: Api, key: object, verb: str, **body: Any) -> tuple[int, Any]:
    response = await api.client.post(
        f"/sys/subscriptions/{key}/{verb}", json=body, headers={"authorization": f"Bearer {api.token()}"}
    )
    return response.status_code, response.json()


async def test_the_routes_change_subscriptions_in_snake_case(
    api: Api, little: LittleBooks, plans: dict[str, UUID]
) -> None:
    tenant = little.tenant()
    key = little.subscription(tenant, plans["club"])
    trial = little.subscription(tenant, plans["club"], status="TRIALING", trial_ends_on=date(2026, 12, 1))

    status, done = await sys(api, key, "change-plan", plan_code="plus", reason=REASON)
    assert (status, done["proration_invoice"]["number"], done["entry"]["mrr_delta_eur_cents"]) == (
        200,
        "PR-2026-1",
        4_444,
    )
    status, done = await sys(api, key, "cancel", mode="PERIOD_END", cancellation_reason="UNUSED", reason=REASON)
    assert (status, done["subscription"]["cancel_at"]) == (200, "2026-12-01")
    assert (await sys(api, key, "revoke", reason=REASON))[0] == 200
    status, done = await sys(api, key, "pause", until="2027-02-01", reason=REASON)
    assert (status, done["subscription"]["paused_until"]) == (200, "2027-02-01")
    status, done = await sys(api, to_global("Subscription", key), "resume", expected_version=5, reason=REASON)
    assert (status, done["subscription"]["status"]) == (200, "ACTIVE")
    status, done = await sys(api, trial, "extend-trial", days=10, reason=REASON)
    assert (status, done["subscription"]["trial_ends_on"]) == (200, "2026-12-11")

    for verb, body, expected in (
        ("extend-trial", {"days": 21}, 422), ("pause", {"until": "2027-01-01"}, 409), ("cancel", {"mode": "SOON"}, 400),
        ("resume", {"expected_version": 9}, 409), ("change-plan", {"plan_code": "gold"}, 404),
    ):  # fmt: skip
        assert (await sys(api, trial, verb, reason=REASON, **body))[0] == expected, verb
    assert (await sys(api, trial, "revoke"))[1]["error"]["code"] == "REASON_REQUIRED"


async def test_what_subscriptions_bring_a_month_is_summed_by_currency(api: Api, little: LittleBooks) -> None:
    tenant, plan, yearly = little.tenant(), little.plan(), little.plan("yearly", 120_000, interval="YEAR")
    little.subscription(tenant, plan)
    little.subscription(tenant, yearly, amount_cents=120_000, amount_eur_cents=12_000)
    little.subscription(tenant, plan, status="PAUSED", paused_on=date(2026, 11, 1))
    little.subscription(tenant, plan, currency="EUR", amount_cents=4_000, amount_eur_cents=4_000)
    query = """query ($f: SubscriptionFilter) { subscriptions(filter: $f, first: 1) {
        totals { currency count mrr { amountCents currency } mrrEurCents } } }"""

    async def totals(**narrowed: Any) -> list[Any]:
        return list((await api.ask(query, f=narrowed))["subscriptions"]["totals"])

    assert await totals() == [
        {"currency": "EUR", "count": 1, "mrr": {"amountCents": 4_000, "currency": "EUR"}, "mrrEurCents": 4_000},
        {"currency": "SEK", "count": 3, "mrr": {"amountCents": 59_000, "currency": "SEK"}, "mrrEurCents": 5_356},
    ]
    assert await totals(planCodes=["yearly"]) == [
        {"currency": "SEK", "count": 1, "mrr": {"amountCents": 10_000, "currency": "SEK"}, "mrrEurCents": 1_000}
    ]
    assert await totals(status=["TRIALING"]) == []
