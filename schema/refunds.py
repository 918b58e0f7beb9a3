"""Refunds: money sent back, what sending it back would do, and how it is asked for."""

from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import BigInteger, FromClause, Select, func, select

from billing.chart import account_name
from schema.accounting import AccountingEntry, in_order
from schema.bounds import check_window
from schema.filters import named
from schema.ids import keys_of
from schema.inbox import REASON, PayerAccountInput
from schema.invoice_lists import InvoiceStatus
from schema.invoices import Invoice
from schema.money import Money
from schema.node import Node, PageInfo
from schema.payment_lists import PaymentStatus
from schema.payments import Payment
from schema.reading.bindings import Scope, column, computed, derived, fetched, many, money, one, rows_of
from schema.reading.days import beginning, ending
from schema.reading.paging import Page, by_column
from schema.reading.questions import Condition, OneOf, PageOf, Whether, given, names
from schema.scalars import Cents
from storage.payments import Payment as PaymentRow
from storage.refunds import Refund as Row
from storage.refunds import RefundEvent as EventRow


@strawberry.enum
class RefundStatus(Enum):
    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@strawberry.enum
class RefundResolution(Enum):
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


def refunds_with_payments() -> FromClause:
    """Refunds with what their payment says."""
    refund, payment = Row.__table__.alias(), PaymentRow.__table__.alias()
    said = (payment.c.tenant_id, payment.c.provider, payment.c.currency)
    return select(refund, *said).select_from(refund.join(payment, payment.c.id == refund.c.payment_id)).subquery()


@rows_of(EventRow.__table__.alias)
@strawberry.type(description="One thing that happened to a refund: the evidence for whoever reviews it.")
class RefundEvent(Node):
    id: strawberry.ID = column()
    at: datetime = column()
    kind: str = column(description="E.g. ORDERED, TRIED, UNKNOWN, ACCEPTED, SUCCEEDED, FAILED, REVERSED, REVIEW.")
    note: str | None = column()


@rows_of(refunds_with_payments)
@strawberry.type(description="Money sent back. PENDING: ordered, and not known yet to have succeeded or failed.")
class Refund(Node):
    id: strawberry.ID = column()
    payment: Payment = one(lambda refund, payment: payment.id == refund.payment_id)
    amount: Money = money("amount_cents")
    status: RefundStatus = column()
    actor: str = column()
    reason: str = column()
    provider: str = column()
    provider_reference: str | None = column()
    failure_reason: str | None = column()
    needs_review: bool = column(
        description="True when no machine can tell the outcome any more; `resolveRefund` settles it."
    )
    credit_note: str | None = column(description="Number of the credit note, where revenue and VAT were taken back.")
    created_at: datetime = column()
    settled_at: datetime | None = column()
    events: list[RefundEvent] = many(
        lambda refund, event: event.refund_id == refund.id,
        order=lambda event: [event.at, event.id],
        description="What happened to it, the oldest first.",
    )
    accounting_entries: list[AccountingEntry] = many(lambda refund, entry: entry.refund_id == refund.id, order=in_order)


@strawberry.type
class RefundEdge:
    cursor: str
    node: Refund


def sums(refunds: Scope) -> Select[Any]:
    """The amounts of a list, a row a currency."""
    total = func.sum(refunds.amount_cents).cast(BigInteger).label("amount_cents")
    return select(refunds.currency, total).group_by(refunds.currency).order_by(refunds.currency)


@strawberry.type
class RefundConnection:
    edges: list[RefundEdge]
    nodes: list[Refund]
    page_info: PageInfo
    total_count: int
    totals: list[Money] = computed(sums, description="Sums over the whole filtered list, one row a currency.")


@strawberry.input(description="What to show; all conditions hold at once.")
class RefundFilter:
    status: list[RefundStatus] | None = None
    needs_review: bool | None = None
    tenant_ids: list[strawberry.ID] | None = None
    provider: str | None = None
    created_from: date | None = strawberry.field(default=None, description="This business day included.")
    created_to: date | None = strawberry.field(default=None, description="This business day included.")


_STATUS = OneOf(lambda refund: refund.status)
_NEEDS_REVIEW = Whether(lambda refund: refund.needs_review)
_TENANTS = OneOf(lambda refund: refund.tenant_id)
_PROVIDER = Condition(lambda refund, provider: refund.provider == provider)
_CREATED_FROM = Condition(lambda refund, day: refund.created_at >= beginning(day))
_CREATED_TO = Condition(lambda refund, day: refund.created_at < ending(day))
_LATEST_FIRST = by_column("created_at", descending=True)


def refunds(asked: RefundFilter, at: Page) -> PageOf:
    """The refunds that a filter lets through, the latest first.

    Raises: BadInput for a window that ends before it begins; NotFound for an id of nothing, or of something else.
    """
    check_window(asked.created_from, asked.created_to, "createdTo")
    tenants = keys_of(asked.tenant_ids, "Tenant", argument="tenantIds")
    where = given(
        _STATUS.of(names(asked.status)),
        _NEEDS_REVIEW.of(asked.needs_review),
        _TENANTS.of(tenants),
        (_PROVIDER, asked.provider),
        (_CREATED_FROM, asked.created_from),
        (_CREATED_TO, asked.created_to),
    )
    return PageOf(where=where, order=_LATEST_FIRST, at=at, named=named("Tenant", tenants))


@strawberry.type(description="A leg that would be booked, debit positive.")
class LedgerLine:
    account: str = column()
    account_name: str = derived(account_name, "account")
    amount: Money = column()


@strawberry.type(
    description="What a refund would do. `token` binds these figures; executing against figures that have moved fails "
    "with STALE_PREVIEW."
)
class RefundPreview:
    payment_id: strawberry.Private[UUID]
    already_done_ids: strawberry.Private[list[UUID]]
    already_done: list[Refund] = fetched(
        "already_done_ids",
        description="Earlier refunds of the same payment and amount by the same actor: executing without an "
        "`idempotencyKey` returns these.",
    )
    payment: Payment = fetched("payment_id")
    amount: Money = column()
    refundable_before: Money = column()
    refundable_after: Money = column()
    invoice_status_after: InvoiceStatus | None = column()
    payment_status_after: PaymentStatus = column(description="Once the refund has succeeded.")
    ledger: list[LedgerLine] = column(
        description="What would be booked, in the platform's books and then in the tenant's."
    )
    settles_immediately: bool = column(description="False: the refund is PENDING until the provider confirms it.")
    warnings: list[str] = column()
    token: str = column(description="For `executeRefund`: valid for 15 minutes, for this actor, once.")
    expires_at: datetime = column()


@strawberry.input
class ExecuteRefundInput:
    payment_id: strawberry.ID
    amount_cents: Cents
    preview_token: str = strawberry.field(description="Of `refundPreview`, for the same payment and amount.")
    reason: str = strawberry.field(description=REASON)
    notify_tenant: bool = strawberry.field(
        default=False, description="Mail the tenant once the money was sent, where its address is known."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Tells a second, intended refund of the same payment and amount by the same actor from a retry.",
    )
    payer_account: PayerAccountInput | None = None


@strawberry.type(
    description="`replayed` is true when the original refund is returned and nothing was sent to the gateway."
)
class ExecuteRefundPayload:
    refund_id: strawberry.Private[UUID]
    payment_id: strawberry.Private[UUID]
    invoice_id: strawberry.Private[UUID | None]
    refund: Refund = fetched("refund_id")
    payment: Payment = fetched("payment_id")
    invoice: Invoice | None = fetched("invoice_id")
    replayed: bool = column()
    notification_queued: bool = column(
        description="Whether a mail to the tenant was queued: that of a pending refund is, once it succeeds."
    )


@strawberry.input
class ResolveRefundInput:
    refund_id: strawberry.ID
    resolution: RefundResolution
    provider_reference: str | None = None
    reason: str = strawberry.field(description=REASON)


@strawberry.type
class ResolveRefundPayload:
    refund_id: strawberry.Private[UUID]
    payment_id: strawberry.Private[UUID]
    refund: Refund = fetched("refund_id")
    payment: Payment = fetched("payment_id")
