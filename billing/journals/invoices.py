"""Invoices: issued, void, uncollectible, and the rest of a paid period given back."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from uuid import UUID

from billing import chart
from billing.journals.facts import InvoiceRef
from billing.ledger import Leg, Posting, kept, legs
from billing.vat import VatPart


def issued(invoice: InvoiceRef, parts: Sequence[VatPart], *, on: date) -> list[Posting]:
    """An invoice is issued: a receivable against revenue and output VAT, in the issuer's book."""
    total = sum(part.net_cents + part.vat_cents for part in parts)
    return _of_invoice(
        invoice,
        kind="INVOICE",
        on=on,
        description=f"Invoice {invoice.number}",
        legs=((chart.RECEIVABLES, total), *sale(parts, sign=-1)),
    )


def voided(invoice: InvoiceRef, parts: Sequence[VatPart], *, on: date, reverses_id: UUID | None) -> list[Posting]:
    """An invoice is void: the reverse of its journal."""
    total = sum(part.net_cents + part.vat_cents for part in parts)
    return _of_invoice(
        invoice,
        kind="VOID",
        on=on,
        description=f"Invoice {invoice.number} void",
        legs=((chart.RECEIVABLES, -total), *sale(parts, sign=1)),
        reverses_id=reverses_id,
    )


def written_off(
    invoice: InvoiceRef, rest_cents: int, *, on: date, undone_payment_id: UUID | None = None
) -> list[Posting]:
    """What is left of an uncollectible invoice becomes a bad debt; later, what a payment of it that is undone leaves."""
    return _of_invoice(
        invoice,
        kind="WRITE_OFF",
        on=on,
        subject_id=undone_payment_id,
        description=f"Invoice {invoice.number} uncollectible",
        legs=((chart.BAD_DEBTS, rest_cents), (chart.RECEIVABLES, -rest_cents)),
    )


def rest_credited(
    *, history_id: UUID, tenant_id: UUID, parts: Sequence[VatPart], currency: str, on: date, description: str
) -> list[Posting]:
    """The rest of a paid period is not wanted any more: revenue and output VAT are taken back, as the tenant's credit.

    `history_id`: the entry of the subscription's log that ended it.
    """
    gross = sum(part.net_cents + part.vat_cents for part in parts)
    return kept(
        Posting(
            kind="PRORATION_CREDIT",
            subject_id=history_id,
            book_id=None,
            currency=currency,
            occurred_on=on,
            description=description,
            legs=legs(*sale(parts, sign=1), (chart.TENANT_CREDIT, -gross)),
            tenant_id=tenant_id,
        )
    )


def sale(parts: Sequence[VatPart], *, sign: int) -> Iterator[tuple[str, int]]:
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
    subject_id: UUID | None = None,
    reverses_id: UUID | None = None,
) -> list[Posting]:
    """`subject_id`: what the event is named after, if not the invoice."""
    return kept(
        Posting(
            kind=kind,
            subject_id=subject_id or invoice.id,
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
