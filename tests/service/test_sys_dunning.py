"""The /sys routes of dunning: a tenant's cases, and steering the one that is meant."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx

from billing.dunning import DEFAULT_STAGES
from procedures.books import Books
from procedures.run_dunning import run_dunning
from schema.ids import to_global
from storage.engine import Database
from tests.books import NOW, TODAY, LittleBooks
from tests.graphql.api import Api

FREEZE = {"path": "FREEZE", "until": "2026-12-24", "reason": "Pays by Christmas"}


async def in_dunning(little: LittleBooks, database: Database, *, cases: int = 1) -> tuple[UUID, list[UUID]]:
    """A tenant, and its open cases."""
    tenant = little.tenant(email="kassor@example.org")
    for _ in range(cases):
        little.invoice(tenant, due_on=TODAY - timedelta(days=5))
    engine = database.engine(connections_max=2)
    books = Books(engine=engine, zone=ZoneInfo("Europe/Stockholm"))
    await run_dunning(at=NOW, stages=DEFAULT_STAGES, issuers=["PLATFORM"], books=books)
    await engine.dispose()
    found = little.connection.execute(
        "select c.id from dunning_case c join invoice i on i.id = c.invoice_id where i.tenant_id = %s order by c.id",
        [tenant],
    )
    return tenant, [key for (key,) in found]


async def post(api: Api, tenant: object, verb: str, body: Any, *, token: str | None = None) -> httpx.Response:
    headers = {"authorization": f"Bearer {token or api.token()}"}
    return await api.client.post(f"/sys/tenants/{tenant}/dunning/{verb}", json=body, headers=headers)


def refusal(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


async def test_the_dunning_of_a_tenant_is_shown_in_snake_case(
    api: Api, little: LittleBooks, database: Database
) -> None:
    tenant, [case] = await in_dunning(little, database)
    headers = {"authorization": f"Bearer {api.token()}"}

    for key in (tenant, to_global("Tenant", tenant)):
        answer = await api.client.get(f"/sys/tenants/{key}/dunning", params={"open_only": "true"}, headers=headers)
        [shown] = answer.json()["dunning_cases"]
        assert (answer.status_code, shown["id"], shown["status"]) == (200, to_global("DunningCase", case), "OPEN")
        assert (shown["stage"], shown["next_action_on"], shown["stages"][0]["days_after_due"]) == (
            "REMINDER_1", "2026-11-27", 3,
        )  # fmt: skip
    assert refusal(await api.client.get(f"/sys/tenants/{uuid4()}/dunning", headers=headers)) == (404, "NOT_FOUND")


async def test_the_only_open_case_need_not_be_told(api: Api, little: LittleBooks, database: Database) -> None:
    tenant, [case] = await in_dunning(little, database)

    frozen = await post(api, tenant, "override", FREEZE)
    resumed = await post(api, tenant, "resume", {"reason": "Did not pay", "expected_version": 2})

    assert frozen.status_code == 200, frozen.text
    shown = frozen.json()["dunning_case"]
    assert (shown["id"], shown["status"], shown["override_until"]) == (
        to_global("DunningCase", case), "FROZEN", "2026-12-24",
    )  # fmt: skip
    assert resumed.json()["dunning_case"]["version"] == 3


async def test_of_several_the_case_is_told_by_either_id(api: Api, little: LittleBooks, database: Database) -> None:
    tenant, [first, second] = await in_dunning(little, database, cases=2)

    untold = await post(api, tenant, "override", FREEZE)
    assert refusal(untold) == (409, "CONFLICT")
    assert untold.json()["error"]["message"] == "The tenant has 2 open dunning cases: say in case_id which is meant."
    assert untold.json()["error"]["open_cases"] == [to_global("DunningCase", key) for key in (second, first)]
    for key in (str(first), to_global("DunningCase", second)):
        told = await post(api, tenant, "override", FREEZE | {"case_id": key})
        assert told.status_code == 200, told.text
    assert little.one("select count(*) from dunning_case where override_path = 'FREEZE'") == (2,)


async def test_a_resolved_case_is_not_among_those_that_are_meant(
    api: Api, little: LittleBooks, database: Database
) -> None:
    tenant, [first, second] = await in_dunning(little, database, cases=2)
    [invoice] = little.one("select invoice_id from dunning_case where id = %s", first)
    little.payment(tenant, invoice, 125_000)

    answer = await post(api, tenant, "override", FREEZE)
    assert answer.json()["dunning_case"]["id"] == to_global("DunningCase", second)
    assert refusal(await post(api, tenant, "override", FREEZE | {"case_id": str(first)})) == (409, "DUNNING_STATE")


async def test_what_is_wrong_has_the_status_of_its_code_and_changes_nothing(
    api: Api, little: LittleBooks, database: Database
) -> None:
    tenant, [case] = await in_dunning(little, database)
    another, _ = await in_dunning(little, database)
    nobody = little.tenant()

    assert refusal(await post(api, uuid4(), "override", FREEZE)) == (404, "NOT_FOUND")
    assert refusal(await post(api, "nonsense", "override", FREEZE)) == (400, "BAD_USER_INPUT")
    assert refusal(await post(api, nobody, "override", FREEZE)) == (409, "CONFLICT")
    assert refusal(await post(api, another, "override", FREEZE | {"case_id": str(case)})) == (404, "NOT_FOUND")
    assert refusal(await post(api, tenant, "override", FREEZE | {"case_id": 7})) == (404, "NOT_FOUND")
    assert refusal(await post(api, tenant, "override", FREEZE | {"until": "2026-11-20"})) == (400, "BAD_USER_INPUT")
    assert refusal(await post(api, tenant, "override", FREEZE | {"nonsense": 1})) == (400, "BAD_USER_INPUT")
    assert refusal(await post(api, tenant, "override", FREEZE | {"reason": " "})) == (400, "REASON_REQUIRED")
    assert refusal(await post(api, tenant, "override", FREEZE | {"expected_version": 9})) == (409, "CONFLICT")
    assert refusal(await post(api, tenant, "resume", {"reason": "No need"})) == (409, "DUNNING_STATE")
    assert little.one("select count(*) from dunning_case where version > 1") == (0,)


async def test_who_may_not_do_it_is_told_that_whatever_is_meant(
    api: Api, little: LittleBooks, database: Database
) -> None:
    tenant, _ = await in_dunning(little, database, cases=2)
    nobody = await api.client.post(f"/sys/tenants/{tenant}/dunning/override", json=FREEZE)
    stale = await post(api, tenant, "override", FREEZE, token=api.token(auth_age=301))

    assert refusal(nobody) == (401, "UNAUTHENTICATED")
    assert refusal(stale) == (401, "FRESH_AUTH_REQUIRED")
    assert "max_age" in stale.headers["www-authenticate"]
    assert refusal(await post(api, uuid4(), "resume", {"reason": "x" * 9}, token=api.token(auth_age=301)))[0] == 401
