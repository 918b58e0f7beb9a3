"""Letters to tenants: in their language, about one thing, written in the moment they are sent."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from typing import Final

from babel.dates import format_date
from babel.numbers import format_currency
from sqlalchemy.ext.asyncio import AsyncSession

from billing.money import Money, decimal_amount
from storage.notices import Notice
from storage.tenants import Tenant

LANGUAGES: Final = ("en", "sv")
SWEDISH_SPEAKING: Final = frozenset({"SE", "AX"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """The letter is not to be sent any more. `because`: a sentence."""

    because: str


Write = Callable[[AsyncSession, Notice], Awaitable[EmailMessage | Withdrawn]]
"""Writes the letter that a notice stands for, as things are now."""


def letter(tenant: Tenant, *, subject: str, body: str) -> EmailMessage:
    """A mail to the tenant; whoever hands it over says whom it is from."""
    mail = EmailMessage()
    mail["To"] = tenant.email
    mail["Subject"] = subject
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = language_of(tenant)
    mail.set_content(body)
    return mail


def language_of(tenant: Tenant) -> str:
    """A language that letters are written in: the tenant's; that of its country where none is set."""
    spoken = (tenant.language or ("sv" if tenant.country in SWEDISH_SPEAKING else "en")).lower()[:2]
    return spoken if spoken in LANGUAGES else "en"


def amount_in_words(amount: Money, language: str) -> str:
    """The amount as people write it, with its currency."""
    return str(format_currency(decimal_amount(amount.cents, amount.currency), amount.currency, locale=language))


def day_in_words(day: date, language: str) -> str:
    """The day as people write it, with the month's name."""
    return format_date(day, format="long", locale=language)
