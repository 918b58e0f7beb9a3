"""Bank files, the deposits they report and the transfers in them. The inbox is the view `unmatched_bank_transfer`."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Cents, Id, Row, link, link_in_sets, whole, word

STATUSES = ("MATCHED", "UNMATCHED", "ASSIGNED", "IGNORED", "RETURNED")


class BankFile(Row):
    """A file as it was received; the counts are those of its arrival."""

    __tablename__ = "bank_file"

    id: Mapped[Id]
    provider: Mapped[str]
    format: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    imported_at: Mapped[datetime]
    imported_by: Mapped[str]
    transfer_count: Mapped[int]
    matched_count: Mapped[int]
    unmatched_count: Mapped[int]
    warnings: Mapped[list[str]] = mapped_column(ARRAY(TEXT()))


class BankDeposit(Row):
    """One sum put on a bank account."""

    __tablename__ = "bank_deposit"

    id: Mapped[Id]
    bank_file_id: Mapped[UUID] = link("bank_file", index=True)
    reference: Mapped[str]
    payee: Mapped[str | None]
    account: Mapped[str | None]
    amount_cents: Mapped[Cents]
    currency: Mapped[str]
    booked_on: Mapped[date]
    payment_count: Mapped[int]


class BankIdentity(Row):
    """A key under which a deposit, payment or debit is known, whatever file or format reports it again."""

    __tablename__ = "bank_identity"

    provider: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID]
    amount_cents: Mapped[Cents]


class BankTransfer(Row):
    """One payment into our account (negative: a deduction). `refs` holds every reference: text, kind, amount_cents."""

    __tablename__ = "bank_transfer"
    __table_args__ = (
        whole("amount_cents <> 0", name="amount"),
        Index("bank_transfer_status_booked_on_id_idx", "status", "booked_on", "id"),
    )

    id: Mapped[Id]
    provider: Mapped[str]
    bank_file_id: Mapped[UUID] = link_in_sets("bank_file", index=True)
    deposit_id: Mapped[UUID] = link_in_sets("bank_deposit", index=True)
    ordinal: Mapped[int]
    status: Mapped[str] = mapped_column(word(*STATUSES, name="status"))
    amount_cents: Mapped[Cents]
    currency: Mapped[str]
    booked_on: Mapped[date]
    ocr_text: Mapped[str | None]
    message: Mapped[str | None]
    refs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    counterparty_name: Mapped[str | None]
    counterparty_account: Mapped[str | None]
    bank_reference: Mapped[str | None]
    ignored_reason: Mapped[str | None]
