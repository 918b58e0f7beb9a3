"""Double entry: a posting is a balanced journal before it is written; what it weighs in EUR."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from billing.fx import REPORTING_CURRENCY, Rates


class Leg(NamedTuple):
    """One account's part of a posting: debit positive, in the posting's currency."""

    account: str
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """What one fact does to one book (`book_id` None: the platform's).

    `kind` and `subject_id` name the fact: the database takes each once a book. Legs sum to zero; a leg of zero is left out.
    `rated_on` is the day whose exchange rate weighs it, where that is not the day it occurred: money that only moves on
    keeps the weight with which it came.
    """

    kind: str
    subject_id: UUID
    book_id: UUID | None
    currency: str
    occurred_on: date
    description: str
    legs: Sequence[Leg]
    tenant_id: UUID | None = None
    invoice_id: UUID | None = None
    payment_id: UUID | None = None
    refund_id: UUID | None = None
    bank_transfer_id: UUID | None = None
    provider: str | None = None
    provider_reference: str | None = None
    reverses_id: UUID | None = None
    rated_on: date | None = None

    def __post_init__(self) -> None:
        assert sum(leg.cents for leg in self.legs) == 0, self.legs

    def eur_cents(self, rates: Rates) -> list[int]:
        """The legs in EUR cents at the rate of their day: they too sum to zero, what rounding leaves falls on the largest.

        Raises: FxRateMissing.
        """
        if self.currency == REPORTING_CURRENCY:
            return [leg.cents for leg in self.legs]
        day = self.rated_on or self.occurred_on
        eur = [rates.eur_cents(leg.cents, self.currency, day) for leg in self.legs]
        residue = sum(eur)
        if residue:
            largest = max(range(len(eur)), key=lambda i: abs(eur[i]))
            eur[largest] -= residue
        return eur


def legs(*parts: tuple[str, int]) -> tuple[Leg, ...]:
    """The legs that are not zero, in order."""
    return tuple(Leg(account, cents) for account, cents in parts if cents)


def kept(*postings: Posting) -> list[Posting]:
    """Those that move something."""
    return [posting for posting in postings if posting.legs]
