"""Amounts: whole minor units of one currency, and fair splits of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Self

# ISO 4217 list one: the currencies whose minor unit is not a hundredth.
EXPONENTS = (
    dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0)
    | dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)
    | dict.fromkeys("CLF UYW".split(), 4)
)

CENTS_MAX = 2**63 - 1
BOOKED_CENTS_MAX = 10**15 - 1
"""The largest amount that a file may bring: thousands of them add up to no more than `CENTS_MAX`."""
CURRENCY_CODE = re.compile("[A-Z]{3}")
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)


def exponent(currency: str) -> int:
    """How many decimals the currency has (ISO 4217): JPY 0, SEK 2, KWD 3."""
    return EXPONENTS.get(currency, 2)


def decimal_amount(cents: int, currency: str) -> Decimal:
    """`cents` minor units as a decimal number of the currency: exact, with the currency's decimals."""
    return Decimal(cents).scaleb(-exponent(currency))


class CurrenciesDiffer(ValueError):
    """Two amounts of different currencies were added or compared: a mistake in the program, never the user's."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"Amounts in {left} and {right} were combined; convert one of them first.")


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """A signed amount: `cents` whole minor units (64 bits) of `currency` (ISO 4217)."""

    cents: int
    currency: str

    def __post_init__(self) -> None:
        assert type(self.cents) is int, self.cents
        assert -CENTS_MAX <= self.cents <= CENTS_MAX, self.cents

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise CurrenciesDiffer(self.currency, other.currency)
        return other.cents

    def __add__(self, other: "Money") -> "Money":
        return Money(self.cents + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.cents - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.cents, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.cents < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.cents <= self._same(other)

    def __bool__(self) -> bool:
        return self.cents != 0

    def __str__(self) -> str:
        places = exponent(self.currency)
        return f"{decimal_amount(self.cents, self.currency):,.{places}f} {self.currency}".replace(
            ",", "\N{NO-BREAK SPACE}"
        )

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """Read a decimal amount as banks print it ("8625.000"): digits and one point, and exact.

        Raises: ValueError.
        """
        if not _DECIMAL.fullmatch(text):
            raise ValueError(f"{text!r} is not a decimal number.")
        numerator, denominator = Decimal(text).as_integer_ratio()
        cents, rest = divmod(numerator * 10 ** exponent(currency), denominator)
        if rest:
            raise ValueError(f"{text} has more decimals than {currency} has.")
        if abs(cents) > CENTS_MAX:
            raise ValueError(f"{text} {currency} is more than the books can hold.")
        return cls(cents, currency)


def shares(whole: int, weights: Sequence[int]) -> list[int]:
    """Split `whole` in proportion to `weights` so that the parts add up to it (largest-remainder method).

    Remainders of equal size go to the earlier parts. `weights` are not negative and not all zero.
    """
    total = sum(weights)
    assert total > 0, weights
    sign = -1 if whole < 0 else 1
    floors = [abs(whole) * weight // total for weight in weights]
    rest = abs(whole) - sum(floors)
    by_remainder = sorted(range(len(weights)), key=lambda i: -(abs(whole) * weights[i] % total))
    for i in by_remainder[:rest]:
        floors[i] += 1
    return [sign * part for part in floors]


def converted(cents: int, *, from_currency: str, to_currency: str, rate: Decimal) -> int:
    """Minor units of `to_currency` for `cents` of `from_currency`, at `rate` units of the latter for one of the former.

    Rounded half-even, the exponents of both currencies taken into account.
    """
    scale = exponent(to_currency) - exponent(from_currency)
    return int((Decimal(cents).scaleb(scale) / rate).to_integral_value(ROUND_HALF_EVEN))
