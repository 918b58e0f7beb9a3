"""What a received amount pays: the rules of allocating it to invoices and to tenants' credit, and how they say no."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from billing.money import CENTS_MAX, Money
from billing.refusals import BadInput, ErrorCode, Refusal


class TransferNotUnmatched(Refusal):
    """The transfer is not in the inbox: somebody or something has dealt with it already."""

    code = ErrorCode.TRANSFER_NOT_UNMATCHED

    def __init__(self, *, status: str, wanted: str = "UNMATCHED") -> None:
        self.status = status
        super().__init__(f"The transfer is {status}, not {wanted}: it has been dealt with meanwhile; load it again.")


class InvoiceNotPayable(Refusal):
    """Nothing can be paid on the invoice as it stands."""

    code = ErrorCode.INVOICE_NOT_PAYABLE

    def __init__(self, *, number: str, status: str, advice: str | None = None) -> None:
        self.number, self.status = number, status
        said = f"Invoice {number} is {status}: nothing can be paid on it."
        super().__init__(f"{said} {advice}" if advice else said)


class CurrencyMismatch(Refusal):
    """Money of one currency cannot pay a claim in another."""

    code = ErrorCode.CURRENCY_MISMATCH

    def __init__(self, *, number: str, invoice_currency: str, currency: str) -> None:
        self.number, self.invoice_currency, self.currency = number, invoice_currency, currency
        super().__init__(f"Invoice {number} is in {invoice_currency}, the money is in {currency}.")


class AllocationMismatch(Refusal):
    """The parts are not what the whole is."""

    code = ErrorCode.ALLOCATION_MISMATCH


class CreditExceeded(Refusal):
    """More credit is asked for than the tenant has."""

    code = ErrorCode.CREDIT_EXCEEDED

    def __init__(self, *, asked: Money, available: Money) -> None:
        self.asked, self.available = asked, available
        super().__init__(f"{asked} of the tenant's credit is needed, but only {available} is there.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """A part of a received amount: for an invoice, or for a tenant's credit."""

    cents: int
    invoice_id: UUID | None = None
    tenant_id: UUID | None = None

    def __post_init__(self) -> None:
        assert (self.invoice_id is None) != (self.tenant_id is None), self


def check_sum(allocations: Sequence[Allocation], whole: Money) -> None:
    """The parts are positive, name each invoice and tenant once, and add up to the whole.

    Raises: AllocationMismatch, BadInput.
    """
    if whole.cents <= 0:
        raise AllocationMismatch(f"{whole} is a deduction by the payer: it pays nothing.")
    if not allocations:
        raise BadInput("Name an invoice, or allocations that add up to the transfer.", argument="allocations")
    for allocation in allocations:
        if allocation.cents <= 0:
            raise AllocationMismatch(f"An allocation of {Money(allocation.cents, whole.currency)} is not above zero.")
    named = [allocation.invoice_id or allocation.tenant_id for allocation in allocations]
    if len(set(named)) < len(named):
        raise BadInput("An invoice or tenant is named twice; add its amounts up.", argument="allocations")
    parts = sum(allocation.cents for allocation in allocations)
    if parts != whole.cents:
        told = Money(parts, whole.currency) if parts <= CENTS_MAX else "more than the books can hold"
        raise AllocationMismatch(f"The allocations add up to {told}, the transfer is {whole}.")


def check_within(*, asked: Money, outstanding: Money, number: str, advice: str | None = None) -> None:
    """A part that is meant for an invoice does not go beyond what is outstanding on it. `advice`: what to do with the rest.

    Raises: AllocationMismatch.
    """
    if asked > outstanding:
        said = f"{asked} is allocated to invoice {number}, but only {outstanding} is outstanding"
        raise AllocationMismatch(f"{said}; {advice}." if advice else f"{said}.")
