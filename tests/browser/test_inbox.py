"""The inbox of the console: what it shows before a change, and what the books hold after it."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from playwright.sync_api import expect

from schema.ids import to_global
from tests.books import LittleBooks
from tests.browser.back_office import BackOffice
from tests.browser.conftest import NewVisit
from tests.browser.running import Service, serving
from tests.browser.visiting import Visit
from tests.database import Clones

FINANCE, COLLEAGUE = "finance@example.org", "controller@example.org"
NORA = f"Nora Boule för alla som spelar boule i {'Västernorrland, ' * 5}ekonomisk förening"
CLUBS = ("Alby", "Berga", "Dala", "Eka", "Fors", "Gimo", "Hede", "Ilsbo", "Kalix", "Lima")
FITS = "element => element.scrollWidth <= element.clientWidth"


@pytest.fixture(scope="module")
def service(database_clones: Clones) -> Iterator[Service]:
    """Ten clubs, each with an invoice of 1 000 kronor and a transfer that names it; some pay too much or too little. Before
    them Mora, which nobody knows, Nova, which deducts, and a club that pays its invoice three times in parts."""
    paid = {"Berga": 105_000, "Dala": 60_000, "Eka": 180_000}
    with database_clones.clone() as database:
        with database.connect(autocommit=True) as connection:
            books = LittleBooks(connection)
            books.invoice(books.tenant(NORA), 100_000, number="F-777", customer_name=NORA)
            for _ in range(3):
                books.transfer(60_000, counterparty_name="Nora", message="faktura F-777")
            books.transfer(777, counterparty_name="Mora", currency="EUR")
            books.transfer(-5_000, counterparty_name="Nova", message="avdrag faktura F-101")
            for number, club in enumerate(CLUBS, start=101):
                tenant = books.tenant(f"{club} Boule")
                name = {"customer_name": f"{club} Boule"}
                books.invoice(tenant, 100_000, number=f"F-{number}", **name)
                if club == "Eka":
                    books.invoice(tenant, 70_000, number="F-900", **name)
                books.transfer(
                    paid.get(club, 100_000), counterparty_name=f"{club} Boule", message=f"faktura F-{number}"
                )
        with serving(database) as made:
            yield made


@pytest.fixture
def office(visit: Visit) -> BackOffice:
    return BackOffice(visit.page).open("/inbox")


@pytest.fixture
def with_cookie(new_visit: NewVisit) -> BackOffice:
    """Somebody who signed in as people do."""
    page = new_visit().page
    page.goto("/inbox")
    return BackOffice(page).sign_in(FINANCE)


def status(books: psycopg.Connection[Any], club: str) -> tuple[str, int]:
    """Of a club's transfer, and what was paid of its first invoice."""
    found = books.execute(
        "select transfer.status, (select invoice.paid_cents from invoice where customer_name = %(name)s"
        " order by number limit 1) from bank_transfer as transfer where counterparty_name = %(name)s",
        {"name": f"{club} Boule"},
    ).fetchone()
    assert found is not None
    return str(found[0]), int(found[1])


def reasons(books: psycopg.Connection[Any], action: str, club: str) -> list[str]:
    found = books.execute(
        "select reason from audit_event where action = %s and subject_id ="
        " (select id from bank_transfer where counterparty_name = %s) order by occurred_at",
        [action, f"{club} Boule"],
    )
    return [str(reason) for (reason,) in found]


def test_with_the_keyboard_alone_a_transfer_is_found_and_assigned(
    office: BackOffice, books: psycopg.Connection[Any]
) -> None:
    left = int(office.left.inner_text().split()[0])
    office.press("/")
    office.page.keyboard.type("alby")
    expect(office.rows).to_have_count(1)
    expect(office.transfer.locator("mark", has_text="101").first).to_be_visible()
    office.press("Enter", "a")
    expect(office.dialog).to_contain_text("Pays the invoice in full.")
    office.give_reason("It names the invoice")

    office.says("F-101 (Paid)")
    assert status(books, "Alby") == ("ASSIGNED", 100_000)
    assert reasons(books, "transfer.assigned", "Alby") == ["It names the invoice"]
    office.open("/inbox")
    expect(office.left).to_have_text(f"{left - 1} left")


def test_j_and_k_move_and_the_digits_choose_a_suggestion(office: BackOffice) -> None:
    current = office.page.locator(".transfers [aria-current]")
    first, second = office.rows.nth(0).inner_text(), office.rows.nth(1).inner_text()
    office.press("j")
    expect(current).to_contain_text(second.splitlines()[0])
    office.press("k")
    expect(current).to_contain_text(first.splitlines()[0])

    suggestions = office.page.get_by_role("list", name="Suggestions").get_by_role("radio")
    expect(suggestions.nth(0)).to_be_checked()
    office.press("2")
    expect(suggestions.nth(1)).to_be_checked()

    suggestions.nth(0).click()
    office.press("2")
    expect(suggestions.nth(1)).to_be_checked()

    office.press("?")
    expect(office.page.get_by_role("dialog", name="Keys")).to_contain_text("Choose a suggestion")


def test_a_deduction_is_not_offered_to_pay_anything(office: BackOffice) -> None:
    office.choose("Nova")

    expect(office.transfer.get_by_role("heading")).to_have_text("-SEK 50.00")
    expect(office.transfer.locator(".actions button")).to_have_text(["Ignore i"])
    expect(office.transfer).to_contain_text("A deduction by the payer pays nothing here.")
    office.press("s", "a", "i")
    expect(office.dialog.get_by_role("heading")).to_have_text(re.compile("Ignore"))


def test_only_a_transfer_with_a_suggestion_is_selected_and_only_what_is_left_is_counted(office: BackOffice) -> None:
    office.choose("Berga").press("x")
    expect(office.page.locator(".bulk-bar")).to_contain_text("1 selected")
    office.press("x")
    expect(office.page.locator(".bulk-bar")).to_have_count(0)
    office.choose("Mora").press("x")
    expect(office.row("Mora").get_by_role("checkbox")).not_to_be_checked()

    office.open("/inbox?status=all")
    expect(office.rows.first).to_be_visible()
    expect(office.left).to_have_count(0)


def test_a_surplus_is_told_before_it_becomes_credit(office: BackOffice, books: psycopg.Connection[Any]) -> None:
    office.choose("Berga").press("a")
    expect(office.dialog).to_contain_text("SEK 50.00 more than is owed becomes credit of Berga Boule")
    office.give_reason("They round up")

    office.says("F-102 (Paid)")
    assert status(books, "Berga") == ("ASSIGNED", 100_000)


def test_a_part_payment_is_told_as_one(office: BackOffice, books: psycopg.Connection[Any]) -> None:
    office.choose("Dala").press("a")
    expect(office.dialog).to_contain_text("A part payment: SEK 400.00 stays outstanding.")
    office.give_reason("The rest comes next week")

    office.says("F-103 (Partially paid)")
    assert status(books, "Dala") == ("ASSIGNED", 60_000)


def test_one_transfer_is_split_over_two_invoices_and_the_rest_becomes_credit(
    office: BackOffice, books: psycopg.Connection[Any]
) -> None:
    office.choose("Eka").press("s")
    expect(office.dialog).to_contain_text("SEK 800.00 is left to be used.")
    expect(office.dialog.get_by_role("button", name="Assign")).to_be_disabled()
    office.dialog.get_by_label("Amount for F-104").fill("1900")
    expect(office.dialog).to_contain_text("SEK 100.00 more is used than there is.")
    office.dialog.get_by_label("Amount for F-104").fill("1000")
    office.dialog.get_by_role("searchbox").fill("F-900")
    office.dialog.get_by_role("button", name="F-900").click()
    expect(office.dialog.get_by_label("Amount for F-900")).to_have_value("700.00")
    office.dialog.get_by_role("button", name="Make it credit of Eka Boule").click()
    expect(office.dialog).to_contain_text("All of it is used.")
    office.dialog.get_by_role("textbox", name="Reason").fill("One payment for both")
    office.dialog.get_by_role("button", name="Assign").click()

    office.says("F-104 (Paid), F-900 (Paid)")
    found = books.execute(
        "select allocated_cents, amount_cents from payment where bank_transfer_id ="
        " (select id from bank_transfer where counterparty_name = 'Eka Boule') order by amount_cents"
    ).fetchall()
    assert sorted(int(amount) for _, amount in found) == [10_000, 70_000, 100_000]
    assert sum(int(allocated) for allocated, _ in found) == 170_000


def test_only_invoices_in_the_currency_of_the_transfer_are_found_for_it(office: BackOffice) -> None:
    office.choose("Mora").press("s")
    office.dialog.get_by_role("searchbox").fill("F-777")

    expect(office.dialog).to_contain_text("No open invoice in EUR is like that.")
    expect(office.dialog.get_by_role("button", name="F-777")).to_have_count(0)


def test_several_are_assigned_with_one_reason_and_one_sign_in_and_each_row_tells_its_result(
    with_cookie: BackOffice, service: Service, new_visit: NewVisit, books: psycopg.Connection[Any]
) -> None:
    office = with_cookie
    for club in ("Fors", "Gimo", "Hede"):
        office.row(club).get_by_role("checkbox").check()
    expect(office.page.locator(".bulk-bar")).to_contain_text("3 selected")
    colleague = BackOffice(new_visit(service.finance(actor=COLLEAGUE)).page).open("/inbox?search=gimo")
    colleague.press("i")
    colleague.give_reason("Ours, between accounts")
    colleague.says("is ignored")
    service.sign_ins_age(400)

    office.press("a")
    office.give_reason("They name their invoices")
    office.sign_in_again(FINANCE)

    done = office.dialog.locator(".bulk li")
    expect(done.filter(has_text="Fors")).to_contain_text("F-105: Paid")
    expect(done.filter(has_text="Hede")).to_contain_text("F-107: Paid")
    expect(done.filter(has_text="Gimo")).to_have_attribute("data-result", "failed")
    expect(office.dialog.get_by_role("alert")).to_contain_text("1 of 3 were not assigned; the others are.")
    assert (status(books, "Fors"), status(books, "Hede")) == (("ASSIGNED", 100_000),) * 2
    assert status(books, "Gimo") == ("IGNORED", 0)
    assert reasons(books, "transfer.assigned", "Hede") == ["They name their invoices"]


def test_of_several_for_one_invoice_each_is_told_what_those_before_it_leave(office: BackOffice) -> None:
    office.open("/inbox?search=nora")
    for row in office.rows.all():
        row.get_by_role("checkbox").check()
    office.press("a")

    expect(office.dialog.locator(".bulk li small")).to_have_text(
        [
            "A part payment: SEK 400.00 stays outstanding.",
            f"Pays the invoice in full; SEK 200.00 more than is owed becomes credit of {NORA}.",
            "Nothing is left to pay on invoice F-777.",
        ]
    )


def test_a_name_without_end_leaves_room_for_all_columns_and_for_the_way_out_of_its_filter(office: BackOffice) -> None:
    office.open("/invoices?search=F-777").page.locator("a.row").click()
    office.page.locator(".facts").get_by_role("link", name=NORA).click()
    office.page.get_by_role("region", name="Latest invoices").get_by_role("link", name="Show all").click()
    chip, table = office.page.locator(".chosen"), office.page.get_by_role("group", name="Invoices")
    expect(chip).to_contain_text("Nora Boule")
    expect(table.get_by_role("columnheader", name="Outstanding")).to_be_in_viewport(ratio=1)
    assert table.evaluate(FITS)

    office.page.set_viewport_size({"width": 390, "height": 900})
    assert chip.evaluate(FITS)


def test_work_goes_on_with_the_next_transfer_and_not_from_the_top(office: BackOffice) -> None:
    _, second, third = office.rows.locator(".payer").all_inner_texts()[:3]
    office.choose(second).press("i")
    office.give_reason("Seen before")
    office.says("is ignored")

    expect(office.transfer).to_contain_text(third)
    expect(office.page.locator(".transfers [aria-current]")).to_contain_text(third)
    office.open(f"/inbox?status=IGNORED&search={second}").transfer.get_by_role("button", name="Bring back").click()
    office.give_reason("It was for us")
    office.says("is back in the inbox")


def test_what_was_ignored_is_brought_back(office: BackOffice, books: psycopg.Connection[Any]) -> None:
    office.choose("Ilsbo").press("i")
    office.give_reason("Not for us")
    office.says("is ignored; it can be brought back")
    assert status(books, "Ilsbo") == ("IGNORED", 0)

    office.open("/inbox?status=IGNORED&search=ilsbo")
    expect(office.transfer).to_contain_text("Not for us")
    office.transfer.get_by_role("button", name="Bring back").click()
    office.give_reason("It was for us")

    office.says("is back in the inbox")
    assert status(books, "Ilsbo") == ("UNMATCHED", 0)


def test_an_assignment_is_undone_by_a_counter_journal(office: BackOffice, books: psycopg.Connection[Any]) -> None:
    office.choose("Ilsbo").press("a")
    office.give_reason("It names the invoice")
    office.says("F-108 (Paid)")
    assert status(books, "Ilsbo") == ("ASSIGNED", 100_000)

    office.notices.get_by_role("button", name="Undo").click()
    office.give_reason("The wrong year")

    office.says("is back in the inbox")
    assert status(books, "Ilsbo") == ("UNMATCHED", 0)
    assert reasons(books, "transfer.unassigned", "Ilsbo") == ["The wrong year"]


def test_who_comes_second_is_told_who_was_faster(
    office: BackOffice, new_visit: NewVisit, service: Service, books: psycopg.Connection[Any]
) -> None:
    office.open("/inbox?search=kalix")
    colleague = BackOffice(new_visit(service.finance(actor=COLLEAGUE)).page).open("/inbox?search=kalix")
    colleague.press("a")
    colleague.give_reason("I was first")
    colleague.says("F-109 (Paid)")

    office.press("a")
    office.give_reason("Mine")

    expect(office.dialog.get_by_role("alert")).to_contain_text(f"A colleague was faster: {COLLEAGUE}")
    expect(office.dialog.get_by_role("alert")).to_contain_text("“I was first”")
    expect(office.page.get_by_text("No transfer is like that.")).to_be_visible()
    expect(office.dialog.get_by_role("textbox", name="Reason")).to_have_value("Mine")
    assert reasons(books, "transfer.assigned", "Kalix") == ["I was first"]


def test_a_session_that_ended_while_one_was_typing_costs_a_sign_in_and_nothing_else(
    with_cookie: BackOffice, service: Service, books: psycopg.Connection[Any]
) -> None:
    office = with_cookie
    office.choose("Lima").press("a")
    service.sessions_end()
    office.give_reason("It names the invoice")
    expect(office.prove).to_contain_text("Changes need a sign-in of the last 5 minutes.")
    assert status(books, "Lima") == ("UNMATCHED", 0)

    office.sign_in_again(FINANCE)

    office.says("F-110 (Paid)")
    assert reasons(books, "transfer.assigned", "Lima") == ["It names the invoice"]


def test_what_one_wrote_is_not_carried_out_in_the_name_of_another_who_signed_in_in_another_tab(
    with_cookie: BackOffice, books: psycopg.Connection[Any]
) -> None:
    office = with_cookie
    office.choose("Ilsbo").press("i")
    other = office.page.context.new_page()
    other.goto("/auth/login?return_to=/inbox")
    other.get_by_role("button", name=COLLEAGUE).click()
    expect(other.locator("header.bar")).to_contain_text(COLLEAGUE)

    office.give_reason("Not for us")
    expect(office.dialog.get_by_role("alert")).to_have_text(
        f"{FINANCE} wrote this, but {COLLEAGUE} is signed in now: it was not carried out."
    )
    expect(office.page.locator("header.bar")).to_contain_text(COLLEAGUE)
    office.press("Enter")
    expect(office.dialog.get_by_role("alert")).to_contain_text("it was not carried out")
    assert status(books, "Ilsbo") == ("UNMATCHED", 0)

    office.press("Escape")
    expect(office.dialog).to_have_count(0)
    office.press("i")
    office.give_reason("Not for us, either")
    office.says("is ignored")
    found = books.execute("select actor from audit_event where reason = 'Not for us, either'").fetchall()
    assert found == [(COLLEAGUE,)]
    office.open("/inbox?status=IGNORED&search=ilsbo").transfer.get_by_role("button", name="Bring back").click()
    office.give_reason("It was for us")
    office.says("is back in the inbox")


def test_who_will_not_prove_themselves_changes_nothing(
    with_cookie: BackOffice, service: Service, books: psycopg.Connection[Any]
) -> None:
    office = with_cookie
    service.sign_ins_age(400)
    office.choose("Ilsbo").press("i")
    office.give_reason("Not for us")
    office.prove.get_by_role("button", name="Cancel").click()

    expect(office.dialog.get_by_role("alert")).to_be_visible()
    expect(office.dialog.get_by_role("textbox", name="Reason")).to_have_value("Not for us")
    assert status(books, "Ilsbo") == ("UNMATCHED", 0)


def test_an_answer_that_was_lost_is_told_as_unknown_and_what_was_done_is_found(
    office: BackOffice, visit: Visit, books: psycopg.Connection[Any]
) -> None:
    office.choose("Ilsbo")
    alert = office.dialog.get_by_role("alert")
    with visit.losing("IgnoreTransfer"):
        office.press("i")
        office.give_reason("Not for us")
        expect(alert).to_contain_text("Whether the change was made is not known")

    office.dialog.get_by_role("button", name="Try again").click()

    expect(alert).to_contain_text("A colleague was faster: finance@example.org")
    assert reasons(books, "transfer.ignored", "Ilsbo")[-1] == "Not for us"


def test_the_transfer_that_the_address_names_is_shown_where_the_list_lacks_it_and_no_other(
    office: BackOffice, books: psycopg.Connection[Any]
) -> None:
    [(key,)] = books.execute("select id from bank_transfer where counterparty_name = 'Mora'").fetchall()
    note = office.page.get_by_text("is not on this page of the list")
    office.open(f"/inbox?status=all&search=alby&transfer={to_global('BankTransfer', key)}")
    expect(office.transfer).to_contain_text("Mora")
    expect(note).to_be_visible()

    office.press("j")
    expect(office.transfer).to_contain_text("Alby")
    expect(note).to_have_count(0)
    office.open(f"/inbox?transfer={to_global('BankTransfer', uuid4())}")
    expect(office.page.get_by_text("There is no such transfer.")).to_be_visible()


def test_what_is_shown_and_typed_stays_where_the_service_cannot_be_reached(
    office: BackOffice, visit: Visit, books: psycopg.Connection[Any]
) -> None:
    office.choose("Mora").press("i")
    reason = office.dialog.get_by_role("textbox", name="Reason")
    problem = office.page.locator("main > .problem")
    with visit.cut_off():
        office.give_reason("Of another company")
        expect(office.dialog.get_by_role("alert")).to_have_text("The service cannot be reached just now.")
    assert visit.sent_as("IgnoreTransfer") == []
    with visit.cut_off(but="Viewer"):
        reason.press("Enter")
        expect(office.dialog.get_by_role("alert")).to_contain_text("Whether the change was made is not known")
        expect(problem).to_contain_text("The service cannot be reached just now.")
        expect(reason).to_have_value("Of another company")
        expect(office.row("Mora")).to_be_visible()

    reason.press("Enter")

    office.says("is ignored")
    expect(problem).to_have_count(0)
    found = books.execute("select status from bank_transfer where counterparty_name = 'Mora'").fetchall()
    assert found == [("IGNORED",)]


def test_where_nothing_is_like_the_search_that_is_said(office: BackOffice) -> None:
    office.open("/inbox?search=nobody-at-all")

    expect(office.page.get_by_text("No transfer is like that.")).to_be_visible()
