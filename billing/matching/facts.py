"""What matching is told and what it answers: a transfer, the open invoices it may pay, suggestions with their reasons."""

from dataclasses import dataclass
from datetime import date
from enum import Enum, unique
from uuid import UUID

from billing.money import Money
from billing.ocr import ReferenceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferReference:
    """One reference of a transfer; `amount` where the payer says which part is for it (negative: a credit note)."""

    text: str
    kind: ReferenceKind
    amount: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFacts:
    """A bank transfer as matching sees it.

    `payee` is the bankgiro it was paid to. `earlier_assigned` counts this payer's earlier transfers that were assigned.
    """

    amount: Money
    booked_on: date
    references: tuple[TransferReference, ...] = ()
    message: str | None = None
    counterparty_name: str | None = None
    counterparty_account: str | None = None
    payee: str | None = None
    earlier_assigned: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceCandidate:
    """An open invoice that a transfer may pay.

    `tenant_bankgiro` is the tenant's own. `earlier_assigned` counts this payer's earlier transfers assigned to the tenant.
    """

    id: UUID
    number: str
    ocr: str | None
    currency: str
    outstanding_cents: int
    issued_on: date
    due_on: date
    customer_name: str
    tenant_id: UUID
    tenant_name: str
    customer_account: str | None = None
    tenant_bankgiro: str | None = None
    earlier_assigned: int = 0

    @property
    def outstanding(self) -> Money:
        return Money(self.outstanding_cents, self.currency)


@unique
class SignalKind(Enum):
    """What a suggestion can rest on, as the contract names it."""

    OCR = "OCR"
    AMOUNT = "AMOUNT"
    TENANT = "TENANT"
    DUE_WINDOW = "DUE_WINDOW"
    COUNTERPARTY = "COUNTERPARTY"
    HISTORY = "HISTORY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One thing compared: `score` from 0 (speaks against) to 1, its `weight`, and what was compared, in words."""

    kind: SignalKind
    score: float
    weight: float
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An invoice the transfer may pay: `score` from 0 to 1 with two decimals, the heaviest signal first."""

    invoice_id: UUID
    score: float
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """The part of a transfer that pays one invoice."""

    invoice_id: UUID
    amount: Money
