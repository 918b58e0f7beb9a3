"""A person takes dunning into their own hands, and gives it back."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from billing.dunning import Action, DunningState, DunningVersionPassed, Stage
from billing.refusals import BadInput, NotFound
from procedures.books import Books
from procedures.override_dunning import follow, freeze, resume
from tests.books import LittleBooks
from tests.procedures.dunning import DUE, DunningDesk

CALLS = (
    Stage(code="CALL", days_after_due=12, action=Action.HAND_OVER),
    Stage(code="LETTER", days_after_due=15, action=Action.REMINDER),
)
ROW = "override_path, override_until, jsonb_array_length(override_custom_stages), override_reason, version, next_action_on"


@pytest.fixture
def desk(little: LittleBooks, books: Books) -> DunningDesk:
    return DunningDesk(little=little, books=books)


def how(desk: DunningDesk, *, version: int | None = None) -> dict[str, Any]:
    return {"expected_version": version, "order": desk.order, "books": desk.books}


async def test_custom_stages_replace_the_usual_ones_and_resume_brings_back_what_was_not_taken(
    desk: DunningDesk,
) -> None:
    invoice = desk.invoice()
    await desk.run_daily(1, 10)
    case = desk.case(invoice)

    await follow(case, stages=CALLS, **how(desk, version=1))
    assert desk.said(ROW, invoice) == ("CUSTOM", None, 2, "Promised to pay by Friday", 2, DUE + timedelta(days=12))
    await desk.run_daily(11, 14)
    await resume(case, **how(desk, version=2))
    assert desk.said(ROW, invoice) == (None, None, None, None, 3, DUE + timedelta(days=22))
    await desk.run_daily(15, 60)

    assert desk.actions(invoice) == [
        ("REMINDER_1", 3), ("REMINDER_2", 10), ("CALL", 12), ("FINAL_NOTICE", 22), ("PAUSE", 32),
    ]  # fmt: skip
    obeyed = "select array_agg(override_version order by id) from dunning_action"
    assert desk.little.one(obeyed) == ([1, 1, 2, 3, 3],)


async def test_a_freeze_over_custom_stages_gives_them_back(desk: DunningDesk) -> None:
    invoice = desk.invoice()
    await desk.run_daily(1, 10)
    case = desk.case(invoice)
    await follow(case, stages=CALLS, **how(desk))
    await freeze(case, until=None, **how(desk))
    await desk.run_daily(11, 30)
    assert desk.said("override_path, jsonb_array_length(override_custom_stages)", invoice) == ("FREEZE", 2)

    await resume(case, **how(desk))
    await desk.run_daily(30, 33)

    assert desk.said("override_path, version", invoice) == ("CUSTOM", 4)
    assert desk.actions(invoice)[2:] == [("CALL", 30), ("LETTER", 33)]


async def test_every_change_of_a_case_leaves_who_did_it_why_and_what_held_before(desk: DunningDesk) -> None:
    invoice = desk.invoice()
    await desk.run(1)
    case = desk.case(invoice)

    await freeze(case, until=DUE + timedelta(days=40), **how(desk))
    await resume(case, **how(desk))

    trail = desk.little.connection.execute(
        "select actor, action, reason, details::jsonb -> 'after' ->> 'path', details::jsonb -> 'before' ->> 'until'"
        " from audit_event where subject_id = %s order by seq", [case],
    ).fetchall()  # fmt: skip
    assert trail == [
        ("finance@example.org", "dunning.frozen", "Promised to pay by Friday", "FREEZE", None),
        ("finance@example.org", "dunning.resumed", "Promised to pay by Friday", None, "2026-10-11"),
    ]


async def test_of_two_who_saw_the_same_version_one_wins(desk: DunningDesk) -> None:
    invoice = desk.invoice()
    await desk.run(1)
    case = desk.case(invoice)

    done = await asyncio.gather(
        freeze(case, until=None, **how(desk, version=1)),
        follow(case, stages=CALLS, **how(desk, version=1)),
        return_exceptions=True,
    )

    [refused] = [one for one in done if isinstance(one, DunningVersionPassed)]
    assert str(refused) == "The case is at version 2, not 1 any more: look at it again."
    assert desk.said("version", invoice) == (2,)


async def test_an_override_while_the_worker_has_the_case_in_hand_waits_for_it(desk: DunningDesk) -> None:
    invoice = desk.invoice()
    await desk.run(1)
    desk.today = DUE + timedelta(days=3)

    await asyncio.gather(desk.run(3), freeze(desk.case(invoice), until=None, **how(desk)))

    taken = desk.actions(invoice)
    assert taken in ([], [("REMINDER_1", 3)])
    assert desk.said("override_path, version", invoice) == ("FREEZE", 2)
    await desk.run_daily(4, 40)
    assert desk.actions(invoice) == taken


async def refused(desk: DunningDesk, invoice: Any, change: Any) -> str:
    """The sentence with which a change is refused; nothing has happened then."""
    everything = "select (select jsonb_agg(to_jsonb(c)) from dunning_case c), (select count(*) from audit_event)"
    before = desk.little.one(everything)
    with pytest.raises((DunningState, BadInput)) as told:
        await change
    assert desk.little.one(everything) == before
    return str(told.value)


async def test_a_resolved_case_is_not_steered(desk: DunningDesk) -> None:
    invoice = desk.invoice(number="F-9")
    await desk.run(3)
    case = desk.case(invoice)
    desk.paid(invoice)

    told = "The case is resolved: nothing is outstanding on invoice F-9 any more."
    assert await refused(desk, invoice, freeze(case, until=None, **how(desk))) == told
    assert await refused(desk, invoice, follow(case, stages=CALLS, **how(desk))) == told
    assert await refused(desk, invoice, resume(case, **how(desk))) == told


async def test_what_is_exhausted_is_not_frozen_but_can_be_given_new_stages(desk: DunningDesk) -> None:
    invoice = desk.invoice()
    await desk.run_daily(1, 31)
    case = desk.case(invoice)

    told = "Every stage was taken: there is nothing left to freeze."
    assert await refused(desk, invoice, freeze(case, until=None, **how(desk))) == told
    await follow(case, stages=CALLS, **how(desk))
    await desk.run(32)

    assert desk.actions(invoice)[4:] == [("CALL", 32)]


async def test_what_makes_no_sense_is_refused_and_nothing_happens(desk: DunningDesk) -> None:
    invoice = desk.invoice()
    await desk.run(3)
    case = desk.case(invoice)
    taken = [Stage(code="REMINDER_1", days_after_due=9, action=Action.REMINDER)]

    assert await refused(desk, invoice, freeze(case, until=desk.today, **how(desk))) == (
        "A freeze until 2026-09-04 is over: today is 2026-09-04."
    )
    assert await refused(desk, invoice, follow(case, stages=[], **how(desk))) == (
        "There are 0 stages; a case follows 1 to 20."
    )
    assert await refused(desk, invoice, follow(case, stages=taken, **how(desk))) == (
        "Each of these stages was taken already: nothing would be left to do."
    )
    assert await refused(desk, invoice, resume(case, **how(desk))) == (
        "The case follows its usual stages: there is nothing to resume."
    )


async def test_a_case_that_does_not_exist_is_not_found(desk: DunningDesk) -> None:
    nothing = desk.invoice()

    with pytest.raises(NotFound):
        await freeze(nothing, until=None, **how(desk))
