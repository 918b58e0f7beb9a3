"""The bounds that filters and reports take: the lower one first, and no figures of days that have not come."""

from datetime import date, datetime

from billing.periods import Period
from billing.refusals import BadInput


def check_window(first: date | None, last: date | None, argument: str) -> None:
    """A window of days, both included, does not end before it begins.

    Raises: BadInput.
    """
    if first is not None and last is not None and last < first:
        raise BadInput(f"The window ends on {last}, before it begins on {first}.", argument=argument)


def report_window(first: date, last: date, *, today: date, argument: str = "to") -> Period:
    """The days of a report, both included.

    Raises: BadInput for a window that ends before it begins, or after today.
    """
    check_window(first, last, argument)
    if last > today:
        raise BadInput(
            f"The window ends on {last}, but today is {today}: there are no figures of later days.", argument=argument
        )
    return Period.inclusive(first, last)


def check_instants(start: datetime | None, end: datetime | None, argument: str) -> None:
    """A window of instants, the last one not in it, does not end before it begins.

    Raises: BadInput.
    """
    if start is not None and end is not None and end < start:
        raise BadInput(
            f"The window ends at {end.isoformat()}, before it begins at {start.isoformat()}.", argument=argument
        )


def check_amounts(least: int | None, most: int | None, argument: str) -> None:
    """Of two amounts in minor units that bound others, the first is not the larger one.

    Raises: BadInput.
    """
    if least is not None and most is not None and most < least:
        raise BadInput(f"The largest amount is {most}, less than the smallest, which is {least}.", argument=argument)
