"""Money as the API shows it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import strawberry
from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency

from billing.money import Money as Worth
from billing.money import decimal_amount
from billing.refusals import BadInput
from schema.reading.bindings import column, derived
from schema.scalars import Cents, CurrencyCode


@lru_cache(maxsize=64)
def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        raise BadInput(f'{name} is no known locale; "sv", "en-GB" and "nb" are.', argument="locale") from None


def formatted(amount_cents: int, currency: str, *, locale: str = "en") -> str:
    """The amount as people of a locale write it.

    Raises: BadInput for an unknown locale.
    """
    return format_currency(decimal_amount(amount_cents, currency), currency, locale=_locale(locale))


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """An amount that was worked out, not read from a row, as `Money` reads it."""

    amount_cents: int
    currency: str

    @classmethod
    def of(cls, worth: Worth) -> Self:
        return cls(amount_cents=worth.cents, currency=worth.currency)


@strawberry.type(description="An amount: whole minor units of one currency.")
class Money:
    amount_cents: Cents = column(description="Whole minor units; negative where money goes out or is owed by us.")
    currency: CurrencyCode = column()
    formatted: str = derived(
        formatted, "amount_cents", "currency", description='For people, e.g. "1 234,50 kr" in the locale "sv".'
    )
