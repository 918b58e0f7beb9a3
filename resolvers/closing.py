"""Closing a month."""

import strawberry

from billing.refusals import ErrorCode
from procedures.close_month import close
from procedures.issue_export_link import issue
from resolvers.authority import finance_mutation
from resolvers.context import Info
from schema.closing import CloseMonthInput, CloseMonthPayload
from schema.exports import ExportLink, pack_file


@strawberry.type
class ClosingMutations:
    @finance_mutation(
        description="Close a month that is over, and all before it: refused while the books break a rule of theirs, or a "
        "provider and the ledger differ and nobody accepts it. What comes late is booked on the first open day.",
        may_fail=[ErrorCode.PERIOD_CLOSED, ErrorCode.CONFLICT],
    )
    async def close_month(self, info: Info, input: CloseMonthInput) -> CloseMonthPayload:
        context, order = info.context, info.context.order()
        closed = await close(
            input.month,
            accept_drift=input.accept_drift,
            order=order,
            books=context.books,
            registry=context.registry,
            jobs=context.jobs,
            tolerance_cents=context.tolerance_cents,
            in_bulk=context.in_bulk,
        )
        file = pack_file(closed.month)
        asked = {"month": closed.month.isoformat()}
        issued = await issue(file, asked, actor=order.actor, at=order.at, books=context.books)
        pack = ExportLink(
            url=f"{context.public_url}/exports/{file}?link={issued.link}",
            expires_at=issued.expires_at,
            file_name=file,
            media_type="application/zip",
        )
        return CloseMonthPayload(
            month=closed.month, journal_count=closed.journal_count, audit_head=closed.audit_head, pack=pack
        )
