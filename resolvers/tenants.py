"""Tenants."""

import strawberry

from billing.refusals import BadInput
from resolvers.authority import finance_query
from resolvers.context import Info
from resolvers.ids import looked_up
from resolvers.reading import row, rows_by_text
from schema.tenants import Tenant


@strawberry.type
class TenantQueries:
    @finance_query(description="One tenant by its id, or by its id in the platform's own system, or null.")
    async def tenant(
        self, info: Info, id: strawberry.ID | None = None, external_id: str | None = None
    ) -> Tenant | None:
        if (id is None) == (external_id is None):
            raise BadInput("Give id or externalId, and not both.", argument="id")
        if id is not None:
            key = looked_up(id, "Tenant")
            return None if key is None else await row(info, key)
        assert external_id is not None
        found = await rows_by_text(info, "external_id", external_id)
        return found[0] if found else None
