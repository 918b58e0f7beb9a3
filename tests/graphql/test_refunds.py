"""Refunds through the API: from the preview to the row, as a frontend team asks for it."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from procedures.apply_credit import apply
from schema.ids import to_global
from storage.engine import Database
from tests.books import LittleBooks
from tests.graphql.api import Api, served
from tests.refunds.desk import Desk, desk_over
from tests.refunds.gateway import Fault, Gateway, registry_of

PREVIEW = """
query ($paymentId: ID!, $amountCents: Cents) { refundPreview(paymentId: $paymentId, amountCents: $amountCents) {
  alreadyDone { id } payment { id status } amount { amountCents currency formatted(locale: "sv") }
  refundableBefore { amountCents } refundableAfter { amountCents } invoiceStatusAfter paymentStatusAfter
  ledger { account accountName amount { amountCents } } settlesImmediately warnings token expiresAt } }"""

EXECUTE = """
mutation ($input: ExecuteRefundInput!) { executeRefund(input: $input) {
  replayed notificationQueued invoice { status }
  payment { status refunded { amountCents } refundable { amountCents } refunds { id status } }
  refund { id status amount { amountCents } actor reason provider providerReference failureReason needsReview creditNote
           payment { id } accountingEntries { account amount { amountCents } } events { kind } } } }"""

RESOLVE = """
mutation ($input: ResolveRefundInput!) { resolveRefund(input: $input) {
  refund { status needsReview failureReason providerReference } payment { refundable { amountCents } } } }"""

LIST = """
query ($filter: RefundFilter, $first: Int, $after: String) { refunds(filter: $filter, first: $first, after: $after) {
  totalCount totals { currency amountCents } nodes { id status payment { tenant { name } } } pageInfo { hasNextPage } } }"""


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
async def api(database: Database, tmp_path: Path, gateway: Gateway) -> AsyncIterator[Api]:
    """The whole service, with a gateway that only this test knows."""
    async with served(database, tmp_path, registry=registry_of(gateway)) as made:
        yield made


@pytest.fixture
async def desk(database: Database, little: LittleBooks) -> AsyncIterator[Desk]:
    async with desk_over(database, little) as made:
        yield made


async def ordered(api: Api, payment: UUID, cents: int, **more: Any) -> dict[str, Any]:
    """The input of a refund that was previewed."""
    key = to_global("Payment", payment)
    token = (await api.ask(PREVIEW, paymentId=key, amountCents=cents))["refundPreview"]["token"]
    return {"paymentId": key, "amountCents": cents, "previewToken": token, "reason": "Paid twice", **more}


async def test_what_the_preview_shows_is_what_is_done(api: Api, desk: Desk) -> None:
    payment = desk.paid(125_000)

    shown = (await api.ask(PREVIEW, paymentId=to_global("Payment", payment), amountCents=50_000))["refundPreview"]

    token = shown.pop("token")
    assert shown == {
        "alreadyDone": [],
        "payment": {"id": to_global("Payment", payment), "status": "SUCCEEDED"},
        "amount": {"amountCents": 50_000, "currency": "SEK", "formatted": "500,00\xa0kr"},
        "refundableBefore": {"amountCents": 125_000},
        "refundableAfter": {"amountCents": 75_000},
        "invoiceStatusAfter": "PARTIALLY_REFUNDED",
        "paymentStatusAfter": "PARTIALLY_REFUNDED",
        "ledger": [
            {"account": "3001", "accountName": "Revenue 25 % VAT", "amount": {"amountCents": 40_000}},
            {"account": "2611", "accountName": "Output VAT 25 %", "amount": {"amountCents": 10_000}},
            {"account": "1580", "accountName": "Gateway clearing", "amount": {"amountCents": -50_000}},
        ],
        "settlesImmediately": True,
        "warnings": ["The newest rate of SEK is more than 10 days old."],
        "expiresAt": "2026-11-20T12:15:00Z",
    }
    asked = {
        "paymentId": to_global("Payment", payment), "amountCents": 50_000, "previewToken": token, "reason": "Paid twice",
        "notifyTenant": True,
    }  # fmt: skip
    done = (await api.ask(EXECUTE, input=asked))["executeRefund"]
    assert done["refund"]["accountingEntries"] == [
        {"account": line["account"], "amount": line["amount"]} for line in shown["ledger"]
    ]
    assert done["invoice"] == {"status": shown["invoiceStatusAfter"]}
    refund = done["refund"]
    assert done["payment"] == {
        "status": shown["paymentStatusAfter"],
        "refunded": {"amountCents": 50_000},
        "refundable": {"amountCents": 75_000},
        "refunds": [{"id": refund["id"], "status": "SUCCEEDED"}],
    }
    assert (refund["actor"], refund["creditNote"]) == ("finance@example.org", "CN-2026-000001")
    assert [event["kind"] for event in refund["events"]] == ["ORDERED", "SUCCEEDED"]
    assert (done["replayed"], done["notificationQueued"]) == (False, True)


async def test_a_replay_returns_the_refund_and_needs_a_fresh_sign_in(api: Api, desk: Desk, gateway: Gateway) -> None:
    asked = await ordered(api, desk.paid(125_000), 50_000)
    first = (await api.ask(EXECUTE, input=asked))["executeRefund"]

    stale = await api.post(EXECUTE, token=api.token(auth_age=301), input=asked)
    again = (await api.ask(EXECUTE, input=asked))["executeRefund"]

    assert stale.status_code == 401
    assert stale.json()["errors"][0]["extensions"]["code"] == "FRESH_AUTH_REQUIRED"
    assert (again["replayed"], again["refund"]["id"]) == (True, first["refund"]["id"])
    assert [call for call, _ in gateway.calls] == ["refund"]


async def test_an_unknown_outcome_is_the_answer_and_a_person_resolves_it(
    api: Api, desk: Desk, gateway: Gateway
) -> None:
    gateway.faults = [Fault.DROPPED]
    done = (await api.ask(EXECUTE, input=await ordered(api, desk.paid(125_000), 50_000)))["executeRefund"]
    assert (done["refund"]["status"], done["payment"]["refundable"]) == ("PENDING", {"amountCents": 75_000})
    resolve = {"refundId": done["refund"]["id"], "resolution": "FAILED", "reason": "They never got it"}
    assert (await api.refused(RESOLVE, input=resolve))[0] == "CONFLICT"
    desk.little.connection.execute("update refund set needs_review = true, due_at = null")

    waiting = (await api.ask(LIST, filter={"needsReview": True}))["refunds"]
    resolved = (await api.ask(RESOLVE, input=resolve))["resolveRefund"]

    assert [node["id"] for node in waiting["nodes"]] == [done["refund"]["id"]]
    assert resolved["refund"] == {
        "status": "FAILED", "needsReview": False, "failureReason": "They never got it", "providerReference": None,
    }  # fmt: skip
    assert resolved["payment"] == {"refundable": {"amountCents": 125_000}}
    assert (await api.refused(RESOLVE, input=resolve))[0] == "CONFLICT"
    assert desk.broken() == []


async def test_what_can_go_back_is_the_same_wherever_it_is_shown(api: Api, desk: Desk, gateway: Gateway) -> None:
    tenant = desk.little.tenant()
    surplus, plain = desk.paid(125_000, credited=25_000, tenant=tenant), desk.paid(50_000, tenant=tenant)
    credit, elsewhere = desk.paid(4_000, invoice_cents=0), desk.paid(60_000, outcome="FAILED")
    gateway.faults = [Fault.DROPPED]
    await desk.refund(surplus, 7_000)
    another = desk.little.invoice(tenant, 30_000)
    applied = await apply(tenant_id=tenant, invoice_id=another, cents=15_000, order=desk.order(), books=desk.books)

    shown = (await api.ask("{ payments { nodes { id refundable { amountCents formatted } } } }"))["payments"]["nodes"]
    assert {one["id"]: one["refundable"]["amountCents"] for one in shown} == {
        to_global("Payment", surplus): 103_000,
        to_global("Payment", plain): 50_000,
        to_global("Payment", credit): 4_000,
        to_global("Payment", elsewhere): 0,
        to_global("Payment", applied.payment_id): 0,
    }
    for payment, cents in ((surplus, 103_000), (plain, 50_000), (credit, 4_000)):
        key = to_global("Payment", payment)
        preview = (await api.ask(PREVIEW, paymentId=key))["refundPreview"]
        found = (await api.ask("query ($id: ID!) { payment(id: $id) { refundable { amountCents } } }", id=key))[
            "payment"
        ]
        assert preview["refundableBefore"] == found["refundable"] == {"amountCents": cents}
    link = (await api.ask("mutation { exportLink(input: {kind: PAYMENTS, format: CSV}) { url } }"))["exportLink"]["url"]
    exported = csv.DictReader(io.StringIO((await api.client.get(link)).content.decode("utf-8-sig")))
    assert sorted(row["refundable"] for row in exported) == ["0.00", "0.00", "1030.00", "40.00", "500.00"]


async def test_the_list_is_narrowed_and_summed(api: Api, desk: Desk) -> None:
    for cents in (1_000, 2_000, 3_000):
        await api.ask(EXECUTE, input=await ordered(api, desk.paid(10_000), cents))

    page = (await api.ask(LIST, first=2, filter={"status": ["SUCCEEDED"], "provider": "sandbox"}))["refunds"]

    assert (page["totalCount"], len(page["nodes"]), page["pageInfo"]) == (3, 2, {"hasNextPage": True})
    assert page["totals"] == [{"currency": "SEK", "amountCents": 6_000}]
    for none in (
        {"status": ["FAILED"]},
        {"provider": "other"},
        {"createdFrom": "2026-11-21"},
        {"createdTo": "2026-11-19"},
    ):
        assert (await api.ask(LIST, filter=none))["refunds"]["totalCount"] == 0
    assert (await api.refused(LIST, filter={"createdFrom": "2026-11-21", "createdTo": "2026-11-20"}))[
        0
    ] == "BAD_USER_INPUT"


async def test_the_sys_routes_preview_and_refund(api: Api, desk: Desk) -> None:
    payment = desk.paid(125_000)
    headers = {"authorization": f"Bearer {api.token()}"}
    path = f"/sys/payments/{payment}/refund"

    shown = await api.client.post(f"{path}/preview", json={"amount_cents": 50_000}, headers=headers)
    body = {"amount_cents": 50_000, "preview_token": shown.json()["token"], "reason": "Paid twice"}
    done = await api.client.post(path, json=body, headers=headers)

    assert (shown.status_code, done.status_code) == (200, 200)
    assert shown.json()["refundable_after"]["amount_cents"] == 75_000
    assert (done.json()["refund"]["status"], done.json()["replayed"]) == ("SUCCEEDED", False)
    for wrong, status in (({"amount": 1}, 400), ({"amount_cents": 0}, 400), ({"amount_cents": 99_000}, 422)):
        response = await api.client.post(f"{path}/preview", json=wrong, headers=headers)
        assert response.status_code == status, response.text
    stale = await api.client.post(path, json={**body, "amount_cents": 100}, headers=headers)
    assert (stale.status_code, stale.json()["error"]["code"]) == (409, "STALE_PREVIEW")
