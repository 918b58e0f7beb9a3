"""Tenants."""

import strawberry

from billing.refusals import BadInput
from resolvers.authority import finance_query
from resolvers.ids import looked_up
from schema.reading import paging
from schema.reading.questions import PageOf, Question, Row, row
from schema.tenant_lists import BY_EXTERNAL_ID, tenants
from schema.tenants import Tenant, TenantConnection


@strawberry.type
class TenantQueries:
    @finance_query(description="The tenants, by name.", answers=TenantConnection)
    def tenants(self, first: int | None = 50, after: str | None = None, search: str | None = None) -> PageOf:
        return tenants(search, paging.page("tenants", first=first, after=after, narrowed_by=search))

    @finance_query(
        description="One tenant by its id, or by its id in the platform's own system, or null.", answers=Tenant | None
    )
    def tenant(self, id: strawberry.ID | None = None, external_id: str | None = None) -> Question:
        if (id is None) == (external_id is None):
            raise BadInput("Give id or externalId, and not both.", argument="id")
        if id is not None:
            return row(looked_up(id, "Tenant"))
        return Row(where=((BY_EXTERNAL_ID, external_id),))
