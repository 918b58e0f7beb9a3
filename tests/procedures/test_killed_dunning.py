"""A dunning run that is killed anywhere, and finished by another worker, takes every stage once."""

import asyncio
from datetime import timedelta

import pytest

from procedures.books import Books
from procedures.run_dunning import run_dunning
from storage.engine import Database
from storage.invariants import snapshot, verify
from tests.books import LittleBooks
from tests.procedures.dunning import DUE, DunningDesk
from tests.refunds.crashing import Killed, Stops, stopping

PLACES_MIN = 40


@pytest.fixture
def desk(little: LittleBooks, books: Books) -> DunningDesk:
    return DunningDesk(little=little, books=books)


def overdue(desk: DunningDesk) -> None:
    """One that is to be reminded, and one whose subscription is to be paused; `DUE` is the day they all share."""
    desk.invoice()
    tenant = desk.little.tenant(email="kassor@example.org")
    subscription = desk.little.subscription(tenant, desk.little.plan(f"plan-{next(desk.little.numbers)}"))
    invoice = desk.invoice(tenant=tenant, subscription_id=subscription)
    desk.little.connection.execute(
        "insert into dunning_case (invoice_id, opened_on, default_stages, next_action_on)"
        """ values (%s, %s, '[{"code": "PAUSE", "days_after_due": 3, "action": "PAUSE_SUBSCRIPTION"}]', %s)""",
        [invoice, DUE, DUE + timedelta(days=3)],
    )


async def run(desk: DunningDesk) -> None:
    await run_dunning(at=desk.at, stages=desk.stages, issuers=desk.issuers, books=desk.books)


async def killed(desk: DunningDesk, place: int) -> bool:
    """A run that dies at the place; tells whether there was one."""
    stops = Stops(at=place)

    async def doomed() -> bool:
        stops.watched = asyncio.current_task()
        try:
            await run(desk)
        except Killed:
            return True
        return False

    with stopping(desk.books.engine, stops):
        return await asyncio.create_task(doomed())


async def test_wherever_a_run_is_killed_the_next_one_finishes_it_and_repeats_nothing(
    desk: DunningDesk, database: Database
) -> None:
    place, desk.today = 0, DUE + timedelta(days=3)
    overdue(desk)
    while await killed(desk, place):
        await run(desk)
        overdue(desk)
        place += 1

    cases = 2 * (place + 1)
    exactly_once = (
        "select count(*), count(distinct case_id), count(*) filter (where not_done_because is null) from dunning_action"
    )
    assert desk.little.one(exactly_once) == (cases, cases, cases)
    assert desk.little.one("select count(*), count(distinct subject_id) from notice") == (cases / 2, cases / 2)
    assert desk.little.one("select count(*) from subscription where status = 'PAUSED'") == (cases / 2,)
    audited = "select count(*), count(distinct subject_id) from audit_event where action = 'dunning.stage_taken'"
    assert desk.little.one(audited) == (cases, cases)
    assert place >= PLACES_MIN
    with database.connect() as connection, snapshot(connection):
        assert [checked.broken for checked in verify(connection) if checked.broken] == []
