"""Exchange rates: units of a currency for one EUR, the rate of the day or the nearest earlier one, never a guess."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from billing.money import exponent
from billing.refusals import ErrorCode, Refusal

REPORTING_CURRENCY = "EUR"
STALE_AFTER = timedelta(days=10)
_SCALE = 10**8


class FxRateMissing(Refusal):
    """No rate of `currency` is known on or before `day`."""

    code = ErrorCode.FX_RATE_MISSING

    def __init__(self, *, currency: str, day: date) -> None:
        self.currency, self.day = currency, day
        super().__init__(
            f"There is no rate of {currency} for {day} or any day before; import one in fx_rates.csv first."
        )


class Rates:
    """The rates known. Asking for a day without one gives the newest rate before it."""

    def __init__(self, known: Iterable[tuple[str, date, Decimal]]) -> None:
        self._days: dict[str, list[date]] = {}
        self._rates: dict[str, list[int]] = {}
        for currency, day, rate in sorted(known, key=lambda row: (row[0], row[1])):
            self._days.setdefault(currency, []).append(day)
            self._rates.setdefault(currency, []).append(int(rate * _SCALE))

    def _newest(self, currency: str, day: date) -> tuple[date, int]:
        days = self._days.get(currency, [])
        place = bisect_right(days, day) - 1
        if place < 0:
            raise FxRateMissing(currency=currency, day=day)
        return days[place], self._rates[currency][place]

    def is_stale(self, currency: str, day: date) -> bool:
        """Whether the rate used for `day` is more than ten days older.

        Raises: FxRateMissing.
        """
        if currency == REPORTING_CURRENCY:
            return False
        known_on, _ = self._newest(currency, day)
        return day - known_on > STALE_AFTER

    def eur_cents(self, cents: int, currency: str, day: date) -> int:
        """`cents` of `currency` in EUR cents at the rate of `day`, rounded half-even.

        Raises: FxRateMissing.
        """
        if currency == REPORTING_CURRENCY:
            return cents
        _, rate = self._newest(currency, day)
        return _divided_half_even(cents * _SCALE * 10**2, rate * 10 ** exponent(currency))

    def converted(self, cents: int, *, from_currency: str, to_currency: str, day: date) -> int:
        """`cents` of one currency in another one at the rates of `day`, rounded half-even.

        Raises: FxRateMissing.
        """
        if from_currency == to_currency:
            return cents
        rate_of_source, rate_of_target = self._rate(from_currency, day), self._rate(to_currency, day)
        dividend = cents * rate_of_target * 10 ** exponent(to_currency)
        return _divided_half_even(dividend, rate_of_source * 10 ** exponent(from_currency))

    def _rate(self, currency: str, day: date) -> int:
        return _SCALE if currency == REPORTING_CURRENCY else self._newest(currency, day)[1]


def _divided_half_even(dividend: int, divisor: int) -> int:
    quotient, rest = divmod(dividend, divisor)
    if 2 * rest > divisor or (2 * rest == divisor and quotient % 2):
        quotient += 1
    return quotient
