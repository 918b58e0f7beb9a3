"""Payments. What a payment gave to its invoice and what became tenant credit add up to its amount."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Computed, FetchedValue, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Cents, Id, Row, link_in_sets, searched, whole, word

METHODS = ("CARD", "BANKGIRO", "BANK_TRANSFER", "SWISH", "SEPA_DEBIT", "OTHER")
OUTCOMES = ("PENDING", "SUCCEEDED", "FAILED")

STATUS = """
    case when outcome <> 'SUCCEEDED' then outcome
         when refunded_cents = amount_cents then 'REFUNDED'
         when refunded_cents > 0 then 'PARTIALLY_REFUNDED'
         else 'SUCCEEDED' end"""


class Payment(Row):
    """Money received. `allocated_cents` of it pays the invoice; the rest, `credited_cents`, is the tenant's credit.

    A payment that was undone (its transfer unassigned) stays, FAILED, with nothing allocated; `undone_at` says when.
    `refundable_cents` is what was neither sent back nor is on its way; `storage.credit` says what of it can go back.
    """

    __tablename__ = "payment"
    __table_args__ = (
        whole("amount_cents > 0 and fee_cents >= 0", name="amounts"),
        whole("allocated_cents between 0 and amount_cents", name="allocation"),
        whole("outcome = 'SUCCEEDED' or allocated_cents = 0", name="only_success_pays"),
        whole("invoice_id is not null or allocated_cents = 0", name="only_invoices_are_paid"),
        whole("refunded_cents >= 0 and pending_refund_cents >= 0", name="refunds"),
        whole("refunded_cents + pending_refund_cents <= amount_cents", name="never_overrefunded"),
        Index("payment_paid_at_id_idx", "paid_at", "id"),
        Index("payment_amount_cents_id_idx", "amount_cents", "id"),
        Index("payment_status_paid_at_id_idx", "status", "paid_at", "id"),
        Index("payment_tenant_id_paid_at_id_idx", "tenant_id", "paid_at", "id"),
        searched("payment_searched_idx", "provider_reference"),
        Index("payment_provider_reference_key", "provider", "provider_reference", unique=True,
              postgresql_where=text("bank_transfer_id is null and provider_reference is not null")),
        Index("payment_invoice_id_idx", "invoice_id", postgresql_where=text("invoice_id is not null")),
        Index("payment_bank_transfer_id_idx", "bank_transfer_id", postgresql_where=text("bank_transfer_id is not null")),
    )  # fmt: skip

    id: Mapped[Id]
    external_id: Mapped[str | None] = mapped_column(unique=True)
    tenant_id: Mapped[UUID] = link_in_sets("tenant")
    invoice_id: Mapped[UUID | None] = link_in_sets("invoice", nullable=True)
    bank_transfer_id: Mapped[UUID | None] = link_in_sets("bank_transfer", nullable=True)
    method: Mapped[str] = mapped_column(word(*METHODS, name="method"))
    provider: Mapped[str]
    provider_reference: Mapped[str | None]
    amount_cents: Mapped[Cents]
    allocated_cents: Mapped[Cents] = mapped_column(server_default="0")
    fee_cents: Mapped[Cents | None]
    currency: Mapped[str]
    paid_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(word(*OUTCOMES, name="outcome"))
    undone_at: Mapped[datetime | None]
    refunded_cents: Mapped[Cents] = mapped_column(server_default="0")
    pending_refund_cents: Mapped[Cents] = mapped_column(server_default="0")
    refunded_at: Mapped[datetime | None] = mapped_column(server_default=FetchedValue())  # by trigger
    credited_cents: Mapped[Cents] = mapped_column(
        Computed("case when outcome = 'SUCCEEDED' then amount_cents - allocated_cents else 0 end", persisted=True)
    )
    refundable_cents: Mapped[Cents] = mapped_column(
        Computed(
            "case when outcome = 'SUCCEEDED' then amount_cents - refunded_cents - pending_refund_cents else 0 end",
            persisted=True,
        )
    )
    status: Mapped[str] = mapped_column(Computed(STATUS, persisted=True))
