"""Amounts as Stripe counts them: not always in the minor units of ISO 4217."""

from billing.money import Money, exponent

# docs.stripe.com/currencies, special cases: these keep two decimals in the API though they have none, or none though
# they have two.
EXPONENTS = {"ISK": 2, "UGX": 2, "MGA": 0}


class AmountNotWhole(ValueError):
    """An amount that cannot be said in the other's units without rounding."""


def stripe_amount(money: Money) -> int:
    """The amount as it is sent. Raises `AmountNotWhole`."""
    return _scaled(money.cents, money.currency, EXPONENTS.get(money.currency, exponent(money.currency)), sending=True)


def money(amount: int, currency: str) -> Money:
    """The amount as it was received; Stripe writes currencies in lower case. Raises `AmountNotWhole`."""
    code = currency.upper()
    return Money(_scaled(amount, code, EXPONENTS.get(code, exponent(code)), sending=False), code)


def _scaled(amount: int, currency: str, theirs: int, *, sending: bool) -> int:
    shift = theirs - exponent(currency) if sending else exponent(currency) - theirs
    if shift >= 0:
        return int(amount * 10**shift)
    whole, rest = divmod(amount, 10**-shift)
    if rest:
        raise AmountNotWhole(f"{amount} minor units of {currency} cannot be told without rounding.")
    return int(whole)
