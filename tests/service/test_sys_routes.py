"""The /sys routes over the whole service and a database of the test's own."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from graphql import parse, validate

from billing.refusals import ErrorCode
from graphql_api.execution import core_schema
from graphql_api.roots import build_schema
from graphql_api.stored_documents import FRAGMENTS, names, stored
from graphql_api.sys_routes import ROUTES, STATUS
from schema.ids import to_global
from tests.books import LittleBooks
from tests.graphql.api import Api

UNMATCHED = "/sys/payments/unmatched"


async def get(api: Api, path: str = UNMATCHED, **parameters: Any) -> httpx.Response:
    return await api.client.get(path, params=parameters, headers={"authorization": f"Bearer {api.token()}"})


async def post(api: Api, transfer: UUID | str, verb: str, body: Any, *, token: str | None = None) -> httpx.Response:
    headers = {"authorization": f"Bearer {token or api.token()}"}
    return await api.client.post(f"{UNMATCHED}/{transfer}/{verb}", json=body, headers=headers)


def refusal(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


@pytest.mark.parametrize("name", names())
def test_every_stored_operation_is_valid(name: str) -> None:
    assert validate(core_schema(build_schema()), parse(stored(name))) == []


def test_every_shared_fragment_is_shared() -> None:
    documents = [stored(name) for name in names()]

    for fragment in FRAGMENTS.glob("*.graphql"):
        assert sum(f"fragment {fragment.stem} on " in document for document in documents) > 1, fragment.stem


def test_every_route_has_its_operation_and_every_code_a_status() -> None:
    assert all(stored(route.operation) for route in ROUTES)
    assert STATUS.keys() == set(ErrorCode)
    assert set(STATUS.values()) == {400, 401, 403, 404, 409, 422, 500, 502, 503}


async def test_the_inbox_is_listed_in_snake_case(api: Api, little: LittleBooks) -> None:
    transfer = little.transfer(130_000, counterparty_name="Björkens BK")
    response = await get(api)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    listed = response.json()
    assert listed["total_count"] == 1
    assert listed["totals"] == [{"amount_cents": 130_000, "currency": "SEK"}]
    assert listed["page_info"]["has_next_page"] is False
    [row] = listed["nodes"]
    assert row["id"] == to_global("BankTransfer", transfer)
    assert (row["status"], row["booked_on"], row["counterparty_name"]) == ("UNMATCHED", "2026-11-19", "Björkens BK")


FILTERS: list[tuple[dict[str, Any], int]] = [
    ({}, 2),
    ({"first": 1}, 1),
    ({"currency": "SEK", "min_amount_cents": 200}, 1),
    ({"max_amount_cents": 200}, 1),
    ({"booked_from": "2026-11-19", "booked_to": "2026-11-19"}, 2),
    ({"booked_from": "2026-11-20"}, 0),
    ({"status": "ignored"}, 0),
    ({"status": ["ignored", "UNMATCHED"]}, 2),
    ({"provider": "bankgirot"}, 2),
    ({"provider": "another"}, 0),
]


@pytest.mark.parametrize(("parameters", "count"), FILTERS)
async def test_query_parameters_narrow_the_list(
    api: Api, little: LittleBooks, parameters: dict[str, Any], count: int
) -> None:
    little.transfer(100)
    little.transfer(300)
    assert len((await get(api, **parameters)).json()["nodes"]) == count


async def test_a_file_is_named_by_its_uuid_or_its_global_id(api: Api, little: LittleBooks) -> None:
    transfer = little.transfer(100)
    little.transfer(200)
    [file] = little.one("select bank_file_id from bank_transfer where id = %s", transfer)
    for name in (file, file.hex, to_global("BankFile", file)):
        assert [row["amount"]["amount_cents"] for row in (await get(api, bank_file_id=str(name))).json()["nodes"]] == [
            100
        ]


BAD_PARAMETERS: list[dict[str, Any]] = [
    {"first": "many"},
    {"first": "1.0"},
    {"first": 201},
    {"first": -1},
    {"first": [1, 2]},
    {"min_amount_cents": "9" * 19},
    {"min_amount_cents": "9" * 5000},
    {"booked_from": "yesterday"},
    {"currency": "sek"},
    {"status": "lost"},
    {"bookedFrom": "2026-11-19"},
    {"filter": "x"},
    {"nonsense": "x"},
    {"search": "a\0b"},
    {"bank_file_id": "x"},
]


@pytest.mark.parametrize("parameters", BAD_PARAMETERS)
async def test_a_parameter_that_is_unknown_or_malformed_is_refused(api: Api, parameters: dict[str, Any]) -> None:
    assert refusal(await get(api, **parameters)) == (400, "BAD_USER_INPUT")


@pytest.mark.parametrize("as_global_ids", [False, True])
async def test_a_transfer_is_assigned_by_ids_of_either_kind(api: Api, little: LittleBooks, as_global_ids: bool) -> None:
    invoice, transfer = little.invoice(little.tenant(), 125_000), little.transfer(125_000)
    ids = (to_global("BankTransfer", transfer), to_global("Invoice", invoice)) if as_global_ids else (transfer, invoice)
    response = await post(api, ids[0], "assign", {"invoice_id": str(ids[1]), "reason": "the payer called"})
    assert response.status_code == 200, response.text
    done = response.json()
    assert done["transfer"]["status"] == "ASSIGNED"
    assert [(row["status"], row["outstanding"]["amount_cents"]) for row in done["invoices"]] == [("PAID", 0)]
    assert sum(entry["amount"]["amount_cents"] for entry in done["accounting_entries"]) == 0
    assert little.one("select actor, reason from audit_event") == ("finance@example.org", "the payer called")


async def test_a_transfer_is_split_between_an_invoice_and_a_tenant_s_credit(api: Api, little: LittleBooks) -> None:
    tenant = little.tenant()
    invoice, transfer = little.invoice(tenant, 100_000), little.transfer(125_000)
    allocations = [
        {"invoice_id": str(invoice), "amount_cents": 100_000},
        {"tenant_id": str(tenant), "amount_cents": 25_000},
    ]
    response = await post(api, transfer, "assign", {"allocations": allocations, "reason": "the payer called"})
    assert response.status_code == 200, response.text
    paid = [(row["amount"]["amount_cents"], row["credited"]["amount_cents"]) for row in response.json()["payments"]]
    assert sorted(paid) == [(25_000, 25_000), (100_000, 0)]


async def test_a_transfer_is_ignored(api: Api, little: LittleBooks) -> None:
    response = await post(api, little.transfer(), "ignore", {"reason": "not for us"})
    assert response.status_code == 200, response.text
    assert response.json()["transfer"]["status"] == "IGNORED"
    assert response.json()["transfer"]["ignored_reason"] == "not for us"


async def test_what_goes_wrong_has_the_status_of_its_code(api: Api, little: LittleBooks) -> None:
    tenant, transfer = little.tenant(), little.transfer(125_000)
    invoice, other = little.invoice(tenant, 125_000), little.invoice(tenant, 1_000)
    good = {"invoice_id": str(invoice), "reason": "the payer called"}
    split = [{"invoice_id": str(other), "amount_cents": 1_000}]

    assert refusal(await post(api, transfer, "assign", good | {"reason": " "})) == (400, "REASON_REQUIRED")
    assert refusal(await post(api, "nonsense", "assign", good)) == (400, "BAD_USER_INPUT")
    assert refusal(await post(api, transfer, "assign", good | {"nonsense": 1})) == (400, "BAD_USER_INPUT")
    assert refusal(await post(api, transfer, "assign", {"invoiceId": str(invoice), "reason": "camel"})) == (
        400,
        "BAD_USER_INPUT",
    )
    assert refusal(await post(api, transfer, "assign", [good])) == (400, "BAD_USER_INPUT")
    assert refusal(await post(api, uuid4(), "assign", good)) == (404, "NOT_FOUND")
    assert refusal(await post(api, to_global("Invoice", invoice), "assign", good)) == (404, "NOT_FOUND")
    assert refusal(await post(api, transfer, "assign", {"allocations": split, "reason": "abc"})) == (
        422,
        "ALLOCATION_MISMATCH",
    )
    assert (await post(api, transfer, "assign", good)).status_code == 200
    assert refusal(await post(api, transfer, "assign", good)) == (409, "TRANSFER_NOT_UNMATCHED")
    assert little.one("select count(*) from audit_event") == (1,)


async def test_the_door_is_the_same_as_for_graphql(api: Api, little: LittleBooks) -> None:
    transfer = little.transfer()
    body = {"reason": "not for us"}
    nobody = await api.client.post(f"{UNMATCHED}/{transfer}/ignore", json=body)
    assert refusal(nobody) == (401, "UNAUTHENTICATED")
    assert nobody.headers["www-authenticate"] == "Bearer"
    stale = await post(api, transfer, "ignore", body, token=api.token(auth_age=301))
    assert refusal(stale) == (401, "FRESH_AUTH_REQUIRED")
    assert stale.json()["error"]["max_age"] == 300
    assert stale.headers["www-authenticate"] == 'Bearer error="insufficient_user_authentication", max_age="300"'
    assert refusal(await api.client.get(UNMATCHED)) == (401, "UNAUTHENTICATED")
    assert refusal(await api.client.get(UNMATCHED, params={"nonsense": 1})) == (401, "UNAUTHENTICATED")
    assert little.one("select count(*) from audit_event") == (0,)


async def test_a_refused_argument_is_named_as_the_route_spells_it(api: Api, little: LittleBooks) -> None:
    body = {"invoice_id": "nonsense", "reason": "the payer called"}
    refused = (await post(api, little.transfer(), "assign", body)).json()["error"]
    assert refused["argument"] == "invoice_id"
    assert refused["message"] == "The id in invoice_id is malformed: take it from an answer of this API."


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Say why in reason, in 3 to 500 characters: the audit trail keeps it."),
        ({"reason": "the payer called"}, "Give invoice_id or allocations, and not both."),
        ({"reason": "the payer called", "allocations": [{"amount_cents": "1"}]},
         "allocations[0].amount_cents: Cents is a whole number from"),
        ({"reason": "the payer called", "allocations": [{"invoice_id": "x"}]},
         "allocations[0]: Expected value of type 'AllocationInput' to include required field 'amount_cents'"),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_a_body_is_said_in_the_words_of_the_route(
    api: Api, little: LittleBooks, body: dict[str, Any], message: str
) -> None:
    told = (await post(api, little.transfer(), "assign", body)).json()["error"]["message"]
    assert told.startswith(message)
    assert little.one("select count(*) from audit_event") == (0,)


@pytest.mark.parametrize(
    ("method", "path"), [("POST", UNMATCHED), ("GET", f"{UNMATCHED}/x/assign"), ("PUT", UNMATCHED)]
)
async def test_a_route_has_one_method(api: Api, method: str, path: str) -> None:
    assert (await api.client.request(method, path)).status_code == 405
