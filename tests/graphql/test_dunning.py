"""Dunning through the API: what is shown of a case, and how a person takes it over."""

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from billing.dunning import DEFAULT_STAGES
from procedures.books import Books
from procedures.run_dunning import run_dunning
from schema.ids import to_global
from storage.engine import Database
from tests.books import NOW, TODAY, LittleBooks
from tests.graphql.api import Api

OVERRIDE = "mutation ($in: OverrideDunningInput!) { overrideDunning(input: $in) { dunningCase { status version overridePath overrideUntil overrideReason nextActionOn overrideCustomStages { code } stages { code daysAfterDue action } } } }"
RESUME = (
    "mutation ($in: ResumeDunningInput!) { resumeDunning(input: $in) { dunningCase { status version overridePath } } }"
)
STATUS = "query ($id: ID!) { dunningCase(id: $id) { status nextActionOn waitingBecause } }"
CASES = "query ($filter: DunningCaseFilter) { dunningCases(filter: $filter) { totalCount nodes { id } } }"
CALL = [{"code": "CALL", "daysAfterDue": 40, "action": "HAND_OVER"}]


async def run(database: Database, *, after: int = 0) -> None:
    engine = database.engine(connections_max=2)
    books = Books(engine=engine, zone=ZoneInfo("Europe/Stockholm"))
    try:
        await run_dunning(
            at=NOW + timedelta(days=after),
            stages=DEFAULT_STAGES,
            issuers=["PLATFORM"],
            books=books,
        )
    finally:
        await engine.dispose()


def overdue(little: LittleBooks, *, days: int = 5, **values: Any) -> UUID:
    tenant = values.pop("tenant", None) or little.tenant(email="kassor@example.org")
    return little.invoice(tenant, due_on=TODAY - timedelta(days=days), **values)


def case_of(little: LittleBooks, invoice: UUID) -> str:
    [key] = little.one("select id from dunning_case where invoice_id = %s", invoice)
    return to_global("DunningCase", key)


@pytest.fixture
async def case(little: LittleBooks, database: Database) -> str:
    """A case of today whose first reminder was taken."""
    invoice = overdue(little, number="F-1")
    await run(database)
    return case_of(little, invoice)


async def test_a_case_tells_what_it_follows_what_was_done_and_what_comes_next(api: Api, case: str) -> None:
    document = """query ($id: ID!) { dunningCase(id: $id) {
        id status stage openedOn nextActionOn version waitingBecause overridePath overrideCustomStages { code }
        tenant { name } invoice { number dunningStage }
        stages { code daysAfterDue action }
        actions { stage action takenAt overrideVersion deliveredAt notDoneBecause } } }"""

    assert (await api.ask(document, id=case))["dunningCase"] == {
        "id": case, "status": "OPEN", "stage": "REMINDER_1", "openedOn": "2026-11-20", "nextActionOn": "2026-11-27",
        "version": 1, "waitingBecause": None, "overridePath": None, "overrideCustomStages": None,
        "tenant": {"name": "Björkens Boule"}, "invoice": {"number": "F-1", "dunningStage": "REMINDER_1"},
        "stages": [
            {"code": "REMINDER_1", "daysAfterDue": 3, "action": "REMINDER"},
            {"code": "REMINDER_2", "daysAfterDue": 10, "action": "REMINDER"},
            {"code": "FINAL_NOTICE", "daysAfterDue": 20, "action": "FINAL_NOTICE"},
            {"code": "PAUSE", "daysAfterDue": 30, "action": "PAUSE_SUBSCRIPTION"},
        ],
        "actions": [{
            "stage": "REMINDER_1", "action": "REMINDER", "takenAt": "2026-11-20T12:00:00Z", "overrideVersion": 1,
            "deliveredAt": None, "notDoneBecause": None,
        }],
    }  # fmt: skip


async def test_a_case_is_frozen_until_a_day_and_resumed(api: Api, case: str) -> None:
    asked = {"caseId": case, "path": "FREEZE", "until": "2026-12-24", "expectedVersion": 1, "reason": "Pays by Friday"}

    frozen = (await api.ask(OVERRIDE, **{"in": asked}))["overrideDunning"]["dunningCase"]
    resumed = await api.ask(RESUME, **{"in": {"caseId": case, "expectedVersion": 2, "reason": "Did not pay"}})

    assert {name: frozen[name] for name in frozen if name != "stages"} == {
        "status": "FROZEN", "version": 2, "overridePath": "FREEZE", "overrideUntil": "2026-12-24",
        "overrideReason": "Pays by Friday", "nextActionOn": "2026-12-24", "overrideCustomStages": None,
    }  # fmt: skip
    assert resumed["resumeDunning"]["dunningCase"] == {"status": "OPEN", "version": 3, "overridePath": None}


async def test_a_case_follows_stages_of_its_own(api: Api, case: str, little: LittleBooks, database: Database) -> None:
    other = overdue(little)
    await run(database)

    asked = {"caseId": case, "path": "CUSTOM", "customStages": CALL, "reason": "We phone this club"}
    followed = (await api.ask(OVERRIDE, **{"in": asked}))["overrideDunning"]["dunningCase"]

    assert (followed["status"], followed["nextActionOn"]) == ("OPEN", "2026-12-25")
    assert (followed["stages"], followed["overrideCustomStages"]) == (CALL, [{"code": "CALL"}])
    both = (await api.ask("{ dunningCases { nodes { id overrideCustomStages { code } } } }"))["dunningCases"]["nodes"]
    assert {one["id"]: one["overrideCustomStages"] for one in both} == {
        case: [{"code": "CALL"}],
        case_of(little, other): None,
    }


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"path": "FREEZE", "until": "2026-11-20"}, "BAD_USER_INPUT", "A freeze until 2026-11-20 is over: today is 2026-11-20."),
    ({"path": "FREEZE", "customStages": CALL}, "BAD_USER_INPUT", "A freeze has no stages"),
    ({"path": "FREEZE", "expectedVersion": 7}, "CONFLICT", "The case is at version 1, not 7 any more"),
    ({"path": "CUSTOM"}, "BAD_USER_INPUT", "There are 0 stages; a case follows 1 to 20."),
    ({"path": "CUSTOM", "customStages": []}, "BAD_USER_INPUT", "There are 0 stages"),
    ({"path": "CUSTOM", "customStages": CALL * 2}, "BAD_USER_INPUT", "The code CALL stands there twice"),
    ({"path": "CUSTOM", "customStages": CALL, "until": "2026-12-24"}, "BAD_USER_INPUT", "Only a freeze ends by itself"),
    ({"caseId": "dunning_case_" + "0" * 32, "path": "FREEZE"}, "NOT_FOUND", "There is no dunning case"),
    ({"caseId": "invoice_" + "0" * 32, "path": "FREEZE"}, "NOT_FOUND", "There is no dunning case"),
    ({"caseId": "nonsense", "path": "FREEZE"}, "BAD_USER_INPUT", "The id in caseId is malformed"),
]  # fmt: skip


@pytest.mark.parametrize("example", REFUSED, ids=lambda example: example[2][:30])
async def test_what_cannot_be_is_refused_with_the_reason_and_nothing_changes(
    api: Api, case: str, little: LittleBooks, example: tuple[dict[str, Any], str, str]
) -> None:
    asked, code, told = example
    before = little.one("select to_jsonb(c) from dunning_case c")

    refused = await api.refused(OVERRIDE, **{"in": {"caseId": case, "reason": "For no reason"} | asked})

    assert refused[0] == code
    assert refused[1].startswith(told)
    assert little.one("select to_jsonb(c) from dunning_case c") == before


async def test_a_resolved_case_is_neither_frozen_nor_resumed(api: Api, case: str, little: LittleBooks) -> None:
    tenant, invoice = little.one("select tenant_id, id from invoice")
    little.payment(tenant, invoice, 125_000)

    told = ("DUNNING_STATE", "The case is resolved: nothing is outstanding on invoice F-1 any more.")
    assert await api.refused(OVERRIDE, **{"in": {"caseId": case, "path": "FREEZE", "reason": "Too late"}}) == told
    assert await api.refused(RESUME, **{"in": {"caseId": case, "reason": "Too late"}}) == told
    assert await api.ask(STATUS, id=case) == {
        "dunningCase": {"status": "RESOLVED", "nextActionOn": None, "waitingBecause": None}
    }
    assert (await api.ask("{ invoices { nodes { dunningStage } } }"))["invoices"]["nodes"] == [{"dunningStage": None}]


async def test_where_a_case_stands_is_the_same_in_the_list_in_itself_and_in_filters(
    api: Api, little: LittleBooks, database: Database
) -> None:
    invoices = {name: overdue(little, days=40) for name in ("OPEN", "FROZEN", "RESOLVED", "EXHAUSTED")}
    await run(database, after=-30)
    set_to = "update dunning_case set {} where invoice_id = %s"
    for name, change in {
        "OPEN": "next_action_on = '2026-11-22'",
        "FROZEN": "override_path = 'FREEZE', override_until = '2026-11-21'",
        "EXHAUSTED": "next_action_on = null",
    }.items():
        little.connection.execute(set_to.format(change).encode(), [invoices[name]])
    [tenant] = little.one("select tenant_id from invoice where id = %s", invoices["RESOLVED"])
    little.payment(tenant, invoices["RESOLVED"], 125_000)
    ids = {name: case_of(little, invoice) for name, invoice in invoices.items()}

    for name, key in ids.items():
        found = (await api.ask(CASES, filter={"status": [name]}))["dunningCases"]
        assert found == {"totalCount": 1, "nodes": [{"id": key}]}
        assert (await api.ask(STATUS, id=key))["dunningCase"]["status"] == name
    assert (await api.ask(STATUS, id=ids["FROZEN"]))["dunningCase"] == {
        "status": "FROZEN", "nextActionOn": "2026-11-21", "waitingBecause": "The case is frozen until 2026-11-21.",
    }  # fmt: skip


async def test_cases_are_found_by_tenant_stage_and_override(
    api: Api, little: LittleBooks, case: str, database: Database
) -> None:
    club = little.tenant("Solnas Boule")
    invoice = overdue(little, days=1, tenant=club)
    await run(database)
    case_of_later = case_of(little, invoice)
    await api.ask(OVERRIDE, **{"in": {"caseId": case_of_later, "path": "FREEZE", "reason": "They called"}})

    async def found(**narrowed: Any) -> list[str]:
        return [node["id"] for node in (await api.ask(CASES, filter=narrowed))["dunningCases"]["nodes"]]

    assert await found(tenantIds=[to_global("Tenant", club)]) == [case_of_later]
    assert await found(stage=["REMINDER_1", "REMINDER_2"]) == [case]
    assert (await found(overridden=True), await found(overridden=False)) == ([case_of_later], [case])
    reached = await api.ask('{ invoices(filter: {dunningStage: ["REMINDER_1"]}) { nodes { number dunningStage } } }')
    assert reached["invoices"]["nodes"] == [{"number": "F-1", "dunningStage": "REMINDER_1"}]


async def test_a_tenant_shows_its_cases_the_resolved_ones_unless_open_only(
    api: Api, little: LittleBooks, database: Database
) -> None:
    club = little.tenant()
    paid, unpaid = overdue(little, tenant=club), overdue(little, tenant=club)
    await run(database)
    little.payment(club, paid, 125_000)

    document = "query ($id: ID!) { tenant(id: $id) { all: dunningCases { id } open: dunningCases(openOnly: true) { id status } } }"
    told = (await api.ask(document, id=to_global("Tenant", club)))["tenant"]

    assert {one["id"] for one in told["all"]} == {case_of(little, paid), case_of(little, unpaid)}
    assert told["open"] == [{"id": case_of(little, unpaid), "status": "OPEN"}]
