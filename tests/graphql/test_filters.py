"""Filters that cannot be meant: what they name is not there, or nothing lies between their bounds."""

from typing import Any
from uuid import uuid4

import pytest

from schema.ids import to_global
from storage.read_pool import ReadPool
from tests.books import LittleBooks
from tests.graphql.api import Api


@pytest.fixture
def there(little: LittleBooks) -> str:
    """A tenant who is there."""
    return to_global("Tenant", little.tenant())


@pytest.mark.parametrize(
    ("field", "filter_type"),
    [
        ("invoices", "InvoiceFilter"),
        ("payments", "PaymentFilter"),
        ("subscriptions", "SubscriptionFilter"),
        ("accountingEntries", "AccountingEntryFilter"),
        ("refunds", "RefundFilter"),
        ("dunningCases", "DunningCaseFilter"),
        ("revenueFlows", "DashboardFilter"),
        ("mrrMovements", "DashboardFilter"),
    ],
)
async def test_a_filter_that_names_a_tenant_who_is_not_there_is_refused_by_its_id(
    api: Api, there: str, field: str, filter_type: str
) -> None:
    query = f"query ($f: {filter_type}) {{ {field}(filter: $f) {{ totalCount }} }}"
    nowhere = to_global("Tenant", uuid4())

    assert "totalCount" in (await api.ask(query, f={"tenantIds": [there]}))[field]
    for ids in ([nowhere], [there, nowhere]):
        assert await api.refused(query, f={"tenantIds": ids}) == ("NOT_FOUND", f"There is no tenant {nowhere}.")


async def test_a_filter_that_names_a_file_or_a_journal_that_is_not_there_is_refused(api: Api) -> None:
    transfers = "query ($f: BankTransferFilter) { unmatchedTransfers(filter: $f) { totalCount } }"
    entries = "query ($f: AccountingEntryFilter) { accountingEntries(filter: $f) { totalCount } }"

    assert (await api.refused(transfers, f={"bankFileId": to_global("BankFile", uuid4())}))[0] == "NOT_FOUND"
    assert (await api.refused(entries, f={"journalId": to_global("Journal", uuid4())}))[0] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("field", "filter_type"),
    [("subscriptions", "SubscriptionFilter"), ("revenueFlows", "DashboardFilter"), ("mrrMovements", "DashboardFilter")],
)
async def test_a_filter_that_names_a_plan_that_is_not_there_is_refused_by_its_code(
    api: Api, little: LittleBooks, field: str, filter_type: str
) -> None:
    little.plan("club")
    query = f"query ($f: {filter_type}) {{ {field}(filter: $f) {{ totalCount }} }}"

    assert (await api.ask(query, f={"planCodes": ["club"]}))[field] == {"totalCount": 0}
    assert await api.refused(query, f={"planCodes": ["club", "Club"]}) == ("NOT_FOUND", "There is no plan Club.")


@pytest.mark.parametrize("field", ["invoices", "payments"])
@pytest.mark.parametrize("root", ["tenants { nodes { %s } }", "tenant(id: $there) { id %s }"])
async def test_a_filter_below_a_row_names_only_what_is_there(api: Api, there: str, field: str, root: str) -> None:
    filter_type = field.removesuffix("s").capitalize() + "Filter"
    inner = f"{field}(filter: $f) {{ totalCount }}"
    query = f"query ($f: {filter_type}, $there: ID!) {{ node(id: $there) {{ id }} {root % inner} }}"
    nowhere = to_global("Tenant", uuid4())

    assert (await api.ask(query, there=there, f={"tenantIds": [there]}))["node"] == {"id": there}
    answer = await api.refused(query, there=there, f={"tenantIds": [there, nowhere]})
    assert answer == ("NOT_FOUND", f"There is no tenant {nowhere}.")


async def test_whatever_a_filter_names_is_looked_for_in_one_statement(
    api: Api, there: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    rows = ReadPool.rows

    async def noted(pool: ReadPool, sql: str, values: Any) -> Any:
        asked.append(sql)
        return await rows(pool, sql, values)

    monkeypatch.setattr(ReadPool, "rows", noted)
    query = "query ($f: AccountingEntryFilter) { accountingEntries(filter: $f) { nodes { id } } }"
    nothing = to_global("Journal", uuid4())

    assert (await api.refused(query, f={"tenantIds": [there], "journalId": nothing}))[0] == "NOT_FOUND"

    assert len(asked) == 1


async def test_the_trail_is_asked_for_what_is_there_or_has_left_its_events(api: Api, little: LittleBooks) -> None:
    query = "query ($f: AuditFilter) { auditEvents(filter: $f) { nodes { action subjectId } } }"
    invoice = to_global("Invoice", little.invoice(little.tenant(), 100))
    await api.ask("mutation { exportLink(input: {kind: INVOICES, format: CSV}) { url } }")
    ((event,),) = [(await api.ask("{ auditEvents { nodes { action subjectId } } }"))["auditEvents"]["nodes"]]

    assert (await api.ask(query, f={"subjectId": invoice}))["auditEvents"]["nodes"] == []
    assert event["subjectId"].startswith("export_")
    assert (await api.ask(query, f={"subjectId": event["subjectId"]}))["auditEvents"]["nodes"] == [event]
    for prefix in ("invoice", "export", "nonsense"):
        nothing = f"{prefix}_{uuid4().hex}"
        assert await api.refused(query, f={"subjectId": nothing}) == ("NOT_FOUND", f"There is no {prefix} {nothing}.")


@pytest.mark.parametrize(
    ("field", "bounds", "told"),
    [
        ("invoices", "minAmountCents: 2, maxAmountCents: 1", "The largest amount is 1, less than the smallest, which is 2."),
        ("payments", "minAmountCents: 2, maxAmountCents: -2", "The largest amount is -2, less than the smallest, which is 2."),
        ("unmatchedTransfers", "minAmountCents: 1, maxAmountCents: 0", "The largest amount is 0, less than the smallest, which is 1."),
        ("payments", 'paidFrom: "2026-02-02", paidTo: "2026-02-01"', "The window ends on 2026-02-01, before it begins on 2026-02-02."),
        ("refunds", 'createdFrom: "2026-02-02", createdTo: "2026-02-01"', "The window ends on 2026-02-01, before it begins on 2026-02-02."),
        ("mrrMovements", 'from: "2026-02-02", to: "2026-02-01"', "The window ends on 2026-02-01, before it begins on 2026-02-02."),
        ("auditEvents", 'from: "2026-02-02T00:00:00Z", to: "2026-02-01T00:00:00Z"', "The window ends at 2026-02-01T00:00:00+00:00, before it begins at 2026-02-02T00:00:00+00:00."),
    ],
)  # fmt: skip
async def test_bounds_that_nothing_lies_between_are_refused(api: Api, field: str, bounds: str, told: str) -> None:
    assert await api.refused(f"{{ {field}(filter: {{{bounds}}}) {{ totalCount }} }}") == ("BAD_USER_INPUT", told)


@pytest.mark.parametrize("field", ["invoices", "payments", "subscriptions", "accountingEntries", "unmatchedTransfers"])
async def test_a_search_longer_than_anything_that_could_be_found_is_refused(api: Api, there: str, field: str) -> None:
    query = f'{{ {field}(filter: {{search: "%s"}}) {{ totalCount }} }}'

    assert (await api.ask(query % ("x" * 200)))[field]["totalCount"] == 0
    told = "The search has 201 characters; it takes up to 200."
    assert await api.refused(query % ("x" * 201)) == ("BAD_USER_INPUT", told)
