"""Closing a month."""

from datetime import date

import strawberry

from schema.exports import ExportLink
from schema.inbox import REASON


@strawberry.input
class CloseMonthInput:
    month: date = strawberry.field(description="The month's first day.")
    accept_drift: bool = strawberry.field(
        default=False, description="Close although a provider and the ledger differ; the reason says why."
    )
    reason: str = strawberry.field(description=REASON)


@strawberry.type
class CloseMonthPayload:
    month: date
    journal_count: int = strawberry.field(description="The journals that count in the month.")
    audit_head: str = strawberry.field(
        description="The newest event's number and hash: write it down where nobody who reaches the database does."
    )
    pack: ExportLink = strawberry.field(
        description="Trial balances, vouchers, lists and reconciliations with their hashes, in one zip file."
    )
