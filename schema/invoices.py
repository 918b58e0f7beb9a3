"""Invoices of the platform and of its tenants."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from sqlalchemy import BigInteger, FromClause, Select, case, func, select

from schema.accounting import AccountingEntry, in_order
from schema.dunning_lists import stage_of
from schema.invoice_lists import InvoiceStatus, IssuerType, is_overdue
from schema.money import Money
from schema.node import Node, PageInfo
from schema.reading.bindings import Scope, column, computed, expression, many, money, one, rows_of
from schema.reading.days import TODAY
from schema.scalars import CurrencyCode
from schema.tenants import Tenant
from storage.invoices import Invoice as Row
from storage.invoices import InvoiceLine as LineRow

if TYPE_CHECKING:
    from schema.payments import Payment
    from schema.subscriptions import Subscription


def lines() -> FromClause:
    """Lines with the currency of their invoice."""
    line, invoice = LineRow.__table__.alias(), Row.__table__.alias()
    return select(line, invoice.c.currency).join_from(line, invoice, invoice.c.id == line.c.invoice_id).subquery()


@rows_of(lines)
@strawberry.type(description="One line of an invoice.")
class InvoiceLine:
    description: str = column()
    net: Money = money("net_cents")
    vat_rate: float | None = column(description="In percent.")
    vat: Money = money("vat_cents")


@rows_of(Row.__table__.alias)
@strawberry.type(description="A claim of the platform on a tenant, or of a tenant on its customer.")
class Invoice(Node):
    id: strawberry.ID = column()
    external_id: str | None = column(description="Its id in the platform's own system.")
    number: str = column(description="Unique within its tenant and issuer type.")
    ocr: str | None = column(description="The reference that a payer is asked to give.")
    issuer_type: IssuerType = column()
    tenant: Tenant = one(lambda invoice, tenant: tenant.id == invoice.tenant_id)
    customer_name: str = column()
    status: InvoiceStatus = column(description="Follows from payments and refunds.")
    is_overdue: bool = expression(is_overdue, description="Something is outstanding and the due day is over.")
    currency: CurrencyCode = column()
    total: Money = money("total_cents", description="With VAT.")
    tax: Money = money("tax_cents", description="The VAT in the total.")
    paid: Money = money("paid_cents", description="What payments were allocated to it; never more than the total.")
    refunded: Money = money("refunded_cents")
    outstanding: Money = money(
        "outstanding_cents", description="What can still be collected; a refund does not reopen it."
    )
    issued_on: date = column()
    due_on: date = column()
    days_overdue: int = expression(
        lambda invoice: case((is_overdue(invoice), TODAY - invoice.due_on), else_=0), description="0 when not overdue."
    )
    dunning_stage: str | None = expression(
        stage_of, description="The last stage taken of its dunning; null when nothing is outstanding."
    )
    lines: list[InvoiceLine] = many(
        lambda invoice, line: line.invoice_id == invoice.id, order=lambda line: [line.ordinal]
    )
    payments: list[Annotated["Payment", strawberry.lazy("schema.payments")]] = many(
        lambda invoice, payment: payment.invoice_id == invoice.id,
        order=lambda payment: [payment.paid_at, payment.id],
        first=20,
        description="Oldest first, those that failed or were undone included.",
    )
    accounting_entries: list[AccountingEntry] = many(
        lambda invoice, entry: entry.invoice_id == invoice.id, order=in_order
    )
    subscription: Annotated["Subscription", strawberry.lazy("schema.subscriptions")] | None = one(
        lambda invoice, subscription: subscription.id == invoice.subscription_id
    )


@strawberry.type(description="Sums over a whole list, a row a currency.")
class InvoiceTotals:
    currency: CurrencyCode = column()
    count: int = column()
    total: Money = money("total_cents")
    paid: Money = money("paid_cents")
    refunded: Money = money("refunded_cents")
    outstanding: Money = money("outstanding_cents")


def totals(invoices: Scope) -> Select[Any]:
    """The sums of a list, a row a currency."""
    amounts = ("total_cents", "paid_cents", "refunded_cents", "outstanding_cents")
    sums = (func.sum(invoices[name]).cast(BigInteger).label(name) for name in amounts)
    counted = select(invoices.currency, func.count().label("count"), *sums)
    return counted.group_by(invoices.currency).order_by(invoices.currency)


@strawberry.type
class InvoiceEdge:
    cursor: str
    node: Invoice


@strawberry.type
class InvoiceConnection:
    edges: list[InvoiceEdge]
    nodes: list[Invoice]
    page_info: PageInfo
    total_count: int
    totals: list[InvoiceTotals] = computed(
        totals,
        description="Sums over the whole filtered list, one row a currency, of every status in it: of drafts, void and "
        "uncollectible ones nothing is outstanding.",
    )
