"""Invoices and their lines. `paid_cents` and `refunded_cents` follow from payments and refunds by database triggers;
`status` and `outstanding_cents` follow from them: nobody sets any of the four by hand."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Computed, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Cents, Id, Row, link, searched, whole, word

ISSUER_TYPES = ("PLATFORM", "TENANT")
DECLARED_STATUSES = ("DRAFT", "VOID", "UNCOLLECTIBLE")

STATUS = """
    case when declared_status is not null then declared_status
         when paid_cents > 0 and refunded_cents = paid_cents then 'REFUNDED'
         when refunded_cents > 0 then 'PARTIALLY_REFUNDED'
         when paid_cents = total_cents then 'PAID'
         when paid_cents > 0 then 'PARTIALLY_PAID'
         else 'OPEN' end"""
OUTSTANDING = "case when declared_status is null then total_cents - paid_cents else 0 end"


class Invoice(Row):
    """A claim of the platform on a tenant, or of a tenant on its customer.

    `outstanding_cents` is what can still be collected: total - paid, and nothing of a draft, void or uncollectible one.
    The indexes under which a transfer finds the open ones are their migration's own.
    """

    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("tenant_id", "issuer_type", "number"),
        whole("total_cents >= 0 and tax_cents between 0 and total_cents", name="amounts"),
        whole("paid_cents between 0 and total_cents", name="never_overpaid"),
        whole("refunded_cents between 0 and paid_cents", name="never_overrefunded"),
        Index("invoice_issued_on_id_idx", "issued_on", "id"),
        Index("invoice_due_on_id_idx", "due_on", "id"),
        Index("invoice_total_cents_id_idx", "total_cents", "id"),
        Index("invoice_outstanding_cents_id_idx", "outstanding_cents", "id"),
        Index("invoice_number_id_idx", "number", "id"),
        Index("invoice_status_issued_on_id_idx", "status", "issued_on", "id"),
        Index("invoice_tenant_id_issued_on_id_idx", "tenant_id", "issued_on", "id"),
        Index("invoice_open_issued_idx", "issued_on", "id", postgresql_where=text("outstanding_cents > 0")),
        Index("invoice_overdue_idx", "due_on", postgresql_where=text("outstanding_cents > 0")),
        Index(
            "invoice_owed_by_subscription_idx",
            "subscription_id",
            "due_on",
            postgresql_where=text("outstanding_cents > 0 and issuer_type = 'PLATFORM'"),
        ),
    )

    id: Mapped[Id]
    external_id: Mapped[str | None] = mapped_column(unique=True)
    tenant_id: Mapped[UUID] = link("tenant")
    number: Mapped[str]
    ocr: Mapped[str | None]
    issuer_type: Mapped[str] = mapped_column(word(*ISSUER_TYPES, name="issuer_type"))
    customer_name: Mapped[str]
    customer_account: Mapped[str | None]
    currency: Mapped[str]
    total_cents: Mapped[Cents]
    tax_cents: Mapped[Cents]
    issued_on: Mapped[date]
    due_on: Mapped[date]
    subscription_id: Mapped[UUID | None] = link("subscription", nullable=True)
    declared_status: Mapped[str | None] = mapped_column(word(*DECLARED_STATUSES, name="declared_status"))
    paid_cents: Mapped[Cents] = mapped_column(server_default="0")
    refunded_cents: Mapped[Cents] = mapped_column(server_default="0")
    outstanding_cents: Mapped[Cents] = mapped_column(Computed(OUTSTANDING, persisted=True))
    status: Mapped[str] = mapped_column(Computed(STATUS, persisted=True))


class InvoiceWords(Row):
    """What invoices are searched by, which their triggers keep. An update of an invoice writes all of its indexes anew, and
    these trigrams would be a tenth of what it takes to book a payment: apart, they are written when the words change."""

    __tablename__ = "invoice_words"
    __table_args__ = (searched("invoice_words_searched_idx", "number", "ocr", "customer_name"),)

    invoice_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    ocr: Mapped[str | None]
    customer_name: Mapped[str]


class InvoiceLine(Row):
    """One line of an invoice; `vat_rate` in percent."""

    __tablename__ = "invoice_line"
    __table_args__ = (UniqueConstraint("invoice_id", "ordinal"),)

    id: Mapped[Id]
    invoice_id: Mapped[UUID] = link("invoice")
    ordinal: Mapped[int]
    description: Mapped[str]
    net_cents: Mapped[Cents]
    vat_rate: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    vat_cents: Mapped[Cents]
