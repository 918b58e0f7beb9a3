"""Amounts, days and signs of a camt file, read strictly: what is not exactly one is `Unreadable`."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from billing.money import BOOKED_CENTS_MAX, CURRENCY_CODE, Money, exponent
from providers.bankgirot.camt import Balance, Entry, Transaction

SWEDEN = ZoneInfo("Europe/Stockholm")
AMOUNT = re.compile(r"\+?([0-9]{1,18})(?:\.([0-9]{0,5}))?")
DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:$|[T+\-Z])")


class Unreadable(Exception):
    """A figure is missing or is none; the message says which."""


def unsigned(text: str | None, currency: str | None) -> Money:
    """An amount as banks print it ("8625.000"), with its currency. Raises `Unreadable`."""
    figures = AMOUNT.fullmatch(text or "")
    if figures is None:
        raise Unreadable(f"{text!r} is no amount" if text else "it states no amount")
    if currency is None or not CURRENCY_CODE.fullmatch(currency):
        raise Unreadable(f"the amount {text} has no currency" if not currency else f"{currency!r} is no currency")
    places = exponent(currency)
    decimals = (figures[2] or "").rstrip("0")
    cents = int(figures[1] + decimals.ljust(places, "0"))
    if len(decimals) > places:
        raise Unreadable(f"the amount {text} has more decimals than {currency} has")
    if cents > BOOKED_CENTS_MAX:
        raise Unreadable(f"the amount {text} is larger than any that can be booked")
    return Money(cents, currency)


def signed(part: Entry | Balance) -> Money:
    """An amount with the sign that its credit or debit mark gives it. Raises `Unreadable`."""
    for path in ("Amt", "CdtDbtInd"):
        if len(part.values.get(path, ())) > 1:
            raise Unreadable(f"it states {path} more than once")
    amount = unsigned(part.amount, part.currency)
    return amount if is_credit(part) else -amount


def is_credit(part: Entry | Balance | Transaction) -> bool:
    """Raises `Unreadable` where it is said neither to be a credit nor a debit."""
    if part.side not in ("CRDT", "DBIT"):
        raise Unreadable(f"its mark CdtDbtInd is {part.side!r}, neither CRDT nor DBIT")
    return part.side == "CRDT"


def is_true(text: str | None) -> bool:
    return text in ("true", "1")


def day(text: str | None) -> date:
    """The day of a date, or of an instant in the bank's own time: as it stands, or in Sweden where it is told in UTC.

    Raises `Unreadable`.
    """
    matched = DAY.match(text or "")
    try:
        if text is not None and matched is not None and text.endswith("Z") and "T" in text:
            return datetime.fromisoformat(text).astimezone(SWEDEN).date()
        return date.fromisoformat(matched[1] if matched else "")
    except (ValueError, OverflowError):
        raise Unreadable(f"{text!r} is no date" if text else "it states no date") from None
