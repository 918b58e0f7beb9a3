"""Payments received."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from sqlalchemy import BigInteger, Select, func, select

from schema.accounting import AccountingEntry, in_order
from schema.invoices import Invoice
from schema.money import Money
from schema.node import Node, PageInfo
from schema.payment_lists import PaymentMethod, PaymentStatus
from schema.reading.bindings import Scope, column, computed, many, money, one, rows_of
from schema.scalars import CurrencyCode
from schema.tenants import Tenant
from storage.credit import refundable_cents
from storage.payments import Payment as Row

if TYPE_CHECKING:
    from schema.refunds import Refund
    from schema.transfers import BankTransfer


@rows_of(Row.__table__.alias)
@strawberry.type(description="Money received, or credit used. One that was undone stays, as FAILED.")
class Payment(Node):
    id: strawberry.ID = column()
    external_id: str | None = column(description="Its id in the platform's own system.")
    tenant: Tenant = one(lambda payment, tenant: tenant.id == payment.tenant_id)
    invoice: Invoice | None = one(lambda payment, invoice: invoice.id == payment.invoice_id)
    bank_transfer: Annotated["BankTransfer", strawberry.lazy("schema.transfers")] | None = one(
        lambda payment, transfer: transfer.id == payment.bank_transfer_id,
        description="The transfer that it is a part of; null where it came otherwise.",
    )
    method: PaymentMethod = column()
    status: PaymentStatus = column()
    provider: str = column()
    provider_reference: str | None = column()
    amount: Money = money("amount_cents")
    fee: Money | None = money("fee_cents", description="What the provider kept.")
    refunded: Money = money("refunded_cents")
    refundable: Money = money(
        refundable_cents,
        description="What can still go back. Taken off are pending refunds and what of a surplus has paid other invoices since; "
        "nothing can of a payment out of the tenant's credit. Of a disputed one neither, but that only `refundPreview` tells.",
    )
    credited: Money = money(
        "credited_cents",
        description="The part that became tenant credit: a surplus, or all of it where there is no invoice.",
    )
    paid_at: datetime = column()
    refunded_at: datetime | None = column(description="When money last went back.")
    refunds: list[Annotated["Refund", strawberry.lazy("schema.refunds")]] = many(
        lambda payment, refund: refund.payment_id == payment.id,
        order=lambda refund: [refund.created_at, refund.id],
        description="Oldest first, those that failed included.",
    )
    accounting_entries: list[AccountingEntry] = many(
        lambda payment, entry: entry.payment_id == payment.id, order=in_order
    )


@strawberry.type(description="Sums over a whole list, a row a currency.")
class PaymentTotals:
    currency: CurrencyCode = column()
    count: int = column()
    amount: Money = money("amount_cents")
    fee: Money = money("fee_cents")
    refunded: Money = money("refunded_cents")


def totals(payments: Scope) -> Select[Any]:
    """The sums of a list, a row a currency."""
    amounts = ("amount_cents", "fee_cents", "refunded_cents")
    sums = (func.coalesce(func.sum(payments[name]), 0).cast(BigInteger).label(name) for name in amounts)
    counted = select(payments.currency, func.count().label("count"), *sums)
    return counted.group_by(payments.currency).order_by(payments.currency)


@strawberry.type
class PaymentEdge:
    cursor: str
    node: Payment


@strawberry.type
class PaymentConnection:
    edges: list[PaymentEdge]
    nodes: list[Payment]
    page_info: PageInfo
    total_count: int
    totals: list[PaymentTotals] = computed(
        totals,
        description="Sums over the whole filtered list, one row a currency, of every status in it: also of what failed, was "
        "undone or is pending, unless the filter leaves it out.",
    )
