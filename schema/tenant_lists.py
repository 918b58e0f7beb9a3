"""Lists of tenants, and the tenants that other lists are narrowed to."""

from typing import Any

from sqlalchemy import BindParameter, Select, or_, select

from schema.reading.paging import Order, Page
from schema.reading.questions import Condition, PageOf, given
from schema.reading.searching import containing, like
from storage.tenants import Tenant as Row


def tenants_of(country: BindParameter[Any]) -> Select[Any]:
    """The ids of the tenants of a country."""
    tenant = Row.__table__.alias()
    return select(tenant.c.id).where(tenant.c.country == country)


def tenants_named(pattern: BindParameter[Any]) -> Select[Any]:
    """The ids of the tenants whose name is like a pattern."""
    tenant = Row.__table__.alias()
    return select(tenant.c.id).where(like(tenant.c.name, pattern))


_SEARCH = Condition(
    lambda tenant, pattern: or_(
        like(tenant.name, pattern), like(tenant.external_id, pattern), like(tenant.organisation_number, pattern)
    )
)
_BY_NAME = Order(lambda tenant: [tenant.name, tenant.id])


def tenants(search: str | None, at: Page) -> PageOf:
    """The tenants, by name; `search` is part of the name, the external id or the organisation number."""
    return PageOf(where=given((_SEARCH, containing(search))), order=_BY_NAME, at=at)


BY_EXTERNAL_ID = Condition(lambda tenant, external_id: tenant.external_id == external_id)
