"""/sys/invoices, /sys/payments and /sys/subscriptions: the saved lists, with their filters as query parameters."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from schema.ids import to_global
from tests.books import LittleBooks
from tests.graphql.api import Api


async def get(api: Api, path: str, **parameters: Any) -> tuple[int, Any]:
    headers = {"authorization": f"Bearer {api.token()}"}
    response = await api.client.get(path, params=parameters, headers=headers)
    return response.status_code, response.json()


async def numbers(api: Api, path: str, name: str, **parameters: Any) -> set[Any]:
    status, told = await get(api, path, **parameters)
    assert status == 200, told
    return {row[name] for row in told["nodes"]}


@pytest.fixture
def tenants(little: LittleBooks) -> dict[str, UUID]:
    """A Swedish and a Danish tenant with an invoice each, the Swedish one's paid, and a subscription each."""
    tenants = {"SE": little.tenant("Björkens Boule"), "DK": little.tenant("Havnens Petanque", country="DK")}
    plan = little.plan()
    for country, tenant in tenants.items():
        invoice = little.invoice(tenant, 10_000, number=f"F-{country}")
        little.subscription(tenant, plan, external_id=f"S-{country}")
        if country == "SE":
            little.payment(tenant, invoice, 10_000, external_id="P-SE")
    return tenants


async def test_invoices_are_filtered_by_query_parameters(api: Api, tenants: dict[str, UUID]) -> None:
    path = "/sys/invoices"
    assert await numbers(api, path, "number") == {"F-SE", "F-DK"}
    assert await numbers(api, path, "number", status="paid") == {"F-SE"}
    assert await numbers(api, path, "number", status=["open", "paid"]) == {"F-SE", "F-DK"}
    assert await numbers(api, path, "number", country="DK") == {"F-DK"}
    assert await numbers(api, path, "number", tenant_ids=str(tenants["SE"])) == {"F-SE"}
    assert await numbers(api, path, "number", min_amount_cents=10_001) == set()
    status, told = await get(api, path, first=1)
    assert (status, len(told["nodes"]), told["page_info"]["has_next_page"]) == (200, 1, True)
    rest = await numbers(api, path, "number", first=1, after=told["page_info"]["end_cursor"])
    assert rest | {row["number"] for row in told["nodes"]} == {"F-SE", "F-DK"}


async def test_payments_are_listed_and_one_is_shown(api: Api, tenants: dict[str, UUID], little: LittleBooks) -> None:
    key = little.one("select id from payment")[0]
    assert await numbers(api, "/sys/payments", "id") == {to_global("Payment", key)}
    assert await numbers(api, "/sys/payments", "id", tenant_ids=str(tenants["DK"])) == set()
    for written in (str(key), to_global("Payment", key)):
        status, told = await get(api, f"/sys/payments/{written}")
        assert (status, told["id"], told["amount"]["amount_cents"]) == (200, to_global("Payment", key), 10_000)


async def test_subscriptions_are_listed_and_one_is_shown(
    api: Api, tenants: dict[str, UUID], little: LittleBooks
) -> None:
    key = little.one("select id from subscription where tenant_id = %s", tenants["DK"])[0]
    assert len(await numbers(api, "/sys/subscriptions", "id")) == 2
    assert await numbers(api, "/sys/subscriptions", "id", country="DK") == {to_global("Subscription", key)}
    status, told = await get(api, f"/sys/subscriptions/{key}")
    assert (status, told["id"]) == (200, to_global("Subscription", key))


@pytest.mark.parametrize("path", ["/sys/payments/{}", "/sys/subscriptions/{}"])
async def test_a_row_that_is_not_there_is_not_found(api: Api, path: str) -> None:
    status, told = await get(api, path.format(uuid4()))
    assert (status, told["error"]["code"]) == (404, "NOT_FOUND")
    status, told = await get(api, path.format("x"))
    assert (status, told["error"]["code"]) == (400, "BAD_USER_INPUT")


@pytest.mark.parametrize(
    ("parameters", "argument"),
    [({"colour": "red"}, None), ({"status": "lost"}, None), ({"first": "many"}, None), ({"after": "x"}, "after"),
     ({"issued_from": "2026-02-02", "issued_to": "2026-02-01"}, "issued_to")],
)  # fmt: skip
async def test_a_parameter_that_cannot_be_is_refused(
    api: Api, parameters: dict[str, str], argument: str | None
) -> None:
    status, told = await get(api, "/sys/invoices", **parameters)
    assert (status, told["error"]["code"], told["error"].get("argument")) == (400, "BAD_USER_INPUT", argument)


@pytest.mark.parametrize(
    ("order_by", "first"),
    [("due_on", "F-1"), ("-due_on", "F-2"), ("TOTAL", "F-2"), ("-total", "F-1")],
)
async def test_a_list_is_ordered_by_a_field_or_the_other_way_round(
    api: Api, little: LittleBooks, order_by: str, first: str
) -> None:
    club = little.tenant()
    little.invoice(club, 20_000, number="F-1", due_on=date(2026, 12, 1))
    little.invoice(club, 10_000, number="F-2", due_on=date(2026, 12, 2))

    status, told = await get(api, "/sys/invoices", order_by=order_by)

    assert (status, told["nodes"][0]["number"]) == (200, first)


@pytest.mark.parametrize(
    ("path", "parameters", "message"),
    [
        ("/sys/invoices", {"order_by": "colour"},
         "The parameter order_by is one of issued_on, due_on, total, outstanding, number, after a - for the largest first."),
        ("/sys/payments", {"order_by": "--amount"},
         "The parameter order_by is one of paid_at, amount, after a - for the largest first."),
        ("/sys/payments", {"order_by": ["amount", "paid_at"]}, "The parameter order_by is given more than once."),
        ("/sys/invoices", {"tenant_ids": "x"}, "The id in tenant_ids is malformed: take it from an answer of this API."),
        ("/sys/invoices", {"status": "lost"}, "status[0]: Value 'LOST' does not exist in 'InvoiceStatus' enum."),
        ("/sys/invoices", {"issued_from": "x"},
         'issued_from: Date is a day as YYYY-MM-DD, for example "2026-03-31".'),
        ("/sys/billing/churn", {"from": "2026-01-01"},
         "to: Expected a value of non-null type 'Date!' to be provided."),
        ("/sys/billing/dashboard", {"plan_codes": "clubLarge"}, "There is no plan clubLarge."),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_a_parameter_is_said_in_the_words_of_the_route(
    api: Api, path: str, parameters: dict[str, Any], message: str
) -> None:
    assert (await get(api, path, **parameters))[1]["error"]["message"] == message


async def test_strangers_see_no_list(api: Api) -> None:
    for path in ("/sys/invoices", "/sys/payments", "/sys/subscriptions"):
        assert (await api.client.get(path)).status_code == 401
