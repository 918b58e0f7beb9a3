"""Closing a month: what is proven first, what is refused afterwards, and what comes late."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pypdfium2
import pytest
from psycopg import errors

from billing.journals import InvoiceRef, PaymentRef, charged
from schema.ids import to_global
from storage.engine import Database
from tests.books import TODAY, LittleBooks
from tests.graphql.api import Api

CLOSE = """mutation ($input: CloseMonthInput!) {
    closeMonth(input: $input) { month journalCount auditHead pack { url fileName mediaType } } }"""
OCTOBER = {"month": "2026-10-01", "reason": "October is complete"}
ASSIGN = """mutation ($input: AssignTransferInput!) { assignTransfer(input: $input) {
    accountingEntries { account bookedOn occurredOn } } }"""


@pytest.fixture
def books(little: LittleBooks) -> LittleBooks:
    """An invoice of October and a card payment of it, and one of November."""
    club = little.tenant()
    little.invoice(club, 125_000, number="F-1", issued_on=date(2026, 10, 5), due_on=date(2026, 11, 5))
    little.invoice(
        club, 50_000, number="F-2", issued_on=date(2026, 10, 9), due_on=date(2026, 11, 9), issuer_type="TENANT"
    )
    little.invoice(club, 70_000, number="F-3", issued_on=date(2026, 11, 2), due_on=date(2026, 12, 2))
    return little


def lines_of(content: bytes) -> list[str]:
    """The lines of text of a file's pages."""
    return [
        " ".join(line.split())
        for page in pypdfium2.PdfDocument(content)
        for line in page.get_textpage().get_text_range().splitlines()
    ]


async def test_a_month_is_closed_with_its_journals_and_the_audit_head(api: Api, books: LittleBooks) -> None:
    closed = (await api.ask(CLOSE, input=OCTOBER))["closeMonth"]

    seq, hash_ = books.one("select seq, hash from audit_event where action = 'month.closed'")
    assert closed | {"pack": None} == {
        "month": "2026-10-01", "journalCount": 2, "auditHead": f"{seq}:{hash_}", "pack": None,
    }  # fmt: skip
    assert books.one("select action, reason, actor from audit_event order by seq limit 1") == (
        "month.closed", "October is complete", "finance@example.org",
    )  # fmt: skip
    assert books.one("select month, journal_count, drift_accepted from closed_month") == (date(2026, 10, 1), 2, False)


@pytest.mark.parametrize(
    ("month", "code", "said"),
    [
        ("2026-11-01", "BAD_USER_INPUT", "2026-11 is not over: today is 2026-11-20"),
        ("2026-10-02", "BAD_USER_INPUT", "not the first day of a month"),
    ],
)
async def test_a_month_that_is_not_over_or_no_month_is_refused(
    api: Api, books: LittleBooks, month: str, code: str, said: str
) -> None:
    found, message = await api.refused(CLOSE, input=OCTOBER | {"month": month})

    assert (found, said in message) == (code, True)
    assert books.one("select count(*) from closed_month")[0] == 0


async def test_a_closed_month_and_all_before_it_stay_closed(api: Api, books: LittleBooks) -> None:
    await api.ask(CLOSE, input=OCTOBER)

    for month in ("2026-10-01", "2026-09-01", "2024-01-01"):
        code, message = await api.refused(CLOSE, input=OCTOBER | {"month": month})
        assert (code, message) == ("PERIOD_CLOSED", f"{month[:7]} is closed; the first open day is 2026-11-01.")
    assert books.one("select count(*) from closed_month")[0] == 1


async def test_books_that_break_a_rule_are_not_closed(api: Api, books: LittleBooks) -> None:
    transfer = books.transfer()
    books.connection.execute("update bank_transfer set status = 'MATCHED' where id = %s", [transfer])

    code, message = await api.refused(CLOSE, input=OCTOBER | {"acceptDrift": True})

    assert (code, f"Bank transfer {transfer}" in message) == ("CONFLICT", True)
    assert books.one("select count(*) from closed_month")[0] == 0
    assert books.one("select count(*) from audit_event")[0] == 0


async def test_drift_is_explained_or_accepted_with_the_reason(api: Api, books: LittleBooks) -> None:
    club, invoice = books.one("select tenant_id, id from invoice where number = 'F-1'")
    paid = books.payment(club, invoice, 125_000, paid_at=datetime(2026, 10, 12, 12, tzinfo=UTC))
    (reference,) = books.one("select provider_reference from payment where id = %s", paid)
    platform = InvoiceRef(id=invoice, tenant_id=club, issuer_type="PLATFORM", number="F-1", currency="SEK")
    charge = PaymentRef(
        id=paid, tenant_id=club, currency="SEK", allocated_cents=125_000, credited_cents=0, occurred_on=date(2026, 10, 12),
        invoice=platform, provider="sandbox", provider_reference=reference,
    )  # fmt: skip
    books._post(charged(charge, fee_cents=0))

    code, message = await api.refused(CLOSE, input=OCTOBER)

    assert (code, message) == (
        "CONFLICT",
        "sandbox and the ledger differ in 1 SEK line of 2026-10. Explain it, or close with acceptDrift and the reason.",
    )
    assert books.one("select count(*) from closed_month")[0] == 0
    done = await api.ask(CLOSE, input=OCTOBER | {"acceptDrift": True, "reason": "Paid on the old account"})
    assert books.one("select drift_accepted, reason from closed_month") == (True, "Paid on the old account")
    answer = await api.client.get(done["closeMonth"]["pack"]["url"])
    with zipfile.ZipFile(io.BytesIO(answer.content)) as opened:
        rows = csv.DictReader(io.StringIO(opened.read("reconciliation.csv").decode("utf-8-sig")))
        pages = lines_of(opened.read("reconciliation.pdf"))
    figures = ("provider_total", "ledger_total", "timing", "unexplained", "lines_over_tolerance")
    assert [
        [row[name] for name in figures] for row in rows if row["kind"] == "CHARGE" and row["provider"] == "sandbox"
    ] == [["0.00", "1250.00", "0.00", "-1250.00", "1"]]
    assert pages[pages.index("sandbox") :] == [
        "sandbox", "SEK CHARGE 0.00 1 250.00 0.00 -1 250.00 1", "Total SEK 0.00 1 250.00 0.00 -1 250.00",
    ]  # fmt: skip


async def test_nothing_is_booked_into_a_closed_month_whoever_writes(
    api: Api, books: LittleBooks, owner: psycopg.Connection[Any]
) -> None:
    await api.ask(CLOSE, input=OCTOBER)
    journal = (
        "insert into journal (kind, subject_id, currency, leg_count, occurred_on, booked_on, description)"
        " values ('COST', uuid7(), 'SEK', 2, %(on)s, %(on)s, 'late')"
    )

    for connection in (books.connection, owner):
        for day in (date(2026, 10, 31), date(2026, 10, 1), date(2025, 1, 1)):
            with pytest.raises(errors.RestrictViolation, match="in a month that is closed"):
                connection.execute(journal, {"on": day})
    books.connection.execute("begin")
    books.connection.execute(journal, {"on": date(2026, 11, 1)})
    books.connection.execute("rollback")
    with pytest.raises(errors.RestrictViolation):
        owner.execute("update closed_month set month = '2026-01-01'")


async def test_what_comes_late_counts_on_the_first_open_day_and_keeps_its_own(api: Api, books: LittleBooks) -> None:
    await api.ask(CLOSE, input=OCTOBER)

    club = books.one("select id from tenant")[0]
    books.invoice(club, 80_000, number="F-9", issued_on=date(2026, 10, 20), due_on=date(2026, 11, 20))

    assert books.one("select occurred_on, booked_on from journal where description = 'Invoice F-9'") == (
        date(2026, 10, 20), date(2026, 11, 1),
    )  # fmt: skip
    late = "select distinct e.booked_on from accounting_entry e join journal j on j.id = e.journal_id where description = %s"
    assert books.one(late, "Invoice F-9") == (date(2026, 11, 1),)
    transfer = books.transfer(80_000, booked_on=date(2026, 10, 30))
    assert books.one("select occurred_on, booked_on from journal where subject_id = %s", transfer) == (
        date(2026, 10, 30), date(2026, 11, 1),
    )  # fmt: skip
    invoice = books.one("select id from invoice where number = 'F-9'")[0]
    done = await api.ask(ASSIGN, input={
        "transferId": to_global("BankTransfer", transfer), "invoiceId": to_global("Invoice", invoice), "reason": "Theirs",
    })  # fmt: skip
    assert {entry["bookedOn"] for entry in done["assignTransfer"]["accountingEntries"]} == {str(TODAY)}


async def test_the_pack_holds_what_its_manifest_says(api: Api, books: LittleBooks) -> None:
    pack = (await api.ask(CLOSE, input=OCTOBER))["closeMonth"]["pack"]
    assert (pack["fileName"], pack["mediaType"]) == ("close-2026-10.zip", "application/zip")

    answer = await api.client.get(pack["url"])

    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    manifest = json.loads(files.pop("manifest.json"))
    assert {name: hashlib.sha256(content).hexdigest() for name, content in files.items()} == manifest["sha256"]
    assert (manifest["month"], manifest["journals"], manifest["closed_by"]) == ("2026-10", 2, "finance@example.org")
    assert sorted(files) == [
        "accounting-platform.csv", "accounting-platform.si", "churn.csv", "churn.pdf", "invoices.csv", "invoices.pdf",
        "payments.csv", "payments.pdf", "platform-fees.csv", "platform-fees.pdf", "reconciliation-sandbox.csv",
        "reconciliation-sandbox.pdf", "reconciliation.csv", "reconciliation.pdf", "trial-balance.csv", "trial-balance.pdf",
        "unmatched-transfers.csv", "unmatched-transfers.pdf",
    ]  # fmt: skip
    balance = list(csv.DictReader(io.StringIO(files["trial-balance.csv"].decode("utf-8-sig"))))
    assert [(row["book"], row["account"], row["closing"]) for row in balance] == [
        ("The platform", "1510", "1250.00"), ("The platform", "2611", "-250.00"), ("The platform", "3001", "-1000.00"),
        ("Björkens Boule", "1510", "500.00"), ("Björkens Boule", "2611", "-100.00"), ("Björkens Boule", "3001", "-400.00"),
    ]  # fmt: skip
    assert sum(Decimal(row["closing"]) for row in balance) == 0
    assert lines_of(files["trial-balance.pdf"]) == [
        "Trial balance As of 2026-11-20 12:00 UTC", "Filter: from 2026-10-01, to 2026-10-31", "Page 1 of", "1",
        "Account Account name Currency Opening Debit Credit Closing Closing EUR",
        "The platform",
        "1510 Receivables SEK 0.00 1 250.00 0.00 1 250.00 111.11",
        "2611 Output VAT 25 % SEK 0.00 0.00 -250.00 -250.00 -22.22",
        "3001 Revenue 25 % VAT SEK 0.00 0.00 -1 000.00 -1 000.00 -88.89",
        "Total EUR 0.00",
        "Total SEK 0.00 1 250.00 -1 250.00 0.00",
        "Björkens Boule, tenant-1",
        "1510 Receivables SEK 0.00 500.00 0.00 500.00 44.45",
        "2611 Output VAT 25 % SEK 0.00 0.00 -100.00 -100.00 -8.89",
        "3001 Revenue 25 % VAT SEK 0.00 0.00 -400.00 -400.00 -35.56",
        "Total EUR 0.00",
        "Total SEK 0.00 500.00 -500.00 0.00",
    ]  # fmt: skip
    assert "There are no rows." in lines_of(files["reconciliation.pdf"])
    invoices = list(csv.DictReader(io.StringIO(files["invoices.csv"].decode("utf-8-sig"))))
    assert {row["number"] for row in invoices} == {"F-1", "F-2"}
    fees = list(csv.DictReader(io.StringIO(files["platform-fees.csv"].decode("utf-8-sig"))))
    assert [(row["gross"], row["booked"], row["difference"]) for row in fees] == [("1250.00", "1250.00", "0.00")]


async def test_a_pack_of_a_month_that_is_open_is_not_to_be_had(
    api: Api, books: LittleBooks, database: Database
) -> None:
    pack = (await api.ask(CLOSE, input=OCTOBER))["closeMonth"]["pack"]

    answer = await api.client.get(pack["url"].replace("close-2026-10", "close-2026-09"))

    assert answer.status_code == 403
    assert "for close-2026-10.zip, not for close-2026-09.zip" in answer.json()["error"]["message"]
