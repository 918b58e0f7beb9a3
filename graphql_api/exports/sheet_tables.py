"""A sheet as the table that workbooks and pages are made of."""

from datetime import UTC, datetime

from graphql_api.exports.tables import Heading, Table
from schema.sheets import Asked, Sheet


def table_of(sheet: Sheet, asked_in: Asked, *, filter_words: str, at: datetime) -> Table:
    """The table that a sheet is, asked for at an instant."""
    names = [column.name for column in sheet.columns]
    return Table(
        title=sheet.title,
        filter_words=filter_words,
        as_of=f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        headings=headings_of(sheet),
        rows=sheet.as_values(asked_in),
        sections=[names.index(name) for name in sheet.sections],
    )


def headings_of(sheet: Sheet) -> list[Heading]:
    """The headings of a sheet's values: currencies stand behind them in the order of the amounts."""
    after = iter(range(len(sheet.columns), 2 * len(sheet.columns)))
    return [
        Heading(name=column.name, kind=column.kind, currency_at=next(after) if column.currency is not None else -1)
        for column in sheet.columns
    ]
