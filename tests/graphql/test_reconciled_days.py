"""Which days can be reconciled: what is fetched for them, what is not known of them, and what is refused."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from procedures import reconcile as procedure
from schema.ids import to_global
from storage.engine import Database
from tests.books import LittleBooks
from tests.graphql.api import Api, served
from tests.graphql.test_close_month import CLOSE
from tests.graphql.till import ASKED, DAY, RECONCILIATION, Till, api, gateway, lines, reconciled, till
from tests.refunds.gateway import Gateway

__all__ = ["api", "gateway", "till"]


async def test_figures_and_lines_are_those_of_the_same_moment_for_an_hour(api: Api, till: Till) -> None:
    till.charge(100_00)
    before = await reconciled(api)
    till.charge(50_00)
    again = await reconciled(api)
    assert again == before
    assert len(lines(await reconciled(api, to="2026-11-16"))) == 2


async def test_days_that_the_provider_was_not_asked_about_are_fetched(api: Api, till: Till, gateway: Gateway) -> None:
    till.charge(100_00)
    told = await reconciled(api)
    assert told["syncedThrough"] == "2026-11-18T23:00:00Z"
    assert gateway.calls == [("lines", "2026-10-28T23:00:00+00:00/2026-11-18T23:00:00+00:00")]
    await reconciled(api, **{"from": "2026-11-10", "to": "2026-11-12"})
    assert len(gateway.calls) == 1
    await reconciled(api, **{"from": "2026-10-30", "to": "2026-11-20"})
    assert gateway.calls[1:] == [
        ("lines", "2026-10-26T23:00:00+00:00/2026-10-28T23:00:00+00:00"),
        ("lines", "2026-11-18T23:00:00+00:00/2026-11-20T12:00:00+00:00"),
    ]


async def test_a_provider_that_is_slow_leaves_an_answer_that_says_what_is_known(
    api: Api, till: Till, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(procedure, "FETCHED_SECONDS", 0.05)
    gateway.around = stuck
    ours = till.booked(100_00)
    told = await reconciled(api)
    assert (told["syncedThrough"], told["hasDrift"]) == (None, False)
    assert lines(told) == [("TIMING", "CHARGE", ours, None, 100_00)]


async def stuck(_where: str) -> None:
    raise TimeoutError


async def test_entries_of_days_that_are_not_known_yet_are_not_called_missing(api: Api, till: Till) -> None:
    today = till.booked(100_00, on=date(2026, 11, 20))
    yesterday = till.booked(90_00, on=date(2026, 11, 19))
    assert sorted(lines(await reconciled(api, to="2026-11-20"))) == [
        ("MISSING_AT_PROVIDER", "CHARGE", yesterday, None, 90_00),
        ("TIMING", "CHARGE", today, None, 100_00),
    ]


async def test_a_charge_that_is_not_booked_leads_to_its_payment(api: Api, till: Till) -> None:
    payment = till.little.payment(till.club, None, 40_00, provider_reference="ch_pending", outcome="PENDING")
    till.told("CHARGE", 40_00, "ch_pending")
    [line] = (await reconciled(api))["lines"]["nodes"]
    assert (line["state"], line["payment"]["id"]) == ("MISSING_IN_LEDGER", to_global("Payment", payment))


@pytest.mark.parametrize(
    ("variables", "code", "message"),
    [
        ({"provider": "acme"}, "PROVIDER_UNKNOWN", "There is no provider acme. There are: sandbox, listing, unset."),
        (
            {"provider": "unset"},
            "PROVIDER_NOT_CONFIGURED",
            "Provider unset cannot be used. Not set: BILLING_UNSET_KEY.",
        ),
        (
            {"provider": "listing"},
            "BAD_USER_INPUT",
            "Provider listing lists no ledger of its own and reads no bank files.",
        ),
        ({"from": "2026-11-16"}, "BAD_USER_INPUT", "The window ends on 2026-11-15, before it begins on 2026-11-16."),
        (
            {"to": "2026-11-21"},
            "BAD_USER_INPUT",
            "The window ends on 2026-11-21, but today is 2026-11-20: there are no figures of later days.",
        ),
        ({"from": "0001-01-01"}, "BAD_USER_INPUT", None),
        ({"to": "9999-12-31"}, "BAD_USER_INPUT", None),
        ({"provider": ""}, "PROVIDER_UNKNOWN", None),
        ({"first": 201}, "BAD_USER_INPUT", None),
        ({"after": "nonsense"}, "BAD_USER_INPUT", None),
    ],
)
async def test_what_cannot_be_reconciled_is_refused(
    api: Api, gateway: Gateway, variables: dict[str, Any], code: str, message: str | None
) -> None:
    told = await api.refused(RECONCILIATION, **ASKED | variables)
    assert told == (code, message or told[1])


async def test_the_route_says_503_for_a_provider_without_credentials_and_does_not_remember_it(
    api: Api, till: Till
) -> None:
    till.charge(100_00)
    headers = {"authorization": f"Bearer {api.token()}"}
    path = "/sys/billing/reconciliation?from=2026-11-01&to=2026-11-15"
    answers = [
        await api.client.get(f"{path}&provider={name}", headers=headers) for name in ("unset", "acme", "sandbox")
    ]
    assert [answer.status_code for answer in answers] == [503, 404, 200]
    assert answers[0].json()["error"]["code"] == "PROVIDER_NOT_CONFIGURED"
    body = answers[2].json()
    assert (body["has_drift"], body["lines"]["nodes"][0]["state"]) == (False, "MATCHED")
    assert body["currencies"][0]["by_kind"][0]["provider_total"] == {"amount_cents": 100_00, "currency": "SEK"}


async def test_a_reversed_refund_and_its_return_are_two_matched_lines(api: Api, till: Till) -> None:
    charge = till.charge(100_00)
    till.refunded(charge, 30_00)
    till.told("REFUND", -30_00, "re_1", of=charge)
    till.told("REFUND", 30_00, "re_1", on=DAY + timedelta(days=1), of=charge)
    told = await reconciled(api, to="2026-11-20")
    assert ("MATCHED", "REFUND", "re_1", 30_00, 30_00) in lines(told)
    assert told["hasDrift"] is False


async def test_a_month_of_which_the_provider_could_not_be_asked_is_closed_only_on_ones_own_word(
    api: Api, gateway: Gateway, little: LittleBooks
) -> None:
    gateway.around = stuck
    october = {"month": "2026-10-01", "reason": "October is complete"}
    _, message = await api.refused(CLOSE, input=october)
    assert "Not all lines of sandbox of 2026-10 are known: it could not be asked." in message
    assert little.one("select count(*) from closed_month") == (0,)
    gateway.around = None
    await api.ask(CLOSE, input=october)


async def test_the_tolerance_is_a_setting(
    api: Api, till: Till, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.charge(100_00, theirs=100_01)
    assert (await reconciled(api))["hasDrift"] is False
    monkeypatch.setenv("BILLING_RECONCILIATION_TOLERANCE_CENTS", "0")
    async with served(database, tmp_path) as strict:
        told = await reconciled(strict)
    assert (told["hasDrift"], told["toleranceCents"]) == (True, 0)
