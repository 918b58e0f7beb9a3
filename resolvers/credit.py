"""Tenants' credit."""

import strawberry

from billing.refusals import ErrorCode
from procedures.apply_credit import Applied, apply
from resolvers.authority import finance_mutation
from resolvers.context import Info
from schema.ids import from_global
from schema.inbox import ApplyCreditInput, ApplyCreditPayload


@strawberry.type
class CreditMutations:
    @finance_mutation(
        answers=ApplyCreditPayload,
        description="Pay an invoice out of its tenant's credit.",
        may_fail=[
            ErrorCode.NOT_FOUND,
            ErrorCode.INVOICE_NOT_PAYABLE,
            ErrorCode.ALLOCATION_MISMATCH,
            ErrorCode.CREDIT_EXCEEDED,
            ErrorCode.FX_RATE_MISSING,
        ],
    )
    async def apply_credit(self, info: Info, input: ApplyCreditInput) -> Applied:
        return await apply(
            tenant_id=from_global(input.tenant_id, "Tenant", argument="tenantId"),
            invoice_id=from_global(input.invoice_id, "Invoice", argument="invoiceId"),
            cents=input.amount_cents,
            order=info.context.order(),
            books=info.context.books,
        )
