"""The rules of refunds: how much can go back, out of what it is taken, what it leaves behind, and how they say no."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from billing import chart
from billing.allocation import CreditExceeded
from billing.money import Money
from billing.refusals import BadInput, ErrorCode, Refusal
from billing.vat import VatPart, refund_parts

BANK_METHODS = frozenset({"BANKGIRO", "BANK_TRANSFER"})


class PaymentNotRefundable(Refusal):
    """The payment as it stands cannot be sent back, whatever the amount."""

    code = ErrorCode.PAYMENT_NOT_REFUNDABLE


class RefundExceedsBalance(Refusal):
    """More was asked back than is left on the payment."""

    code = ErrorCode.REFUND_EXCEEDS_BALANCE

    def __init__(self, *, asked: Money, refundable: Money) -> None:
        self.asked, self.refundable = asked, refundable
        said = f"{asked} was asked back, but only {refundable} is left on this payment."
        super().__init__(said if asked else "Nothing is left on this payment that could go back.")


class StalePreview(Refusal):
    """The preview is not one of this refund as things stand."""

    code = ErrorCode.STALE_PREVIEW


class RefundNotOpen(Refusal):
    """The refund has an outcome, and a person cannot give it another."""

    code = ErrorCode.CONFLICT

    def __init__(self, *, status: str) -> None:
        self.status = status
        super().__init__(f"The refund is {status}: only one that needs review can be resolved.")


def paid_into(method: str) -> str:
    """The account that a payment's money landed on, and goes back from: the bank's, or the gateway's clearing account."""
    return chart.BANK if method in BANK_METHODS else chart.CLEARING


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A payment as refunds see it, in minor units of `currency`.

    Of its amount `allocated_cents` paid an invoice and `credited_cents` became the tenant's credit, of which the tenant
    still has `credit_left_cents` in all. `surplus_taken_cents` of what was refunded or is pending came out of the credit.
    """

    currency: str
    allocated_cents: int
    credited_cents: int
    credit_left_cents: int
    refunded_cents: int
    pending_cents: int
    surplus_taken_cents: int

    @property
    def surplus_left_cents(self) -> int:
        return max(0, min(self.credited_cents - self.surplus_taken_cents, self.credit_left_cents))

    @property
    def paid_left_cents(self) -> int:
        """What of the invoice's part was neither sent back nor is on its way."""
        return max(0, self.allocated_cents - (self.refunded_cents + self.pending_cents - self.surplus_taken_cents))

    @property
    def unrefunded_cents(self) -> int:
        """What was neither sent back nor is on its way, whether or not its credit has been used meanwhile."""
        return self.allocated_cents + self.credited_cents - self.refunded_cents - self.pending_cents

    @property
    def refundable_cents(self) -> int:
        """What can go back: a surplus that has paid another invoice since cannot."""
        used_credit = self.credited_cents - self.surplus_taken_cents - self.surplus_left_cents
        return self.unrefunded_cents - used_credit

    def surplus_of(self, asked_cents: int | None) -> tuple[int, int]:
        """The amount of a refund (None: all there is), and what of it is taken out of the tenant's credit: that first.

        Raises: BadInput, RefundExceedsBalance, CreditExceeded.
        """
        asked = Money(self.refundable_cents if asked_cents is None else asked_cents, self.currency)
        if asked_cents is not None and asked.cents <= 0:
            raise BadInput(f"{asked} is not an amount above zero.", argument="amountCents")
        if asked.cents > self.unrefunded_cents or not asked:
            raise RefundExceedsBalance(asked=asked, refundable=Money(self.refundable_cents, self.currency))
        if asked.cents > self.refundable_cents:
            needed = asked.cents - (self.refundable_cents - self.surplus_left_cents)
            available = Money(self.surplus_left_cents, self.currency)
            raise CreditExceeded(asked=Money(needed, self.currency), available=available)
        return asked.cents, min(asked.cents, self.surplus_left_cents)


def share(parts: tuple[VatPart, ...], *, refunded_after: int, taken: Mapping[str, int]) -> tuple[VatPart, ...]:
    """The net and VAT that a refund takes back, when it raises what was refunded of the invoice to `refunded_after`.

    `taken`: what its refunds have taken back so far, by account. The share is what is missing from the proportional sum,
    so that any sequence of refunds, failed and reversed ones in between, ends on exactly the invoice's net and VAT.
    """
    nets: dict[str, int] = {}
    vats: dict[str, int] = {}
    rates: dict[str, Decimal | None] = {}
    for part in refund_parts(parts, refunded_before=0, refunded_after=refunded_after):
        revenue, vat = chart.revenue_account(part.rate), chart.output_vat_account(part.rate)
        rates.setdefault(revenue, part.rate)
        nets[revenue] = nets.get(revenue, -taken.get(revenue, 0)) + part.net_cents
        vats[vat] = vats.get(vat, -taken.get(vat, 0)) + part.vat_cents
    return tuple(  # a VAT account that serves two kinds of revenue is settled with the first
        VatPart(rate, nets[revenue], vats.pop(chart.output_vat_account(rate), 0)) for revenue, rate in rates.items()
    )


def payment_status_after(*, amount_cents: int, refunded_cents: int) -> str:
    """The status of a payment once so much of it was refunded."""
    return "REFUNDED" if refunded_cents == amount_cents else "PARTIALLY_REFUNDED"


def invoice_status_after(*, status: str, declared: bool, paid_cents: int, refunded_cents: int) -> str:
    """The status of an invoice once so much of what was paid on it was refunded."""
    if declared or refunded_cents == 0:
        return status
    return "REFUNDED" if refunded_cents == paid_cents else "PARTIALLY_REFUNDED"
