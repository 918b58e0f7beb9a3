"""References and free text of a payment, each kept once and joined where the format cut it."""

import re
from collections.abc import Iterable

from stdnum import iso11649

from billing.money import Money
from billing.ocr import ReferenceKind, is_rf
from providers.settlement_files import Reference

TOKENS = re.compile(r"\w+")


def reference(text: str, *, vouched: bool, amount: Money | None = None) -> Reference:
    """A reference as OCR where someone vouches for it, as RF where ISO 11649 proves it, else as TEXT."""
    if text[:2].upper() == "RF" and is_rf(text):
        return Reference(text=iso11649.compact(text), kind=ReferenceKind.RF, amount=amount)
    kind = ReferenceKind.OCR if vouched and text.isascii() and text.isdigit() else ReferenceKind.TEXT
    return Reference(text=text, kind=kind, amount=amount)


def each_once(references: Iterable[Reference]) -> tuple[Reference, ...]:
    """The references, surest first, without repetitions: parts of the same one are added.

    A text that only lists references which also come by themselves is a repetition of them.
    """
    once: dict[str, Reference] = {}
    for one in references:
        other = once.get(one.text)
        once[one.text] = one if other is None else _merged(other, one)
    if len(once) > 1:
        sure = {one.text for one in once.values() if one.kind is not ReferenceKind.TEXT}
        for one in list(once.values()):
            if one.kind is ReferenceKind.TEXT and one.amount is None and sure.issuperset(TOKENS.findall(one.text)):
                del once[one.text]
    return tuple(sorted(once.values(), key=lambda one: one.kind is ReferenceKind.TEXT))


def _merged(one: Reference, other: Reference) -> Reference:
    kind = other.kind if one.kind is ReferenceKind.TEXT else one.kind
    amount = one.amount + other.amount if one.amount and other.amount else one.amount or other.amount
    return Reference(text=one.text, kind=kind, amount=amount)


def message(pieces: Iterable[str], references: Iterable[Reference]) -> str | None:
    """Free text in one line, without pieces that only repeat a reference; None if nothing is left."""
    said = {one.text for one in references}
    return " ".join(piece for piece in pieces if piece and piece not in said) or None
