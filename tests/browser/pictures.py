"""Takes the README's pictures of a service with demo data: `make serve`, then `python -m tests.browser.pictures`."""

import sys
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.visiting import chromium

DOCS = Path(__file__).parents[2] / "docs"
PICTURES = {"dashboard": "/", "inbox": "/inbox"}
PERSON = "finance@example.org"


def take(page: Page, name: str, path: str) -> None:
    page.goto(path)
    expect(page.locator(".tile, .suggestions").first).to_be_visible()
    page.screenshot(path=DOCS / f"{name}.png")


def main(url: str = "http://127.0.0.1:8000") -> None:
    """Signs in at the development provider, as people do."""
    with chromium() as browser:
        page = browser.new_page(base_url=url, locale="en-GB", viewport={"width": 1280, "height": 800})
        page.goto("/auth/login?return_to=/")
        page.get_by_role("button", name=PERSON).click()
        for name, path in PICTURES.items():
            take(page, name, path)


if __name__ == "__main__":
    main(*sys.argv[1:])
