"""Refunds: what one would do, ordering it, and looking at those that were."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from billing.refusals import ErrorCode
from procedures.preview_refund import Previewed, preview
from procedures.refund_payment import Executed, RefundRequest, execute
from procedures.resolve_refund import Resolved, resolve
from providers.refunding import PayerAccount
from resolvers.authority import finance_mutation, finance_query
from resolvers.context import Info
from resolvers.ids import looked_up
from schema.ids import from_global
from schema.money import Amount
from schema.reading import paging
from schema.reading.questions import PageOf, Question, row
from schema.refunds import (
    ExecuteRefundInput,
    ExecuteRefundPayload,
    Refund,
    RefundConnection,
    RefundFilter,
    RefundPreview,
    RefundResolution,
    ResolveRefundInput,
    ResolveRefundPayload,
    refunds,
)
from schema.scalars import Cents

REFUSED = [
    ErrorCode.NOT_FOUND,
    ErrorCode.PAYMENT_NOT_REFUNDABLE,
    ErrorCode.REFUND_EXCEEDS_BALANCE,
    ErrorCode.CREDIT_EXCEEDED,
    ErrorCode.PROVIDER_UNKNOWN,
    ErrorCode.PROVIDER_NOT_CONFIGURED,
    ErrorCode.FX_RATE_MISSING,
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """A leg of the preview, as it is read."""

    account: str
    amount: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The preview, as it is read."""

    payment_id: UUID
    already_done_ids: list[UUID]
    amount: Amount
    refundable_before: Amount
    refundable_after: Amount
    invoice_status_after: str | None
    payment_status_after: str
    ledger: list[ShownLine]
    settles_immediately: bool
    warnings: list[str]
    token: str
    expires_at: datetime

    @classmethod
    def of(cls, previewed: Previewed) -> Self:
        terms = previewed.terms
        return cls(
            payment_id=terms.payment.id,
            already_done_ids=previewed.already_done,
            amount=Amount.of(terms.amount),
            refundable_before=Amount.of(terms.refundable_before),
            refundable_after=Amount.of(terms.refundable_before - terms.amount),
            invoice_status_after=terms.invoice_status_after,
            payment_status_after=terms.payment_status_after,
            ledger=[ShownLine(account=line.account, amount=Amount.of(line.amount)) for line in previewed.lines],
            settles_immediately=previewed.settles_immediately,
            warnings=previewed.warnings,
            token=previewed.token,
            expires_at=previewed.expires_at,
        )


@strawberry.type
class RefundQueries:
    @finance_query(
        answers=RefundPreview,
        description="What sending money back would do, without doing it. `amountCents` left out: all that can go back.",
        may_fail=REFUSED,
    )
    async def refund_preview(self, info: Info, payment_id: strawberry.ID, amount_cents: Cents | None = None) -> Shown:
        context = info.context
        assert context.caller is not None
        previewed = await preview(
            from_global(payment_id, "Payment", argument="paymentId"),
            amount_cents,
            actor=context.caller.actor,
            at=context.now,
            books=context.books,
            registry=context.registry,
        )
        return Shown.of(previewed)

    @finance_query(description="Refunds, the latest first.", answers=RefundConnection, may_fail=[ErrorCode.NOT_FOUND])
    def refunds(self, first: int | None = None, after: str | None = None, filter: RefundFilter | None = None) -> PageOf:
        asked = filter or RefundFilter()
        return refunds(asked, paging.page("refunds", first=first, after=after, narrowed_by=asked))

    @finance_query(description="One refund, or null.", answers=Refund | None)
    def refund(self, id: strawberry.ID) -> Question:
        return row(looked_up(id, "Refund"))


@strawberry.type
class RefundMutations:
    @finance_mutation(
        answers=ExecuteRefundPayload,
        description="Send money back to the payer. Safe to repeat: the same request returns the refund it has made.",
        may_fail=[*REFUSED, ErrorCode.STALE_PREVIEW, ErrorCode.PAYER_ACCOUNT_NEEDED],
    )
    async def execute_refund(self, info: Info, input: ExecuteRefundInput) -> Executed:
        account = input.payer_account
        request = RefundRequest(
            payment_id=from_global(input.payment_id, "Payment", argument="paymentId"),
            amount_cents=input.amount_cents,
            preview_token=input.preview_token,
            notify_tenant=input.notify_tenant,
            idempotency_key=input.idempotency_key,
            payer_account=None if account is None else PayerAccount(**asdict(account)),
        )
        context = info.context
        return await execute(
            request, order=context.order(), books=context.books, registry=context.registry, jobs=context.jobs
        )

    @finance_mutation(
        answers=ResolveRefundPayload,
        description="Tell the outcome of a refund that needs review, after asking the provider.",
        may_fail=[ErrorCode.NOT_FOUND, ErrorCode.CONFLICT, ErrorCode.FX_RATE_MISSING],
    )
    async def resolve_refund(self, info: Info, input: ResolveRefundInput) -> Resolved:
        return await resolve(
            from_global(input.refund_id, "Refund", argument="refundId"),
            succeeded=input.resolution is RefundResolution.SUCCEEDED,
            provider_reference=input.provider_reference,
            order=info.context.order(),
            books=info.context.books,
            jobs=info.context.jobs,
        )
