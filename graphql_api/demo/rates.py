"""Exchange rates of two years and some, one a working day: each currency wanders around where it has been lately."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from math import sin

from graphql_api.demo.dice import die

AROUND = {"SEK": (11.2, 0.035), "NOK": (11.7, 0.03), "DKK": (7.46, 0.0004)}
SATURDAY = 5

Rate = tuple[str, date, Decimal]


def rates(first: date, last: date) -> Iterator[Rate]:
    """(currency, day, units for one EUR), oldest first."""
    for currency, (middle, width) in AROUND.items():
        draw = die("rate", currency)
        drift = 0.0
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            drift = 0.98 * drift + draw.gauss(0, width / 12)
            if day.weekday() < SATURDAY:
                yield currency, day, Decimal(f"{middle * (1 + width * sin(number / 71) + drift):.4f}")
