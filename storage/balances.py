"""What banks state of our accounts' balances, as their statements came."""

from datetime import date
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Cents, Id, Recorded, Row, link, whole


class BankBalance(Row):
    """The booked balance of an account when `from_day` began and when `to_day` ended. The same statement is kept once."""

    __tablename__ = "bank_balance"
    __table_args__ = (
        whole("from_day <= to_day", name="days"),
        UniqueConstraint(
            "provider",
            "account",
            "currency",
            "from_day",
            "to_day",
            "opening_cents",
            "closing_cents",
            name="bank_balance_once_key",
        ),
    )

    id: Mapped[Id]
    bank_file_id: Mapped[UUID] = link("bank_file", index=True)
    provider: Mapped[str]
    account: Mapped[str]
    currency: Mapped[str]
    from_day: Mapped[date]
    to_day: Mapped[date]
    opening_cents: Mapped[Cents]
    closing_cents: Mapped[Cents]
    sequence: Mapped[str | None] = mapped_column()
    recorded_at: Mapped[Recorded]
