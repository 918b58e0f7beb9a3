"""Money that goes back, or stays as credit: what the console says of it before and after, and what the books hold then."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from lxml import etree
from playwright.sync_api import expect

from tests.books import LittleBooks
from tests.browser.back_office import BackOffice
from tests.browser.conftest import NewVisit
from tests.browser.running import Service, serving
from tests.browser.visiting import Visit
from tests.database import Clones
from tests.providers.bank_orders import settings


@pytest.fixture(scope="module")
def outbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where orders to the bank are put."""
    return tmp_path_factory.mktemp("outbox")


@pytest.fixture(scope="module")
def service(database_clones: Clones, outbox: Path) -> Iterator[Service]:
    """Two card payments, at a gateway that takes an hour to settle refunds; a payer that the bank does not know; two clubs
    that pay more than they owe, and then owe again."""
    with database_clones.clone() as database:
        with database.connect(autocommit=True) as connection:
            books = LittleBooks(connection)
            for club in ("Alby", "Berga"):
                tenant = books.tenant(f"{club} Boule")
                books.paid(tenant, books.invoice(tenant, 100_000, number=f"F-{club}"), 100_000)
            books.transfer(80_000, counterparty_name="Cupen", message="fel konto")
            for name, number in (("Dala Boule", 104), ("Eka Boule", 106)):
                tenant = books.tenant(name)
                books.invoice(tenant, 100_000, number=f"F-{number}", customer_name=name)
                books.invoice(tenant, 30_000, number=f"F-{number + 1}", customer_name=name)
                books.transfer(145_000, counterparty_name=name, message=f"faktura F-{number}")
        with serving(database, BILLING_SANDBOX_SETTLES_AFTER_SECONDS="3600", **settings(outbox)) as made:
            yield made


def refund(office: BackOffice, club: str, amount: str) -> None:
    """Order a refund of a club's payment, and open its page."""
    office.open(f"/payments?search={club}").page.locator("a.row").first.click()
    office.page.get_by_role("button", name="Refund").click()
    office.dialog.get_by_label("Amount in SEK").fill(amount)
    expect(office.dialog).to_contain_text(f"SEK {amount} goes back")
    office.dialog.get_by_role("textbox", name="Reason").fill("Charged twice")
    office.dialog.get_by_role("button", name="Send the money back").click()
    expect(office.dialog).to_contain_text(f"SEK {amount} is on its way")
    office.dialog.get_by_role("link", name="Show the refund").click()
    expect(office.heading).to_have_text(f"Refund of SEK {amount}")


def tells_of(office: BackOffice, action: str, reason: str, *, subject: str) -> None:
    """The trail of the page has the event, which is about something that belongs to it: `subject` is its link."""
    events = office.page.get_by_role("region", name="Audit trail").get_by_role("listitem")
    event = events.filter(has_text=action)
    expect(event).to_contain_text(reason)
    expect(event.get_by_role("link", name=subject)).to_be_visible()


def test_a_refund_that_is_not_confirmed_yet_is_told_as_pending(
    office: BackOffice, books: psycopg.Connection[Any]
) -> None:
    refund(office, "Alby", "250.00")

    expect(office.page.locator(".page-title .badge")).to_have_text("Pending")
    expect(office.page.get_by_text("the provider has not confirmed it yet")).to_be_visible()
    expect(office.page.get_by_role("button", name="Resolve")).to_have_count(0)
    expect(office.page.get_by_role("region", name="Accounting entries")).to_contain_text("Nothing is booked.")
    assert books.execute("select status from refund where amount_cents = 25000").fetchall() == [("PENDING",)]

    office.page.get_by_role("link", name="Show the payment").click()
    expect(office.page.locator(".tally div").filter(has_text="Can go back")).to_contain_text("SEK 750.00")
    tells_of(office, "refund.ordered", "Charged twice", subject="refund")
    office.page.get_by_role("link", name="F-Alby").click()
    tells_of(office, "refund.ordered", "Charged twice", subject="refund")
    office.open("/refunds?status=PENDING")
    expect(office.page.get_by_role("group", name="Refunds").locator("tbody tr").first).to_contain_text("Pending")


def test_an_amount_that_is_none_is_told_at_its_field_and_has_no_effect(office: BackOffice, visit: Visit) -> None:
    office.open("/payments?search=Alby").page.locator("a.row").first.click()
    office.page.get_by_role("button", name="Refund").click()
    amount, effect = office.dialog.get_by_label("Amount in SEK"), office.dialog.locator(".effect")
    above = "The amount must be above 0."
    refused = {
        "0": above,
        "0,00": above,
        "-5": above,
        "abc": "“abc” is no amount in SEK.",
        "1e9": "“1e9” is no amount in SEK.",
    }
    for typed, told in refused.items():
        amount.fill("100")
        expect(effect).to_contain_text("SEK 100.00 goes back")
        amount.fill(typed)

        expect(amount).to_have_attribute("aria-invalid", "true")
        expect(amount).to_have_accessible_description(told)
        expect(effect).to_have_count(0)

    office.dialog.get_by_role("textbox", name="Reason").fill("Charged twice")
    office.press("Enter")
    expect(office.dialog.get_by_role("button", name="Send the money back")).to_be_disabled()
    assert visit.sent_as("ExecuteRefund") == []


def test_a_refund_that_no_machine_can_tell_is_resolved_by_what_the_provider_says(
    office: BackOffice, books: psycopg.Connection[Any]
) -> None:
    refund(office, "Berga", "400.00")
    books.execute("update refund set needs_review = true, due_at = null where amount_cents = 40000")

    office.open("/refunds?review=yes").page.locator("a.row").click()
    expect(office.page.get_by_text("No machine can tell any more what became of it.")).to_be_visible()
    office.page.get_by_role("button", name="Resolve").click()
    confirm = office.dialog.get_by_role("button", name="Resolve")
    expect(confirm).to_be_disabled()
    office.dialog.get_by_label("The money went back").check()
    office.dialog.get_by_label("Provider's reference").fill("re_by_phone")
    office.dialog.get_by_role("textbox", name="Reason").fill("Seen in their dashboard")
    confirm.click()

    office.says("SEK 400.00: Succeeded")
    expect(office.page.locator(".page-title .badge")).to_have_text(["Succeeded"])
    expect(office.page.get_by_role("region", name="Accounting entries")).to_contain_text("1580 Gateway clearing")
    expect(office.page.get_by_role("button", name="Resolve")).to_have_count(0)
    found = books.execute("select status, provider_reference, needs_review from refund where amount_cents = 40000")
    assert found.fetchall() == [("SUCCEEDED", "re_by_phone", False)]


def test_a_transfer_goes_back_to_the_account_that_its_payer_names(
    office: BackOffice, books: psycopg.Connection[Any], outbox: Path
) -> None:
    office.open("/inbox").choose("Cupen").page.get_by_role("button", name="Return").click()
    office.give_reason("Meant for another club")
    expect(office.dialog.get_by_role("alert")).to_be_visible()
    assert list(outbox.iterdir()) == []

    office.dialog.get_by_label("Bankgiro number").fill("991-2346")
    office.dialog.get_by_role("button", name="Send it back").click()

    office.says("SEK 800.00 goes back; the bank has yet to confirm it.")
    expect(office.row("Cupen")).to_have_count(0)
    office.open("/inbox?status=RETURNED").choose("Cupen")
    returns = office.page.get_by_role("region", name="Returns").get_by_role("listitem")
    expect(returns).to_contain_text("Pending")
    expect(returns).to_contain_text("BG 991-2346")
    expect(returns).to_contain_text("Meant for another club")
    [ordered] = outbox.glob("*.xml")
    assert etree.fromstring(ordered.read_bytes()).xpath("//*[local-name() = 'InstdAmt']/text()") == ["800.00"]
    status = books.execute("select status from bank_transfer where counterparty_name = 'Cupen'").fetchall()
    assert status == [("RETURNED",)]


def test_what_is_paid_too_much_becomes_credit_that_pays_the_next_invoice(
    office: BackOffice, books: psycopg.Connection[Any]
) -> None:
    def credit_is(amount: str) -> None:
        office.open("/tenants?search=Dala").page.locator("a.row").click()
        expect(office.heading).to_have_text("Dala Boule")
        expect(office.page.locator(".facts div").filter(has_text="Credit").locator("dd")).to_have_text(amount)

    office.open("/inbox").choose("Dala Boule").press("a")
    office.give_reason("It names the invoice")
    office.says("F-104 (Paid)")
    credit_is("SEK 450.00")

    office.page.get_by_role("link", name="F-105").click()
    office.page.get_by_role("button", name="Pay from credit").click()
    expect(office.dialog).to_contain_text("Dala Boule has SEK 450.00 of credit; SEK 300.00 is outstanding.")
    expect(office.dialog.get_by_label("Amount")).to_have_value("300.00")
    office.give_reason("They asked for it")

    office.says("F-105: Paid")
    expect(office.page.locator(".page-title .badge")).to_have_text("Paid")
    expect(office.page.get_by_role("button", name="Pay from credit")).to_have_count(0)
    office.page.locator("a.row").click()
    tells_of(office, "credit.applied", "They asked for it", subject="invoice")
    credit_is("SEK 150.00")
    office.page.get_by_role("link", name="F-104").click()
    tells_of(office, "transfer.assigned", "It names the invoice", subject="bank transfer")
    office.page.get_by_role("group", name="Payments").locator("a.row").click()
    tells_of(office, "transfer.assigned", "It names the invoice", subject="bank transfer")
    office.page.locator(".facts").get_by_role("link", name="Show", exact=True).click()
    expect(office.transfer).to_contain_text("faktura F-104")
    assert books.execute("select reason from audit_event where action = 'credit.applied'").fetchall() == [
        ("They asked for it",)
    ]


def test_credit_is_used_once_however_often_enter_is_pressed_and_where_the_answer_is_lost(
    office: BackOffice, visit: Visit, books: psycopg.Connection[Any]
) -> None:
    paid = "select paid_cents from invoice where number = 'F-107'"
    office.open("/inbox").choose("Eka Boule").press("a")
    office.give_reason("It names the invoice")
    office.says("F-106 (Paid)")
    office.open("/invoices?search=F-107").page.locator("a.row").click()
    office.page.get_by_role("button", name="Pay from credit").click()
    office.dialog.get_by_label("Amount").fill("100")
    reason = office.dialog.get_by_role("textbox", name="Reason")
    reason.fill("They asked for it")
    with visit.holding("ApplyCredit"):
        reason.press("Enter")
        reason.press("Enter")
        expect(office.dialog.get_by_role("button", name="Working…")).to_be_disabled()

    office.says("F-107: Partially paid")
    assert len(visit.sent_as("ApplyCredit")) == 1
    assert books.execute(paid).fetchall() == [(10_000,)]

    office.page.get_by_role("button", name="Pay from credit").click()
    expect(office.dialog.get_by_label("Amount")).to_have_value("200.00")
    with visit.losing("ApplyCredit", gateway=True):
        office.give_reason("The rest of it")
        expect(office.dialog.get_by_role("alert")).to_contain_text("close this and look before you make it again")
    reason.press("Enter")
    expect(office.dialog).to_contain_text("Eka Boule has SEK 150.00 of credit; SEK 0.00 is outstanding.")
    office.dialog.get_by_role("button", name="Close").click()

    expect(office.page.locator(".page-title .badge")).to_have_text("Paid")
    assert len(visit.sent_as("ApplyCredit")) == 2
    assert books.execute(paid).fetchall() == [(30_000,)]


def test_in_swedish_a_refusal_is_told_in_swedish_with_its_figures(new_visit: NewVisit, service: Service) -> None:
    office = BackOffice(new_visit(service.finance(), locale="sv-SE").page)
    office.open("/payments?search=Alby").page.locator("a.row").first.click()
    office.page.get_by_role("button", name="Återbetala").click()
    office.dialog.get_by_label("Belopp i SEK").fill("5000")

    expect(office.dialog.get_by_role("alert")).to_contain_text(
        "5 000,00 kr begärdes tillbaka, men bara 750,00 kr finns kvar på betalningen."
    )


def test_in_swedish_what_happened_to_a_refund_is_told_in_swedish(new_visit: NewVisit, service: Service) -> None:
    office = BackOffice(new_visit(service.finance(), locale="sv-SE").page)
    office.open("/refunds?status=SUCCEEDED").page.locator("a.row").click()
    happened = office.page.get_by_role("region", name="Vad som hände").get_by_role("listitem")
    expect(happened.locator("strong")).to_have_text(
        [
            "Beordrad",
            "Accepterad av leverantören",
            "Avgjord för hand",
            "Lyckad",
        ]
    )
