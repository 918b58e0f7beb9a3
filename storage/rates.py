"""The exchange rates that the books know."""

from datetime import date
from typing import Any

import psycopg
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from billing.fx import REPORTING_CURRENCY, Rates
from storage.accounting import FxRate


async def rates_for(session: AsyncSession, currency: str, day: date) -> Rates:
    """The rate of `currency` for `day`: the newest that is not later."""
    if currency == REPORTING_CURRENCY:
        return Rates([])
    newest = (
        select(FxRate.currency, FxRate.on_day, FxRate.rate)
        .where(FxRate.currency == currency, FxRate.on_day <= day)
        .order_by(FxRate.on_day.desc())
        .limit(1)
    )
    found = (await session.execute(newest)).one_or_none()
    return Rates([found] if found else [])


async def every_rate(session: AsyncSession) -> Rates:
    """Every rate, for many days and currencies at once."""
    return Rates((await session.execute(select(FxRate.currency, FxRate.on_day, FxRate.rate))).all())


def all_rates(cursor: psycopg.Cursor[Any]) -> Rates:
    """Every rate, for bulk work."""
    return Rates(cursor.execute("select currency, on_day, rate from fx_rate").fetchall())
