"""A Monday morning with the console over the demo: from the inbox and a bank file to a refund and a subscription."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from playwright.sync_api import expect

from graphql_api.demo.folder import write_demo
from graphql_api.demo.scale import SCALES
from tests.browser.back_office import BackOffice
from tests.browser.running import Service
from tests.browser.visiting import Visit


@pytest.fixture
def service(demo: Service) -> Service:
    return demo


def test_three_transfers_of_yesterday_are_assigned_and_their_invoices_are_paid_with_entries(
    office: BackOffice, books: psycopg.Connection[Any]
) -> None:
    office.open("/")
    expect(office.page.locator(".tile").filter(has_text="Runway")).to_contain_text("months")
    expect(office.page.locator(".tile").filter(has_text="MRR").first).to_contain_text("since last month")
    office.page.get_by_role("link", name="Inbox").click()
    expect(office.heading).to_have_text("Inbox")
    left = int(office.left.inner_text().split()[0])

    for done in range(3):
        expect(office.transfer.get_by_role("heading")).to_have_text("SEK 673.75")
        number = office.page.locator(".suggestions strong").first.inner_text()
        office.press("a")
        expect(office.dialog).to_contain_text("Pays the invoice in full.")
        office.give_reason("The payer meant this invoice")
        office.says(f"{number} (Paid)")
        expect(office.left).to_have_text(f"{left - done - 1} left")

    office.open(f"/invoices?search={number}")
    office.page.get_by_role("link", name=number).click()
    expect(office.page.locator(".page-title .badge")).to_have_text("Paid")
    entries = office.page.get_by_role("region", name="Accounting entries")
    expect(entries).to_contain_text("2999 Unmatched receipts")
    assigned = books.execute(
        "select count(*) from audit_event where action = 'transfer.assigned' and reason = 'The payer meant this invoice'"
    )
    assert assigned.fetchone() == (3,)


def test_a_refund_is_previewed_ordered_and_an_accidental_retry_returns_the_original(
    office: BackOffice, visit: Visit, books: psycopg.Connection[Any]
) -> None:
    def made() -> list[tuple[Any, ...]]:
        return books.execute("select amount_cents from refund where reason = 'Charged twice'").fetchall()

    office.open("/payments?method=CARD&status=SUCCEEDED&currency=SEK")
    office.page.get_by_role("group", name="Payments").locator("a.row").first.click()
    office.page.get_by_role("button", name="Refund").click()
    office.dialog.get_by_label("Amount in SEK").fill("100,00")
    expect(office.dialog).to_contain_text("SEK 100.00 goes back")
    expect(office.dialog.get_by_role("group", name="What would be booked")).to_contain_text("1580 Gateway clearing")
    assert made() == []

    office.dialog.get_by_label("Mail the tenant").check()
    office.dialog.get_by_role("textbox", name="Reason").fill("Charged twice")
    with visit.losing("ExecuteRefund"):
        office.dialog.get_by_role("button", name="Send the money back").click()
        expect(office.dialog.get_by_role("alert")).to_contain_text("Whether the change was made is not known")
    office.dialog.get_by_role("button", name="Try again").click()

    expect(office.dialog).to_contain_text("This is the refund of before: no money moved again")
    assert made() == [(10_000,)]
    office.dialog.get_by_role("link", name="Show the refund").click()
    expect(office.heading).to_have_text("Refund of SEK 100.00")


def test_a_bank_file_is_taken_in_and_tells_what_was_in_it(office: BackOffice, tmp_path: Path) -> None:
    write_demo(tmp_path, scale=SCALES["small"], today=datetime.now(ZoneInfo("Europe/Stockholm")).date())
    [file] = (tmp_path / "today").iterdir()
    office.open("/bank-files").page.get_by_role("button", name="Import a bank file").click()
    office.dialog.locator("input[type=file]").set_input_files(file)
    office.dialog.get_by_role("textbox", name="Reason").fill("The bank's file of today")
    office.dialog.get_by_role("button", name="Import").click()

    expect(office.dialog).to_contain_text(f"{file.name} is booked")
    expect(office.dialog).to_contain_text("Matched by machine")
    office.dialog.get_by_role("link", name="Show its transfers").click()
    expect(office.heading).to_have_text("Inbox")
    expect(office.rows.first).to_be_visible()


def test_what_cannot_be_done_is_not_sent_by_the_enter_key_either(office: BackOffice, visit: Visit) -> None:
    office.open("/subscriptions?status=ACTIVE&plan=club")
    office.page.get_by_role("group", name="Subscriptions").locator("a.row").first.click()
    office.page.get_by_role("button", name="Change the plan").click()
    office.dialog.get_by_label("Plan").select_option("club_plus")
    price = office.dialog.get_by_label("Price in")
    price.fill("6O0")
    reason = office.dialog.get_by_role("textbox", name="Reason")
    reason.fill("A price of their own")
    reason.press("Enter")

    expect(price).to_have_accessible_description(re.compile("^“6O0” is no amount in [A-Z]{3}.$"))
    expect(office.dialog.get_by_role("button", name="Change the plan")).to_be_disabled()

    price.fill("600")
    expect(office.dialog.locator(".effect")).to_contain_text("600.00 / month")
    reason.press("Enter")

    office.says("Plan changed")
    [sent] = visit.sent_as("ChangePlan")
    assert sent["variables"]["input"]["amountCents"] == 60_000


def test_a_subscription_is_changed_after_a_preview_of_what_it_costs(
    office: BackOffice, books: psycopg.Connection[Any]
) -> None:
    office.open("/subscriptions?status=ACTIVE&plan=club")
    office.page.get_by_role("group", name="Subscriptions").locator("a.row").first.click()
    office.page.get_by_role("button", name="Cancel the subscription").click()
    expect(office.dialog.locator(".effect")).to_contain_text("MRR")
    office.dialog.get_by_label("Why they leave").select_option("UNUSED")
    office.dialog.get_by_role("textbox", name="Reason").fill("They wrote to us")
    office.dialog.get_by_role("button", name="Cancel the subscription").click()

    office.says("Cancellation scheduled")
    expect(office.page.get_by_role("button", name="Take back the planned change")).to_be_visible()
    found = books.execute("select action from audit_event where reason = 'They wrote to us'").fetchall()
    assert found == [("subscription.cancel_scheduled",)]
