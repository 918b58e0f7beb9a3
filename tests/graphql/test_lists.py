"""The lists that finance people look at all day: filters, orders, sums, pages, and every way from one row to another."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from schema.ids import to_global
from schema.reading import searching
from schema.reading.searching import Found, Search
from tests.books import RATE_OF_SEK, TODAY, LittleBooks
from tests.graphql.api import Api

INVOICES = """
query ($first: Int, $after: String, $last: Int, $before: String, $filter: InvoiceFilter, $orderBy: InvoiceOrder) {
  invoices(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $orderBy) {
    totalCount nodes { number } pageInfo { endCursor startCursor hasNextPage }
    totals { currency count total { amountCents } paid { amountCents } outstanding { amountCents } refunded { currency } }
  } }"""


async def numbers(api: Api, **variables: Any) -> list[str]:
    page = (await api.ask(INVOICES, **variables))["invoices"]
    if "first" not in variables:
        assert page["totalCount"] == len(page["nodes"]) == sum(row["count"] for row in page["totals"])
    return [node["number"] for node in page["nodes"]]


@pytest.fixture
def claims(little: LittleBooks) -> dict[str, Any]:
    """Five invoices of two tenants, one of them paid, one void, one overdue."""
    swedish, danish = little.tenant("Björkens Boule"), little.tenant("Havnens Petanque", country="DK")
    made = {
        "A": little.invoice(swedish, 10_000, number="A", issued_on=TODAY - timedelta(days=4), ocr="7654321"),
        "B": little.invoice(swedish, 20_000, number="B", issued_on=TODAY - timedelta(days=3), issuer_type="TENANT"),
        "C": little.invoice(danish, 30_000, number="C", issued_on=TODAY - timedelta(days=2), currency="EUR"),
        "D": little.invoice(danish, 5_000, number="D", issued_on=TODAY - timedelta(days=90), due_on=TODAY - timedelta(days=60)),
        "E": little.invoice(swedish, 15_000, number="E", issued_on=TODAY - timedelta(days=1), customer_name="Åkes_Klot"),
    }  # fmt: skip
    little.payment(swedish, made["A"], 10_000, provider_reference="ch_of_a")
    little.connection.execute("update invoice set declared_status = 'VOID' where number = 'E'")
    return made | {"swedish": swedish, "danish": danish}


@pytest.fixture(params=[searching.FEW, 2, 0])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches that find few, and those that find more."""
    monkeypatch.setattr(searching, "FEW", request.param)


async def test_invoices_are_filtered_by_all_that_is_given(api: Api, claims: dict[str, Any]) -> None:
    assert await numbers(api) == ["E", "C", "B", "A", "D"]
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"status": ["PAID"]}, ["A"]),
        ({"status": ["PAID", "VOID"]}, ["E", "A"]),
        ({"status": []}, []),
        ({"issuerType": "TENANT"}, ["B"]),
        ({"overdue": True}, ["D"]),
        ({"overdue": False}, ["E", "C", "B", "A"]),
        ({"currency": "EUR"}, ["C"]),
        ({"country": "DK"}, ["C", "D"]),
        ({"tenantIds": [to_global("Tenant", claims["danish"])]}, ["C", "D"]),
        ({"issuedFrom": str(TODAY - timedelta(days=3)), "issuedTo": str(TODAY - timedelta(days=2))}, ["C", "B"]),
        ({"dueTo": str(TODAY)}, ["D"]),
        ({"minAmountCents": 15_000, "maxAmountCents": 20_000}, ["E", "B"]),
        ({"country": "DK", "overdue": True, "currency": "SEK", "status": ["OPEN"]}, ["D"]),
    ]
    for narrowed, expected in cases:
        assert await numbers(api, filter=narrowed) == expected, narrowed


@pytest.mark.usefixtures("few")
async def test_invoices_are_searched_by_all_that_tells_them_apart(
    api: Api, claims: dict[str, Any], little: LittleBooks
) -> None:
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"search": "havnens"}, ["C", "D"]),
        ({"search": "65432"}, ["A"]),
        ({"search": "es_kl"}, ["E"]),
        ({"search": "esXkl"}, []),
        ({"search": "ch_of_a"}, ["A"]),
        ({"search": "ns"}, ["E", "C", "B", "A", "D"]),
        ({"search": "%"}, []),
        ({"search": "å", "status": ["VOID"]}, ["E"]),
        ({"search": "ch_of_a", "tenantIds": [to_global("Tenant", claims["danish"])]}, []),
    ]
    for narrowed, expected in cases:
        assert await numbers(api, filter=narrowed) == expected, narrowed
    little.connection.execute("update invoice set customer_name = 'Ninas klot' where number = 'E'")
    assert await numbers(api, filter={"search": "es_kl"}) == []
    assert await numbers(api, filter={"search": "ninas"}) == ["E"]


@pytest.mark.usefixtures("few", "claims")
async def test_what_a_search_finds_has_pages_like_any_list(api: Api) -> None:
    search = {"search": "o"}
    orders = ({"field": "NUMBER"}, {"field": "TOTAL", "direction": "ASC"})
    for order in orders:
        whole = await numbers(api, filter=search, orderBy=order)
        assert len(whole) > 3
        first = (await api.ask(INVOICES, first=2, filter=search, orderBy=order))["invoices"]
        after = first["pageInfo"]["endCursor"]
        rest = await numbers(api, first=9, after=after, filter=search, orderBy=order)
        assert [node["number"] for node in first["nodes"]] + rest == whole
        assert first["totalCount"] == len(whole)


@pytest.mark.parametrize(
    ("text", "is_known"),
    [("abc", True), ("Åke", True), ("123", True), ("ab", False), ("a b c", False), ("12-3", False), ("½½½", False)],
)
def test_what_an_index_knows_nothing_of_is_gone_through(text: str, is_known: bool) -> None:
    condition, _ = Search(lambda row, value: row.name == value, select).of(text)
    assert isinstance(condition, Found) is is_known


@pytest.mark.usefixtures("claims")
async def test_the_lists_of_each_tenant_are_searched(api: Api) -> None:
    query = """{ tenants(search: "e") { nodes { name invoices(filter: {search: "ns"}, first: 2) {
        totalCount nodes { number } pageInfo { hasNextPage } } } } }"""

    swedish, danish = (await api.ask(query))["tenants"]["nodes"]

    assert [swedish["name"], danish["name"]] == ["Björkens Boule", "Havnens Petanque"]
    assert [node["number"] for node in swedish["invoices"]["nodes"]] == ["E", "B"]
    assert swedish["invoices"]["totalCount"] == 3
    assert [node["number"] for node in danish["invoices"]["nodes"]] == ["C", "D"]
    assert [one["invoices"]["pageInfo"]["hasNextPage"] for one in (swedish, danish)] == [True, False]


async def test_invoices_run_in_the_order_asked_for(api: Api, claims: dict[str, Any]) -> None:
    expected = {
        "ISSUED_ON": ["D", "A", "B", "C", "E"],
        "DUE_ON": ["D"],
        "TOTAL": ["D", "A", "E", "B", "C"],
        "OUTSTANDING": [],
        "NUMBER": ["A", "B", "C", "D", "E"],
    }
    for field, ascending in expected.items():
        up = await numbers(api, orderBy={"field": field, "direction": "ASC"})
        down = await numbers(api, orderBy={"field": field})
        assert down == up[::-1]
        assert up[: len(ascending)] == ascending


async def test_sums_are_kept_apart_by_currency(api: Api, claims: dict[str, Any]) -> None:
    totals = (await api.ask(INVOICES, first=1))["invoices"]["totals"]

    assert totals == [
        {"currency": "EUR", "count": 1, "total": {"amountCents": 30_000}, "paid": {"amountCents": 0},
         "outstanding": {"amountCents": 30_000}, "refunded": {"currency": "EUR"}},
        {"currency": "SEK", "count": 4, "total": {"amountCents": 50_000}, "paid": {"amountCents": 10_000},
         "outstanding": {"amountCents": 25_000}, "refunded": {"currency": "SEK"}},
    ]  # fmt: skip


async def test_pages_keep_their_place_while_rows_arrive(api: Api, little: LittleBooks) -> None:
    tenant = little.tenant()
    for i in range(6):
        little.invoice(tenant, 1_000, number=f"N{i}", issued_on=TODAY - timedelta(days=i // 2))
    first = (await api.ask(INVOICES, first=3))["invoices"]
    little.invoice(tenant, 1_000, number="NEW", issued_on=TODAY)

    second = (await api.ask(INVOICES, first=3, after=first["pageInfo"]["endCursor"]))["invoices"]

    assert [node["number"] for node in first["nodes"] + second["nodes"]] == ["N1", "N0", "N3", "N2", "N5", "N4"]
    back = (await api.ask(INVOICES, last=2, before=second["pageInfo"]["startCursor"]))["invoices"]
    assert [node["number"] for node in back["nodes"]] == ["N0", "N3"]


async def test_lists_below_a_tenant_have_pages_of_their_own(api: Api, little: LittleBooks) -> None:
    tenant, plan = little.tenant(), little.plan()
    for i in range(3):
        invoice = little.invoice(tenant, 1_000, number=f"N{i}", issued_on=TODAY - timedelta(days=i))
        little.payment(tenant, invoice, 400, paid_at=datetime(2026, 11, 1 + i, tzinfo=UTC))
    little.subscription(tenant, plan)
    little.invoice(little.tenant("Other"), 1_000, number="OTHER")
    query = """query ($id: ID!, $after: String, $status: [InvoiceStatus!]) { tenant(id: $id) {
        invoices(first: 2, after: $after, filter: {status: $status}) {
            totalCount totals { total { amountCents } } pageInfo { hasNextPage endCursor } edges { cursor node { number tenant { id } } } }
        payments(first: 1) { nodes { amount { amountCents } invoice { number payments(first: 1) { status } } } totals { count } }
        subscriptions { totalCount nodes { plan { code price { amountCents } } status } } } }"""

    one = (await api.ask(query, id=to_global("Tenant", tenant)))["tenant"]

    assert [edge["node"]["number"] for edge in one["invoices"]["edges"]] == ["N0", "N1"]
    assert one["invoices"]["totalCount"] == 3
    assert one["invoices"]["totals"] == [{"total": {"amountCents": 3_000}}]
    assert {edge["node"]["tenant"]["id"] for edge in one["invoices"]["edges"]} == {to_global("Tenant", tenant)}
    assert one["payments"] == {
        "nodes": [{"amount": {"amountCents": 400}, "invoice": {"number": "N2", "payments": [{"status": "SUCCEEDED"}]}}],
        "totals": [{"count": 3}],
    }
    assert one["subscriptions"]["nodes"] == [
        {"plan": {"code": "club", "price": {"amountCents": 49_000}}, "status": "ACTIVE"}
    ]
    after = one["invoices"]["pageInfo"]["endCursor"]
    rest = (await api.ask(query, id=to_global("Tenant", tenant), after=after))["tenant"]["invoices"]
    assert [edge["node"]["number"] for edge in rest["edges"]] == ["N2"]
    paid = (await api.ask(query, id=to_global("Tenant", tenant), status=["PAID"]))["tenant"]["invoices"]
    assert (paid["totalCount"], paid["edges"]) == (0, [])
    code, _ = await api.refused(query, id=to_global("Tenant", tenant), after="nonsense")
    assert code == "BAD_USER_INPUT"


async def test_payments_are_filtered_by_business_day_and_the_rest(api: Api, little: LittleBooks) -> None:
    tenant = little.tenant("Björkens Boule")
    invoice = little.invoice(tenant, 10_000, number="F-5")
    little.payment(
        tenant, invoice, 100, paid_at=datetime(2026, 10, 31, 23, 30, tzinfo=UTC), provider_reference="ch_one"
    )
    little.payment(tenant, None, 200, paid_at=datetime(2026, 10, 31, 22, 30, tzinfo=UTC), method="SWISH")
    little.payment(tenant, None, 300, outcome="PENDING", provider="other", currency="EUR")

    async def amounts(**narrowed: Any) -> list[int]:
        query = """query ($f: PaymentFilter) { payments(filter: $f, orderBy: {field: AMOUNT, direction: ASC}) {
            nodes { amount { amountCents } } } }"""
        return [node["amount"]["amountCents"] for node in (await api.ask(query, f=narrowed))["payments"]["nodes"]]

    assert await amounts() == [100, 200, 300]
    assert await amounts(paidFrom="2026-11-01", paidTo="2026-11-01") == [100]
    assert await amounts(paidTo="2026-10-31") == [200]
    assert await amounts(status=["PENDING"]) == [300]
    assert await amounts(method=["SWISH", "CARD"], provider="sandbox") == [100, 200]
    assert await amounts(currency="EUR") == [300]


@pytest.mark.usefixtures("few")
async def test_payments_are_searched_by_reference_invoice_and_tenant(api: Api, little: LittleBooks) -> None:
    tenant = little.tenant("Björkens Boule")
    invoice = little.invoice(tenant, 100, number="F-5")
    little.payment(tenant, invoice, 100, provider_reference="ch_one")
    little.payment(tenant, None, 200)
    little.payment(little.tenant("Havnens Petanque"), None, 300)
    query = """query ($f: PaymentFilter) { payments(filter: $f, orderBy: {field: AMOUNT, direction: ASC}) {
        totalCount nodes { amount { amountCents } } } }"""

    async def amounts(**narrowed: Any) -> list[int]:
        page = (await api.ask(query, f=narrowed))["payments"]
        assert page["totalCount"] == len(page["nodes"])
        return [node["amount"]["amountCents"] for node in page["nodes"]]

    assert await amounts(search="H_ON") == [100]
    assert await amounts(search="f-5") == [100]
    assert await amounts(search="björk") == [100, 200]
    assert await amounts(search="björk", minAmountCents=200) == [200]


@pytest.mark.usefixtures("few")
async def test_entries_are_found_by_book_account_and_journal(api: Api, little: LittleBooks) -> None:
    tenant = little.tenant()
    little.invoice(tenant, 10_000, number="P")
    little.invoice(tenant, 20_000, number="T", issuer_type="TENANT", issued_on=TODAY)
    query = """query ($f: AccountingEntryFilter) { accountingEntries(filter: $f) {
        totalCount totals { amountCents } totalsInEur { currency amountCents } nodes { id account journalId amount { amountCents } book { name } description } } }"""

    async def found(**narrowed: Any) -> list[tuple[str, int]]:
        page = (await api.ask(query, f=narrowed))["accountingEntries"]
        assert page["totalCount"] == len(page["nodes"])
        return sorted((node["account"], node["amount"]["amountCents"]) for node in page["nodes"])

    assert await found(platformBook=True) == [("1510", 10_000), ("2611", -2_000), ("3001", -8_000)]
    assert await found(platformBook=False, accounts=["1510"]) == [("1510", 20_000)]
    assert await found(accounts=["1510", "2611"], bookedFrom=str(TODAY)) == [("1510", 20_000), ("2611", -4_000)]
    assert await found(accounts=["15", "2611"], platformBook=True) == [("1510", 10_000), ("2611", -2_000)]
    assert await found(accounts=["%", "151_"]) == []
    told = [("1510", 20_000), ("2611", -4_000), ("3001", -16_000)]
    assert await found(search="invoice t") == told
    assert await found(search="invoice t", bookedFrom=str(TODAY), bookedTo=str(TODAY)) == told
    assert await found(search="invoice t", bookedFrom=str(TODAY + timedelta(days=1))) == []
    page = (await api.ask(query, f={"platformBook": False}))["accountingEntries"]
    assert page["totals"] == [{"amountCents": 0}]
    page = (await api.ask(query, f={"platformBook": False, "accounts": ["3"]}))["accountingEntries"]
    assert page["totals"] == [{"amountCents": -16_000}]
    assert page["totalsInEur"] == [{"currency": "EUR", "amountCents": round(-16_000 / RATE_OF_SEK)}]
    assert {node["book"]["name"] for node in page["nodes"]} == {"Björkens Boule"}
    assert len(await found(journalId=page["nodes"][0]["journalId"])) == 3
    assert (await api.refused(query, f={"journalId": page["nodes"][0]["id"]}))[0] == "NOT_FOUND"


async def test_any_row_is_found_by_its_global_id(api: Api, little: LittleBooks) -> None:
    tenant, plan = little.tenant(), little.plan()
    invoice = little.invoice(tenant, 10_000)
    keys = {
        "Tenant": tenant,
        "Plan": plan,
        "Subscription": little.subscription(tenant, plan),
        "Invoice": invoice,
        "Payment": little.payment(tenant, invoice, 100),
        "BankTransfer": little.transfer(),
        "BankFile": little.one("select id from bank_file")[0],
        "AccountingEntry": little.one("select id from accounting_entry")[0],
    }
    query = "query ($id: ID!) { node(id: $id) { __typename id ... on Invoice { status total { amountCents } } } }"
    for type_name, key in keys.items():
        node = (await api.ask(query, id=to_global(type_name, key)))["node"]
        expected = {"__typename": type_name, "id": to_global(type_name, key)}
        assert node == expected | (
            {"status": "PARTIALLY_PAID", "total": {"amountCents": 10_000}} if type_name == "Invoice" else {}
        )
        assert (await api.ask(query, id=to_global(type_name, uuid4())))["node"] is None
    assert (await api.ask(query, id=f"nothing_{uuid4().hex}"))["node"] is None
    assert (await api.refused(query, id="tenant_1"))[0] == "BAD_USER_INPUT"


async def test_subscriptions_tell_their_history_with_what_was_before(api: Api, little: LittleBooks) -> None:
    tenant, small, large = little.tenant(), little.plan("small", 10_000), little.plan("large", 20_000)
    subscription = little.subscription(tenant, large, amount_cents=20_000)
    little.connection.execute(
        "insert into plan_history (subscription_id, ordinal, kind, effective_on, actor, plan_id, amount_cents,"
        " amount_eur_cents) values (%s, 2, 'PLAN_CHANGED', %s, 'import', %s, 10000, 1)",
        [subscription, date(2025, 2, 1), small],
    )
    little.subscription(tenant, small, status="CANCELLED", cancelled_on=date(2026, 2, 1), external_id="gone")
    query = """query ($f: SubscriptionFilter) { subscriptions(filter: $f) { nodes { externalId planHistory {
        kind effectiveOn fromPlan { code } toPlan { code } fromAmount { amountCents } toAmount { amountCents } } } } }"""

    (one,) = (await api.ask(query, f={"status": ["PAST_DUE", "ACTIVE"], "planCodes": ["large"], "country": "SE"}))[
        "subscriptions"
    ]["nodes"]

    assert one["planHistory"] == [
        {"kind": "STARTED", "effectiveOn": "2025-01-01", "fromPlan": None, "toPlan": {"code": "large"},
         "fromAmount": None, "toAmount": {"amountCents": 20_000}},
        {"kind": "PLAN_CHANGED", "effectiveOn": "2025-02-01", "fromPlan": {"code": "large"}, "toPlan": {"code": "small"},
         "fromAmount": {"amountCents": 20_000}, "toAmount": {"amountCents": 10_000}},
    ]  # fmt: skip
    assert len((await api.ask(query, f={"search": "gon"}))["subscriptions"]["nodes"]) == 1
    plans = (await api.ask("{ plans { code price { amountCents currency } interval intervalCount } }"))["plans"]
    assert [plan["code"] for plan in plans] == ["large", "small"]


async def test_tenants_run_by_name_and_are_searched(api: Api, little: LittleBooks) -> None:
    for name in ("Granens Boule", "Almens Boule", "Björkens Klot"):
        little.tenant(name)
    query = "query ($s: String, $after: String) { tenants(first: 2, search: $s, after: $after) { totalCount nodes { name } pageInfo { endCursor } } }"

    first = (await api.ask(query))["tenants"]

    assert [node["name"] for node in first["nodes"]] == ["Almens Boule", "Björkens Klot"]
    rest = (await api.ask(query, after=first["pageInfo"]["endCursor"]))["tenants"]
    assert [node["name"] for node in rest["nodes"]] == ["Granens Boule"]
    assert (await api.ask(query, s="boule"))["tenants"]["totalCount"] == 2
