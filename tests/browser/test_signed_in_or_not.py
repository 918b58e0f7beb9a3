"""Signing in, how long that lasts, and the fresh proof before a change: the page, the service and its development provider."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import NewVisit
from tests.browser.desk import Desk
from tests.browser.running import Service
from tests.browser.visiting import Visit

FINANCE, COLLEAGUE, SUPPORT = "finance@example.org", "controller@example.org", "support@example.org"
IGNORE = 'mutation Ignore { ignoreTransfer(input: {transferId: "nonsense", reason: "Not ours"}) { transfer { id } } }'
CARRIED_OUT = "The id in transferId is malformed"


@pytest.fixture
def visit(new_visit: NewVisit) -> Visit:
    """A visit of nobody yet."""
    return new_visit()


@pytest.fixture
def desk(visit: Visit) -> Desk:
    """GraphiQL, opened by somebody with the role, who signed in on the way to it."""
    return Desk(visit.page).open_as(FINANCE)


def sign_in_again(desk: Desk, person: str = FINANCE) -> Page:
    """Answer the dialog, in the window that it opens; which is then gone."""
    with desk.page.expect_popup() as opened:
        desk.dialog.get_by_role("button", name="Sign in again").press("Enter")
    window = opened.value
    with window.expect_event("close"):
        window.get_by_role("button", name=person).click()
    return window


def test_who_is_not_signed_in_is_offered_to_and_comes_back_to_what_they_wrote(visit: Visit) -> None:
    desk = Desk(visit.page).open()
    desk.write("query Mine { viewer { actor } }")
    desk.tabs("Mine")
    desk.run()
    expect(desk.answer).to_contain_text('"code": "UNAUTHENTICATED"')
    expect(desk.panel).to_contain_text("You are not signed in.")
    desk.page.wait_for_function("() => localStorage.getItem('graphiql:tabState')?.includes('Mine')")

    desk.sign_in(FINANCE)

    desk.tabs("Mine")
    desk.run()
    expect(desk.answer).to_contain_text(f'"actor": "{FINANCE}"')
    assert "authorization" not in visit.sent[-1]["headers"]
    assert desk.page.evaluate("() => document.cookie") == ""


def test_somebody_without_the_role_signs_in_and_is_refused(visit: Visit) -> None:
    desk = Desk(visit.page).open_as(SUPPORT)
    expect(desk.bar).to_contain_text("no finance role")
    desk.write("query Mine { providers { name } }")
    desk.run()

    expect(desk.answer).to_contain_text('"code": "FORBIDDEN"')
    expect(desk.dialog).to_be_hidden()


def test_who_was_signed_in_is_told_when_the_session_has_ended(desk: Desk, service: Service) -> None:
    service.sessions_end()
    desk.run()

    expect(desk.panel).to_contain_text("Your session has ended.")
    expect(desk.bar).not_to_contain_text(FINANCE)


def test_the_bar_says_for_how_long_changes_need_no_new_sign_in(desk: Desk, service: Service) -> None:
    timer = desk.bar.get_by_role("timer")
    first = timer.inner_text()
    assert first.startswith(("Changes allowed for 4:5", "Changes allowed for 5:0"))
    expect(timer).not_to_have_text(first)

    service.sign_ins_age(300)
    desk.page.reload()

    expect(desk.bar).to_contain_text("Changes ask you to sign in again")


def test_a_change_waits_for_a_fresh_sign_in_and_is_then_sent_again_just_as_it_was(
    desk: Desk, visit: Visit, service: Service
) -> None:
    service.sign_ins_age(400)
    desk.write(IGNORE)
    desk.run()
    expect(desk.dialog).to_contain_text("Changes need a sign-in of the last 5 minutes.")
    expect(desk.dialog.get_by_role("button", name="Sign in again")).to_be_focused()

    sign_in_again(desk)

    expect(desk.answer).to_contain_text(CARRIED_OUT)
    expect(desk.dialog).to_be_hidden()
    expect(desk.bar).to_contain_text("Changes allowed for")
    first, second = (sent | {"headers": None} for sent in visit.sent_as("Ignore"))
    assert first == second


def test_who_would_rather_not_sign_in_again_is_shown_the_refusal(desk: Desk, visit: Visit, service: Service) -> None:
    service.sign_ins_age(400)
    desk.write(IGNORE)
    for key in ("Enter", "Escape"):
        desk.run()
        desk.dialog.get_by_role("button", name="Cancel").press(key)
        expect(desk.answer).to_contain_text('"code": "FRESH_AUTH_REQUIRED"')
        expect(desk.dialog).to_be_hidden()

    assert len(visit.sent_as("Ignore")) == 2


def test_a_change_is_not_sent_in_the_name_of_another_who_signs_in(desk: Desk, visit: Visit, service: Service) -> None:
    service.sign_ins_age(400)
    desk.write(IGNORE)
    desk.run()
    sign_in_again(desk, COLLEAGUE)

    expect(desk.answer).to_contain_text(f"{COLLEAGUE} is signed in now: it was not carried out")
    expect(desk.bar).to_contain_text(COLLEAGUE)
    assert len(visit.sent_as("Ignore")) == 1


def test_nor_of_another_who_signed_in_in_another_tab(desk: Desk, visit: Visit) -> None:
    desk.write(IGNORE)
    Desk(visit.context.new_page()).open_as(COLLEAGUE)
    expect(desk.bar).to_contain_text(FINANCE)
    desk.run()

    expect(desk.answer).to_contain_text(f"{COLLEAGUE} is signed in now: it was not carried out")
    expect(desk.bar).to_contain_text(COLLEAGUE)
    assert visit.sent_as("Ignore") == []


def test_a_change_with_a_typed_token_asks_for_no_sign_in_window(visit: Visit, service: Service) -> None:
    desk = Desk(visit.page).open()
    token = service.finance(auth_age=400)["Authorization"]
    desk.write(f'{{"Authorization": "{token}"}}', editor=desk.tool("Headers"))
    desk.write(IGNORE)
    desk.run()

    expect(desk.answer).to_contain_text('"code": "FRESH_AUTH_REQUIRED"')
    expect(desk.dialog).to_be_hidden()


def test_a_schema_that_strangers_may_not_read_is_read_when_somebody_is_known(visit: Visit, service: Service) -> None:
    def closed(route: Route) -> None:
        if "Introspection" in (route.request.post_data or "") and "authorization" not in route.request.headers:
            route.fulfill(
                status=401, json={"errors": [{"message": "Closed.", "extensions": {"code": "UNAUTHENTICATED"}}]}
            )
        else:
            route.fallback()

    visit.context.route("**/graphql", closed)
    desk = Desk(visit.page).open()
    docs = desk.pane("Documentation Explorer")
    expect(docs).to_contain_text("Error fetching schema")
    token = service.finance()["Authorization"]
    desk.write(f'{{"Authorization": "{token}"}}', editor=desk.tool("Headers"))
    desk.run()

    expect(docs.get_by_role("link", name="Query", exact=True)).to_be_visible()


def test_proving_oneself_beforehand_helps_every_page_that_is_open(desk: Desk, visit: Visit, service: Service) -> None:
    service.sign_ins_age(400)
    other = Desk(visit.context.new_page()).open()
    expect(other.bar).to_contain_text("Changes ask you to sign in again")

    with desk.page.expect_popup() as opened:
        desk.bar.get_by_role("button", name="Prove it is you").click()
    opened.value.get_by_role("button", name=FINANCE).click()

    expect(desk.bar).to_contain_text("Changes allowed for")
    expect(other.bar).to_contain_text("Changes allowed for")


def test_signing_out_ends_the_session_and_clears_the_screen(desk: Desk) -> None:
    desk.run()
    expect(desk.answer).to_contain_text(FINANCE)

    desk.bar.get_by_role("button", name="Sign out").click()

    expect(desk.panel).to_contain_text("You are not signed in.")
    desk.ready()
    expect(desk.answer).not_to_contain_text(FINANCE)
    desk.run()
    expect(desk.answer).to_contain_text('"code": "UNAUTHENTICATED"')
