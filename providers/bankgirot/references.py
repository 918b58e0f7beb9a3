"""References and free text of a payment, each kept once and joined where the format cut it."""

import re
from collections.abc import Iterable

from stdnum import iso11649

from billing.money import CENTS_MAX, Money
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
    same: dict[str, list[Reference]] = {}
    for one in references:
        same.setdefault(one.text, []).append(one)
    once = [ones[0] if len(ones) == 1 else _merged(ones) for ones in same.values()]
    sure = {one.text for one in once if one.kind is not ReferenceKind.TEXT}
    if len(once) == 1 or not sure:
        return tuple(once)
    kept = [one for one in once if one.text in sure or one.amount or not sure.issuperset(TOKENS.findall(one.text))]
    return tuple(sorted(kept, key=lambda one: one.kind is ReferenceKind.TEXT))


def _merged(ones: list[Reference]) -> Reference:
    kind = next((one.kind for one in ones if one.kind is not ReferenceKind.TEXT), ReferenceKind.TEXT)
    parts = [one.amount for one in ones if one.amount]
    cents = sum(part.cents for part in parts)
    amount = Money(cents, parts[0].currency) if 0 < abs(cents) <= CENTS_MAX else None
    return Reference(text=ones[0].text, kind=kind, amount=amount)


def message(pieces: Iterable[str], references: Iterable[Reference]) -> str | None:
    """Free text in one line, without pieces that only repeat a reference; None if nothing is left."""
    said = {one.text for one in references}
    return " ".join(piece for piece in pieces if piece and piece not in said) or None
