"""Money that we order a bank to send: returns of transfers, and what the bank reports of them and of refunds."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, SmallInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Cents, Id, Recorded, Row, link, whole, word

RETURN_STATUSES = ("PENDING", "SUCCEEDED", "FAILED")
REPORTS = ("ACCEPTED", "REJECTED", "PAID", "RETURNED")
OUTCOMES = ("SETTLED", "CONTRADICTED", "PASSED_OVER")


class TransferReturn(Row):
    """An order to send a transfer back to its payer, whole; a transfer has at most one that did not fail.

    `due_at` is lease and schedule in one, as a refund's. `accepted_at`: the provider confirmed that it will send the
    money. `problem`: why it failed, or what stood in the way of the last attempt.
    """

    __tablename__ = "transfer_return"
    __table_args__ = (
        whole("(status = 'PENDING') = (due_at is not null)", name="only_pending_is_due"),
        whole("(status = 'PENDING') = (settled_at is null)", name="only_pending_is_unsettled"),
        Index("transfer_return_once_key", "bank_transfer_id", unique=True, postgresql_where=text("status <> 'FAILED'")),
        Index("transfer_return_due_at_idx", "due_at", postgresql_where=text("due_at is not null")),
    )

    id: Mapped[Id]
    bank_transfer_id: Mapped[UUID] = link("bank_transfer", index=True)
    status: Mapped[str] = mapped_column(word(*RETURN_STATUSES, name="status"))
    payer_account: Mapped[dict[str, Any]] = mapped_column(JSONB)
    actor: Mapped[str]
    reason: Mapped[str]
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    due_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    provider_reference: Mapped[str | None]
    problem: Mapped[str | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class PayoutReport(Row):
    """What a bank's file says of an order of ours: of the refund or return `order_id`.

    PAID: it was debited; RETURNED: the payment `bank_transfer_id` brought it back. `amount_cents` is positive. The file's
    transaction writes it down, another one settles the order: `outcome` is null until then. CONTRADICTED: it does not
    fit the order, and a person should know.
    """

    __tablename__ = "payout_report"
    __table_args__ = (
        whole("(kind in ('PAID', 'RETURNED')) = (amount_cents is not null)", name="money_moved"),
        whole("(kind = 'RETURNED') = (bank_transfer_id is not null)", name="brought_back"),
        whole("(outcome is null) = (settled_at is null)", name="outcome"),
        Index("payout_report_unsettled_idx", "id", postgresql_where=text("outcome is null")),
        Index("payout_report_brought_back_idx", "bank_transfer_id", postgresql_where=text("kind = 'RETURNED'")),
    )

    id: Mapped[Id]
    bank_file_id: Mapped[UUID] = link("bank_file", index=True)
    order_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(word(*REPORTS, name="kind"))
    amount_cents: Mapped[Cents | None]
    currency: Mapped[str | None]
    booked_on: Mapped[date | None]
    reference: Mapped[str | None]
    said: Mapped[str | None]
    bank_transfer_id: Mapped[UUID | None] = link("bank_transfer", nullable=True)
    recorded_at: Mapped[Recorded]
    outcome: Mapped[str | None] = mapped_column(word(*OUTCOMES, name="outcome"))
    settled_at: Mapped[datetime | None]
