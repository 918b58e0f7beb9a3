"""GraphiQL as its user works it."""

from playwright.sync_api import Locator, Page, expect


class Desk:
    """A page with GraphiQL on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.bar = page.locator("header.bar")
        self.operation = page.get_by_role("region", name="Operation Editor")
        self.answer = page.locator(".graphiql-response")
        self.saved = page.get_by_role("region", name="Saved operations")
        self.panel = page.get_by_role("region", name="Sign in")
        self.dialog = page.get_by_role("dialog")

    def open(self) -> "Desk":
        """Returns when one can write and the schema is known."""
        self.page.goto("/graphql")
        return self.ready()

    def ready(self) -> "Desk":
        """The same, where the page comes by itself."""
        expect(self.operation.locator(".monaco-editor .view-line").first).to_be_visible()
        expect(self.page.get_by_role("button", name="Re-fetch GraphQL schema")).to_be_enabled()
        return self

    def open_as(self, person: str) -> "Desk":
        """By way of the development provider: nobody's page is not opened first."""
        self.page.goto("/auth/login?return_to=/graphql")
        return self._prove_to_be(person)

    def sign_in(self, person: str) -> "Desk":
        """By the panel, at the development provider."""
        self.panel.get_by_role("link", name="Sign in").click()
        return self._prove_to_be(person)

    def write(self, text: str, *, editor: Locator | None = None) -> None:
        """In one line: the editor closes braces by itself when lines are typed."""
        (editor or self.operation).locator(".graphiql-editor:not(.hidden) .view-lines").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def tool(self, name: str) -> Locator:
        """The editor of the variables or headers, brought to the front."""
        self.page.locator(f".graphiql-editor-tools button[data-name={name.lower()}]").click()
        return self.page.get_by_role("region", name=name, exact=True)

    def run(self) -> None:
        self.page.get_by_role("button", name="Execute query").click()

    def tabs(self, *names: str) -> None:
        """There are these, and no others."""
        expect(self.page.get_by_role("tab").locator(".graphiql-tab-button")).to_have_text(list(names))

    def pane(self, name: str) -> Locator:
        """The pane beside the editor, opened."""
        self.page.get_by_role("button", name=f"Show {name}").click()
        return self.page.locator(".graphiql-plugin")

    def _prove_to_be(self, person: str) -> "Desk":
        self.page.get_by_role("button", name=person).click()
        expect(self.bar).to_contain_text(person)
        return self.ready()
