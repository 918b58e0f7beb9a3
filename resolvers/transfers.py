"""The unmatched-payments inbox: looking at it, and dealing with what is in it."""

from dataclasses import asdict
from uuid import UUID

import strawberry

from billing.allocation import Allocation
from billing.refusals import BadInput, ErrorCode
from procedures.assign_transfer import Assigned, assign
from procedures.ignore_transfer import Moved, ignore, restore
from procedures.return_transfer import Returned, send_back
from procedures.unassign_transfer import Unassigned, unassign
from providers.refunding import PayerAccount
from resolvers.authority import finance_mutation, finance_query
from resolvers.context import Info
from resolvers.ids import looked_up
from schema.ids import from_global
from schema.inbox import (
    AllocationInput,
    AssignTransferInput,
    AssignTransferPayload,
    IgnoreTransferInput,
    IgnoreTransferPayload,
    RestoreTransferInput,
    RestoreTransferPayload,
    ReturnTransferInput,
    ReturnTransferPayload,
    UnassignTransferInput,
    UnassignTransferPayload,
)
from schema.reading import paging
from schema.reading.questions import PageOf, Question, row
from schema.transfers import BankTransfer, BankTransferConnection, BankTransferFilter, inbox


@strawberry.type
class TransferQueries:
    @finance_query(
        description="The bank transfers in the inbox, newest first; with another `status`, those dealt with.",
        answers=BankTransferConnection,
        may_fail=[ErrorCode.NOT_FOUND],
    )
    def unmatched_transfers(
        self,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: BankTransferFilter | None = None,
    ) -> PageOf:
        asked = filter or BankTransferFilter()
        at = paging.page("unmatchedTransfers", first=first, after=after, last=last, before=before, narrowed_by=asked)
        return inbox(asked, at)

    @finance_query(description="One bank transfer, or null.", answers=BankTransfer | None)
    def bank_transfer(self, id: strawberry.ID) -> Question:
        return row(looked_up(id, "BankTransfer"))


def _allocations(asked: AssignTransferInput) -> UUID | list[Allocation]:
    """What the transfer is to pay: one invoice, or parts.

    Raises: BadInput unless exactly one of the two is given; NotFound for the id of something else.
    """
    if (asked.invoice_id is None) == (asked.allocations is None):
        raise BadInput("Give invoiceId or allocations, and not both.", argument="invoiceId")
    if asked.invoice_id is not None:
        return from_global(asked.invoice_id, "Invoice", argument="invoiceId")
    return [_allocation(part) for part in asked.allocations or ()]


def _allocation(part: AllocationInput) -> Allocation:
    if (part.invoice_id is None) == (part.tenant_id is None):
        raise BadInput("Give invoiceId or tenantId in an allocation, and not both.", argument="allocations")
    if part.invoice_id is not None:
        return Allocation(
            cents=part.amount_cents, invoice_id=from_global(part.invoice_id, "Invoice", argument="invoiceId")
        )
    assert part.tenant_id is not None
    return Allocation(cents=part.amount_cents, tenant_id=from_global(part.tenant_id, "Tenant", argument="tenantId"))


@strawberry.type
class TransferMutations:
    @finance_mutation(
        answers=AssignTransferPayload,
        description="Use a transfer of the inbox: its money pays one invoice or several, or becomes tenants' credit.",
        may_fail=[
            ErrorCode.NOT_FOUND,
            ErrorCode.TRANSFER_NOT_UNMATCHED,
            ErrorCode.INVOICE_NOT_PAYABLE,
            ErrorCode.CURRENCY_MISMATCH,
            ErrorCode.ALLOCATION_MISMATCH,
            ErrorCode.FX_RATE_MISSING,
        ],
    )
    async def assign_transfer(self, info: Info, input: AssignTransferInput) -> Assigned:
        key = from_global(input.transfer_id, "BankTransfer", argument="transferId")
        return await assign(key, to=_allocations(input), order=info.context.order(), books=info.context.books)

    @finance_mutation(
        answers=UnassignTransferPayload,
        description="Undo an assignment, or a machine's match: a counter journal is booked, and the transfer is back. What it "
        "paid of an invoice that is uncollectible by now becomes a bad debt.",
        may_fail=[ErrorCode.NOT_FOUND, ErrorCode.CONFLICT, ErrorCode.CREDIT_EXCEEDED],
    )
    async def unassign_transfer(self, info: Info, input: UnassignTransferInput) -> Unassigned:
        key = from_global(input.transfer_id, "BankTransfer", argument="transferId")
        return await unassign(key, order=info.context.order(), books=info.context.books)

    @finance_mutation(
        answers=IgnoreTransferPayload,
        description="Park a transfer that pays nothing here; `restoreTransfer` brings it back.",
        may_fail=[ErrorCode.NOT_FOUND, ErrorCode.TRANSFER_NOT_UNMATCHED],
    )
    async def ignore_transfer(self, info: Info, input: IgnoreTransferInput) -> Moved:
        key = from_global(input.transfer_id, "BankTransfer", argument="transferId")
        return await ignore(key, order=info.context.order(), books=info.context.books)

    @finance_mutation(
        answers=RestoreTransferPayload,
        description="Bring an ignored transfer back into the inbox.",
        may_fail=[ErrorCode.NOT_FOUND, ErrorCode.TRANSFER_NOT_UNMATCHED],
    )
    async def restore_transfer(self, info: Info, input: RestoreTransferInput) -> Moved:
        key = from_global(input.transfer_id, "BankTransfer", argument="transferId")
        return await restore(key, order=info.context.order(), books=info.context.books)

    @finance_mutation(
        answers=ReturnTransferPayload,
        description="Send a transfer of the inbox back to its payer, whole. It is RETURNED at once, with a PENDING return: "
        "the bank's files confirm it, or refuse it and put it back into the inbox.",
        may_fail=[
            ErrorCode.NOT_FOUND,
            ErrorCode.TRANSFER_NOT_UNMATCHED,
            ErrorCode.PAYER_ACCOUNT_NEEDED,
            ErrorCode.PROVIDER_UNKNOWN,
            ErrorCode.PROVIDER_NOT_CONFIGURED,
            ErrorCode.FX_RATE_MISSING,
        ],
    )
    async def return_transfer(self, info: Info, input: ReturnTransferInput) -> Returned:
        key, account = from_global(input.transfer_id, "BankTransfer", argument="transferId"), input.payer_account
        return await send_back(
            key,
            to=None if account is None else PayerAccount(**asdict(account)),
            order=info.context.order(),
            books=info.context.books,
            registry=info.context.registry,
        )
