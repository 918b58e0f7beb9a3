"""The capability to list a provider's own ledger: every movement of our balance there, as it reports it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from billing.money import Money


class MovementKind(Enum):
    """What moved our balance. What a provider reports under a name nobody knows is UNCLASSIFIED, never left out."""

    CHARGE = "CHARGE"
    REFUND = "REFUND"
    FEE = "FEE"
    DISPUTE = "DISPUTE"
    PAYOUT = "PAYOUT"
    DEPOSIT = "DEPOSIT"
    ADJUSTMENT = "ADJUSTMENT"
    UNCLASSIFIED = "UNCLASSIFIED"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """One movement. `amount` is gross and signed from our side (a charge positive; a refund, fee or payout negative), in the
    currency in which it settles; a fee taken off a movement is a line of its own with the reference of that movement.

    (`reference`, `kind`) is unique within the provider. `subject_reference` is the provider's reference of the payment,
    refund or dispute that moved, as payments and refunds carry it; `subject_aliases` are other references of the same subject
    under which the books may know it, the key of our order for a refund that we ordered. `payment_references`: every name of
    the payment that a refund or dispute is about. `payout_reference`: the payout it was paid out with. `presented`: the same
    movement in the currency in which the payer paid, signed alike, where that is not the one in which it settles.
    """

    reference: str
    kind: MovementKind
    amount: Money
    occurred_at: datetime
    description: str
    subject_reference: str | None = None
    subject_aliases: tuple[str, ...] = ()
    payment_references: tuple[str, ...] = ()
    payout_reference: str | None = None
    presented: Money | None = None


class LedgerLines(Protocol):
    """Lists the movements of [start, end), oldest first or last, all pages, in flat memory.

    Raises NotExecuted (providers/refunding.py) where the provider cannot be asked right now.
    """

    def lines(self, start: datetime, end: datetime, /) -> AsyncIterator[LedgerLine]: ...
