"""GraphiQL over the running service: what finance people and frontend teams do there."""

import re

from playwright.sync_api import expect

from graphql_api.graphiql import CONTENT_SECURITY_POLICY
from tests.browser.conftest import NewVisit
from tests.browser.desk import Desk
from tests.browser.running import Service
from tests.browser.visiting import Visit

LIGHT, DARK = "rgb(255, 255, 255)", "rgb(33, 42, 59)"


def test_the_page_comes_whole_and_styled_from_the_service_alone(visit: Visit) -> None:
    with visit.page.expect_response("**/graphql") as response:
        desk = Desk(visit.page).open()

    assert response.value.headers["content-security-policy"] == CONTENT_SECURITY_POLICY

    expect(visit.page).to_have_title("GraphiQL · Petanque billing")
    expect(desk.bar).to_have_css("display", "flex")
    expect(desk.operation.locator(".view-line").first).to_have_css("font-family", re.compile('^"Fira Code"'))
    expect(desk.page.locator("body")).to_have_css("background-color", LIGHT)
    expect(desk.page.locator("script:not([src])")).to_have_count(0)


def test_a_script_that_is_not_a_file_of_ours_does_not_run(desk: Desk, visit: Visit) -> None:
    ran = desk.page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.body.append(script);
        return window.ran === true;
    }""")

    assert not ran
    [violation] = visit.problems
    assert "Content Security Policy" in violation
    visit.problems.clear()


def test_a_saved_operation_opens_in_a_new_tab_with_its_variables_and_runs(desk: Desk, visit: Visit) -> None:
    desk.saved.get_by_role("searchbox").fill("inbox")
    desk.saved.get_by_role("button", name="Unmatched transfers").click()
    desk.tabs("Viewer", "UnmatchedTransfers")
    expect(desk.tool("Variables")).to_contain_text('"status": ["UNMATCHED"]')

    desk.run()

    expect(desk.answer).to_contain_text('"counterpartyName": "Björkens Boule"')
    [sent] = visit.sent_as("UnmatchedTransfers")
    assert sent["variables"]["first"] == 20


def test_the_documentation_leads_from_the_root_to_a_field(desk: Desk) -> None:
    docs = desk.pane("Documentation Explorer")
    docs.get_by_role("link", name="Query", exact=True).click()
    docs.get_by_role("link", name="unmatchedTransfers").click()

    expect(docs).to_contain_text("The bank transfers in the inbox, newest first")
    expect(docs.get_by_role("link", name="BankTransferFilter")).to_be_visible()


def test_the_editor_completes_fields_and_marks_those_that_do_not_exist(desk: Desk) -> None:
    desk.write("query Q { viewer { actor } nonsense }")
    expect(desk.operation.locator(".squiggly-error").first).to_be_visible()

    desk.page.keyboard.press("Control+A")
    desk.page.keyboard.insert_text("query Q { view")
    desk.page.keyboard.press("Control+Space")

    expect(desk.page.locator(".suggest-widget").get_by_role("option", name="viewer")).to_be_visible()


def test_the_explorer_writes_a_query_from_ticked_fields(desk: Desk) -> None:
    desk.pane("GraphiQL Explorer").get_by_text("isFresh", exact=True).click()

    expect(desk.operation).to_contain_text("isFresh")


def test_what_was_run_is_in_the_history(desk: Desk) -> None:
    desk.write("query HowFresh { viewer { isFresh } }")
    desk.tabs("HowFresh")
    desk.run()
    expect(desk.answer).to_contain_text('"isFresh": true')

    expect(desk.pane("History").get_by_role("button", name="Set active")).to_contain_text("HowFresh")


def test_headers_that_are_typed_go_along_but_are_not_kept(new_visit: NewVisit, service: Service) -> None:
    visit = new_visit()
    desk = Desk(visit.page).open()
    token = service.finance(actor="script@example.org")["Authorization"]

    desk.write(f'{{"Authorization": "{token}", "X-Request-ID": "typed"}}', editor=desk.tool("Headers"))
    desk.run()

    expect(desk.answer).to_contain_text('"actor": "script@example.org"')
    expect(desk.bar).to_contain_text("script@example.org")
    expect(desk.bar).to_contain_text("by the token in Headers")
    headers = visit.sent_as("Viewer")[1]["headers"]
    assert headers["x-request-id"] == "typed"
    assert headers["x-requested-with"] == "petanque-console"
    assert token not in desk.page.evaluate(
        "() => JSON.stringify({...localStorage, ...sessionStorage}) + document.cookie"
    )


def test_tabs_are_there_again_after_a_reload(desk: Desk) -> None:
    desk.write("query First { viewer { actor } }")
    desk.tabs("First")
    desk.page.get_by_role("button", name="New tab").click()
    desk.write("query Second { viewer { roles } }")
    desk.tabs("First", "Second")
    desk.page.wait_for_function("() => localStorage.getItem('graphiql:tabState')?.includes('Second')")

    desk.open()

    desk.tabs("First", "Second")
    expect(desk.operation).to_contain_text("roles")


def test_it_is_dark_where_the_system_is_dark_also_when_that_changes(new_visit: NewVisit, service: Service) -> None:
    desk = Desk(new_visit(service.finance(), color_scheme="dark").page).open()
    editor, body = desk.page.locator(".graphiql-query-editor .monaco-editor").first, desk.page.locator("body")
    expect(body).to_have_css("background-color", DARK)
    expect(editor).to_have_class(re.compile("vs-dark"))

    desk.page.emulate_media(color_scheme="light")
    expect(body).to_have_css("background-color", LIGHT)
    expect(editor).not_to_have_class(re.compile("vs-dark"))

    desk.page.get_by_role("button", name="Open settings dialog").click()
    desk.page.get_by_role("button", name="Dark").click()
    expect(body).to_have_css("background-color", DARK)
    expect(editor).to_have_class(re.compile("vs-dark"))
    expect(desk.page.get_by_text("Persist headers")).to_have_count(0)
