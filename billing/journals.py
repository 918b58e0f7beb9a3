"""The table of events: what each thing that happens does to the books of the platform and of its tenants.

The platform collects for its tenants: money for a tenant's invoice lands in the platform's book and is owed to the
tenant (2899 there, 1689 in the tenant's own book). Every function is one row of that table and gives the postings of all
books that the event touches; postings without legs (an amount of zero) are left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from billing import chart
from billing.ledger import Leg, Posting, legs
from billing.vat import VatPart


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


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementRef:
    """A movement of our balance with a provider, signed from our side; `reference` names what moved."""

    id: UUID
    cents: int
    currency: str
    occurred_on: date
    provider: str
    reference: str


def issued(invoice: InvoiceRef, parts: Sequence[VatPart], *, on: date) -> list[Posting]:
    """An invoice is issued: a receivable against revenue and output VAT, in the issuer's book."""
    total = sum(part.net_cents + part.vat_cents for part in parts)
    return _of_invoice(
        invoice,
        kind="INVOICE",
        on=on,
        description=f"Invoice {invoice.number}",
        legs=((chart.RECEIVABLES, total), *_sale(parts, sign=-1)),
    )


def voided(invoice: InvoiceRef, parts: Sequence[VatPart], *, on: date, reverses_id: UUID | None) -> list[Posting]:
    """An invoice is void: the reverse of its journal."""
    total = sum(part.net_cents + part.vat_cents for part in parts)
    return _of_invoice(
        invoice,
        kind="VOID",
        on=on,
        description=f"Invoice {invoice.number} void",
        legs=((chart.RECEIVABLES, -total), *_sale(parts, sign=1)),
        reverses_id=reverses_id,
    )


def written_off(invoice: InvoiceRef, rest_cents: int, *, on: date) -> list[Posting]:
    """What is left of an uncollectible invoice becomes a bad debt."""
    return _of_invoice(
        invoice,
        kind="WRITE_OFF",
        on=on,
        description=f"Invoice {invoice.number} uncollectible",
        legs=((chart.BAD_DEBTS, rest_cents), (chart.RECEIVABLES, -rest_cents)),
    )


def received(
    *, transfer_id: UUID, cents: int, currency: str, on: date, provider: str, reference: str | None
) -> list[Posting]:
    """A bank transfer arrives: always on the bank account against unmatched receipts, whatever it turns out to be."""
    return _kept(
        Posting(
            kind="RECEIPT",
            subject_id=transfer_id,
            book_id=None,
            currency=currency,
            occurred_on=on,
            description="Bank transfer received" if cents > 0 else "Deduction by the payer",
            legs=legs((chart.BANK, cents), (chart.UNMATCHED, -cents)),
            bank_transfer_id=transfer_id,
            provider=provider,
            provider_reference=reference,
        )
    )


def matched(payment: PaymentRef) -> list[Posting]:
    """A bank transfer, or a part of it, pays an invoice or becomes the tenant's credit."""
    return _used(payment, kind="MATCH", source=((chart.UNMATCHED, payment.allocated_cents + payment.credited_cents),))


def charged(payment: PaymentRef, *, fee_cents: int, into: str = chart.CLEARING) -> list[Posting]:
    """Money arrives through a gateway that keeps a fee, or (`into` 1930) straight on the bank account."""
    gross = payment.allocated_cents + payment.credited_cents
    source = ((into, gross), (chart.GATEWAY_FEES, fee_cents), (into, -fee_cents))
    return _used(payment, kind="CHARGE", source=source)


def credit_applied(payment: PaymentRef) -> list[Posting]:
    """The tenant's credit pays an invoice."""
    return _used(payment, kind="CREDIT_APPLIED", source=((chart.TENANT_CREDIT, payment.allocated_cents),))


def rest_credited(
    *, history_id: UUID, tenant_id: UUID, parts: Sequence[VatPart], currency: str, on: date, description: str
) -> list[Posting]:
    """The rest of a paid period is not wanted any more: revenue and output VAT are taken back, as the tenant's credit.

    `history_id`: the entry of the subscription's log that ended it.
    """
    gross = sum(part.net_cents + part.vat_cents for part in parts)
    return _kept(
        Posting(
            kind="PRORATION_CREDIT",
            subject_id=history_id,
            book_id=None,
            currency=currency,
            occurred_on=on,
            description=description,
            legs=legs(*_sale(parts, sign=1), (chart.TENANT_CREDIT, -gross)),
            tenant_id=tenant_id,
        )
    )


def refunded(
    payment: PaymentRef,
    *,
    refund_id: UUID,
    surplus_cents: int,
    parts: Sequence[VatPart],
    on: date,
    out_of: str = chart.CLEARING,
) -> list[Posting]:
    """Money goes back: first out of the credit that a surplus left, the rest (`parts`) takes back revenue and VAT."""
    fact = {"kind": "REFUND", "subject_id": refund_id, "refund_id": refund_id}
    return _taken_back(payment, fact, what="Refund", surplus_cents=surplus_cents, parts=parts, on=on, out_of=out_of)


def disputed(
    payment: PaymentRef,
    *,
    movement_id: UUID,
    surplus_cents: int,
    parts: Sequence[VatPart],
    loss_cents: int,
    on: date,
) -> list[Posting]:
    """The payer's bank takes the money back: as a refund, but nobody ordered it; `loss_cents` is what it takes beyond what
    is left of the payment."""
    fact = {"kind": "DISPUTE", "subject_id": movement_id}
    return _taken_back(
        payment, fact, what="Dispute", surplus_cents=surplus_cents, parts=parts, on=on, loss_cents=loss_cents
    )


def fee_taken(movement: MovementRef, *, payment: PaymentRef | None = None) -> list[Posting]:
    """A gateway keeps a fee (`movement.cents` negative), or gives one back; `payment`: whose fee it is, if it is one's."""
    taken = legs((chart.GATEWAY_FEES, -movement.cents), (chart.CLEARING, movement.cents))
    return _of_movement(movement, kind="FEE", description="Gateway fee", legs=taken, payment=payment)


def paid_out(movement: MovementRef) -> list[Posting]:
    """A gateway sends what is due to our bank (`movement.cents` negative), or a payout comes back."""
    sent = legs((chart.IN_TRANSIT, -movement.cents), (chart.CLEARING, movement.cents))
    return _of_movement(movement, kind="PAYOUT", description="Gateway payout", legs=sent)


def payout_arrived(movement: MovementRef) -> list[Posting]:
    """A payout of a gateway (`movement.cents` negative, as there) is on the bank account."""
    arrived = legs((chart.BANK, -movement.cents), (chart.IN_TRANSIT, movement.cents))
    return _of_movement(movement, kind="PAYOUT_ARRIVAL", description="Gateway payout received", legs=arrived)


def debited(
    *,
    subject_id: UUID,
    cents: int,
    currency: str,
    on: date,
    provider: str,
    reference: str,
    description: str,
    charge: bool,
) -> list[Posting]:
    """Money left the bank account: a bank charge, or something that nobody here ordered and that waits for a person."""
    account = chart.BANK_CHARGES if charge else chart.UNMATCHED
    return _kept(
        Posting(
            kind="DEBIT",
            subject_id=subject_id,
            book_id=None,
            currency=currency,
            occurred_on=on,
            description=description,
            legs=legs((account, cents), (chart.BANK, -cents)),
            provider=provider,
            provider_reference=reference,
        )
    )


def returned(
    *,
    return_id: UUID,
    transfer_id: UUID,
    cents: int,
    currency: str,
    on: date,
    rated_on: date,
    provider: str,
    reference: str | None,
) -> list[Posting]:
    """A bank transfer went back to its payer, whole; `rated_on`: the day it came."""
    return _kept(
        Posting(
            kind="RETURN",
            subject_id=return_id,
            book_id=None,
            currency=currency,
            occurred_on=on,
            description="Bank transfer returned to the payer",
            legs=legs((chart.UNMATCHED, cents), (chart.BANK, -cents)),
            bank_transfer_id=transfer_id,
            provider=provider,
            provider_reference=reference,
            rated_on=rated_on,
        )
    )


def cost(*, subject_id: UUID, account: str, cents: int, currency: str, on: date, description: str) -> list[Posting]:
    """A cost of the platform, paid from the bank."""
    return _kept(
        Posting(
            kind="COST",
            subject_id=subject_id,
            book_id=None,
            currency=currency,
            occurred_on=on,
            description=description,
            legs=legs((account, cents), (chart.BANK, -cents)),
        )
    )


def opening_balance(*, subject_id: UUID, account: str, cents: int, currency: str, on: date) -> list[Posting]:
    """What an account held when these books began (debit positive)."""
    return _kept(
        Posting(
            kind="OPENING_BALANCE",
            subject_id=subject_id,
            book_id=None,
            currency=currency,
            occurred_on=on,
            description=f"Opening balance {account}",
            legs=legs((account, cents), (chart.OPENING_BALANCES, -cents)),
        )
    )


def reversal(journal: Posting, *, journal_id: UUID, on: date) -> Posting:
    """The journal that undoes `journal`: the same legs with the other sign."""
    return Posting(
        kind="REVERSAL",
        subject_id=journal_id,
        book_id=journal.book_id,
        currency=journal.currency,
        occurred_on=on,
        description=f"Reversal: {journal.description}",
        legs=tuple(Leg(leg.account, -leg.cents) for leg in journal.legs),
        tenant_id=journal.tenant_id,
        invoice_id=journal.invoice_id,
        payment_id=journal.payment_id,
        refund_id=journal.refund_id,
        bank_transfer_id=journal.bank_transfer_id,
        provider=journal.provider,
        provider_reference=journal.provider_reference,
        reverses_id=journal_id,
        rated_on=journal.rated_on or journal.occurred_on,
    )


def _sale(parts: Sequence[VatPart], *, sign: int) -> Iterator[tuple[str, int]]:
    for part in parts:
        yield chart.revenue_account(part.rate), sign * part.net_cents
        yield chart.output_vat_account(part.rate), sign * part.vat_cents


def _of_invoice(
    invoice: InvoiceRef,
    *,
    kind: str,
    on: date,
    description: str,
    legs: Iterable[tuple[str, int]],
    reverses_id: UUID | None = None,
) -> list[Posting]:
    return _kept(
        Posting(
            kind=kind,
            subject_id=invoice.id,
            book_id=invoice.book_id,
            currency=invoice.currency,
            occurred_on=on,
            description=description,
            legs=tuple(Leg(account, cents) for account, cents in legs if cents),
            tenant_id=invoice.tenant_id,
            invoice_id=invoice.id,
            reverses_id=reverses_id,
        )
    )


def _used(payment: PaymentRef, *, kind: str, source: Iterable[tuple[str, int]]) -> list[Posting]:
    """`source` is debited for what the payment pays: a receivable, what is owed to a tenant, or the tenant's credit."""
    invoice, allocated = payment.invoice, payment.allocated_cents
    tenants = invoice is not None and invoice.book_id is not None
    paid = chart.OWED_TO_TENANTS if tenants else chart.RECEIVABLES
    description = f"Payment of invoice {invoice.number}" if invoice else "Payment to tenant credit"
    fact = _facts(payment) | {"kind": kind, "subject_id": payment.id, "occurred_on": payment.occurred_on}
    used = legs(*source, (paid, -allocated), (chart.TENANT_CREDIT, -payment.credited_cents))
    postings = [Posting(book_id=None, legs=used, description=description, **fact)]
    if tenants and invoice is not None:
        mirror = legs((chart.CLAIM_ON_PLATFORM, allocated), (chart.RECEIVABLES, -allocated))
        postings.append(Posting(book_id=invoice.book_id, legs=mirror, description=description, **fact))
    return _kept(*postings)


def _taken_back(
    payment: PaymentRef,
    fact: dict[str, Any],
    *,
    what: str,
    surplus_cents: int,
    parts: Sequence[VatPart],
    on: date,
    out_of: str = chart.CLEARING,
    loss_cents: int = 0,
) -> list[Posting]:
    rest = sum(part.net_cents + part.vat_cents for part in parts)
    invoice = payment.invoice
    tenants = invoice is not None and invoice.book_id is not None
    taken = [(chart.OWED_TO_TENANTS, rest)] if tenants else _sale(parts, sign=1)
    said = _facts(payment) | fact | {"occurred_on": on, "rated_on": None}
    description = f"{what} of invoice {invoice.number}" if invoice else f"{what} of tenant credit"
    paid_back = surplus_cents + rest + loss_cents
    back = legs((chart.TENANT_CREDIT, surplus_cents), *taken, (chart.BAD_DEBTS, loss_cents), (out_of, -paid_back))
    postings = [Posting(book_id=None, legs=back, description=description, **said)]
    if tenants and invoice is not None:
        mirror = legs(*_sale(parts, sign=1), (chart.CLAIM_ON_PLATFORM, -rest))
        postings.append(Posting(book_id=invoice.book_id, legs=mirror, description=description, **said))
    return _kept(*postings)


def _of_movement(
    movement: MovementRef, *, kind: str, description: str, legs: tuple[Leg, ...], payment: PaymentRef | None = None
) -> list[Posting]:
    about = _facts(payment) if payment else {}
    said = about | {
        "currency": movement.currency,
        "provider": movement.provider,
        "provider_reference": movement.reference,
        "occurred_on": movement.occurred_on,
    }
    posting = Posting(
        kind=kind,
        subject_id=movement.id,
        book_id=None,
        legs=legs,
        description=f"{description} {movement.reference}",
        **said,
    )
    return _kept(posting)


def _facts(payment: PaymentRef) -> dict[str, Any]:
    return {
        "currency": payment.currency,
        "tenant_id": payment.tenant_id,
        "invoice_id": payment.invoice.id if payment.invoice else None,
        "payment_id": payment.id,
        "bank_transfer_id": payment.bank_transfer_id,
        "provider": payment.provider,
        "provider_reference": payment.provider_reference,
        "rated_on": payment.rated_on,
    }


def _kept(*postings: Posting) -> list[Posting]:
    return [posting for posting in postings if posting.legs]
