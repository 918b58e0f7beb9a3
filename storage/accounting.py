"""The ledger: journals, each with its balanced legs, append-only; and the rates at which they count in EUR."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Cents, Id, Recorded, Row, link_in_sets, whole, word

KINDS = (
    "INVOICE", "VOID", "WRITE_OFF", "RECEIPT", "DEBIT", "MATCH", "CHARGE", "CREDIT_APPLIED", "REFUND", "COST",
    "OPENING_BALANCE", "REVERSAL", "FEE", "PAYOUT", "PAYOUT_ARRIVAL", "DISPUTE", "RETURN",
    "PRORATION_CREDIT", "CONVERSION_OUT", "CONVERSION_IN",
)  # fmt: skip


class Journal(Row):
    """What one fact did to one book (`book_id` null: the platform's): `kind` and `subject_id` name the fact, once a book.

    Its `leg_count` legs are written in one statement and sum to zero; neither is ever changed. `occurred_on` is when it
    happened, `booked_on` the day it counts in the books.
    """

    __tablename__ = "journal"
    __table_args__ = (
        UniqueConstraint("subject_id", "kind", "book_id", postgresql_nulls_not_distinct=True),
        whole("leg_count >= 2", name="legs"),
        Index("journal_invoice_id_idx", "invoice_id", postgresql_where=text("invoice_id is not null")),
        Index("journal_payment_id_idx", "payment_id", postgresql_where=text("payment_id is not null")),
        Index(
            "journal_bank_transfer_id_idx", "bank_transfer_id", postgresql_where=text("bank_transfer_id is not null")
        ),
        Index("journal_reverses_id_key", "reverses_id", unique=True, postgresql_where=text("reverses_id is not null")),
    )

    id: Mapped[Id]
    book_id: Mapped[UUID | None] = link_in_sets("tenant", nullable=True)
    kind: Mapped[str] = mapped_column(word(*KINDS, name="kind"))
    subject_id: Mapped[UUID]
    currency: Mapped[str]
    leg_count: Mapped[int]
    occurred_on: Mapped[date]
    booked_on: Mapped[date]
    recorded_at: Mapped[Recorded]
    description: Mapped[str]
    tenant_id: Mapped[UUID | None] = link_in_sets("tenant", nullable=True)
    invoice_id: Mapped[UUID | None] = link_in_sets("invoice", nullable=True)
    payment_id: Mapped[UUID | None] = link_in_sets("payment", nullable=True)
    refund_id: Mapped[UUID | None] = link_in_sets("refund", nullable=True, index=False)
    bank_transfer_id: Mapped[UUID | None] = link_in_sets("bank_transfer", nullable=True)
    provider: Mapped[str | None]
    provider_reference: Mapped[str | None]
    reverses_id: Mapped[UUID | None] = link_in_sets("journal", nullable=True)


class AccountingEntry(Row):
    """One leg of a journal: debit positive. Book, tenant, currency and day are the journal's, repeated for the indexes.

    The database refuses a statement whose legs are not exactly the balanced legs of journals that exist (see the
    migration `ledger_rules`): that check stands in for a foreign key, at a fraction of its cost in bulk.
    """

    __tablename__ = "accounting_entry"
    __table_args__ = (
        UniqueConstraint("journal_id", "leg"),
        Index("accounting_entry_booked_on_id_idx", "booked_on", "id"),
        Index("accounting_entry_account_booked_on_id_idx", "account", "booked_on", "id"),
        Index("accounting_entry_tenant_credit_idx", "tenant_id", "currency", postgresql_where=text("account = '2420'")),
    )

    id: Mapped[Id]
    journal_id: Mapped[UUID]
    leg: Mapped[int]
    book_id: Mapped[UUID | None]
    tenant_id: Mapped[UUID | None]
    account: Mapped[str]
    currency: Mapped[str]
    amount_cents: Mapped[Cents]
    amount_eur_cents: Mapped[Cents]
    booked_on: Mapped[date]


class FxRate(Row):
    """`rate` units of `currency` for one EUR, from `on_day` until a newer one. Append-only."""

    __tablename__ = "fx_rate"
    __table_args__ = (whole("rate > 0", name="rate"),)

    currency: Mapped[str] = mapped_column(primary_key=True)
    on_day: Mapped[date] = mapped_column(primary_key=True)
    rate: Mapped[Decimal] = mapped_column(Numeric(18, 8))
