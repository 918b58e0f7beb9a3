"""Lists of subscriptions: how they are filtered, searched and paged."""

from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import BindParameter, ColumnElement, or_, select

from schema.filters import named, named_plans
from schema.ids import keys_of
from schema.reading.bindings import Scope
from schema.reading.paging import NESTED_PAGE_MAX, Order, Page, page
from schema.reading.questions import Condition, OneOf, PageOf, among, given, names
from schema.reading.searching import containing, like
from schema.scalars import CountryCode
from schema.tenant_lists import tenants_named, tenants_of
from storage.tenants import Plan as PlanRow


@strawberry.enum
class SubscriptionStatus(Enum):
    TRIALING = "TRIALING"
    ACTIVE = "ACTIVE"
    PAST_DUE = "PAST_DUE"
    PAUSED = "PAUSED"
    CANCELLED = "CANCELLED"


@strawberry.input(description="What to show; all conditions hold at once.")
class SubscriptionFilter:
    tenant_ids: list[strawberry.ID] | None = None
    status: list[SubscriptionStatus] | None = None
    plan_codes: list[str] | None = None
    country: CountryCode | None = strawberry.field(default=None, description="The tenant's.")
    search: str | None = strawberry.field(default=None, description="Part of the external id or the tenant's name.")


def _of_plans(subscription: Scope, codes: BindParameter[Any]) -> ColumnElement[bool]:
    plan = PlanRow.__table__.alias()
    of: ColumnElement[bool] = subscription.plan_id.in_(select(plan.c.id).where(among(plan.c.code, codes)))
    return of


_TENANTS = OneOf(lambda subscription: subscription.tenant_id)
_STATUS = OneOf(lambda subscription: subscription.status)
_PLANS = Condition(_of_plans)
_COUNTRY = Condition(lambda subscription, country: subscription.tenant_id.in_(tenants_of(country)))
_SEARCH = Condition(
    lambda subscription, pattern: or_(
        like(subscription.external_id, pattern), subscription.tenant_id.in_(tenants_named(pattern))
    )
)
_LATEST_FIRST = Order(lambda subscription: [subscription.started_on, subscription.id], descending=True)


def subscriptions(asked: SubscriptionFilter, at: Page) -> PageOf:
    """The subscriptions that a filter lets through, the latest started first.

    Raises: NotFound for an id or a plan's code of nothing, or an id of something else.
    """
    tenants = keys_of(asked.tenant_ids, "Tenant", argument="tenantIds")
    where = given(
        _TENANTS.of(tenants),
        _STATUS.of(names(asked.status)),
        (_PLANS, asked.plan_codes),
        (_COUNTRY, asked.country),
        (_SEARCH, containing(asked.search)),
    )
    there = named("Tenant", tenants) + named_plans(asked.plan_codes)
    return PageOf(where=where, order=_LATEST_FIRST, at=at, named=there)


def subscriptions_of_tenant(*, first: int = 50, after: str | None = None) -> PageOf:
    """A tenant's subscriptions, the latest started first."""
    return subscriptions(
        SubscriptionFilter(), page("Tenant.subscriptions", first=first, after=after, size_max=NESTED_PAGE_MAX)
    )
