"""What holds for every page of the console: it fits, keeps nobody out, speaks the reader's language, prints, and is small."""

import csv
import gzip
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Route, expect

from graphql_api.console import CONTENT_SECURITY_POLICY
from graphql_api.graphiql import STATIC
from tests.browser.back_office import BackOffice
from tests.browser.conftest import NewVisit
from tests.browser.running import Service
from tests.browser.visiting import Visit

AXE = Path(__file__).parents[2] / "console" / "node_modules" / "axe-core" / "axe.min.js"
BUNDLE_GZIP_BYTES_MAX = 150_000
PHONE_WIDTH = 390

LISTS = {
    "/": "Dashboard",
    "/inbox": "Inbox",
    "/inbox?status=ASSIGNED": "Inbox",
    "/invoices": "Invoices",
    "/payments": "Payments",
    "/refunds": "Refunds",
    "/dunning": "Dunning",
    "/tenants": "Tenants",
    "/subscriptions": "Subscriptions",
    "/mrr": "MRR changes",
    "/churn?from=2025-01-01&to=2026-10-31": "Churn",
    "/revenue": "Revenue",
    "/reconciliation": "Reconciliation",
    "/platform-fees": "Platform fees",
    "/closing": "Month close",
    "/ledger?account=19,1580,1589,2899": "Ledger",
    "/bank-files": "Bank files",
    "/audit": "Audit trail",
    "/providers": "Providers",
    "/nowhere": "There is no such page",
}
DETAILS = ("/invoices?status=PAID", "/payments", "/refunds", "/dunning", "/tenants", "/subscriptions")


@pytest.fixture
def service(demo: Service) -> Service:
    return demo


def violations(office: BackOffice, *rules: str) -> list[str]:
    """What axe finds against the page, as it is: by these rules, or by all."""
    if not AXE.exists():
        pytest.skip("axe was not installed with the other packages of console/: `make -B setup` does it.")
    if not office.page.evaluate("() => 'axe' in window"):
        office.page.evaluate(f"() => {{ {AXE.read_text()} }}")
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    found = office.page.evaluate("async options => (await axe.run(options)).violations", options)
    return [f"{office.page.url}: {one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def violations_by_day_and_night(office: BackOffice) -> list[str]:
    """In the light colours all of them; in the dark ones, which change nothing else, those of contrast."""
    found = violations(office)
    office.page.emulate_media(color_scheme="dark")
    found += violations(office, "color-contrast")
    office.page.emulate_media(color_scheme="light")
    return found


def test_a_list_is_filtered_by_its_address_and_taken_away_as_a_file(office: BackOffice) -> None:
    office.open("/invoices?status=UNCOLLECTIBLE")
    expect(office.page.get_by_label("Status")).to_have_value("UNCOLLECTIBLE")
    badges = office.page.get_by_role("group", name="Invoices").locator("td .badge")
    assert set(badges.all_inner_texts()) == {"Uncollectible"}

    with office.page.expect_download() as download:
        office.page.locator(".export select").select_option("CSV")

    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == badges.count() + 1


def test_the_ledger_is_taken_away_as_it_is_filtered_and_a_book_only_as_a_whole(office: BackOffice) -> None:
    files = office.page.locator(".export select")
    office.open("/ledger?account=15&book=platform&currency=SEK&from=2026-09-01&to=2026-09-30")
    told = office.page.locator(".pager p").inner_text()
    expect(files.locator("option")).to_have_text(["Export", "CSV", "XLSX"])
    with office.page.expect_download() as download:
        files.select_option("CSV")
    lines = csv.DictReader(download.value.path().read_text(encoding="utf-8-sig").splitlines())
    found = [(line["account"][:2], line["book"], line["currency"]) for line in lines]
    assert set(found) == {("15", "Platform", "SEK")}
    assert told.endswith(f" of {len(found):,}")

    office.turn_to("/ledger?from=2026-09-01&to=2026-09-30", "Ledger")
    with office.page.expect_download() as download:
        files.select_option("SIE 4 · Platform")
    assert download.value.path().read_bytes().startswith(b"#FLAGGA 0")


def test_other_days_are_shown_from_their_first_page(office: BackOffice) -> None:
    office.open("/revenue?from=2020-01-01").page.get_by_role("button", name="Next").click()
    expect(office.page).to_have_url(re.compile("after="))
    expect(office.page.get_by_role("button", name="First page")).to_be_visible()
    office.page.get_by_role("button", name="This year").click()

    expect(office.page.get_by_role("button", name="First page")).to_have_count(0)
    expect(office.page.locator("a.row, tbody tr").first).to_be_visible()
    expect(office.page.get_by_role("alert")).to_have_count(0)


def test_every_page_fits_on_a_phone(new_visit: NewVisit, service: Service) -> None:
    office = BackOffice(new_visit(service.finance(), width=PHONE_WIDTH).page).open("/")
    wide = "() => [document.documentElement, ...document.querySelectorAll('.table, dialog[open]')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.ariaLabel ?? 'page')"
    found = []
    for path, title in LISTS.items():
        office.turn_to(path, title)
        found += [f"{path}: {name}" for name in office.page.evaluate(wide)]
    for path in DETAILS:
        office.turn_to(path, LISTS[path.partition("?")[0]]).page.locator("a.row").first.click()
        expect(office.page.locator(".above")).to_be_visible()
        expect(office.page.locator(".loading")).to_have_count(0)
        found += [f"{office.page.url}: {name}" for name in office.page.evaluate(wide)]

    for key in ("a", "s"):
        office.turn_to("/inbox", "Inbox").press(key)
        expect(office.dialog).to_be_visible()
        found += [f"The dialog of {key}: {name}" for name in office.page.evaluate(wide)]
        office.press("Escape")
    office.press("Control+k")
    expect(office.page.get_by_role("combobox", name="Jump to …")).to_be_focused()
    expect(office.page.get_by_role("option", name="Inbox")).to_be_visible()
    found += [f"The dialog to jump: {name}" for name in office.page.evaluate(wide)]
    office.press("Escape")

    assert found == []
    office.page.get_by_role("button", name="Menu").click()
    office.page.get_by_role("link", name="Payments", exact=True).click()
    expect(office.heading).to_have_text("Payments")
    row = office.page.get_by_role("group", name="Payments").locator("tbody tr").first
    expect(row.locator("td.lead")).to_be_in_viewport(ratio=1)
    assert violations(office) == []


@pytest.mark.timeout(300)  # half a minute of a machine that is free
def test_no_page_keeps_anybody_out(new_visit: NewVisit, service: Service) -> None:
    office = BackOffice(new_visit(service.finance()).page).open("/")
    found = []
    for path, title in LISTS.items():
        office.turn_to(path, title)
        found += violations_by_day_and_night(office)
    for path in DETAILS:
        office.turn_to(path, LISTS[path.partition("?")[0]]).page.locator("a.row").first.click()
        expect(office.page.locator(".above")).to_be_visible()
        expect(office.page.locator(".loading")).to_have_count(0)
        found += violations_by_day_and_night(office)
    office.turn_to("/inbox", "Inbox").press("a")
    expect(office.dialog).to_be_visible()
    found += violations_by_day_and_night(office)

    assert found == []


def test_a_page_whose_questions_are_not_answered_yet_says_so(office: BackOffice) -> None:
    """Also where one question waits for the answer to another."""

    def hold(_question: Route) -> None:
        """Until the route is taken away."""

    office.open("/").page.route("**/graphql", hold)
    office.page.get_by_role("link", name="Reconciliation", exact=True).click()
    expect(office.heading).to_have_text("Reconciliation")
    expect(office.page.locator(".loading")).to_be_visible()

    office.page.unroute("**/graphql", hold)
    expect(office.page.get_by_role("table").first).to_be_visible()


def test_the_focus_goes_to_the_title_of_the_page_one_comes_to(office: BackOffice) -> None:
    office.open("/").page.get_by_role("link", name="Payments", exact=True).click()

    expect(office.heading).to_have_text("Payments")
    expect(office.heading).to_be_focused()
    expect(office.page).to_have_title("Payments · Petanque billing")


def test_one_jumps_to_an_invoice_by_a_part_of_its_number(office: BackOffice, books: psycopg.Connection[Any]) -> None:
    (first,), (second,) = books.execute(
        "select number from invoice where issuer_type = 'PLATFORM' order by number limit 2"
    ).fetchall()
    office.open("/").press("Control+k")
    office.page.keyboard.type(first)
    expect(office.page.get_by_role("option", name=first)).to_be_visible()
    office.press("Enter")
    expect(office.heading).to_have_text(f"Invoice {first}")

    office.press("Control+k")
    office.page.keyboard.type(first)
    expect(office.page.get_by_role("option", name=first)).to_be_visible()
    office.press("Control+a")
    office.page.keyboard.insert_text(second)
    office.press("ArrowDown", "Enter")
    expect(office.heading).to_have_text(f"Invoice {second}")


def test_it_speaks_swedish_and_writes_money_as_swedes_do(new_visit: NewVisit, service: Service) -> None:
    office = BackOffice(new_visit(service.finance(), locale="sv-SE").page).open("/invoices")

    expect(office.heading).to_have_text("Fakturor")
    expect(office.page.locator("html")).to_have_attribute("lang", "sv")
    heads = office.page.get_by_role("group", name="Fakturor").get_by_role("columnheader").all_inner_texts()
    assert heads[:3] == ["Nummer", "Kund", "Förening"]
    expect(office.page.locator("td.figures").filter(has_text=re.compile(r"\d+,\d\d\s(kr|SEK|€)")).first).to_be_visible()
    office.turn_to("/churn?from=2025-01-01&to=2026-10-31", "Avhopp")
    expect(office.page.get_by_role("group", name="Per land")).to_contain_text("Sverige")
    expect(office.page.get_by_role("group", name="Per skäl")).to_contain_text("Inget skäl sparades")
    office.page.get_by_label("Språk").select_option("en")
    expect(office.heading).to_have_text("Churn")


def test_the_query_of_a_page_opens_in_graphiql_with_its_variables(office: BackOffice) -> None:
    office.open("/invoices?status=PAID")
    with office.page.expect_popup() as opened:
        office.page.get_by_role("link", name="Open as GraphQL").click()
    graphiql = opened.value

    expect(graphiql.get_by_role("region", name="Operation Editor")).to_contain_text("query Invoices")
    expect(graphiql.get_by_role("tab", selected=True)).to_contain_text("Invoices")
    expect(graphiql).to_have_url(re.compile("/graphql$"))


def test_all_of_the_console_is_loaded_at_once_and_is_small(visit: Visit) -> None:
    loaded: list[str] = []
    visit.context.on("response", lambda response: loaded.append(response.url))
    with visit.page.expect_response("**/") as page:
        office = BackOffice(visit.page).open("/")
    first = [url for url in loaded if url.endswith((".js", ".css"))]
    office.page.get_by_role("link", name="Churn").first.click()
    expect(office.heading).to_have_text("Churn")

    assert page.value.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert [url for url in loaded if url.endswith((".js", ".css"))] == first
    files = {STATIC / "assets" / url.rpartition("/")[2] for url in first}
    assert {file.suffix for file in files} == {".js", ".css"}
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) < BUNDLE_GZIP_BYTES_MAX


def test_a_day_of_the_audit_trail_is_one_of_the_zone_that_its_times_are_shown_in(
    new_visit: NewVisit, service: Service
) -> None:
    visit = new_visit(service.finance(), time_zone="Europe/Stockholm")
    BackOffice(visit.page).open("/audit?from=2026-03-29&to=2026-03-29")

    [asked] = visit.sent_as("Audit")
    assert asked["variables"]["filter"] == {"from": "2026-03-28T23:00:00.000Z", "to": "2026-03-29T22:00:00.000Z"}


def test_on_paper_there_is_the_whole_list_and_nothing_to_press(office: BackOffice) -> None:
    office.open("/invoices?status=PAID").page.emulate_media(media="print")
    office.page.set_viewport_size({"width": 720, "height": 1000})

    heads = office.page.get_by_role("group", name="Invoices").get_by_role("columnheader")
    expect(heads).to_have_text(["Number", "Customer", "Tenant", "Issued", "Due", "Status", "Total", "Outstanding"])
    expect(office.page.get_by_role("button")).to_have_count(0)
    expect(office.page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")


def test_somebody_without_the_role_is_told_so(new_visit: NewVisit, service: Service) -> None:
    visit = new_visit({"Authorization": f"Bearer {service.token(actor='support@example.org')}"})
    visit.page.goto("/invoices")

    expect(visit.page.get_by_role("heading", name="This is for finance")).to_be_visible()
    assert visit.sent_as("Invoices") == []
