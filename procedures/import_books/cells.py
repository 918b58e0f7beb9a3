"""One cell of a CSV file: the text a person wrote goes in, the text PostgreSQL takes comes out, or what is wrong in words."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache

from stdnum import luhn

from billing import chart, codes
from billing.money import BOOKED_CENTS_MAX
from billing.periods import YEARS

Read = Callable[[str], str]

CACHED = 65_536  # distinct cells remembered a reader: days, codes and prices come again and again
SHOWN = 40  # characters of a bad cell that a message repeats

_WHOLE = re.compile(r"-?[0-9]{1,19}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")
_RATE = re.compile(r"[0-9]{1,10}(\.[0-9]{1,8})?")
_OCR = re.compile(r"[0-9]{2,25}|[0-9]{1,24}-|RF[0-9]{2}[A-Z0-9]{1,21}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_PROVIDER = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Unreadable(ValueError):
    """A cell is not what its column takes; the message is the rest of a sentence that begins with the cell."""


def required(read: Read) -> Callable[[str], str | None]:
    """The column may not be empty."""

    def cell(text: str) -> str:
        if not text:
            raise Unreadable("is empty")
        return read(text)

    return cell


def optional(read: Read) -> Callable[[str], str | None]:
    """An empty cell says nothing."""

    def cell(text: str) -> str | None:
        return read(text) if text else None

    return cell


def words(*, characters_max: int = 200) -> Read:
    """Free text."""

    def read(text: str) -> str:
        if len(text) > characters_max:
            raise Unreadable(f"is longer than {characters_max} characters")
        return text

    return read


def choice(*allowed: str) -> Read:
    """One of some words, written in lower case."""
    known = {word.lower(): word for word in allowed}

    def read(text: str) -> str:
        if text not in known:
            raise Unreadable(f"{_shown(text)} is none of {', '.join(known)}")
        return known[text]

    return read


def whole(*, least: int = -BOOKED_CENTS_MAX, most: int = BOOKED_CENTS_MAX, zero: bool = True) -> Read:
    """A whole number: cents of an amount, a tier, a count."""

    @lru_cache(maxsize=CACHED)
    def read(text: str) -> str:
        if not _WHOLE.fullmatch(text):
            raise Unreadable(f"{_shown(text)} is not a whole number")
        number = int(text)
        if number < least:
            raise Unreadable(f"{number} is less than {least}")
        if number > most:
            raise Unreadable(f"{number} is more than {most}")
        if not (number or zero):
            raise Unreadable("is 0")
        return str(number)

    return read


@lru_cache(maxsize=CACHED)
def day(text: str) -> str:
    """A date, YYYY-MM-DD."""
    if not _DAY.fullmatch(text):
        raise Unreadable(f"{_shown(text)} is not a date (YYYY-MM-DD)")
    try:
        year = date.fromisoformat(text).year
    except ValueError:
        raise Unreadable(f"{_shown(text)} is not a day of the calendar") from None
    _expect_year(year, text)
    return text


def instant(text: str) -> str:
    """An instant, RFC 3339 with its offset from UTC."""
    if not _INSTANT.fullmatch(text):
        raise Unreadable(f"{_shown(text)} is not an instant with its offset (2026-01-31T12:00:00Z or +01:00)")
    try:
        year = datetime.fromisoformat(text.upper()).astimezone(UTC).year
    except (ValueError, OverflowError):
        raise Unreadable(f"{_shown(text)} is no instant of the calendar") from None
    _expect_year(year, text)
    return text


def currency(text: str) -> str:
    """A currency of ISO 4217."""
    if text not in codes.CURRENCIES:
        raise Unreadable(f"{_shown(text)} is not a currency of ISO 4217")
    return text


def country(text: str) -> str:
    """A country of ISO 3166-1."""
    if text not in codes.COUNTRIES:
        raise Unreadable(f"{_shown(text)} is not a country of ISO 3166-1 (two capital letters)")
    return text


def percent(text: str) -> str:
    """A VAT rate in percent, up to two decimals."""
    if not _PERCENT.fullmatch(text) or Decimal(text) > 100:  # noqa: PLR2004 - per cent
        raise Unreadable(f"{_shown(text)} is not a rate in percent (0 to 100, at most two decimals)")
    return text


def exchange_rate(text: str) -> str:
    """Units of a currency for one EUR, up to eight decimals."""
    if not _RATE.fullmatch(text) or not Decimal(text):
        raise Unreadable(f"{_shown(text)} is not a rate above 0 with at most eight decimals")
    return text


def reference(text: str) -> str:
    """What a payer is asked to quote: digits (OCR, KID, viite) or a creditor reference (RF); blanks do not count."""
    digits = text.replace(" ", "")
    if not _OCR.fullmatch(digits):
        raise Unreadable(f"{_shown(text)} is neither 2 to 25 digits nor a creditor reference (RF)")
    return digits


def bankgiro(text: str) -> str:
    """A bankgiro number, with or without its hyphen; gives NNN-NNNN or NNNN-NNNN."""
    digits = text.replace("-", "", 1)
    if not (digits.isascii() and digits.isdigit() and len(digits) in (7, 8) and luhn.is_valid(digits)):
        raise Unreadable(f"{_shown(text)} is not a bankgiro number (7 or 8 digits, the last one a check digit)")
    return f"{digits[:-4]}-{digits[-4:]}"


def email(text: str) -> str:
    """One mail address."""
    if len(text) > 254 or not _EMAIL.fullmatch(text):  # noqa: PLR2004 - RFC 5321's longest path
        raise Unreadable(f"{_shown(text)} is not a mail address")
    return text


def language(text: str) -> str:
    """A language, sv or nb-NO."""
    if not _LANGUAGE.fullmatch(text):
        raise Unreadable(f"{_shown(text)} is not a language (sv, or nb-NO)")
    return text


def provider(text: str) -> str:
    """The name of a payment provider."""
    if not _PROVIDER.fullmatch(text):
        raise Unreadable(f"{_shown(text)} is not a provider's name (lower case letters, digits, _)")
    return text


def cost_account(text: str) -> str:
    """An account of class 4 to 7."""
    if not chart.is_cost_account(text):
        raise Unreadable(f"{_shown(text)} is not a cost account (4000 to 7999)")
    return text


def balance_account(text: str) -> str:
    """An account of class 1 or 2 that holds what no other fact of the books tells."""
    if not chart.is_balance_account(text):
        raise Unreadable(f"{_shown(text)} is not a balance account (1000 to 2999)")
    if text in FOLLOWING:
        raise Unreadable(f"{text} ({chart.account_name(text)}) follows from {FOLLOWING[text]}; import those instead")
    return text


FOLLOWING = {
    chart.RECEIVABLES: "invoices",
    chart.CLAIM_ON_PLATFORM: "payments",
    chart.OPENING_BALANCES: "the other balances",
    chart.TENANT_CREDIT: "payments",
    chart.OWED_TO_TENANTS: "payments",
    chart.UNMATCHED: "bank files",
}


def _shown(text: str) -> str:
    return f'"{text}"' if len(text) <= SHOWN else f'"{text[:SHOWN]}..."'


def _expect_year(year: int, text: str) -> None:
    if year not in YEARS:
        raise Unreadable(f"{_shown(text)} is not between the years {YEARS[0]} and {YEARS[-1]}")
