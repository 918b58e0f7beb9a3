"""Visits to the running service with Debian's Chromium, watched for what must never happen on a page."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route, expect, sync_playwright

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # the first has no windows to draw
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
UNWANTED = (
    "WebUIOmniboxPopup",  # the address bar, which nobody sees: two pages of its own for each window, more work than ours
    "WebUIOmniboxAimPopup",
    "AvoidUnnecessaryBeforeUnloadCheckSync",  # what Playwright leaves out for its pages' sake: only the last list counts
    "DestroyProfileOnBrowserClose",
    "PaintHolding",
)
WAIT_SECONDS_MAX = 30
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 40[13] ")
"""The browser notes it as an error; it is how the service says who may not, and the page shows it."""

expect.set_options(timeout=WAIT_SECONDS_MAX * 1000)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--disable-gpu", "--disable-quic", f"--disable-features={','.join(UNWANTED)}"],
        )
        yield browser
        browser.close()


@dataclass(kw_only=True)
class Visit:
    """One person's browser: cookies and storage of its own. `sent` are the bodies posted to the API, as JSON."""

    url: str
    context: BrowserContext
    page: Page = field(init=False)
    sent: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.set_default_timeout(WAIT_SECONDS_MAX * 1000)
        self.context.route(lambda url: not self._own(url), self._refuse)
        self.context.on("request", self._note_request)
        self.context.on("requestfailed", self._note_failure)
        self.context.on("console", self._note_console)
        self.context.on("weberror", lambda error: self.problems.append(f"error: {error.error}"))
        self.page = self.context.new_page()

    def _own(self, url: str) -> bool:
        return url.startswith((self.url, "data:", "blob:", "about:"))

    def _refuse(self, route: Route) -> None:
        self.problems.append(f"off the host: {route.request.url}")
        route.abort()

    def _note_request(self, request: Request) -> None:
        if request.method == "POST" and urlsplit(request.url).path == "/graphql":
            self.sent.append({**(request.post_data_json or {}), "headers": request.headers})

    def _note_failure(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the page was left before it came
            self.problems.append(f"{request.failure}: {request.url}")

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not REFUSED.match(message.text):
            self.problems.append(f"{message.type}: {message.text} at {message.location['url']}")

    def sent_as(self, operation: str) -> list[dict[str, Any]]:
        """What was sent of the operation with this name."""
        return [body for body in self.sent if f" {operation} " in body["query"].replace("(", " ")]

    @contextmanager
    def holding(self, operation: str) -> Iterator[None]:
        """The mutation is on its way for as long as this lasts."""
        held: list[Route] = []

        def hold(route: Route) -> None:
            if f"mutation {operation}" in (route.request.post_data or ""):
                held.append(route)
            else:
                route.fallback()

        self.context.route("**/graphql", hold)
        yield
        self.context.unroute("**/graphql", hold)
        for route in held:
            route.continue_()

    @contextmanager
    def cut_off(self, *, but: str | None = None) -> Iterator[None]:
        """Nothing reaches the API, but the query of this name."""

        def abort(route: Route) -> None:
            if but is not None and f"query {but} " in (route.request.post_data or ""):
                route.fallback()
            else:
                route.abort()

        self.context.route("**/graphql", abort)
        yield
        self.context.unroute("**/graphql", abort)
        self.problems.clear()

    @contextmanager
    def losing(self, operation: str, *, gateway: bool = False) -> Iterator[None]:
        """The mutation is carried out, and its answer does not come; a gateway gives one of its own."""

        def lose(route: Route) -> None:
            if f"mutation {operation}" in (route.request.post_data or ""):
                route.fetch()
                if gateway:
                    route.fulfill(status=504, content_type="text/html", body="Gateway Timeout")
                else:
                    route.abort()
            else:
                route.fallback()

        self.context.route("**/graphql", lose)
        yield
        self.context.unroute("**/graphql", lose)
        self.problems.clear()
