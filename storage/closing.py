"""Closed months: the books are closed up to a day, and whatever is booked later counts on the first open one."""

from datetime import date, datetime
from typing import Any, Final

import psycopg
from sqlalchemy import BigInteger, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from billing.periods import month_after
from storage.columns import Recorded, Row, whole

ALONE: Final = text("select pg_advisory_xact_lock(hashtext('closed_month'))")
"""Waits for everybody who books, and lets nobody book until its transaction ends."""


class ClosedMonth(Row):
    """A month (its first day) that was closed, with what the books were then: how many journals were in it and all
    before it, and the audit head. Append-only."""

    __tablename__ = "closed_month"
    __table_args__ = (whole("extract(day from month) = 1", name="first_day"),)

    month: Mapped[date] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime]
    closed_by: Mapped[str]
    reason: Mapped[str]
    drift_accepted: Mapped[bool]
    journal_count: Mapped[int] = mapped_column(BigInteger)
    audit_seq: Mapped[int] = mapped_column(BigInteger)
    audit_hash: Mapped[str]
    recorded_at: Mapped[Recorded]


async def first_open_day(session: AsyncSession | AsyncConnection) -> date:
    """The first day that is not closed; the beginning of time where no month is."""
    return _after((await session.execute(select(func.max(ClosedMonth.month)))).scalar_one())


def first_open_day_now(cursor: psycopg.Cursor[Any]) -> date:
    """The same on a plain connection."""
    found = cursor.execute("select max(month) from closed_month").fetchone()
    assert found is not None
    return _after(found[0])


def _after(month: date | None) -> date:
    return date.min if month is None else month_after(month)
