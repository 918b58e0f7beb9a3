"""A Monday morning with the console over the demo: from the dashboard through the inbox to a refund, and every page on the way."""

import gzip
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from playwright.sync_api import Route, expect

from graphql_api.console import CONTENT_SECURITY_POLICY
from graphql_api.demo.folder import write_demo
from graphql_api.demo.scale import SCALES
from graphql_api.graphiql import STATIC
from tests.browser.back_office import BackOffice
from tests.browser.conftest import NewVisit
from tests.browser.running import Service, serving
from tests.browser.visiting import Visit
from tests.database import Clones

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
    "/churn?from=2025-01-01&to=2026-12-31": "Churn",
    "/revenue": "Revenue",
    "/reconciliation": "Reconciliation",
    "/platform-fees": "Platform fees",
    "/closing": "Month close",
    "/ledger": "Ledger",
    "/bank-files": "Bank files",
    "/audit": "Audit trail",
    "/providers": "Providers",
    "/nowhere": "There is no such page",
}
DETAILS = ("/invoices?status=PAID", "/payments", "/refunds", "/dunning", "/tenants", "/subscriptions")


@pytest.fixture(scope="module")
def service(database_clones: Clones) -> Iterator[Service]:
    with database_clones.clone() as database, serving(database, "--demo", "small") as made:
        yield made


@pytest.fixture
def books(service: Service) -> Iterator[psycopg.Connection[Any]]:
    with service.database.connect(autocommit=True) as connection:
        yield connection


@pytest.fixture
def visit(new_visit: NewVisit, service: Service) -> Visit:
    return new_visit(service.finance())


@pytest.fixture
def office(visit: Visit) -> BackOffice:
    return BackOffice(visit.page)


def violations(office: BackOffice) -> list[str]:
    """What axe finds against the page, as it is."""
    if not AXE.exists():
        pytest.skip("axe was not installed with the other packages of console/: `make -B setup` does it.")
    office.page.evaluate(f"() => {{ {AXE.read_text()} }}")
    found = office.page.evaluate("() => axe.run({resultTypes: ['violations']})")["violations"]
    return [f"{office.page.url}: {one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def test_three_transfers_of_yesterday_are_assigned_and_their_invoices_are_paid_with_entries(
    office: BackOffice, books: psycopg.Connection[Any]
) -> None:
    office.open("/")
    expect(office.page.locator(".tile").filter(has_text="Runway")).to_contain_text("months")
    expect(office.page.locator(".tile").filter(has_text="MRR").first).to_contain_text("since last month")
    office.page.get_by_role("link", name="Inbox").click()
    expect(office.heading).to_have_text("Inbox")
    left = int(office.left.inner_text().split()[0])

    for done in range(3):
        expect(office.transfer.get_by_role("heading")).to_have_text("SEK 673.75")
        number = office.page.locator(".suggestions strong").first.inner_text()
        office.press("a")
        expect(office.dialog).to_contain_text("Pays the invoice in full.")
        office.give_reason("The payer meant this invoice")
        office.says(f"{number} (Paid)")
        expect(office.left).to_have_text(f"{left - done - 1} left")

    office.open(f"/invoices?search={number}")
    office.page.get_by_role("link", name=number).click()
    expect(office.page.locator(".page-title .badge")).to_have_text("Paid")
    entries = office.page.get_by_role("region", name="Accounting entries")
    expect(entries).to_contain_text("2999 Unmatched receipts")
    assigned = books.execute(
        "select count(*) from audit_event where action = 'transfer.assigned' and reason = 'The payer meant this invoice'"
    )
    assert assigned.fetchone() == (3,)


def test_a_figure_of_the_dashboard_leads_to_the_rows_that_make_it(office: BackOffice) -> None:
    def figure(name: str, *, of: str) -> int:
        box = office.page.locator(of).filter(has=office.page.get_by_text(name, exact=True))
        return round(float(box.locator("strong, dd").last.inner_text().replace(",", "").lstrip("€")))

    for tile, page, tally in (("Net revenue", "Revenue", "Net revenue"), ("MRR", "MRR changes", "In all")):
        office.open("/?from=2026-01-01")
        told = figure(tile, of=".tile")
        office.page.locator(".tile").get_by_role("link", name=tile, exact=True).click()
        expect(office.heading).to_have_text(page)
        expect(office.page.get_by_role("group", name=page).locator("a.row").first).to_be_visible()
        assert told == figure(tally, of=".tally div")

    office.page.locator("a.row").first.click()
    expect(office.page.get_by_role("region", name="History")).to_be_visible()


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


def test_a_refund_is_previewed_ordered_and_an_accidental_retry_returns_the_original(
    office: BackOffice, visit: Visit, books: psycopg.Connection[Any]
) -> None:
    def lose(route: Route) -> None:
        if "mutation ExecuteRefund" in (route.request.post_data or ""):
            route.fetch()
            route.abort()
        else:
            route.fallback()

    def made() -> list[tuple[Any, ...]]:
        return books.execute("select amount_cents from refund where reason = 'Charged twice'").fetchall()

    office.open("/payments?method=CARD&status=SUCCEEDED&currency=SEK")
    office.page.get_by_role("group", name="Payments").locator("a.row").first.click()
    office.page.get_by_role("button", name="Refund").click()
    office.dialog.get_by_label("Amount in SEK").fill("100,00")
    expect(office.dialog).to_contain_text("SEK 100.00 goes back")
    expect(office.dialog.get_by_role("group", name="What would be booked")).to_contain_text("1580 Gateway clearing")
    assert made() == []

    visit.context.route("**/graphql", lose)
    office.dialog.get_by_label("Mail the tenant").check()
    office.dialog.get_by_role("textbox", name="Reason").fill("Charged twice")
    office.dialog.get_by_role("button", name="Send the money back").click()
    expect(office.dialog.get_by_role("alert")).to_contain_text("Whether the change was made is not known")
    visit.context.unroute("**/graphql", lose)
    visit.problems.clear()
    office.dialog.get_by_role("button", name="Try again").click()

    expect(office.dialog).to_contain_text("This is the refund of before: no money moved again")
    assert made() == [(10_000,)]
    office.dialog.get_by_role("link", name="Show the refund").click()
    expect(office.heading).to_have_text("Refund of SEK 100.00")


def test_a_bank_file_is_taken_in_and_tells_what_was_in_it(office: BackOffice, tmp_path: Path) -> None:
    write_demo(tmp_path, scale=SCALES["small"], today=datetime.now(ZoneInfo("Europe/Stockholm")).date())
    [file] = (tmp_path / "today").iterdir()
    office.open("/bank-files").page.get_by_role("button", name="Import a bank file").click()
    office.dialog.locator("input[type=file]").set_input_files(file)
    office.dialog.get_by_role("textbox", name="Reason").fill("The bank's file of today")
    office.dialog.get_by_role("button", name="Import").click()

    expect(office.dialog).to_contain_text(f"{file.name} is booked")
    expect(office.dialog).to_contain_text("Matched by machine")
    office.dialog.get_by_role("link", name="Show its transfers").click()
    expect(office.heading).to_have_text("Inbox")
    expect(office.rows.first).to_be_visible()


def test_a_list_is_filtered_by_its_address_and_taken_away_as_a_file(office: BackOffice) -> None:
    office.open("/invoices?status=UNCOLLECTIBLE")
    expect(office.page.get_by_label("Status")).to_have_value("UNCOLLECTIBLE")
    badges = office.page.get_by_role("group", name="Invoices").locator("td .badge")
    assert set(badges.all_inner_texts()) == {"Uncollectible"}

    with office.page.expect_download() as download:
        office.page.locator(".export select").select_option("CSV")

    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == badges.count() + 1


def test_a_subscription_is_changed_after_a_preview_of_what_it_costs(
    office: BackOffice, books: psycopg.Connection[Any]
) -> None:
    office.open("/subscriptions?status=ACTIVE&plan=club")
    office.page.get_by_role("group", name="Subscriptions").locator("a.row").first.click()
    office.page.get_by_role("button", name="Cancel the subscription").click()
    expect(office.dialog.locator(".effect")).to_contain_text("MRR")
    office.dialog.get_by_label("Why they leave").select_option("UNUSED")
    office.dialog.get_by_role("textbox", name="Reason").fill("They wrote to us")
    office.dialog.get_by_role("button", name="Cancel the subscription").click()

    office.says("Cancellation scheduled")
    expect(office.page.get_by_role("button", name="Take back the planned change")).to_be_visible()
    found = books.execute("select action from audit_event where reason = 'They wrote to us'").fetchall()
    assert found == [("subscription.cancel_scheduled",)]


def test_dunning_is_frozen_and_resumed(office: BackOffice) -> None:
    office.open("/dunning?status=OPEN").page.get_by_role("group", name="Dunning").locator("a.row").first.click()
    office.page.get_by_role("button", name="Freeze").click()
    office.give_reason("They dispute it")
    office.says("Frozen until it is resumed.")
    expect(office.page.locator(".page-title")).to_contain_text("Frozen")

    office.page.get_by_role("button", name="Resume").click()
    office.give_reason("Settled by phone")

    office.says("Resumed")
    expect(office.page.locator(".page-title")).to_contain_text("Running")


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

    assert found == []
    office.page.get_by_role("button", name="Menu").click()
    office.page.get_by_role("link", name="Payments", exact=True).click()
    expect(office.heading).to_have_text("Payments")
    row = office.page.get_by_role("group", name="Payments").locator("tbody tr").first
    expect(row.locator("td.lead")).to_be_in_viewport(ratio=1)
    assert violations(office) == []


@pytest.mark.timeout(300)  # half a minute of a machine that is free
@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_no_page_keeps_anybody_out(new_visit: NewVisit, service: Service, color_scheme: str) -> None:
    office = BackOffice(new_visit(service.finance(), color_scheme=color_scheme).page)
    found = []
    for path, title in LISTS.items():
        office.open(path)
        expect(office.heading).to_have_text(title)
        found += violations(office)
    for path in DETAILS:
        office.open(path).page.locator("a.row").first.click()
        expect(office.page.locator(".above")).to_be_visible()
        expect(office.page.locator(".loading")).to_have_count(0)
        found += violations(office)
    office.open("/inbox").press("a")
    expect(office.dialog).to_be_visible()
    found += violations(office)

    assert found == []


def test_the_focus_goes_to_the_title_of_the_page_one_comes_to(office: BackOffice) -> None:
    office.open("/").page.get_by_role("link", name="Payments", exact=True).click()

    expect(office.heading).to_have_text("Payments")
    expect(office.heading).to_be_focused()
    expect(office.page).to_have_title("Payments · Petanque billing")


def test_one_jumps_to_an_invoice_by_a_part_of_its_number(office: BackOffice, books: psycopg.Connection[Any]) -> None:
    found = books.execute(
        "select number from invoice where issuer_type = 'PLATFORM' order by number limit 1"
    ).fetchone()
    assert found is not None
    office.open("/").press("Control+k")
    office.page.keyboard.type(found[0])
    expect(office.page.get_by_role("option", name=found[0])).to_be_visible()
    office.press("Enter")

    expect(office.heading).to_have_text(f"Invoice {found[0]}")


def test_it_speaks_swedish_and_writes_money_as_swedes_do(new_visit: NewVisit, service: Service) -> None:
    office = BackOffice(new_visit(service.finance(), locale="sv-SE").page).open("/invoices")

    expect(office.heading).to_have_text("Fakturor")
    expect(office.page.locator("html")).to_have_attribute("lang", "sv")
    expect(office.page.locator("td.figures").filter(has_text=re.compile(r"\d+,\d\d\s(kr|SEK|€)")).first).to_be_visible()
    office.page.get_by_label("Språk").select_option("en")
    expect(office.heading).to_have_text("Invoices")


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


def test_on_paper_there_is_the_whole_list_and_nothing_to_press(office: BackOffice) -> None:
    office.open("/invoices?status=PAID").page.emulate_media(media="print")
    office.page.set_viewport_size({"width": 720, "height": 1000})

    heads = office.page.get_by_role("group", name="Invoices").get_by_role("columnheader")
    assert heads.all_inner_texts() == [
        "Number", "Customer", "Tenant", "Issued", "Due", "Status", "Total", "Outstanding",
    ]  # fmt: skip
    expect(office.page.get_by_role("button")).to_have_count(0)
    expect(office.page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")


def test_somebody_without_the_role_is_told_so(new_visit: NewVisit, service: Service) -> None:
    visit = new_visit({"Authorization": f"Bearer {service.token(actor='support@example.org')}"})
    visit.page.goto("/invoices")

    expect(visit.page.get_by_role("heading", name="This is for finance")).to_be_visible()
    assert visit.sent_as("Invoices") == []
