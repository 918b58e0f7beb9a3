"""The exchange rates that the books know."""

from datetime import date
from typing import Any

import psycopg
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

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


async def rates_since(session: AsyncSession, first: date, last: date) -> Rates:
    """The rates of every currency for all days from `first` to `last`."""
    earlier = aliased(FxRate)
    of_first = (
        select(func.max(earlier.on_day)).where(earlier.currency == FxRate.currency, earlier.on_day <= first)
    ).scalar_subquery()
    needed = select(FxRate.currency, FxRate.on_day, FxRate.rate).where(
        FxRate.on_day <= last, FxRate.on_day >= func.coalesce(of_first, first)
    )
    return Rates([(currency, day, rate) for currency, day, rate in await session.execute(needed)])


def all_rates(cursor: psycopg.Cursor[Any]) -> Rates:
    """Every rate, for bulk work."""
    return Rates(cursor.execute("select currency, on_day, rate from fx_rate").fetchall())
