"""Overriding dunning by a person, and going back: the case's row says what holds, and the worker reads it there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from billing.dunning import (
    DunningState,
    DunningVersionPassed,
    Stage,
    Status,
    checked_stages,
    is_frozen,
    next_step,
    status_of,
)
from billing.refusals import BadInput
from procedures.books import Books, Order, sign
from procedures.rows import locked
from storage.dunning import DunningAction, DunningCase
from storage.invoices import Invoice

FREEZE = "FREEZE"
CUSTOM = "CUSTOM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overridden:
    """The case as it follows its new path."""

    case_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A case that is locked, with what the rules need."""

    case: DunningCase
    invoice: Invoice
    taken: frozenset[str]
    status: Status


async def freeze(
    case_id: UUID, *, until: date | None, expected_version: int | None, order: Order, books: Books
) -> Overridden:
    """Let no stage be taken, until a day (the first on which it no longer holds) or until somebody resumes.

    Stages of its own that the case follows are kept for afterwards.

    Raises: NotFound, DunningVersionPassed, DunningState, BadInput.
    """
    today = books.day(order.at)
    if until is not None and until <= today:
        raise BadInput(f"A freeze until {until} is over: today is {today}.", argument="until")
    async with books.transaction() as session:
        held = await _hold(session, case_id, expected_version, today)
        if held.status is Status.EXHAUSTED:
            raise DunningState("Every stage was taken: there is nothing left to freeze.", status=held.status.value)
        before = _override(held.case)
        held.case.override_path, held.case.override_until = FREEZE, until
        await _sign(session, held, "dunning.frozen", before, order)
    return Overridden(case_id=case_id)


async def follow(
    case_id: UUID, *, stages: Sequence[Stage], expected_version: int | None, order: Order, books: Books
) -> Overridden:
    """Let the case follow stages of its own. What was taken under the same code is not taken again.

    Raises: NotFound, DunningVersionPassed, DunningState, BadInput.
    """
    followed = checked_stages(stages, argument="customStages")
    async with books.transaction() as session:
        held = await _hold(session, case_id, expected_version, books.day(order.at))
        if all(stage.code in held.taken for stage in followed):
            raise BadInput(
                "Each of these stages was taken already: nothing would be left to do.", argument="customStages"
            )
        before = _override(held.case)
        held.case.override_path, held.case.override_until = CUSTOM, None
        held.case.override_custom_stages = [stage.kept() for stage in followed]
        await _sign(session, held, "dunning.overridden", before, order)
    return Overridden(case_id=case_id)


async def resume(case_id: UUID, *, expected_version: int | None, order: Order, books: Books) -> Overridden:
    """End the override: a freeze gives way to the stages that held before it, stages of its own to the usual ones.

    It goes on with the stages that were not taken, and replays none.

    Raises: NotFound, DunningVersionPassed, DunningState.
    """
    async with books.transaction() as session:
        held = await _hold(session, case_id, expected_version, books.day(order.at))
        case = held.case
        if case.override_path is None:
            raise DunningState(
                "The case follows its usual stages: there is nothing to resume.", status=held.status.value
            )
        before = _override(case)
        if case.override_path == FREEZE and case.override_custom_stages is not None:
            case.override_path = CUSTOM
        else:
            case.override_path = case.override_custom_stages = None
        case.override_until = None
        await _sign(session, held, "dunning.resumed", before, order)
    return Overridden(case_id=case_id)


async def _hold(session: AsyncSession, case_id: UUID, expected_version: int | None, today: date) -> _Held:
    """Lock a case that can still be steered.

    Raises: NotFound, DunningVersionPassed, DunningState.
    """
    case = await locked(session, DunningCase, case_id, what="dunning case")
    if expected_version is not None and case.version != expected_version:
        raise DunningVersionPassed(expected=expected_version, version=case.version)
    invoice = await session.get_one(Invoice, case.invoice_id)
    status = status_of(
        is_settled=invoice.outstanding_cents == 0,
        is_frozen=is_frozen(case.override_path, case.override_until, today=today),
        next_action_on=case.next_action_on,
    )
    if status is Status.RESOLVED:
        raise DunningState(
            f"The case is resolved: nothing is outstanding on invoice {invoice.number} any more.", status=status.value
        )
    taken = await session.scalars(select(DunningAction.stage).where(DunningAction.case_id == case_id))
    return _Held(case=case, invoice=invoice, taken=frozenset(taken), status=status)


def _override(case: DunningCase) -> dict[str, Any]:
    return {
        "path": case.override_path,
        "until": case.override_until,
        "stages": case.override_custom_stages,
        "version": case.version,
    }


async def _sign(session: AsyncSession, held: _Held, action: str, before: dict[str, Any], order: Order) -> None:
    """Count the version, say why, look up anew what is next, and write the audit event."""
    case = held.case
    then = next_step(case.stages, held.taken, due_on=held.invoice.due_on, acted_on=case.acted_on)
    case.version += 1
    case.override_reason = order.reason if case.override_path else None
    case.next_action_on = None if then is None else then.on
    case.waiting_because = None
    details: dict[str, object] = {"before": before, "after": _override(case)}
    await sign(session, order.done(action, "dunning_case", case.id, details))
