"""What the page does about who is signed in, and how lately. The sign-in window is acted by the test: it tells the page
what the service's own tells it, and from then on the service is sent another proof."""

from playwright.sync_api import Route, expect

from tests.browser.conftest import NewVisit
from tests.browser.desk import Desk
from tests.browser.running import Service
from tests.browser.visiting import Visit

IGNORE = 'mutation Ignore { ignoreTransfer(input: {transferId: "nonsense", reason: "Not ours"}) { transfer { id } } }'
SIGNED_IN = (
    '<script>opener || new BroadcastChannel("petanque-auth").postMessage({type: "signed-in"}); window.close()</script>'
)


def signs_in(visit: Visit, proof: dict[str, str]) -> None:
    """Whoever opens the sign-in window signs in at once, with this proof."""

    def answer(route: Route) -> None:
        visit.context.set_extra_http_headers(proof)
        route.fulfill(content_type="text/html", body=SIGNED_IN)

    visit.context.route("**/auth/login?mode=popup&max_age=0", answer)


def test_who_is_not_signed_in_is_offered_to(new_visit: NewVisit) -> None:
    desk = Desk(new_visit().page).open()
    desk.run()

    expect(desk.answer).to_contain_text('"code": "UNAUTHENTICATED"')
    panel = desk.page.get_by_role("region", name="Sign in")
    expect(panel).to_contain_text("You are not signed in.")
    expect(panel.get_by_role("link")).to_have_attribute("href", "/auth/login?return_to=%2Fgraphql")


def test_who_was_signed_in_is_told_that_the_session_has_ended(desk: Desk, visit: Visit) -> None:
    expect(desk.bar).to_contain_text("finance@example.org")
    visit.context.set_extra_http_headers({})
    desk.run()

    expect(desk.page.get_by_role("region", name="Sign in")).to_contain_text("Your session has ended.")
    expect(desk.bar).not_to_contain_text("finance@example.org")


def test_the_bar_says_who_is_signed_in_and_counts_down(desk: Desk) -> None:
    expect(desk.bar).to_contain_text("finance@example.org finance")
    timer = desk.bar.get_by_role("timer")
    first = timer.inner_text()
    assert first.startswith("Changes allowed for 4:5") or first == "Changes allowed for 5:00"
    expect(timer).not_to_have_text(first)


def test_the_bar_says_when_somebody_lacks_the_role(new_visit: NewVisit, service: Service) -> None:
    visit = new_visit({"Authorization": f"Bearer {service.token(auth_age=400)}"})
    desk = Desk(visit.page).open()

    expect(desk.bar).to_contain_text("no finance role")
    expect(desk.bar).to_contain_text("Changes ask you to sign in again")


def test_a_change_waits_for_a_fresh_sign_in_and_is_then_sent_again_just_as_it_was(
    new_visit: NewVisit, service: Service
) -> None:
    visit = new_visit(service.finance(auth_age=400))
    signs_in(visit, service.finance())
    desk = Desk(visit.page).open()
    desk.write(IGNORE)
    desk.run()
    expect(desk.dialog).to_contain_text("Changes need a sign-in of the last 5 minutes.")
    again = desk.dialog.get_by_role("button", name="Sign in again")
    expect(again).to_be_focused()

    with desk.page.expect_popup() as window:
        again.press("Enter")

    expect(desk.answer).to_contain_text("The id in transferId is malformed")
    expect(desk.dialog).to_be_hidden()
    expect(desk.bar).to_contain_text("Changes allowed for")
    first, second = visit.sent_as("Ignore")
    assert first.pop("headers")["authorization"] != second.pop("headers")["authorization"]
    assert first == second
    assert window.value.is_closed()


def test_who_would_rather_not_sign_in_again_is_shown_the_refusal(new_visit: NewVisit, service: Service) -> None:
    visit = new_visit(service.finance(auth_age=400))
    desk = Desk(visit.page).open()
    desk.write(IGNORE)
    for way in ("Cancel", "Escape"):
        desk.run()
        cancel = desk.dialog.get_by_role("button", name="Cancel")
        expect(cancel).to_be_visible()
        cancel.press("Enter" if way == "Cancel" else way)
        expect(desk.answer).to_contain_text('"code": "FRESH_AUTH_REQUIRED"')
        expect(desk.dialog).to_be_hidden()

    assert len(visit.sent_as("Ignore")) == 2


def test_a_change_is_not_sent_in_the_name_of_another_who_signs_in(new_visit: NewVisit, service: Service) -> None:
    visit = new_visit(service.finance(auth_age=400))
    signs_in(visit, service.finance(actor="boss@example.org"))
    desk = Desk(visit.page).open()
    desk.write(IGNORE)
    desk.run()
    desk.dialog.get_by_role("button", name="Sign in again").click()

    expect(desk.answer).to_contain_text("boss@example.org has signed in: it was not sent again")
    expect(desk.bar).to_contain_text("boss@example.org")
    assert len(visit.sent_as("Ignore")) == 1


def test_a_change_with_a_typed_token_asks_for_no_sign_in_window(new_visit: NewVisit, service: Service) -> None:
    visit = new_visit()
    desk = Desk(visit.page).open()
    token = service.finance(auth_age=400)["Authorization"]
    desk.write(f'{{"Authorization": "{token}"}}', editor=desk.tool("Headers"))
    desk.write(IGNORE)
    desk.run()

    expect(desk.answer).to_contain_text('"code": "FRESH_AUTH_REQUIRED"')
    expect(desk.dialog).to_be_hidden()


def test_proving_oneself_beforehand_makes_the_sign_in_fresh(new_visit: NewVisit, service: Service) -> None:
    visit = new_visit(service.finance(auth_age=400))
    signs_in(visit, service.finance())
    desk = Desk(visit.page).open()
    desk.bar.get_by_role("button", name="Prove it is you").click()

    expect(desk.bar).to_contain_text("Changes allowed for 4:5")


def test_signing_out_ends_the_session_and_clears_the_screen(desk: Desk, visit: Visit) -> None:
    desk.run()
    expect(desk.answer).to_contain_text("finance@example.org")
    asked: list[str] = []

    def end(route: Route) -> None:
        asked.append(f"{route.request.method} {route.request.headers['x-requested-with']}")
        visit.context.set_extra_http_headers({})
        route.fulfill(status=204)

    visit.context.route("**/auth/logout", end)
    desk.bar.get_by_role("button", name="Sign out").click()

    expect(desk.page.get_by_role("region", name="Sign in")).to_contain_text("You are not signed in.")
    expect(desk.answer).not_to_contain_text("finance@example.org")
    assert asked == ["POST petanque-console"]
