"""The audit trail."""

import strawberry

from resolvers.authority import finance_query
from resolvers.context import Info
from resolvers.reading import page
from schema.audit import AuditEventConnection, AuditFilter, trail
from schema.reading import paging


@strawberry.type
class AuditQueries:
    @finance_query(description="What was done, by whom and why, newest first.")
    async def audit_events(
        self, info: Info, first: int | None = None, after: str | None = None, filter: AuditFilter | None = None
    ) -> AuditEventConnection:
        asked = filter or AuditFilter()
        at = paging.page("auditEvents", first=first, after=after, narrowed_by=asked)
        return await page(AuditEventConnection, info, trail(asked), at)
