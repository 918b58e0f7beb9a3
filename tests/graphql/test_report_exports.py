"""Reports as files: the rows and sums of the reports themselves, over the demo."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest

from tests.graphql.api import Api
from tests.graphql.demo_books import api, demo

__all__ = ["api", "demo"]

LINK = "mutation ($input: ExportInput!) { exportLink(input: $input) { url } }"
WINDOW = {"from": "2026-01-01", "to": "2026-11-20"}


async def rows(api: Api, kind: str, **more: Any) -> list[dict[str, str]]:
    url = (await api.ask(LINK, input={"kind": kind, "format": "CSV", **more}))["exportLink"]["url"]
    answer = await api.client.get(url)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def cents(amount: str) -> int:
    return int(Decimal(amount) * 100)


async def test_churn_has_each_subscription_of_the_report(api: Api) -> None:
    report = (await api.ask(
        "query ($from: Date!, $to: Date!) { churnReport(from: $from, to: $to) { cancelledCount revenueImpact { amountCents }"
        " mrrLost { amountCents } cancellations { subscription { externalId } } } }", **WINDOW,
    ))["churnReport"]  # fmt: skip

    found = await rows(api, "CHURN", **WINDOW)

    assert len(found) == report["cancelledCount"] > 0
    assert [row["subscription"] for row in found] == [
        one["subscription"]["externalId"] for one in report["cancellations"]
    ]
    assert sum(cents(row["revenue_impact"]) for row in found) == report["revenueImpact"]["amountCents"]
    assert sum(cents(row["mrr_lost"]) for row in found) == report["mrrLost"]["amountCents"]


async def test_platform_fees_are_grouped_as_the_report_is(api: Api) -> None:
    for by in ("TENANT", "COUNTRY", "PLAN"):
        report = (await api.ask(
            "query ($from: Date!, $to: Date!, $by: FeeGrouping!) { platformFeeReport(from: $from, to: $to, groupBy: $by) {"
            " groups { key currency invoiceCount gross { amountCents } paid { amountCents } difference { amountCents } } } }",
            by=by, **WINDOW,
        ))["platformFeeReport"]  # fmt: skip

        found = await rows(api, "PLATFORM_FEES", groupBy=by, **WINDOW)

        shown = [
            (g["key"], g["currency"], g["invoiceCount"], g["gross"]["amountCents"], g["paid"]["amountCents"])
            for g in report["groups"]
        ]
        assert [
            (r["key"], r["currency"], int(r["invoices"]), cents(r["gross"]), cents(r["paid"])) for r in found
        ] == shown
        assert {cents(row["difference"]) for row in found} == {0}


async def test_reconciliation_has_every_line(api: Api) -> None:
    window = {"from": "2026-10-01", "to": "2026-10-31"}
    report = (await api.ask(
        'query ($from: Date!, $to: Date!) { reconciliation(provider: "sandbox", from: $from, to: $to) {'
        " lines(first: 200) { totalCount nodes { state kind providerReference } } } }", **window,
    ))["reconciliation"]["lines"]  # fmt: skip

    found = await rows(api, "RECONCILIATION", provider="sandbox", **window)

    assert len(found) == report["totalCount"] > 0
    shown = [(node["state"], node["kind"], node["providerReference"] or "") for node in report["nodes"]]
    assert [(row["state"], row["kind"], row["provider_reference"]) for row in found][:200] == shown


@pytest.mark.parametrize("state", [["MATCHED"], ["TIMING", "MISSING_IN_LEDGER", "AMOUNT_DIFFERS"], [], None])
async def test_reconciliation_has_the_lines_of_the_states_that_are_shown(api: Api, state: list[str] | None) -> None:
    window = {"from": "2026-10-01", "to": "2026-11-20"}
    report = (await api.ask(
        "query ($from: Date!, $to: Date!, $state: [LineState!]) {"
        ' reconciliation(provider: "sandbox", from: $from, to: $to) {'
        " lines(first: 200, state: $state) { totalCount nodes { state kind providerReference } } } }",
        state=state, **window,
    ))["reconciliation"]["lines"]  # fmt: skip

    found = await rows(api, "RECONCILIATION", provider="sandbox", state=state, **window)

    assert len(found) == report["totalCount"]
    assert {row["state"] for row in found} == set(state) if state is not None else len(found) > 0
    shown = [(node["state"], node["kind"], node["providerReference"] or "") for node in report["nodes"]]
    assert [(row["state"], row["kind"], row["provider_reference"]) for row in found][:200] == shown


async def test_what_a_report_needs_is_asked_for(api: Api) -> None:
    for wrong, said in [
        ({"kind": "CHURN"}, "CHURN needs from and to"),
        ({"kind": "CHURN", "from": "2026-02-01", "to": "2026-01-01"}, "before it begins"),
        ({"kind": "CHURN", "from": "2026-11-01", "to": "2026-11-21"}, "there are no figures of later days"),
        ({"kind": "RECONCILIATION", "provider": "sandbox", "from": "2026-11-01", "to": "2026-11-21"}, "of later days"),
        ({"kind": "PLATFORM_FEES", "provider": "sandbox", **WINDOW}, "This is of RECONCILIATION"),
        ({"kind": "CHURN", "state": ["MATCHED"], **WINDOW}, "This is of RECONCILIATION"),
        ({"kind": "RECONCILIATION", **WINDOW}, "needs the name of a provider"),
    ]:
        code, message = await api.refused(LINK, input={"format": "CSV", **wrong})
        assert (code, said in message) == ("BAD_USER_INPUT", True), message


async def test_a_provider_that_there_is_not_is_refused(api: Api) -> None:
    given = {"kind": "RECONCILIATION", "format": "CSV", "provider": "nobody", **WINDOW}

    assert (await api.refused(LINK, input=given))[0] == "PROVIDER_UNKNOWN"
