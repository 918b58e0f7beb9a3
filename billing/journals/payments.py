"""Payments: used for an invoice or as credit, and taken back."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from billing import chart
from billing.journals.facts import PaymentRef
from billing.journals.invoices import sale
from billing.ledger import Posting, kept, legs
from billing.vat import VatPart


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


def _used(payment: PaymentRef, *, kind: str, source: Iterable[tuple[str, int]]) -> list[Posting]:
    """`source` is debited for what the payment pays: a receivable, what is owed to a tenant, or the tenant's credit."""
    invoice, allocated = payment.invoice, payment.allocated_cents
    tenants = invoice is not None and invoice.book_id is not None
    paid = chart.OWED_TO_TENANTS if tenants else chart.RECEIVABLES
    description = f"Payment of invoice {invoice.number}" if invoice else "Payment to tenant credit"
    fact = payment.facts() | {"kind": kind, "subject_id": payment.id, "occurred_on": payment.occurred_on}
    used = legs(*source, (paid, -allocated), (chart.TENANT_CREDIT, -payment.credited_cents))
    postings = [Posting(book_id=None, legs=used, description=description, **fact)]
    if tenants and invoice is not None:
        mirror = legs((chart.CLAIM_ON_PLATFORM, allocated), (chart.RECEIVABLES, -allocated))
        postings.append(Posting(book_id=invoice.book_id, legs=mirror, description=description, **fact))
    return kept(*postings)


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
    taken = [(chart.OWED_TO_TENANTS, rest)] if tenants else sale(parts, sign=1)
    said = payment.facts() | fact | {"occurred_on": on, "rated_on": None}
    description = f"{what} of invoice {invoice.number}" if invoice else f"{what} of tenant credit"
    paid_back = surplus_cents + rest + loss_cents
    back = legs((chart.TENANT_CREDIT, surplus_cents), *taken, (chart.BAD_DEBTS, loss_cents), (out_of, -paid_back))
    postings = [Posting(book_id=None, legs=back, description=description, **said)]
    if tenants and invoice is not None:
        mirror = legs(*sale(parts, sign=1), (chart.CLAIM_ON_PLATFORM, -rest))
        postings.append(Posting(book_id=invoice.book_id, legs=mirror, description=description, **said))
    return kept(*postings)
