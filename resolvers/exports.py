"""Files out of the books."""

import strawberry

from billing.refusals import ErrorCode
from procedures.issue_export_link import issue
from procedures.reconcile import check_reconcilable
from resolvers.authority import finance_mutation
from resolvers.context import Info
from schema.export_sheets import sheet_of
from schema.exports import MEDIA_TYPES, ExportInput, ExportLink, as_json, file_of


@strawberry.type
class ExportMutations:
    @finance_mutation(
        description="A link to a file of a list or a book, with the filters of the screen. It is good for 15 minutes and "
        "for nothing else.",
        may_fail=[ErrorCode.NOT_FOUND, ErrorCode.PROVIDER_UNKNOWN, ErrorCode.PROVIDER_NOT_CONFIGURED],
        max_age_seconds=None,
    )
    async def export_link(self, info: Info, input: ExportInput) -> ExportLink:
        context = info.context
        assert context.caller is not None
        today = context.books.day(context.now)
        await context.reader.check(sheet_of(input, today=today).named)
        if input.provider is not None:
            check_reconcilable(input.provider, context.registry)
        file = file_of(input)
        issued = await issue(file, as_json(input), actor=context.caller.actor, at=context.now, books=context.books)
        return ExportLink(
            url=f"{context.public_url}/exports/{file}?link={issued.link}",
            expires_at=issued.expires_at,
            file_name=f"{today}-{file}",
            media_type=MEDIA_TYPES[input.format],
        )
