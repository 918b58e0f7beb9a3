"""A transfer and an open invoice that fit each other, to be varied by a test."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from billing.matching import InvoiceCandidate, TransferFacts, TransferReference
from billing.money import Money
from billing.ocr import ReferenceKind, ocr_of

INVOICE = InvoiceCandidate(
    id=UUID(int=1),
    number="146051",
    ocr="14605182",
    currency="SEK",
    outstanding_cents=120_000,
    issued_on=date(2026, 10, 1),
    due_on=date(2026, 10, 31),
    customer_name="Åsa Öberg",
    tenant_id=UUID(int=100),
    tenant_name="Ekby Boule",
)


def invoice(number: str = "146051", **changes: Any) -> InvoiceCandidate:
    """The invoice with this number, and an OCR and id of its own."""
    made = replace(INVOICE, number=number, ocr=ocr_of(number), id=UUID(int=int(ocr_of(number))))
    return replace(made, **changes)


def transfer(text: str | None = None, *, cents: int = 120_000, **changes: Any) -> TransferFacts:
    """A payment two days before the due date, with free text and no name unless given."""
    references = (TransferReference(text=text, kind=ReferenceKind.TEXT),) if text else ()
    told = TransferFacts(amount=Money(cents, "SEK"), booked_on=date(2026, 10, 29), references=references)
    return replace(told, **changes)


def ocr(text: str, cents: int | None = None) -> TransferReference:
    return TransferReference(text=text, kind=ReferenceKind.OCR, amount=None if cents is None else Money(cents, "SEK"))


def rf(text: str) -> TransferReference:
    return TransferReference(text=text, kind=ReferenceKind.RF)
