"""What journals are about: an invoice, a payment, a movement at a provider."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRef:
    """The invoice an event is about; `issuer_type` PLATFORM: the platform's own claim on the tenant, TENANT: a tenant's."""

    id: UUID
    tenant_id: UUID
    issuer_type: str
    number: str
    currency: str

    @property
    def book_id(self) -> UUID | None:
        """The book in which the invoice is a receivable."""
        return None if self.issuer_type == "PLATFORM" else self.tenant_id


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRef:
    """A payment and how it was used: `allocated_cents` paid `invoice`, `credited_cents` became the tenant's credit.

    `rated_on`: the day the money came, where it is used on a later day (`occurred_on`).
    """

    id: UUID
    tenant_id: UUID
    currency: str
    allocated_cents: int
    credited_cents: int
    occurred_on: date
    invoice: InvoiceRef | None = None
    bank_transfer_id: UUID | None = None
    provider: str | None = None
    provider_reference: str | None = None
    rated_on: date | None = None

    def facts(self) -> dict[str, Any]:
        """What every journal of the payment says of it."""
        return {
            "currency": self.currency,
            "tenant_id": self.tenant_id,
            "invoice_id": self.invoice.id if self.invoice else None,
            "payment_id": self.id,
            "bank_transfer_id": self.bank_transfer_id,
            "provider": self.provider,
            "provider_reference": self.provider_reference,
            "rated_on": self.rated_on,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementRef:
    """A movement of our balance with a provider, signed from our side; `reference` names what moved."""

    id: UUID
    cents: int
    currency: str
    occurred_on: date
    provider: str
    reference: str
