"""Files out of the books: the rows, order and sums of the screen, in every format, through a signed link."""

import asyncio
import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import openpyxl
import pypdfium2
import pytest
from graphql import get_named_type

from graphql_api.app import create_app
from graphql_api.execution import core_schema
from graphql_api.exports.csv_file import PIECE_BYTES
from graphql_api.roots import build_schema
from schema.ids import to_global
from storage.engine import Database
from tests.books import NOW, TODAY, LittleBooks
from tests.graphql.api import Api

LINK = "mutation ($input: ExportInput!) { exportLink(input: $input) { url expiresAt fileName mediaType } }"


async def link(api: Api, kind: str, format_: str = "CSV", **more: Any) -> str:
    made = await api.ask(LINK, input={"kind": kind, "format": format_, **more})
    return str(made["exportLink"]["url"])


async def export(api: Api, kind: str, format_: str = "CSV", **more: Any) -> bytes:
    answer = await api.client.get(await link(api, kind, format_, **more))
    assert answer.status_code == 200, answer.text
    return answer.content


async def rows(api: Api, kind: str, **more: Any) -> list[dict[str, str]]:
    content = await export(api, kind, **more)
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\n" not in content.replace(b"\r\n", b"")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.fixture
def books(little: LittleBooks) -> LittleBooks:
    """Invoices in three currencies, with payments, transfers and a subscription."""
    for currency, rate in (("JPY", "162"), ("KWD", "0.334")):
        little._insert("fx_rate", currency=currency, on_day=date(2024, 1, 1), rate=rate)
    little.rates = type(little.rates)(
        [("SEK", date(2024, 1, 1), Decimal("11.25")), ("JPY", date(2024, 1, 1), Decimal(162)),
         ("KWD", date(2024, 1, 1), Decimal("0.334"))]
    )  # fmt: skip
    club = little.tenant('Föreningen Örnen, "Nord"')
    paid = little.invoice(club, 125_000, number="F-1")
    little.payment(club, paid, 125_000, fee_cents=1_900)
    little.invoice(
        club, 70_005, number='=HYPERLINK("x")', customer_name="\N{FULLWIDTH PLUS SIGN}Bo\nAB", issuer_type="TENANT"
    )
    little.invoice(club, 1_500, number="-5", currency="JPY", tax_cents=136)
    little.invoice(club, 12_345, number="@SUM", currency="KWD", tax_cents=0, customer_name="\t=1+1")
    little.transfer(1_000, message="=cmd|'/c calc'!A0", counterparty_name="  =2+3")
    little.subscription(club, little.plan())
    return little


async def test_a_link_is_for_one_file_and_a_quarter_of_an_hour(api: Api, books: LittleBooks) -> None:
    made = (await api.ask(LINK, input={"kind": "INVOICES", "format": "CSV"}))["exportLink"]

    assert made["url"].startswith("/exports/invoices.csv?link=")
    assert made | {"url": ""} == {
        "url": "", "expiresAt": "2026-11-20T12:15:00Z", "fileName": "2026-11-20-invoices.csv",
        "mediaType": "text/csv; charset=utf-8",
    }  # fmt: skip
    answer = await api.client.get(made["url"])
    assert answer.headers["content-disposition"] == 'attachment; filename="2026-11-20-invoices.csv"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    (event,) = (await api.ask("{ auditEvents(first: 1) { nodes { actor action reason } } }"))["auditEvents"]["nodes"]
    assert event == {
        "actor": "finance@example.org", "action": "export.linked", "reason": '{"format": "CSV", "kind": "INVOICES"}',
    }  # fmt: skip


async def test_a_link_needs_the_role_but_neither_a_fresh_sign_in_nor_a_reason(api: Api, books: LittleBooks) -> None:
    variables = {"input": {"kind": "PAYMENTS", "format": "CSV"}}
    stale = await api.client.post(
        "/graphql",
        json={"query": LINK, "variables": variables},
        headers={"authorization": f"Bearer {api.token(auth_age=9_000)}"},
    )
    stranger = await api.client.post("/graphql", json={"query": LINK, "variables": variables})

    assert "errors" not in stale.json()
    assert stranger.status_code == 401
    assert books.one("select count(*) from audit_event")[0] == 1


async def test_a_link_altered_or_used_for_another_kind_is_refused_and_streams_nothing(
    api: Api, books: LittleBooks
) -> None:
    url = await link(api, "INVOICES")
    for wrong, said in [
        (url[:-2] + ("AA" if not url.endswith("AA") else "BB"), "altered"),
        (url.replace("invoices.csv", "payments.csv"), "for invoices.csv, not for payments.csv"),
        (url.replace("invoices.csv", "invoices.xlsx"), "not for invoices.xlsx"),
        ("/exports/invoices.csv", "needs its link"),
        ("/exports/invoices.csv?link=", "not made here"),
    ]:
        answer = await api.client.get(wrong)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "FORBIDDEN")
        assert said in answer.json()["error"]["message"]


async def test_a_link_that_has_expired_is_gone(api: Api, books: LittleBooks, database: Database) -> None:
    url = await link(api, "INVOICES")
    later = create_app(api.settings, database, now=lambda: NOW + timedelta(minutes=15))
    async with (
        later.router.lifespan_context(later),
        httpx.AsyncClient(transport=httpx.ASGITransport(later), base_url="http://test") as client,
    ):
        answer = await client.get(url)

    assert answer.status_code == 410
    assert "good until 2026-11-20 12:15:00 UTC" in answer.json()["error"]["message"]


async def test_amounts_are_exact_numbers_of_their_currency_and_text_is_never_a_formula(
    api: Api, books: LittleBooks
) -> None:
    found = {row["currency"] + row["issuer_type"]: row for row in await rows(api, "INVOICES")}

    assert found["SEKPLATFORM"] | {"external_id": ""} == {
        "number": "F-1", "ocr": "", "issuer_type": "PLATFORM", "tenant": 'Föreningen Örnen, "Nord"', "tenant_id": "tenant-1",
        "country": "SE", "customer_name": "Björkens Boule", "status": "PAID", "issued_on": "2026-10-31",
        "due_on": "2026-11-30", "currency": "SEK", "total": "1250.00", "tax": "250.00", "paid": "1250.00",
        "refunded": "0.00", "outstanding": "0.00", "external_id": "",
    }  # fmt: skip
    assert found["SEKTENANT"]["number"] == '\'=HYPERLINK("x")'
    assert found["SEKTENANT"]["customer_name"] == "'\N{FULLWIDTH PLUS SIGN}Bo AB"
    assert (found["JPYPLATFORM"]["number"], found["JPYPLATFORM"]["total"]) == ("'-5", "1500")
    assert (found["KWDPLATFORM"]["number"], found["KWDPLATFORM"]["total"]) == ("'@SUM", "12.345")
    assert found["KWDPLATFORM"]["customer_name"] == "' =1+1"
    (transfer,) = await rows(api, "UNMATCHED_TRANSFERS")
    assert (transfer["message"], transfer["counterparty_name"]) == ("'=cmd|'/c calc'!A0", "'  =2+3")
    (subscription,) = await rows(api, "SUBSCRIPTIONS")
    assert (subscription["amount"], subscription["amount_eur"]) == ("490.00", "43.56")
    entries = await rows(api, "ACCOUNTING")
    assert {row["amount"] for row in entries if row["account"] == "2999"} == {
        "-10.00"
    }  # a number, with no quote before it


async def test_an_entry_is_exported_with_the_id_by_which_its_journal_is_found(api: Api, books: LittleBooks) -> None:
    query = "{ accountingEntries(first: 200, filter: {platformBook: true}) { nodes { journalId account } } }"
    shown = (await api.ask(query))["accountingEntries"]["nodes"]

    found = await rows(api, "ACCOUNTING")

    assert len(shown) > 0
    assert [(row["journal"], row["account"]) for row in found] == [(one["journalId"], one["account"]) for one in shown]


TOTALS = """query ($invoices: InvoiceFilter, $payments: PaymentFilter) {
    invoices(filter: $invoices) { totalCount nodes { number }
        totals { currency total { amountCents } paid { amountCents } outstanding { amountCents } } }
    payments(filter: $payments) { totalCount totals { currency amount { amountCents } fee { amountCents } } } }"""


@pytest.mark.parametrize(
    "narrowed",
    [{}, {"currency": "SEK"}, {"status": ["PAID"]}, {"search": "%"}, {"minAmountCents": 70_005}, {"overdue": False}],
)
async def test_an_export_has_the_rows_order_and_sums_of_the_screen(
    api: Api, books: LittleBooks, narrowed: dict[str, Any]
) -> None:
    screen = (await api.ask(TOTALS, invoices=narrowed))["invoices"]

    found = await rows(api, "INVOICES", invoiceFilter=narrowed)

    assert len(found) == screen["totalCount"]
    assert [row["number"].removeprefix("'") for row in found] == [node["number"] for node in screen["nodes"]]
    places = {"SEK": 2, "JPY": 0, "KWD": 3}
    for totals in screen["totals"]:
        code = totals["currency"]
        for column in ("total", "paid", "outstanding"):
            summed = sum(Decimal(row[column]) for row in found if row["currency"] == code)
            assert summed == Decimal(totals[column]["amountCents"]).scaleb(-places[code])
    assert {totals["currency"] for totals in screen["totals"]} == {row["currency"] for row in found}


LISTS = {
    "INVOICES": ("invoiceFilter", "invoices", "number", "number"),
    "PAYMENTS": ("paymentFilter", "payments", "providerReference", "provider_reference"),
    "UNMATCHED_TRANSFERS": ("transferFilter", "unmatchedTransfers", "message", "message"),
    "SUBSCRIPTIONS": ("subscriptionFilter", "subscriptions", "externalId", "external_id"),
    "ACCOUNTING": ("accountingFilter", "accountingEntries", "journalId", "journal"),
}


@pytest.mark.parametrize("kind", LISTS)
async def test_a_filter_whose_fields_are_null_exports_the_rows_of_the_list(
    api: Api, books: LittleBooks, kind: str
) -> None:
    argument, field, shown, column = LISTS[kind]
    books.transfer(2_000, message="parked", status="IGNORED", ignored_reason="Not ours")
    filter_type = core_schema(build_schema()).query_type.fields[field].args["filter"].type  # type: ignore[union-attr]
    nothing = dict.fromkeys(get_named_type(filter_type).fields)  # type: ignore[union-attr]
    query = f"query ($f: {filter_type}) {{ {field}(first: 100, filter: $f) {{ nodes {{ {shown} }} }} }}"
    for narrowed in ({}, nothing, *({name: None} for name in nothing)):
        screen = (await api.ask(query, f=narrowed))[field]["nodes"]

        found = await rows(api, kind, **{argument: narrowed})

        assert len(screen) > 0
        assert [row[column].removeprefix("'") for row in found] == [node[shown] for node in screen], narrowed


async def test_pages_say_of_what_any_is_shown(api: Api, books: LittleBooks) -> None:
    content = await export(api, "UNMATCHED_TRANSFERS", "PDF", transferFilter={"status": None, "currency": "SEK"})

    assert "Filter: any status, currency SEK" in pypdfium2.PdfDocument(content)[0].get_textpage().get_text_range()


ENTRIES = """query ($f: AccountingEntryFilter) { accountingEntries(first: 100, filter: $f) { totalCount
    nodes { bookedOn account book { name } tenant { name } amount { currency amountCents } description providerReference } } }"""


@pytest.mark.parametrize(
    ("narrowed", "count"),
    [
        ({}, 16),
        ({"platformBook": True}, 13),
        ({"platformBook": False}, 3),
        ({"currency": "KWD"}, 2),
        ({"accounts": ["1510"]}, 5),
        ({"accounts": ["1510", "29"]}, 6),
        ({"search": "f-1"}, 3),
        ({"bookedTo": "2026-10-31"}, 14),
        ({"bookedFrom": "2026-11-01", "bookedTo": "2026-11-30"}, 2),
    ],
)
async def test_an_export_of_entries_has_the_rows_of_the_screen(
    api: Api, books: LittleBooks, narrowed: dict[str, Any], count: int
) -> None:
    another = books.tenant("Klot")
    books.invoice(another, 100, number="K-1")
    (journal,) = books.one("select id from journal where description like '%%K-1%%'")
    for about in ({}, {"tenantIds": [to_global("Tenant", another)]}, {"journalId": to_global("Journal", journal)}):
        screen = (await api.ask(ENTRIES, f=narrowed | about))["accountingEntries"]

        found = await rows(api, "ACCOUNTING", accountingFilter=narrowed | about)

        places = {"SEK": 2, "JPY": 0, "KWD": 3}
        assert [
            (row["booked_on"], row["account"], row["book"].removeprefix("'"), row["tenant"], row["currency"],
             Decimal(row["amount"]), row["description"], row["provider_reference"])
            for row in found
        ] == [
            (node["bookedOn"], node["account"], (node["book"] or {"name": "Platform"})["name"], (node["tenant"] or {"name": ""})["name"],
             node["amount"]["currency"], Decimal(node["amount"]["amountCents"]).scaleb(-places[node["amount"]["currency"]]),
             node["description"], node["providerReference"] or "")
            for node in screen["nodes"]
        ]  # fmt: skip
        if not about:
            assert len(found) == count


async def test_a_workbook_has_typed_cells_a_frozen_header_and_sums(api: Api, books: LittleBooks) -> None:
    content = await export(api, "INVOICES", "XLSX")

    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    header = [cell.value for cell in sheet[1]]
    assert (header[:3], sheet.freeze_panes) == (["Number", "OCR", "Issuer type"], "A2")
    lines = {
        row[0].value: dict(zip(header, row, strict=True))
        for row in sheet.iter_rows(min_row=2)
        if row[0].value is not None
    }
    assert lines["F-1"]["Total"].value == 1250
    assert (lines["F-1"]["Total"].number_format, lines["-5"]["Total"].number_format) == ("#,##0.00", "#,##0")
    assert lines["F-1"]["Issued on"].value.date() == date(2026, 10, 31)
    assert lines['=HYPERLINK("x")']["Number"].data_type == "s"
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert lines["Total SEK"]["Total"].value == pytest.approx(1950.05)
    assert lines["Total KWD"]["Total"].value == pytest.approx(12.345)
    assert lines["Total JPY"]["Paid"].value == 0


async def test_subscriptions_tell_what_they_bring_a_month(api: Api, little: LittleBooks) -> None:
    tenant, plan = little.tenant(), little.plan()
    little.subscription(tenant, plan)
    little.subscription(tenant, plan, status="CANCELLED", cancelled_on=date(2026, 11, 5))
    told = {(row["status"], row["amount"], row["mrr"], row["mrr_eur"]) for row in await rows(api, "SUBSCRIPTIONS")}
    assert told == {("ACTIVE", "490.00", "490.00", "43.56"), ("CANCELLED", "490.00", "0.00", "0.00")}


async def test_pages_tell_title_filter_as_of_sums_and_how_many_they_are(api: Api, books: LittleBooks) -> None:
    club = books.one("select id from tenant")[0]
    for number in range(60):
        books.invoice(club, 100_00, number=f"P-{number:03}")

    content = await export(api, "INVOICES", "PDF", invoiceFilter={"currency": "SEK"})

    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)]
    assert len(pages) == 2
    for number, page in enumerate(pages, 1):
        assert "Invoices" in page
        assert "Filter: currency SEK" in page
        assert "As of 2026-11-20 12:00 UTC" in page
        assert f"Page {number} of" in page
    assert "Total SEK" in pages[-1]
    assert "7 950.05" in pages[-1]


async def test_what_does_not_go_together_is_refused_when_the_link_is_asked_for(api: Api, books: LittleBooks) -> None:
    for wrong, code in [
        ({"kind": "INVOICES", "format": "SIE4"}, "BAD_USER_INPUT"),
        ({"kind": "INVOICES", "format": "CSV", "paymentFilter": {}}, "BAD_USER_INPUT"),
        ({"kind": "INVOICES", "format": "CSV", "from": "2026-01-01"}, "BAD_USER_INPUT"),
        ({"kind": "ACCOUNTING", "format": "CSV", "from": "2026-02-01", "to": "2026-01-31"}, "BAD_USER_INPUT"),
        ({"kind": "ACCOUNTING", "format": "CSV", "tenantId": "nonsense"}, "BAD_USER_INPUT"),
        ({"kind": "ACCOUNTING", "format": "SIE4", "accountingFilter": {}}, "BAD_USER_INPUT"),
        ({"kind": "ACCOUNTING", "format": "CSV", "accountingFilter": {}, "to": "2026-01-31"}, "BAD_USER_INPUT"),
        ({"kind": "INVOICES", "format": "CSV", "accountingFilter": {}}, "BAD_USER_INPUT"),
        ({"kind": "ACCOUNTING", "format": "CSV", "tenantId": to_global("Invoice", books.tenant())}, "NOT_FOUND"),
        ({"kind": "ACCOUNTING", "format": "CSV", "tenantId": to_global("Tenant", uuid4())}, "NOT_FOUND"),
        ({"kind": "INVOICES", "format": "PDF", "invoiceFilter": {"tenantIds": [to_global("Tenant", uuid4())]}}, "NOT_FOUND"),
        ({"kind": "SUBSCRIPTIONS", "format": "CSV", "subscriptionFilter": {"planCodes": ["none"]}}, "NOT_FOUND"),
        (
            {"kind": "INVOICES", "format": "CSV",
             "invoiceFilter": {"issuedFrom": "2026-02-01", "issuedTo": "2026-01-31"}},
            "BAD_USER_INPUT",
        ),
    ]:  # fmt: skip
        assert (await api.refused(LINK, input=wrong))[0] == code
    assert books.one("select count(*) from audit_event")[0] == 0


async def test_when_the_client_has_gone_the_database_stops_reading(
    api: Api, books: LittleBooks, database: Database, tmp_path: Path
) -> None:
    books.connection.execute(
        "insert into tenant (external_id, name, country, currency, created_on)"
        " select 'many-' || n, repeat('x', 200), 'SE', 'SEK', '2024-01-01' from generate_series(1, 20000) n"
    )
    books.connection.execute(
        "insert into subscription (external_id, tenant_id, plan_id, status, amount_cents, currency, amount_eur_cents,"
        " started_on, current_period_start, current_period_end) select external_id, id, (select id from plan limit 1),"
        " 'ACTIVE', 1, 'SEK', 1, '2024-01-01', '2024-01-01', '2024-02-01' from tenant where external_id like 'many-%'"
    )
    url = await link(api, "SUBSCRIPTIONS")
    app = create_app(api.settings, database, now=lambda: NOW)
    sent: list[bytes] = []
    gone = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            sent.append(message["body"])
            if len(sent) > 1:  # after the first line, which comes before the database is asked
                gone.set()
            await asyncio.sleep(0.01)

    path, _, query = url.partition("?")
    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": query.encode(),
        "headers": [], "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "server": ("test", 80),
        "client": ("test", 1), "root_path": "",
    }  # fmt: skip
    async with app.router.lifespan_context(app):
        await app(scope, receive, send)

    assert PIECE_BYTES < sum(map(len, sent)) < 1_000_000
    busy = "select count(*) from pg_stat_activity where datname = current_database() and query like 'copy%%' and state = 'active'"
    for _ in range(100):
        if not books.one(busy)[0]:
            break
        await asyncio.sleep(0.02)
    assert books.one(busy)[0] == 0


async def test_the_sie_file_of_a_tenants_book_is_in_its_currency_or_refused(api: Api, books: LittleBooks) -> None:
    club = books.one("select id from tenant")[0]
    content = await export(api, "ACCOUNTING", "SIE4", tenantId=to_global("Tenant", club), to=str(TODAY))
    text = content.decode("cp437")

    assert '#FNAMN "Föreningen Örnen, \\"Nord\\""' in text
    assert "#VALUTA SEK" in text
    assert "#TRANS 1510 {} 700.05\n" in text
    books.invoice(club, 1_000, issuer_type="TENANT", currency="JPY", tax_cents=0)
    answer = await api.client.get(await link(api, "ACCOUNTING", "SIE4", tenantId=to_global("Tenant", club)))
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "CURRENCY_MISMATCH")
