"""The platform fee report: what is counted, how it is grouped, and that the ledger holds the same."""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from billing.journals import InvoiceRef, voided
from billing.vat import VatPart
from schema.ids import to_global
from tests.books import LittleBooks
from tests.graphql.api import Api

REPORT = """
query ($from: Date!, $to: Date!, $groupBy: FeeGrouping! = TENANT, $first: Int! = 50, $after: String) {
  platformFeeReport(from: $from, to: $to, groupBy: $groupBy) {
    from to
    groups { key label currency invoiceCount gross { amountCents currency } paid { amountCents }
             outstanding { amountCents } booked { amountCents } difference { amountCents currency } }
    totals { currency invoiceCount gross { amountCents } paid { amountCents } outstanding { amountCents } }
    invoices(first: $first, after: $after) {
      totalCount nodes { id number } totals { currency count total { amountCents } } pageInfo { hasNextPage endCursor } }
  } }"""

NOVEMBER = {"from": "2026-11-01", "to": "2026-11-20"}


async def report(api: Api, **variables: Any) -> Any:
    return (await api.ask(REPORT, **NOVEMBER | variables))["platformFeeReport"]


def row(group: Any) -> tuple[Any, ...]:
    """A group: label, currency, count, gross, paid, outstanding, booked, difference."""
    amounts = (group[name]["amountCents"] for name in ("gross", "paid", "outstanding", "booked", "difference"))
    return group["label"], group["currency"], group["invoiceCount"], *amounts


def void(little: LittleBooks, invoice: UUID, tenant: UUID, cents: int, *, booked: bool) -> None:
    little.connection.execute("update invoice set declared_status = 'VOID' where id = %s", [invoice])
    if booked:
        ref = InvoiceRef(id=invoice, tenant_id=tenant, issuer_type="PLATFORM", number="F-1", currency="SEK")
        little._post(voided(ref, [VatPart(Decimal(25), cents - cents // 5, cents // 5)], on=date(2026, 11, 3), reverses_id=None))  # fmt: skip


async def test_the_fees_of_a_window_are_summed_by_tenant_and_currency_and_agree_with_the_ledger(
    api: Api, little: LittleBooks
) -> None:
    alba, bero = little.tenant("Alba"), little.tenant("Bero")
    first = little.invoice(alba, 100_00, issued_on=date(2026, 11, 1))
    little.invoice(alba, 50_00, issued_on=date(2026, 11, 20))
    little.invoice(alba, 7_00, currency="EUR", issued_on=date(2026, 11, 5))
    little.invoice(bero, 20_00, issued_on=date(2026, 11, 5))
    little.invoice(bero, 1_00, issued_on=date(2026, 10, 31))
    little.invoice(bero, 2_00, issued_on=date(2026, 11, 21))
    little.invoice(bero, 4_00, issuer_type="TENANT", issued_on=date(2026, 11, 5))
    little.payment(alba, first, 30_00)
    told = await report(api)
    assert [row(group) for group in told["groups"]] == [
        ("Alba", "EUR", 1, 7_00, 0, 7_00, 7_00, 0),
        ("Alba", "SEK", 2, 150_00, 30_00, 120_00, 150_00, 0),
        ("Bero", "SEK", 1, 20_00, 0, 20_00, 20_00, 0),
    ]
    assert [group["key"] for group in told["groups"]] == [to_global("Tenant", key) for key in (alba, alba, bero)]
    assert [(one["currency"], one["invoiceCount"], one["gross"]["amountCents"], one["paid"]["amountCents"],
             one["outstanding"]["amountCents"]) for one in told["totals"]] == [
        ("EUR", 1, 7_00, 0, 7_00), ("SEK", 3, 170_00, 30_00, 140_00)]  # fmt: skip
    assert (told["from"], told["to"]) == ("2026-11-01", "2026-11-20")


async def test_the_largest_groups_of_each_currency_can_be_had_alone(api: Api, little: LittleBooks) -> None:
    for name, cents, currency in (
        ("Alba", 3_00, "SEK"),
        ("Bero", 9_00, "SEK"),
        ("Cid", 1_00, "EUR"),
        ("Dan", 5_00, "SEK"),
    ):
        little.invoice(little.tenant(name), cents, currency=currency, issued_on=date(2026, 11, 5))
    query = """query ($from: Date!, $to: Date!, $first: Int) { platformFeeReport(from: $from, to: $to) {
        groupCount groups(first: $first) { label } totals { currency invoiceCount } } }"""

    for first, labels in ((1, ["Cid", "Bero"]), (2, ["Cid", "Bero", "Dan"]), (None, ["Cid", "Bero", "Dan", "Alba"])):
        told = (await api.ask(query, **NOVEMBER, first=first))["platformFeeReport"]
        assert [group["label"] for group in told["groups"]] == labels
        assert told["groupCount"] == 4
        assert [one["invoiceCount"] for one in told["totals"]] == [1, 3]
    assert await api.refused(query, **NOVEMBER, first=0) == (
        "BAD_USER_INPUT",
        "`first` is at least 1, and 0 was asked for.",
    )


async def test_the_invoices_are_those_that_the_sums_count_page_by_page(api: Api, little: LittleBooks) -> None:
    club = little.tenant()
    numbers = [f"N-{day}" for day in (1, 2, 3)]
    for number, day in zip(numbers, (1, 2, 3), strict=True):
        little.invoice(club, day * 100, number=number, issued_on=date(2026, 11, day))
    little.invoice(club, 800, number="draft", issued_on=date(2026, 11, 4), declared_status="DRAFT")
    little.invoice(club, 900, number="tenant's", issuer_type="TENANT", issued_on=date(2026, 11, 4))
    page = (await report(api, first=2))["invoices"]
    assert [one["number"] for one in page["nodes"]] == ["N-3", "N-2"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, True)
    assert [(t["currency"], t["count"], t["total"]["amountCents"]) for t in page["totals"]] == [("SEK", 3, 600)]
    rest = (await report(api, first=2, after=page["pageInfo"]["endCursor"]))["invoices"]
    assert [one["number"] for one in rest["nodes"]] == ["N-1"]


async def test_a_cursor_of_another_window_is_refused(api: Api, little: LittleBooks) -> None:
    club = little.tenant()
    little.invoice(club, issued_on=date(2026, 11, 1))
    little.invoice(club, issued_on=date(2026, 11, 2))
    cursor = (await report(api, first=1))["invoices"]["pageInfo"]["endCursor"]
    code, message = await api.refused(REPORT, **NOVEMBER | {"to": "2026-11-19", "after": cursor})
    assert code == "BAD_USER_INPUT"
    assert "of another list, filter or order" in message


async def test_fees_by_country_have_the_countrys_name(api: Api, little: LittleBooks) -> None:
    for name, country, cents in (("Alba", "SE", 100), ("Bero", "SE", 200), ("Cima", "FR", 50)):
        little.invoice(little.tenant(name, country=country), cents, issued_on=date(2026, 11, 1))
    told = await report(api, groupBy="COUNTRY")
    assert [(group["key"], *row(group)[:4]) for group in told["groups"]] == [
        ("SE", "Sweden", "SEK", 2, 300), ("FR", "France", "SEK", 1, 50)]  # fmt: skip


async def test_fees_by_plan_count_with_the_plan_of_the_invoices_day(api: Api, little: LittleBooks) -> None:
    club, old, new = little.tenant(), little.plan("basic"), little.plan("premium", tier=2)
    subscription = little.subscription(club, old)
    little.connection.execute(
        "insert into plan_history (subscription_id, ordinal, kind, effective_on, actor, plan_id, amount_cents,"
        " amount_eur_cents) select id, 9, 'PLAN_CHANGED', '2026-11-10', 'a@b.se', %s, 1, 1 from subscription", [new],
    )  # fmt: skip
    little.invoice(club, 300, subscription_id=subscription, issued_on=date(2026, 11, 9))
    little.invoice(club, 500, subscription_id=subscription, issued_on=date(2026, 11, 10))
    little.invoice(club, 70, issued_on=date(2026, 11, 10))
    told = await report(api, groupBy="PLAN")
    assert [(group["key"], *row(group)[:4]) for group in told["groups"]] == [
        ("premium", "Premium", "SEK", 1, 500),
        ("basic", "Basic", "SEK", 1, 300),
        ("none", "Without a plan", "SEK", 1, 70),
    ]


async def test_a_void_invoice_counts_for_nothing_once_its_claim_is_taken_back(api: Api, little: LittleBooks) -> None:
    alba, bero = little.tenant("Alba"), little.tenant("Bero")
    day = date(2026, 11, 2)
    void(little, little.invoice(alba, 100_00, issued_on=day), alba, 100_00, booked=True)
    void(little, little.invoice(bero, 60_00, issued_on=day), bero, 60_00, booked=False)
    told = await report(api)
    assert [row(group) for group in told["groups"]] == [("Bero", "SEK", 0, 0, 0, 0, 60_00, 60_00)]
    assert told["invoices"]["totalCount"] == 0


async def test_an_invoice_that_the_ledger_does_not_hold_as_it_is_shows_as_a_difference(
    api: Api, little: LittleBooks, owner: psycopg.Connection[Any]
) -> None:
    club = little.tenant("Alba")
    invoice = little.invoice(club, 100_00, issued_on=date(2026, 11, 2))
    owner.execute("update invoice set total_cents = 9900 where id = %s", [invoice])
    little.payment(club, invoice, 40_00)
    assert [row(group) for group in (await report(api))["groups"]] == [
        ("Alba", "SEK", 1, 99_00, 40_00, 59_00, 100_00, 1_00)]  # fmt: skip


async def test_an_empty_window_has_no_rows(api: Api) -> None:
    told = await report(api)
    assert (told["groups"], told["totals"], told["invoices"]["nodes"]) == ([], [], [])


async def test_a_window_that_ends_before_it_begins_is_refused(api: Api) -> None:
    code, message = await api.refused(REPORT, **{"from": "2026-11-02", "to": "2026-11-01"})
    assert (code, message) == ("BAD_USER_INPUT", "The window ends on 2026-11-01, before it begins on 2026-11-02.")


async def test_a_window_that_reaches_into_the_future_is_refused(api: Api) -> None:
    code, message = await api.refused(REPORT, **NOVEMBER | {"to": "2026-11-21"})
    assert (code, message) == (
        "BAD_USER_INPUT", "The window ends on 2026-11-21, but today is 2026-11-20: there are no figures of later days.",
    )  # fmt: skip


@pytest.mark.parametrize("first", [-1, 201])
async def test_a_page_out_of_bounds_is_refused(api: Api, first: int) -> None:
    assert (await api.refused(REPORT, **NOVEMBER, first=first))[0] == "BAD_USER_INPUT"


async def test_the_report_is_served_on_its_route(api: Api, little: LittleBooks) -> None:
    little.invoice(little.tenant("Alba"), 100_00, issued_on=date(2026, 11, 2))
    headers = {"authorization": f"Bearer {api.token()}"}
    path = "/sys/billing/platform-fees"
    answer = await api.client.get(f"{path}?from=2026-11-01&to=2026-11-20&group_by=country", headers=headers)
    assert answer.status_code == 200
    [group] = answer.json()["groups"]
    assert (group["key"], group["invoice_count"], group["gross"]) == (
        "SE",
        1,
        {"amount_cents": 100_00, "currency": "SEK"},
    )
    wrong = await api.client.get(f"{path}?from=2026-11-01&to=2026-11-20&group_by=shoe", headers=headers)
    assert wrong.status_code == 400
    assert (await api.client.get(f"{path}?from=2026-11-01&to=2026-11-20")).status_code == 401


async def test_the_same_report_is_a_csv_file_in_which_names_are_no_formulas(api: Api, little: LittleBooks) -> None:
    day = date(2026, 11, 2)
    little.invoice(little.tenant('=HYPERLINK("http://evil.example")'), 100_00, issued_on=day)
    void(little, little.invoice(club := little.tenant("Åre, Boule"), 60_50, issued_on=day), club, 60_50, booked=False)
    little.invoice(little.tenant("Tokyo"), 7000, currency="SEK", issued_on=date(2026, 11, 3))
    answer = await api.client.get(
        "/sys/billing/platform-fees.csv?from=2026-11-01&to=2026-11-20",
        headers={"authorization": f"Bearer {api.token()}"},
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="platform-fees.csv"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.content.startswith(
        b"\xef\xbb\xbfkey,label,currency,invoice_count,gross,paid,outstanding,booked,difference\r\n"
    )
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [row[1:] for row in rows[1:]] == [
        ['\'=HYPERLINK("http://evil.example")', "SEK", "1", "100.00", "0.00", "100.00", "100.00", "0.00"],
        ["Tokyo", "SEK", "1", "70.00", "0.00", "70.00", "70.00", "0.00"],
        ["Åre, Boule", "SEK", "0", "0.00", "0.00", "0.00", "60.50", "60.50"],
    ]
    shown = (await report(api))["groups"]
    assert [row[0] for row in rows[1:]] == [group["key"] for group in shown]


async def test_an_empty_report_is_a_file_of_its_header_and_a_refused_one_is_none(api: Api) -> None:
    path, headers = "/sys/billing/platform-fees.csv", {"authorization": f"Bearer {api.token()}"}
    empty = await api.client.get(f"{path}?from=2026-11-01&to=2026-11-20", headers=headers)
    assert empty.content.count(b"\r\n") == 1
    refused = await api.client.get(f"{path}?from=2026-11-02&to=2026-11-01", headers=headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "BAD_USER_INPUT")
    assert (await api.client.get(f"{path}?from=2026-11-01&to=2026-11-20")).status_code == 401
