"""How long each page of the console takes until its content is there, in Chromium, over the data of a running service.

Run a service with data (`BILLING_DATA_DIR=… billing demo --scale large`, then `billing serve`), and beside it
`python -m benchmarks.pages [http://127.0.0.1:8000]`. Each page is loaded anew, as a link to it would; timed is from the request
to the title with its content and nothing left that says that it is loading. The median of five; the first load of all, with
nothing cached, is told apart. Target: 1,500 ms.
"""

import json
import sys
from statistics import median
from time import perf_counter
from typing import Final

from playwright.sync_api import Page, expect

from tests.browser.pictures import PERSON
from tests.browser.visiting import chromium

ROUNDS: Final = 5
PAGES: Final = (
    "/", "/inbox", "/invoices", "/payments", "/refunds", "/dunning", "/tenants", "/subscriptions", "/mrr", "/churn",
    "/revenue", "/reconciliation", "/platform-fees", "/closing", "/ledger", "/bank-files", "/audit", "/providers",
)  # fmt: skip
IS_THERE: Final = "() => document.querySelector('main h1') && !document.querySelector('.loading')"


def loaded(page: Page, path: str) -> float:
    """Milliseconds until the content of a page is there."""
    began = perf_counter()
    page.goto(path, wait_until="commit")
    page.wait_for_function(IS_THERE)
    return (perf_counter() - began) * 1_000


def main(url: str = "http://127.0.0.1:8000") -> None:
    with chromium() as browser:
        page = browser.new_page(base_url=url, locale="en-GB", viewport={"width": 1440, "height": 900})
        page.goto("/auth/login?return_to=/providers")
        page.get_by_role("button", name=PERSON).click()
        expect(page.locator("main h1")).to_be_visible()
        first = {path: round(loaded(page, path)) for path in PAGES}
        found = {path: round(median(loaded(page, path) for _ in range(ROUNDS))) for path in PAGES}
    told = {"first_ms": first, "median_ms": found, "slowest": max(found, key=found.__getitem__)}
    print(json.dumps(told | {"met": max(found.values()) <= 1_500}, indent=2))


if __name__ == "__main__":
    main(*sys.argv[1:])
