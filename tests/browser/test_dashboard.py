"""The dashboard of the console: what its figures lead to, and what they are held against."""

import re

import pytest
from playwright.sync_api import Locator, expect

from resolvers.revenue import FRESH
from tests.browser.back_office import BackOffice
from tests.browser.running import Service


@pytest.fixture
def service(demo: Service) -> Service:
    return demo


def figure(office: BackOffice, name: str, *, of: str) -> int:
    box = office.page.locator(of).filter(has=office.page.get_by_text(name, exact=True))
    return euros(box.locator("strong, dd").last.inner_text())


def euros(text: str) -> int:
    """The whole euros of what a page writes."""
    found = re.search(r"(-?)€([\d,]+(?:\.\d\d)?)", text)
    assert found, text
    return round(float(found[1] + found[2].replace(",", "")))


def test_a_figure_of_the_dashboard_leads_to_the_rows_that_make_it(office: BackOffice) -> None:
    for tile, page, tally in (("Net revenue", "Revenue", "Net revenue"), ("MRR", "MRR changes", "In all")):
        office.open("/?from=2026-01-01")
        told = figure(office, tile, of=".tile")
        office.page.locator(".tile").get_by_role("link", name=tile, exact=True).click()
        expect(office.heading).to_have_text(page)
        expect(office.page.get_by_role("group", name=page).locator("a.row").first).to_be_visible()
        assert told == figure(office, tally, of=".tally div")

    office.page.locator("a.row").first.click()
    expect(office.page.get_by_role("region", name="History")).to_be_visible()


def test_a_figure_of_two_statuses_leads_to_a_list_whose_filter_says_both(office: BackOffice) -> None:
    office.open("/").page.locator(".tile").get_by_role("link", name="Active subscriptions", exact=True).click()

    expect(office.heading).to_have_text("Subscriptions")
    status = office.page.get_by_label("Status")
    expect(status.locator("option:checked")).to_have_text("Active, Past due")
    badges = office.page.get_by_role("group", name="Subscriptions").locator("td .badge")
    expect(badges.filter(has_text="Past due").first).to_be_visible()
    status.select_option("Paused")
    expect(office.page).to_have_url(re.compile(r"/subscriptions\?status=PAUSED$"))


def test_the_dashboard_is_narrowed_by_a_row_and_its_figures_by_a_click_on_a_month(office: BackOffice) -> None:
    office.open("/")
    office.page.get_by_role("group", name="By country").get_by_role("link", name="Sweden").click()
    expect(office.page.get_by_role("button", name="Country: Sweden")).to_be_visible()
    expect(office.page.get_by_role("group", name="By country").locator("tbody tr")).to_have_count(1)

    office.page.get_by_role("img", name="What moved MRR").press("ArrowLeft")
    office.press("Enter")

    expect(office.heading).to_have_text("MRR changes")
    expect(office.page).to_have_url(re.compile(r"/mrr\?country=SE&from=\d{4}-\d\d-01&to="))


@pytest.mark.parametrize(
    ("days", "before"),
    [
        ("from=2025-02-01&to=2025-02-28", "1-31 Jan 2025"),
        ("from=2025-03-01&to=2025-03-30", "1-28 Feb 2025"),
        ("from=2025-01-01&to=2025-06-15", "1 Jul-15 Dec 2024"),
        ("from=2025-01-05&to=2025-01-07", "2-4 Jan 2025"),
    ],
)
def test_a_tile_tells_its_change_from_the_days_before(office: BackOffice, days: str, before: str) -> None:
    office.open(f"/?{days}")

    expect(office.page.locator(".tiles .positive, .tiles .negative").first).to_be_visible()
    told = office.page.locator(".as-of").inner_text()
    assert re.sub(r"\s*\u2013\s*", "-", told) == f"Changes are those from {before}."


@pytest.mark.parametrize(("tile", "months"), [("Cash", 1), ("Monthly burn", 3)])
def test_a_figure_of_the_books_leads_to_the_entries_whose_sum_it_is(office: BackOffice, tile: str, months: int) -> None:
    told = figure(office.open("/"), tile, of=".tile")
    office.page.locator(".tile").get_by_role("link", name=tile, exact=True).click()

    expect(office.heading).to_have_text("Ledger")
    expect(office.page.get_by_role("button", name=re.compile("^Account: "))).to_be_visible()
    summed = euros(office.page.locator(".sums .figures").last.inner_text())
    assert abs(summed - months * told) < months


def test_a_ratio_tells_what_it_was_and_how_it_is_made(office: BackOffice) -> None:
    def tile(name: str) -> Locator:
        return office.page.locator(".tile").filter(has=office.page.get_by_text(name, exact=True))

    office.open("/?from=2026-02-01&to=2026-02-28")

    for name in ("Churn", "VAT", "Cash", "Monthly burn", "Active subscriptions"):
        expect(tile(name)).to_contain_text(re.compile("[▲▼] .*from|unchanged"))
    expect(tile("Runway")).to_contain_text("Cash ÷ monthly burn")
    expect(tile("Monthly burn")).to_contain_text(re.compile("the mean of Dec 2025 . Feb 2026"))


def test_no_amount_breaks_after_its_sign_however_narrow_its_place_is(office: BackOffice) -> None:
    told = office.open("/").page.locator("figure").filter(has_text="What moved MRR").locator("figcaption p")
    months = [told.inner_text()]
    for _ in range(11):
        office.page.get_by_role("img", name="What moved MRR").press("ArrowLeft")
        months.append(told.inner_text())
        for width in range(60, 400, 20):
            told.evaluate("(told, width) => { told.style.width = `${width}px` }", width)
            lines = told.locator("strong").evaluate_all("all => all.map(one => one.getClientRects().length)")
            assert set(lines) <= {1}, (months[-1], width)
    assert "-€" in "".join(months)


def test_after_ones_own_change_the_kept_figures_are_made_anew_where_that_is_asked_for(office: BackOffice) -> None:
    active = figure_of_subscriptions(office.open("/"))
    office.open("/subscriptions?status=ACTIVE").page.locator("a.row").first.click()
    office.page.get_by_role("button", name="Cancel the subscription").click()
    office.dialog.get_by_label("When").select_option("Now")
    expect(office.dialog.locator(".effect")).to_contain_text("MRR")
    office.dialog.get_by_role("textbox", name="Reason").fill("They close")
    office.dialog.get_by_role("button", name="Cancel the subscription").click()
    office.says("Cancelled")
    assert figure_of_subscriptions(office.open("/")) == active

    office.page.wait_for_timeout(FRESH.total_seconds() * 1000)
    office.page.get_by_role("button", name="Refresh").click()
    expect(subscriptions(office)).to_have_text(f"{active - 1:,}")


def subscriptions(office: BackOffice) -> Locator:
    tile = office.page.locator(".tile").filter(has=office.page.get_by_text("Active subscriptions", exact=True))
    return tile.locator("strong")


def figure_of_subscriptions(office: BackOffice) -> int:
    return int(subscriptions(office).inner_text().replace(",", ""))
