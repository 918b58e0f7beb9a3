"""A month is closed in the console: what stands in the way is told before and when it is tried, and what was closed stays told."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from playwright.sync_api import expect

from billing.journals import InvoiceRef, PaymentRef, charged
from billing.periods import month_start
from tests.books import LittleBooks
from tests.browser.back_office import BackOffice
from tests.browser.running import Service, serving
from tests.database import Clones

TODAY = datetime.now(ZoneInfo("Europe/Stockholm")).date()
MONTH = month_start(month_start(TODAY) - timedelta(days=1))
MONTH_TOLD = f"{MONTH:%b %Y}"


@pytest.fixture(scope="module")
def service(database_clones: Clones) -> Iterator[Service]:
    """A card payment of last month of which the gateway knows nothing, and a transfer of it that waits in the inbox, beside one
    of today."""
    with database_clones.clone() as database:
        with database.connect(autocommit=True) as connection:
            books = LittleBooks(connection)
            pay_unknown_to_gateway(books, on=MONTH + timedelta(days=11))
            books.transfer(50_000, counterparty_name="Cupen", booked_on=MONTH + timedelta(days=13))
            books.transfer(60_000, counterparty_name="Serien", booked_on=TODAY)
        with serving(database) as made:
            yield made


def pay_unknown_to_gateway(books: LittleBooks, *, on: date) -> None:
    club = books.tenant()
    issued = {"issued_on": MONTH, "due_on": MONTH + timedelta(days=30)}
    invoice = books.invoice(club, 125_000, number="F-1", **issued)
    paid = books.payment(club, invoice, 125_000, paid_at=f"{on} 12:00Z", provider_reference="ch_unknown")
    platform = InvoiceRef(id=invoice, tenant_id=club, issuer_type="PLATFORM", number="F-1", currency="SEK")
    charge = PaymentRef(
        id=paid, tenant_id=club, currency="SEK", allocated_cents=125_000, credited_cents=0, occurred_on=on,
        invoice=platform, provider="sandbox", provider_reference="ch_unknown",
    )  # fmt: skip
    books._post(charged(charge, fee_cents=0))


def test_a_month_is_closed_once_its_drift_is_accepted_and_its_pack_is_taken_away(
    office: BackOffice, books: psycopg.Connection[Any]
) -> None:
    office.open("/closing")
    checks = office.page.locator(".checks")
    expect(checks).to_contain_text("Transfers of the month that wait in the inbox: 1")
    expect(checks.get_by_role("listitem").filter(has_text="Sandbox and the ledger differ")).to_contain_text("Look")
    office.page.get_by_role("button", name=f"Close {MONTH_TOLD}").click()
    office.give_reason("Reconciled and reviewed")

    expect(office.dialog.get_by_role("alert")).to_contain_text("sandbox and the ledger differ in 1 SEK line")
    assert books.execute("select count(*) from closed_month").fetchall() == [(0,)]

    office.dialog.get_by_label("Close it although a provider and the ledger differ").check()
    office.dialog.get_by_role("textbox", name="Reason").fill("Paid on the old account")
    office.dialog.get_by_role("button", name="Close the month").click()

    expect(office.dialog).to_contain_text(f"{MONTH_TOLD} is closed")
    closed = books.execute("select month, reason, drift_accepted, journal_count from closed_month").fetchall()
    assert closed == [(MONTH, "Paid on the old account", True, 3)]
    [(head,)] = books.execute("select seq || ':' || hash from audit_event where action = 'month.closed'").fetchall()
    expect(office.dialog.locator(".facts code")).to_have_text(head)
    with office.page.expect_download() as download:
        office.dialog.get_by_role("link", name="Download the pack").click()
    assert download.value.suggested_filename.endswith(".zip")

    office.dialog.get_by_role("button", name="Close", exact=True).click()
    before = office.page.get_by_role("region", name="Closed before").get_by_role("listitem")
    expect(before).to_contain_text(MONTH_TOLD)
    expect(before).to_contain_text("Paid on the old account")
    expect(office.page.locator(".page-title .badge")).to_have_text("Closed")
    expect(office.page.get_by_role("button", name=f"Close {MONTH_TOLD}")).to_have_count(0)


def test_the_transfers_that_wait_are_found_in_the_inbox_of_that_month(office: BackOffice) -> None:
    office.open("/inbox")
    expect(office.rows).to_have_count(2)
    office.open(f"/closing?month={MONTH}").page.get_by_role("link", name="Transfers of the month that wait").click()

    expect(office.heading).to_have_text("Inbox")
    expect(office.rows).to_have_count(1)
    expect(office.row("Cupen")).to_be_visible()
    expect(office.page.get_by_label("Booked from")).to_have_value(str(MONTH))
    expect(office.left).to_have_text("1 left")
