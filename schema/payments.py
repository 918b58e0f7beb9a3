"""Payments received."""

from datetime import datetime
from enum import Enum

import strawberry

from schema.accounting import AccountingEntry, in_order
from schema.invoices import Invoice
from schema.money import Money
from schema.node import Node
from schema.reading.bindings import column, many, money, one, rows_of
from schema.tenants import Tenant
from storage.payments import Payment as Row


@strawberry.enum
class PaymentMethod(Enum):
    CARD = "CARD"
    BANKGIRO = "BANKGIRO"
    BANK_TRANSFER = "BANK_TRANSFER"
    SWISH = "SWISH"
    SEPA_DEBIT = "SEPA_DEBIT"
    OTHER = "OTHER"


@strawberry.enum
class PaymentStatus(Enum):
    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"
    FAILED = "FAILED"


@rows_of(Row.__table__.alias)
@strawberry.type(description="Money received, or credit used. One that was undone stays, as FAILED.")
class Payment(Node):
    id: strawberry.ID = column()
    external_id: str | None = column(description="Its id in the platform's own system.")
    tenant: Tenant = one(lambda payment, tenant: tenant.id == payment.tenant_id)
    invoice: Invoice | None = one(lambda payment, invoice: invoice.id == payment.invoice_id)
    method: PaymentMethod = column()
    status: PaymentStatus = column()
    provider: str = column()
    provider_reference: str | None = column()
    amount: Money = money("amount_cents")
    fee: Money | None = money("fee_cents", description="What the provider kept.")
    refunded: Money = money("refunded_cents")
    refundable: Money = money("refundable_cents", description="What can still go back; pending refunds are taken off.")
    credited: Money = money(
        "credited_cents",
        description="The part that became tenant credit: a surplus, or all of it where there is no invoice.",
    )
    paid_at: datetime = column()
    refunded_at: datetime | None = column(description="When money last went back.")
    accounting_entries: list[AccountingEntry] = many(
        lambda payment, entry: entry.payment_id == payment.id, order=in_order
    )
