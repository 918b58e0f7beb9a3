"""The finance console as its user works it."""

from playwright.sync_api import Locator, Page, expect


class BackOffice:
    """A page with the console on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.heading = page.get_by_role("heading", level=1)
        self.dialog = page.locator("dialog.change")
        self.prove = page.get_by_role("dialog", name="Prove it is you")
        self.panel = page.get_by_role("region", name="Sign in")
        self.notices = page.locator(".notices")
        self.left = page.locator(".left")
        self.transfer = page.get_by_role("article", name="The chosen transfer")
        self.rows = page.get_by_role("list", name="Transfers").get_by_role("listitem")

    def open(self, path: str) -> "BackOffice":
        """Returns when the page has come with what it shows."""
        self.page.goto(path)
        expect(self.heading).to_be_visible()
        expect(self.page.locator(".loading")).to_have_count(0)
        return self

    def turn_to(self, path: str, title: str) -> "BackOffice":
        """The same from a page that is open: nothing is loaded anew."""
        self.page.evaluate(
            "to => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); }", path
        )
        expect(self.heading).to_have_text(title)
        expect(self.page.locator(".loading, .stale")).to_have_count(0)
        return self

    def sign_in(self, person: str) -> "BackOffice":
        """By the panel, at the development provider."""
        self.panel.get_by_role("link", name="Sign in").click()
        self.page.get_by_role("button", name=person).click()
        expect(self.heading).to_be_visible()
        return self

    def sign_in_again(self, person: str) -> None:
        """Answer the dialog, in the window that it opens; which is then gone."""
        with self.page.expect_popup() as opened:
            self.prove.get_by_role("button", name="Sign in again").click()
        with opened.value.expect_event("close"):
            opened.value.get_by_role("button", name=person).click()

    def row(self, payer: str) -> Locator:
        return self.rows.filter(has_text=payer)

    def choose(self, payer: str) -> "BackOffice":
        """Work on the transfer of this payer."""
        self.row(payer).get_by_role("button").click()
        expect(self.transfer).to_contain_text(payer)
        return self

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def give_reason(self, reason: str) -> None:
        """And make the change that the dialog is about."""
        expect(self.dialog.get_by_role("textbox", name="Reason")).to_be_focused()
        self.page.keyboard.type(reason)
        self.page.keyboard.press("Enter")

    def says(self, text: str) -> None:
        """A notice tells it, and the dialog is gone."""
        expect(self.notices).to_contain_text(text)
        expect(self.dialog).to_have_count(0)
