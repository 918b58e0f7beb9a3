"""The inbox through the API: from the list to the payment, as a frontend team asks for it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from schema.ids import to_global
from tests.books import TODAY, LittleBooks
from tests.graphql.api import Api

ASSIGN = """
mutation ($input: AssignTransferInput!) { assignTransfer(input: $input) {
  transfer { id status payments { amount { amountCents } } accountingEntries { account amount { amountCents } } }
  payments { method amount { formatted(locale: "sv") } credited { amountCents } invoice { number status }
             bankTransfer { id } }
  invoices { status paid { amountCents } outstanding { amountCents } }
  accountingEntries { account accountName amount { amountCents currency } book { id } tenant { name } }
} }"""


async def test_a_transfer_is_assigned_and_everything_agrees(api: Api, little: LittleBooks) -> None:
    invoice = little.invoice(little.tenant("Björkens Boule"), 125_000, number="F-77")
    transfer = little.transfer(130_000)

    done = (await api.ask(ASSIGN, input={
        "transferId": to_global("BankTransfer", transfer), "invoiceId": to_global("Invoice", invoice), "reason": "It is theirs",
    }))["assignTransfer"]  # fmt: skip

    assert done["transfer"] == {
        "id": to_global("BankTransfer", transfer),
        "status": "ASSIGNED",
        "payments": [{"amount": {"amountCents": 130_000}}],
        "accountingEntries": [
            {"account": "1930", "amount": {"amountCents": 130_000}},
            {"account": "2999", "amount": {"amountCents": -130_000}},
            {"account": "2999", "amount": {"amountCents": 130_000}},
            {"account": "1510", "amount": {"amountCents": -125_000}},
            {"account": "2420", "amount": {"amountCents": -5_000}},
        ],
    }
    assert done["payments"] == [
        {
            "method": "BANKGIRO",
            "amount": {"formatted": "1\xa0300,00\xa0kr"},
            "credited": {"amountCents": 5_000},
            "invoice": {"number": "F-77", "status": "PAID"},
            "bankTransfer": {"id": to_global("BankTransfer", transfer)},
        }
    ]
    assert done["invoices"] == [{"status": "PAID", "paid": {"amountCents": 125_000}, "outstanding": {"amountCents": 0}}]
    assert [entry["accountName"] for entry in done["accountingEntries"]] == [
        "Unmatched receipts", "Receivables", "Tenant credit",
    ]  # fmt: skip
    assert {entry["tenant"]["name"] for entry in done["accountingEntries"]} == {"Björkens Boule"}
    assert {entry["book"] for entry in done["accountingEntries"]} == {None}


@pytest.mark.parametrize("limit", [-1, 0, 6, 100])
async def test_one_bound_holds_for_how_many_invoices_are_suggested(api: Api, limit: int) -> None:
    query = f"{{ unmatchedTransfers {{ nodes {{ suggestions(limit: {limit}) {{ rank }} }} }} }}"

    told = f"`limit` is a page size from 1 to 5 here, not {limit}."
    assert await api.refused(query) == ("BAD_USER_INPUT", told)


LIST = """
query ($first: Int, $after: String, $last: Int, $before: String, $filter: BankTransferFilter) {
  unmatchedTransfers(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    totalCount totals { currency amountCents }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { bookedOn amount { amountCents } } } nodes { id status }
  } }"""


async def test_the_inbox_is_paged_forwards_and_backwards_without_gaps(api: Api, little: LittleBooks) -> None:
    keys = [little.transfer(1000 + i, booked_on=TODAY - timedelta(days=i // 3)) for i in range(10)]
    expected = [to_global("BankTransfer", key) for key in keys]
    expected = [key for day in range(4) for key in expected[day * 3 : day * 3 + 3][::-1]]

    seen, after = [], None
    for more in (True, True, False):
        page = (await api.ask(LIST, first=4, after=after))["unmatchedTransfers"]
        seen += [node["id"] for node in page["nodes"]]
        assert page["pageInfo"]["hasNextPage"] is more
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        assert page["totalCount"] == 10
        assert page["totals"] == [{"currency": "SEK", "amountCents": 10_045}]
        after = page["pageInfo"]["endCursor"]
    assert seen == expected

    back, before = [], None
    for _ in range(3):
        page = (await api.ask(LIST, last=4, before=before))["unmatchedTransfers"]
        back = [node["id"] for node in page["nodes"]] + back
        before = page["pageInfo"]["startCursor"]
    assert back == expected


async def test_an_empty_inbox_is_a_page_with_nothing_on_it(api: Api) -> None:
    page = (await api.ask(LIST))["unmatchedTransfers"]

    assert page == {
        "totalCount": 0,
        "totals": [],
        "edges": [],
        "nodes": [],
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
    }


async def test_filters_narrow_the_list_and_its_totals(api: Api, little: LittleBooks) -> None:
    little.transfer(5_000, counterparty_name="Alnens 100%_Boule", ocr_text="12345682")
    little.transfer(7_000, message="faktura 77", currency="EUR")
    parked = little.transfer(9_000, booked_on=TODAY - timedelta(days=5))
    little.connection.execute("update bank_transfer set status = 'IGNORED' where id = %s", [parked])

    async def amounts(**narrowed: Any) -> list[int]:
        page = (await api.ask(LIST, filter=narrowed))["unmatchedTransfers"]
        assert page["totalCount"] == len(page["nodes"])
        return sorted(edge["node"]["amount"]["amountCents"] for edge in page["edges"])

    assert await amounts() == [5_000, 7_000]
    assert await amounts(status=["IGNORED"]) == [9_000]
    assert await amounts(status=["IGNORED", "UNMATCHED"], bookedTo=str(TODAY - timedelta(days=5))) == [9_000]
    assert await amounts(currency="EUR") == [7_000]
    assert await amounts(minAmountCents=5_001) == [7_000]
    assert await amounts(maxAmountCents=5_000) == [5_000]
    assert await amounts(search="0%_b") == [5_000]
    assert await amounts(search="2345") == [5_000]
    assert await amounts(search="FAKTURA") == [7_000]
    assert await amounts(search="%") == [5_000]
    assert await amounts(provider="nobody") == []


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"first": 1, "last": 1}, "BAD_USER_INPUT"),
        ({"first": 201}, "BAD_USER_INPUT"),
        ({"first": -1}, "BAD_USER_INPUT"),
        ({"after": "nonsense"}, "BAD_USER_INPUT"),
        ({"after": "åäö"}, "BAD_USER_INPUT"),
        ({"after": "W10"}, "BAD_USER_INPUT"),
        ({"filter": {"bookedFrom": "2026-02-01", "bookedTo": "2026-01-31"}}, "BAD_USER_INPUT"),
        ({"filter": {"bankFileId": "no id"}}, "BAD_USER_INPUT"),
        ({"filter": {"bankFileId": to_global("Invoice", uuid4())}}, "NOT_FOUND"),
        ({"filter": {"search": "a\0b"}}, "BAD_USER_INPUT"),
    ],
)
async def test_a_page_that_cannot_be_is_refused(api: Api, variables: dict[str, Any], code: str) -> None:
    assert (await api.refused(LIST, **variables))[0] == code


async def test_a_cursor_of_another_filter_or_list_is_refused(api: Api, little: LittleBooks) -> None:
    little.transfer()
    cursor = (await api.ask(LIST))["unmatchedTransfers"]["edges"][0]["cursor"]

    code, message = await api.refused(LIST, after=cursor, filter={"currency": "SEK"})

    assert (code, "another list, filter or order" in message) == ("BAD_USER_INPUT", True)
    assert (await api.refused("query ($c: String) { bankFiles(after: $c) { totalCount } }", c=cursor))[
        0
    ] == "BAD_USER_INPUT"


async def test_look_ups_tell_a_malformed_id_from_one_that_names_nothing(api: Api, little: LittleBooks) -> None:
    tenant = little.tenant()
    little.invoice(tenant, number="F-1")
    little.invoice(tenant, number="F-1", issuer_type="TENANT")
    for noun, type_name in [
        ("invoice", "Invoice"),
        ("payment", "Payment"),
        ("tenant", "Tenant"),
        ("bankTransfer", "BankTransfer"),
    ]:
        query = f"query ($id: ID!) {{ {noun}(id: $id) {{ id }} }}"
        assert (await api.ask(query, id=to_global(type_name, uuid4())))[noun] is None
        assert (await api.ask(query, id=to_global("AuditEvent", uuid4())))[noun] is None
        assert (await api.refused(query, id="1"))[0] == "BAD_USER_INPUT"
    assert (await api.refused('{ invoice(number: "F-1") { id } }'))[0] == "CONFLICT"
    assert (await api.ask('{ invoice(number: "F-2") { id } }'))["invoice"] is None
    assert (await api.refused("{ invoice { id } }"))[0] == "BAD_USER_INPUT"
    assert (await api.ask('{ tenant(externalId: "tenant-1") { name } }'))["tenant"] == {"name": "Björkens Boule"}


async def test_names_fragments_and_directives_shape_the_answer(api: Api, little: LittleBooks) -> None:
    little.invoice(little.tenant(), 10_000, number="F-9", due_on=TODAY - timedelta(days=3))
    query = """
    query ($no: Boolean!) { one: invoice(number: "F-9") {
      __typename ...Amounts late: daysOverdue isOverdue fee: tax { amountCents @skip(if: $no) currency }
      tenant { ...Who } payments { id } externalId
      ... on Node { id } ... on Invoice @include(if: $no) { no: number }
      total { formatted(locale: "en") } lines { vatRate }
    } }
    fragment Amounts on Invoice { total { amountCents } tenant { credit { amountCents } } }
    fragment Who on Tenant { kind: __typename name }"""

    one = (await api.ask(query, no=True))["one"]

    assert list(one) == [
        "__typename", "total", "tenant", "late", "isOverdue", "fee", "payments", "externalId", "id", "no", "lines",
    ]  # fmt: skip
    assert one["__typename"] == "Invoice"
    assert one["total"] == {"amountCents": 10_000, "formatted": "SEK100.00"}
    assert one["tenant"] == {"credit": [], "kind": "Tenant", "name": "Björkens Boule"}
    assert (one["late"], one["isOverdue"], one["fee"]) == (3, True, {"currency": "SEK"})


async def test_the_audit_trail_tells_who_did_what_and_why(api: Api, little: LittleBooks) -> None:
    transfer = to_global("BankTransfer", little.transfer())
    await api.ask(
        'mutation ($id: ID!) { ignoreTransfer(input: {transferId: $id, reason: " Not ours "}) { transfer { ignoredReason } } }',
        id=transfer,
    )

    query = """query ($filter: AuditFilter) { auditEvents(filter: $filter) {
        totalCount nodes { actor action subjectType subjectId reason occurredAt details } } }"""
    (event,) = (await api.ask(query, filter={"subjectId": transfer}))["auditEvents"]["nodes"]

    assert event == {
        "actor": "finance@example.org",
        "action": "transfer.ignored",
        "subjectType": "bank_transfer",
        "subjectId": transfer,
        "reason": "Not ours",
        "occurredAt": "2026-11-20T12:00:00Z",
        "details": '{"status": ["UNMATCHED", "IGNORED"]}',
    }
    for narrowed in ({"actor": "nobody"}, {"action": "x"}, {"to": "2026-11-20T12:00:00Z"}):
        assert (await api.ask(query, filter=narrowed))["auditEvents"]["totalCount"] == 0
    assert (await api.ask(query, filter={"from": "2026-11-20T13:00:00+01:00"}))["auditEvents"]["totalCount"] == 1


async def test_a_refused_mutation_is_a_field_error_with_its_code_and_figures(api: Api, little: LittleBooks) -> None:
    invoice = little.invoice(little.tenant(), 10_000, currency="EUR")
    transfer = little.transfer(10_000)
    asked = {"transferId": to_global("BankTransfer", transfer), "reason": "It is theirs"}
    huge = [{"amountCents": 2**63 - 1, "tenantId": to_global("Tenant", uuid4())} for _ in range(2)]

    answer = await api.post(ASSIGN, input=asked | {"invoiceId": to_global("Invoice", invoice)})

    assert answer.status_code == 200
    (error,) = answer.json()["errors"]
    assert error["path"] == ["assignTransfer"]
    assert error["extensions"] | {"number": ""} == {
        "code": "CURRENCY_MISMATCH", "number": "", "invoice_currency": "EUR", "currency": "SEK",
    }  # fmt: skip
    for wrong, code in [
        ({}, "BAD_USER_INPUT"),
        ({"invoiceId": to_global("Invoice", invoice), "allocations": []}, "BAD_USER_INPUT"),
        ({"allocations": []}, "BAD_USER_INPUT"),
        ({"allocations": [{"amountCents": 10_000}]}, "BAD_USER_INPUT"),
        ({"allocations": [{"amountCents": 1, "tenantId": to_global("Tenant", uuid4())}]}, "ALLOCATION_MISMATCH"),
        ({"allocations": huge}, "ALLOCATION_MISMATCH"),
        ({"invoiceId": to_global("Invoice", uuid4())}, "NOT_FOUND"),
    ]:
        assert (await api.refused(ASSIGN, input=asked | wrong))[0] == code
