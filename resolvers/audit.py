"""The audit trail."""

import strawberry

from billing.refusals import ErrorCode
from resolvers.authority import finance_query
from schema.audit import AuditEventConnection, AuditFilter, trail
from schema.reading import paging
from schema.reading.questions import PageOf


@strawberry.type
class AuditQueries:
    @finance_query(
        description="What was done, by whom and why, newest first.",
        answers=AuditEventConnection,
        may_fail=[ErrorCode.NOT_FOUND],
    )
    def audit_events(
        self, first: int | None = None, after: str | None = None, filter: AuditFilter | None = None
    ) -> PageOf:
        asked = filter or AuditFilter()
        return trail(asked, paging.page("auditEvents", first=first, after=after, narrowed_by=asked))
