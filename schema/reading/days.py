"""Business days in SQL: those of the reporting time zone, which the reader knows."""

from typing import Any

from sqlalchemy import ColumnElement, Date, DateTime, Text, bindparam, cast, func, type_coerce

TODAY = bindparam("today", type_=Date)  # the business day of the request
ZONE = bindparam("zone", type_=Text)


def beginning(day: ColumnElement[Any]) -> ColumnElement[Any]:
    """The instant at which a business day begins."""
    return func.timezone(ZONE, cast(type_coerce(day, Date), DateTime(timezone=False)))


def ending(day: ColumnElement[Any]) -> ColumnElement[Any]:
    """The instant at which the next one begins."""
    return func.timezone(ZONE, cast(type_coerce(day, Date) + 1, DateTime(timezone=False)))
