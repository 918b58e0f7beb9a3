"""Dunning taken into one's own hands, and given back."""

from typing import Any

import psycopg
import pytest
from playwright.sync_api import expect

from tests.browser.back_office import BackOffice
from tests.browser.running import Service
from tests.browser.visiting import Visit


@pytest.fixture
def service(demo: Service) -> Service:
    return demo


def test_dunning_is_frozen_and_resumed(office: BackOffice) -> None:
    office.open("/dunning?status=OPEN").page.get_by_role("group", name="Dunning").locator("a.row").first.click()
    office.page.get_by_role("button", name="Freeze").click()
    office.give_reason("They dispute it")
    office.says("Frozen until it is resumed.")
    expect(office.page.locator(".page-title")).to_contain_text("Frozen")

    office.page.get_by_role("button", name="Resume").click()
    office.give_reason("Settled by phone")

    office.says("Resumed")
    expect(office.page.locator(".page-title")).to_contain_text("Running")


def test_a_change_that_comes_second_is_made_once_what_was_first_is_seen(
    office: BackOffice, visit: Visit, books: psycopg.Connection[Any]
) -> None:
    office.open("/dunning?status=OPEN").page.get_by_role("group", name="Dunning").locator("a.row").first.click()
    office.page.get_by_role("button", name="Freeze").click()
    books.execute("update dunning_case set version = version + 1, override_reason = 'A colleague was here'")
    alert, reason = office.dialog.get_by_role("alert"), office.dialog.get_by_role("textbox", name="Reason")
    office.give_reason("They dispute it")
    expect(alert).to_contain_text("look at it again")
    expect(office.page.locator(".facts")).to_contain_text("A colleague was here")
    expect(reason).to_have_value("They dispute it")
    reason.press("Enter")
    office.says("Frozen until it is resumed.")

    office.page.get_by_role("button", name="Resume").click()
    with visit.losing("ResumeDunning"):
        office.give_reason("They paid by phone")
        expect(alert).to_contain_text("looking before trying again is safe")
    expect(office.page.locator(".page-title")).to_contain_text("Running")
    office.dialog.get_by_role("button", name="Try again").click()

    expect(alert).to_contain_text("look at it again")
    with office.page.expect_response("**/graphql"):
        reason.press("Enter")
    expect(alert).to_contain_text("look at it again")
    assert books.execute("select count(*) from audit_event where reason = 'They paid by phone'").fetchone() == (1,)


def test_a_case_follows_stages_of_its_own_until_it_is_resumed(
    office: BackOffice, books: psycopg.Connection[Any]
) -> None:
    number, kept = books.execute(
        "select i.number, (select count(*) from dunning_action a where a.case_id = c.id)"
        " from dunning_case c join invoice i on i.id = c.invoice_id"
        " where c.override_path is null and c.acted_on is not null and i.outstanding_cents > 0"
        " order by i.due_on desc, c.id limit 1"
    ).fetchone() or ("", 0)
    office.open("/dunning?status=OPEN").page.get_by_role("link", name=number).click()
    usual = office.page.locator(".calendar").inner_text()
    office.page.get_by_role("button", name="Own stages").click()
    stages = office.dialog.locator(".stages li")
    while stages.count() > 0:
        stages.last.get_by_role("button", name="Take away").click()
    confirm = office.dialog.get_by_role("button", name="Follow these stages")
    expect(confirm).to_be_disabled()

    for code, days in (("phone-call", "200"), ("last-letter", "190")):
        office.dialog.get_by_role("button", name="Add a stage").click()
        stages.last.get_by_role("textbox").fill(code)
        stages.last.get_by_role("spinbutton").fill(days)
    stages.last.get_by_role("combobox").select_option("FINAL_NOTICE")
    expect(office.dialog).to_contain_text("Each stage is on a later day than the one before it.")
    expect(confirm).to_be_disabled()
    stages.last.get_by_role("spinbutton").fill("210")
    office.dialog.get_by_role("textbox", name="Reason").fill("We phone this club first")
    confirm.click()

    office.says("The case follows its own stages.")
    expect(office.page.locator(".page-title")).to_contain_text("Own stages")
    days = office.page.locator(".calendar li[data-taken=false]")
    expect(days).to_have_count(2)
    expect(days.nth(0)).to_contain_text("Reminder phone-call 200 days after due next, from")
    expect(days.nth(1)).to_contain_text("Final notice last-letter 210 days after due")
    expect(office.page.locator(".calendar li[data-taken=true]")).to_have_count(kept)

    office.page.get_by_role("button", name="Resume").click()
    office.give_reason("They answered the phone")

    office.says("Resumed")
    expect(office.page.locator(".page-title")).not_to_contain_text("Own stages")
    expect(office.page.locator(".calendar")).to_have_text(usual, use_inner_text=True)
    found = books.execute(
        "select action, reason from audit_event where reason in ('We phone this club first', 'They answered the phone')"
        " and subject_id = (select c.id from dunning_case c join invoice i on i.id = c.invoice_id where i.number = %s)"
        " order by seq",
        [number],
    )
    assert found.fetchall() == [
        ("dunning.overridden", "We phone this club first"),
        ("dunning.resumed", "They answered the phone"),
    ]
