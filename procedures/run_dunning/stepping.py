"""Taking the stages that are due, each case under its lock, and the override read from it then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from billing.dunning import Action, Stage, next_step
from procedures.books import Books, Order
from procedures.run_dunning.pausing import pause_by
from storage.audit import Done, record_all
from storage.dunning import DunningAction, DunningCase
from storage.invoices import Invoice
from storage.notices import Notice
from storage.tenants import Tenant

MAILED: Final = frozenset({Action.REMINDER, Action.FINAL_NOTICE})
NO_ADDRESS: Final = "The tenant has no mail address."


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A case whose next stage is due, locked, with what its step depends on."""

    case: DunningCase
    invoice: Invoice
    email: str | None
    taken: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped:
    """What became of a batch: how many stages were taken, and which cases want a transaction of their own."""

    taken: int
    apart: list[UUID]


def is_due(today: date) -> ColumnElement[bool]:
    """The next stage's day has come, and no freeze holds it. Of what is settled the invoice tells."""
    case = DunningCase
    frozen = and_(case.override_path == "FREEZE", or_(case.override_until.is_(None), case.override_until > today))
    return and_(case.closed_on.is_(None), case.next_action_on <= today, frozen.is_not(True))


def due_cases(today: date) -> Select[UUID]:
    """The cases to look at."""
    cases = select(DunningCase.id).join(Invoice, Invoice.id == DunningCase.invoice_id)
    return cases.where(is_due(today), Invoice.outstanding_cents > 0).order_by(DunningCase.id)


async def step(
    keys: Sequence[UUID],
    *,
    likely: Mapping[UUID, str],
    pausing: bool,
    order: Order,
    books: Books,
) -> Stepped:
    """Take the next stage of each of these cases, in one transaction; those that somebody works on are left out.

    Unless `pausing`, cases that would pause a subscription are not touched but given back, to be done apart: a pause has
    locks of its own to wait for, and nobody else shall wait for it meanwhile.
    """
    today, taken, apart = books.day(order.at), [], []
    async with books.transaction() as session:
        for due in await _locked(session, keys, today):
            following = next_step(due.case.stages, due.taken, due_on=due.invoice.due_on, acted_on=due.case.acted_on)
            if following is None or following.on > today:
                due.case.next_action_on = None if following is None else following.on
            elif due.invoice.id in likely:
                due.case.waiting_because = likely[due.invoice.id]
            elif following.stage.action is Action.PAUSE_SUBSCRIPTION and not pausing:
                apart.append(due.case.id)
            else:
                taken.append(await _take(session, due, following.stage, order=order, books=books))
        await session.flush()
        await record_all(session, taken)
    return Stepped(taken=len(taken), apart=apart)


async def _locked(session: AsyncSession, keys: Sequence[UUID], today: date) -> list[Due]:
    taken = select(func.array_agg(DunningAction.stage, type_=ARRAY(Text()))).where(
        DunningAction.case_id == DunningCase.id
    )
    rows = (
        select(DunningCase, Invoice, Tenant.email, taken.scalar_subquery())
        .join(Invoice, Invoice.id == DunningCase.invoice_id)
        .join(Tenant, Tenant.id == Invoice.tenant_id)
        .where(DunningCase.id.in_(keys), is_due(today), Invoice.outstanding_cents > 0)
        .order_by(DunningCase.id)
        .with_for_update(of=DunningCase, skip_locked=True)
    )
    return [
        Due(case=case, invoice=invoice, email=email, taken=frozenset(stages or ()))
        for case, invoice, email, stages in await session.execute(rows)
    ]


async def _take(session: AsyncSession, due: Due, stage: Stage, *, order: Order, books: Books) -> Done:
    """Take one stage: it is written down, with what comes of it and with the version of the override that it obeyed."""
    case, today, action_id = due.case, books.day(order.at), uuid7()
    because = None
    if stage.action in MAILED:
        because = None if due.email else NO_ADDRESS
    elif stage.action is Action.PAUSE_SUBSCRIPTION:
        because = await pause_by(case, due.invoice, session=session, order=order, books=books)
    action = DunningAction(
        id=action_id, case_id=case.id, stage=stage.code, action=stage.action.value, taken_at=order.at,
        override_version=case.version, not_done_because=because,
    )  # fmt: skip
    session.add(action)
    if stage.action in MAILED and due.email:
        session.add(
            Notice(  # with nothing left to the database, so that all of a batch go in one statement
                id=uuid7(), kind=stage.action.value, subject_id=action_id, tenant_id=due.invoice.tenant_id,
                created_at=order.at, due_at=order.at, attempts=0,
            )
        )  # fmt: skip
    then = next_step(case.stages, due.taken | {stage.code}, due_on=due.invoice.due_on, acted_on=today)
    case.stage, case.acted_on, case.waiting_because = stage.code, today, None
    case.next_action_on = None if then is None else then.on
    details: dict[str, object] = {
        "stage": stage.code,
        "action": stage.action.value,
        "override_version": case.version,
        "not_done_because": because,
    }
    return order.done("dunning.stage_taken", "dunning_case", case.id, details)
