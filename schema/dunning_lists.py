"""Lists of dunning cases, and where a case stands: it follows from its facts, the invoice's among them."""

from typing import Any

import strawberry
from sqlalchemy import BindParameter, ColumnElement, Date, Text, and_, case, cast, func, literal, null, or_, select

from billing.dunning import Status
from schema.filters import named
from schema.ids import keys_of
from schema.reading.bindings import Scope
from schema.reading.days import TODAY
from schema.reading.paging import Page, by_column
from schema.reading.questions import Condition, PageOf, among, given, names
from storage.dunning import DunningCase as Row

strawberry.enum(Status, name="DunningStatus")


def is_frozen(dunning: Scope) -> ColumnElement[bool]:
    """A freeze holds today; `override_until` is the first day on which it does not."""
    lasts = or_(dunning.override_until.is_(None), dunning.override_until > TODAY)
    return and_(dunning.override_path == "FREEZE", lasts)


def status(dunning: Scope) -> ColumnElement[Any]:
    """Where a case stands: what `billing.dunning.status_of` says, in SQL."""
    return case(
        (dunning.outstanding_cents == 0, literal("RESOLVED", Text())),
        (is_frozen(dunning), literal("FROZEN", Text())),
        (dunning.next_action_on.is_(None), literal("EXHAUSTED", Text())),
        else_=literal("OPEN", Text()),
    )


def next_action_on(dunning: Scope) -> ColumnElement[Any]:
    """The first day on which the next stage can be taken."""
    nothing = or_(dunning.outstanding_cents == 0, and_(is_frozen(dunning), dunning.override_until.is_(None)))
    thawed = func.greatest(dunning.next_action_on, dunning.override_until, type_=Date())
    return case((nothing, cast(null(), Date())), (is_frozen(dunning), thawed), else_=dunning.next_action_on)


def waiting_because(dunning: Scope) -> ColumnElement[Any]:
    """Why nothing is done although something is due."""
    until = func.coalesce(cast(dunning.override_until, Text()), "somebody resumes it")
    frozen = literal("The case is frozen until ", Text()) + until + literal(".", Text())
    return case(
        (or_(dunning.outstanding_cents == 0, dunning.next_action_on > TODAY), cast(null(), Text())),
        (is_frozen(dunning), frozen),
        else_=dunning.waiting_because,
    )


def stage_of(invoice: Scope) -> ColumnElement[Any]:
    """The stage that an invoice's dunning has reached, while something is outstanding on it."""
    dunning = Row.__table__.alias()
    reached = select(dunning.c.stage).where(dunning.c.invoice_id == invoice.id).scalar_subquery()
    return case((invoice.outstanding_cents > 0, reached), else_=cast(null(), Text()))


def at_stages(invoice: Scope, stages: BindParameter[Any]) -> ColumnElement[bool]:
    """The invoice's dunning has reached one of the stages."""
    dunning = Row.__table__.alias()
    reached = select(dunning.c.invoice_id).where(among(dunning.c.stage, stages))
    return and_(invoice.outstanding_cents > 0, invoice.id.in_(reached))


@strawberry.input(description="What to show; all conditions hold at once.")
class DunningCaseFilter:
    status: list[Status] | None = None
    tenant_ids: list[strawberry.ID] | None = None
    stage: list[str] | None = strawberry.field(default=None, description="The last stage taken is one of these codes.")
    overridden: bool | None = strawberry.field(
        default=None, description="Somebody froze it, or gave it its own stages."
    )


_STATUS = Condition(lambda dunning, statuses: among(status(dunning), statuses))
_TENANTS = Condition(lambda dunning, keys: among(dunning.tenant_id, keys))
_STAGE = Condition(lambda dunning, codes: among(dunning.stage, codes))
_OVERRIDDEN = Condition(lambda dunning, wanted: dunning.override_path.is_not(None) == wanted)
_LATEST_FIRST = by_column("opened_on", descending=True)


def dunning_cases(asked: DunningCaseFilter, at: Page) -> PageOf:
    """The cases that a filter lets through, the latest opened first.

    Raises: NotFound for an id of nothing, or of something else.
    """
    tenants = keys_of(asked.tenant_ids, "Tenant", argument="tenantIds")
    where = given(
        (_STATUS, names(asked.status)),
        (_TENANTS, tenants),
        (_STAGE, asked.stage),
        (_OVERRIDDEN, asked.overridden),
    )
    return PageOf(where=where, order=_LATEST_FIRST, at=at, named=named("Tenant", tenants))


def unless_closed(dunning: Scope, *, open_only: bool = False) -> ColumnElement[bool]:
    """All cases of a tenant, or (`openOnly`) those on whose invoice something is outstanding."""
    outstanding: ColumnElement[bool] = dunning.outstanding_cents > 0 if open_only else dunning.outstanding_cents >= 0
    return outstanding
