"""The ledger, entry by entry."""

import strawberry

from billing.refusals import ErrorCode
from resolvers.authority import finance_query
from schema.accounting import AccountingEntryConnection, AccountingEntryFilter, entries
from schema.reading import paging
from schema.reading.questions import PageOf


@strawberry.type
class AccountingQueries:
    @finance_query(
        description="The legs of the journals of all books, the latest booked first.",
        answers=AccountingEntryConnection,
        may_fail=[ErrorCode.NOT_FOUND],
    )
    def accounting_entries(
        self, first: int | None = None, after: str | None = None, filter: AccountingEntryFilter | None = None
    ) -> PageOf:
        asked = filter or AccountingEntryFilter()
        return entries(asked, paging.page("accountingEntries", first=first, after=after, narrowed_by=asked))
