"""Dunning: what is done about an overdue invoice, what was done, and how a person takes it over."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy import FromClause, and_, func, select

from billing.dunning import Action, Stage, Status
from schema.dunning_lists import next_action_on, status, waiting_because
from schema.inbox import REASON
from schema.node import Node, PageInfo
from schema.reading.bindings import batched, column, expression, fetched, many, one, rows_of
from schema.reading.reader import Reader
from schema.tenants import Tenant
from storage.dunning import DunningAction as ActionRow
from storage.dunning import DunningCase as Row
from storage.invoices import Invoice as InvoiceRow
from storage.notices import Notice

if TYPE_CHECKING:
    from schema.invoices import Invoice

strawberry.enum(Action, name="DunningAction")


@strawberry.enum
class DunningOverridePath(Enum):
    FREEZE = "FREEZE"
    CUSTOM = "CUSTOM"


def cases_with_invoices() -> FromClause:
    """Cases with what their invoice says."""
    case, invoice = Row.__table__.alias(), InvoiceRow.__table__.alias()
    joined = case.join(invoice, invoice.c.id == case.c.invoice_id)
    return select(case, invoice.c.tenant_id, invoice.c.outstanding_cents).select_from(joined).subquery()


def actions_with_mails() -> FromClause:
    """Actions with what became of their mail."""
    action, mail = ActionRow.__table__.alias(), Notice.__table__.alias()
    joined = action.outerjoin(mail, and_(mail.c.subject_id == action.c.id, mail.c.kind == action.c.action))
    left_undone = func.coalesce(action.c.not_done_because, mail.c.withdrawn_because).label("left_undone_because")
    return select(action, mail.c.sent_at, left_undone).select_from(joined).subquery()


async def _own_stages(_reader: Reader, rows: Sequence[tuple[Any, ...]]) -> list[list[Stage] | None]:
    return [None if kept is None else [Stage.read(stage) for stage in kept] for (kept,) in rows]


async def _stages(_reader: Reader, rows: Sequence[tuple[Any, ...]]) -> list[list[Stage]]:
    return [[Stage.read(stage) for stage in (own or usual)] for own, usual in rows]


@strawberry.type(description="A step of dunning.")
class DunningStage:
    code: str = column(description="Each stage of a case has its own, and is taken once.")
    days_after_due: int = column()
    action: Action = column()


@rows_of(actions_with_mails)
@strawberry.type(description="A stage that was taken.")
class DunningActionTaken:
    stage: str = column()
    action: Action = column()
    taken_at: datetime = column()
    override_version: int = column(description="The version of the case that was obeyed.")
    delivered_at: datetime | None = column("sent_at", description="When its mail was handed over.")
    not_done_because: str | None = column(
        "left_undone_because", description="Why nothing came of it: no mail address, paid before the mail left, ..."
    )


@rows_of(cases_with_invoices)
@strawberry.type(description="The dunning of one overdue invoice.")
class DunningCase(Node):
    id: strawberry.ID = column()
    tenant: Tenant = one(lambda case, tenant: tenant.id == case.tenant_id)
    invoice: Annotated["Invoice", strawberry.lazy("schema.invoices")] = one(
        lambda case, invoice: invoice.id == case.invoice_id
    )
    status: Status = expression(
        status,
        description="RESOLVED: nothing is outstanding. FROZEN: a freeze holds. EXHAUSTED: every stage was taken.",
    )
    stage: str | None = column(description="The code of the last stage taken.")
    opened_on: date = column()
    next_action_on: date | None = expression(
        next_action_on, description="The first day on which the next stage can be taken; null when none is to come."
    )
    override_path: DunningOverridePath | None = column()
    override_custom_stages: list[DunningStage] | None = batched(
        _own_stages, "override_custom_stages", description="They are followed instead; under a freeze, after it."
    )
    override_until: date | None = column(description="The first day on which the freeze no longer holds.")
    override_reason: str | None = column()
    stages: list[DunningStage] = batched(
        _stages, "override_custom_stages", "default_stages", description="The stages that the case follows."
    )
    actions: list[DunningActionTaken] = many(
        lambda case, action: action.case_id == case.id,
        order=lambda action: [action.taken_at, action.id],
        description="What was done, the oldest first.",
    )
    version: int = column(description="Counts the overrides; give it back as `expectedVersion`.")
    waiting_because: str | None = expression(
        waiting_because,
        description="Why no action is taken although one is due: a likely payment waits in the inbox, a freeze.",
    )


@strawberry.type
class DunningCaseEdge:
    cursor: str
    node: DunningCase


@strawberry.type
class DunningCaseConnection:
    edges: list[DunningCaseEdge]
    nodes: list[DunningCase]
    page_info: PageInfo
    total_count: int


@strawberry.input
class DunningStageInput:
    code: str
    days_after_due: int
    action: Action


@strawberry.input
class OverrideDunningInput:
    case_id: strawberry.ID
    path: DunningOverridePath = strawberry.field(
        description="FREEZE: no stage is taken. CUSTOM: `customStages` are followed instead."
    )
    custom_stages: list[DunningStageInput] | None = strawberry.field(
        default=None,
        description="With CUSTOM: 1 to 20, each on a later day than the one before; a code that was taken is not again.",
    )
    until: date | None = strawberry.field(
        default=None,
        description="With FREEZE: the first day on which it no longer holds; left out, until it is resumed.",
    )
    expected_version: int | None = strawberry.field(default=None, description="Refused if the case has changed since.")
    reason: str = strawberry.field(description=REASON)


@strawberry.input
class ResumeDunningInput:
    case_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description="Refused if the case has changed since.")
    reason: str = strawberry.field(description=REASON)


@strawberry.type
class DunningPayload:
    case_id: strawberry.Private[UUID]
    dunning_case: DunningCase = fetched("case_id")
