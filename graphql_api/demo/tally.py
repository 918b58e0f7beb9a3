"""Running sums in EUR while the demo is written: what its costs, its opening balance and its growth are made to fit."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from billing.fx import Rates

Month = tuple[int, int]


@dataclass(slots=True, kw_only=True)
class Tally:
    """In EUR cents, by (year, month). `revenue`: the platform's, without tax, less what was refunded of it. `lost`: fees
    and bad debts. `cash`: what came in and went out again, costs apart.
    """

    rates: Rates
    revenue: Counter[Month] = field(default_factory=Counter)
    lost: Counter[Month] = field(default_factory=Counter)
    cash: int = 0

    def sell(self, cents: int, currency: str, on: date) -> None:
        self.revenue[on.year, on.month] += self.rates.eur_cents(cents, currency, on)

    def lose(self, cents: int, currency: str, on: date) -> None:
        self.lost[on.year, on.month] += self.rates.eur_cents(cents, currency, on)

    def move(self, cents: int, currency: str, on: date) -> None:
        self.cash += self.rates.eur_cents(cents, currency, on)
