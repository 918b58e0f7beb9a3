"""Bank files: what came in, and taking one in."""

import base64
import binascii
from io import BytesIO
from typing import Final

import strawberry

from billing.refusals import BadInput, ErrorCode
from procedures.receive_transfers import Received, receive
from procedures.settle_reports import settle_reports
from resolvers.authority import finance_mutation, finance_query
from resolvers.context import Info
from schema.inbox import ImportBankFileInput, ImportBankFilePayload
from schema.reading import paging
from schema.reading.questions import PageOf
from schema.transfers import BankFileConnection, files

FILE_BYTES_MAX: Final = 10_000_000


@strawberry.type
class BankFileQueries:
    @finance_query(description="The bank files received, newest first.", answers=BankFileConnection)
    def bank_files(self, first: int | None = None, after: str | None = None) -> PageOf:
        return files(paging.page("bankFiles", first=first, after=after))


def decoded(text: str) -> bytes:
    """The file's bytes.

    Raises: BadInput for what is not base64, or too large.
    """
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise BadInput("contentBase64 is not base64.", argument="contentBase64") from None
    if len(content) > FILE_BYTES_MAX:
        raise BadInput(
            f"The file has {len(content)} bytes, but at most {FILE_BYTES_MAX} come this way; use `billing ingest`.",
            argument="contentBase64",
        )
    return content


@strawberry.type
class BankFileMutations:
    @finance_mutation(
        answers=ImportBankFilePayload,
        description="Take in a bank file: certain payments are matched, the rest waits in the inbox. Booked whole or not "
        "at all; the same file again is refused, the same payment in another file is not booked twice.",
        may_fail=[
            ErrorCode.BANK_FILE_INVALID,
            ErrorCode.BANK_FILE_DUPLICATE,
            ErrorCode.FX_RATE_MISSING,
            ErrorCode.PROVIDER_UNKNOWN,
            ErrorCode.PROVIDER_NOT_CONFIGURED,
        ],
    )
    async def import_bank_file(self, info: Info, input: ImportBankFileInput) -> Received:
        content, context, order = decoded(input.content_base64), info.context, info.context.order()
        received = await context.in_bulk(
            lambda connection: receive(
                connection,
                BytesIO(content),
                file_name=input.file_name,
                registry=context.registry,
                provider=input.provider,
                actor=order.actor,
                reason=order.reason,
                now=order.at,
                zone=context.books.zone,
            )
        )
        await settle_reports(at=order.at, books=context.books, jobs=context.jobs)
        return received
