"""How like an invoice's OCR and number the numbers are that a transfer mentions."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rapidfuzz.distance import OSA

from billing.matching.facts import InvoiceCandidate
from billing.matching.mentions import Mention
from billing.ocr import ReferenceKind, Slip, digits_of, has_check_digit, normal, one_digit_slip, slip

CHECKED, UNCHECKED, NUMBER, SHORT_NUMBER, NUMBER_SLIP = 1.0, 0.97, 0.95, 0.8, 0.7
OCR_SLIPS = {
    Slip.NO_CHECK_DIGIT: 0.9,
    Slip.NO_LENGTH_DIGIT: 0.9,
    Slip.NEITHER_DIGIT: 0.9,
    Slip.WRONG_DIGIT: 0.8,
    Slip.SWAPPED_DIGITS: 0.8,
    Slip.MISSING_DIGIT: 0.8,
}
SHARED = 0.8
SHORT_DIGITS = 3
SLIP_EDITS_MAX = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How like one invoice one mention is: 1 where the reference can only mean it.

    `meant` is what of the invoice it is like, `slip` how it differs. `others` open invoices are as like the mention.
    """

    mention: Mention
    score: float
    meant: str
    slip: Slip
    others: int = 0

    @property
    def is_exact(self) -> bool:
        return self.slip is Slip.NONE

    def __str__(self) -> str:
        kind = f"{self.mention.kind.name} " if self.mention.kind is not ReferenceKind.TEXT else ""
        how = "" if self.is_exact else f" {self.slip.value}"
        others = f"; {self.others} other open invoice{'s are' if self.others > 1 else ' is'} as like it"
        return f"{kind}{self.mention.text} of the transfer is the invoice's {self.meant}{how}{others if self.others else ''}"


class _Keys(NamedTuple):
    """What of an invoice a reference is compared with: normal forms of its OCR, its number, the number's digits."""

    invoice: InvoiceCandidate
    ocr: str
    number: str
    digits: str


def likenesses(mentions: Sequence[Mention], candidates: Sequence[InvoiceCandidate]) -> list[list[Likeness]]:
    """For each candidate in turn its likenesses, best first; a reference that several bear alike says less of each."""
    keys = [_keys(candidate) for candidate in candidates]
    found: list[list[Likeness]] = [[] for _ in candidates]
    for mention in mentions:
        alike = [*_exact(mention, keys), *_slipped(mention, keys)]
        bearers = Counter(score for _, _, score, _ in alike)
        for place, meant, score, how in alike:
            others = bearers[score] - 1
            shared = score * SHARED if others else score
            found[place].append(Likeness(mention=mention, score=shared, meant=meant, slip=how, others=others))
    for several in found:
        several.sort(key=lambda likeness: -likeness.score)
    return found


def _keys(invoice: InvoiceCandidate) -> _Keys:
    number = normal(invoice.number)
    digits = number if number.isdigit() else normal(digits_of(number))
    return _Keys(invoice, normal(invoice.ocr or ""), number, digits)


_Alike = tuple[int, str, float, Slip]


def _exact(mention: Mention, keys: Sequence[_Keys]) -> Iterator[_Alike]:
    is_rf = mention.kind is ReferenceKind.RF
    wanted = (mention.key, mention.key[4:]) if is_rf else (mention.key,)
    for place, key in enumerate(keys):
        if key.ocr and key.ocr in wanted:
            is_checked = is_rf or has_check_digit(key.ocr)
            what = "check digit right" if is_checked else "without a right check digit"
            yield place, f"OCR {key.invoice.ocr}, {what}", CHECKED if is_checked else UNCHECKED, Slip.NONE
        elif key.number in wanted or key.digits in wanted:
            score = CHECKED if is_rf else SHORT_NUMBER if len(mention.key) <= SHORT_DIGITS else NUMBER
            yield place, f"number {key.invoice.number}", score, Slip.NONE


def _slipped(mention: Mention, keys: Sequence[_Keys]) -> Iterator[_Alike]:
    typed = mention.key
    if mention.is_exact_only or mention.is_sure or not typed.isdigit():
        return
    for place, key in enumerate(keys):
        if typed in (key.ocr, key.number, key.digits):
            continue
        is_near = OSA.distance(typed, key.ocr, score_cutoff=SLIP_EDITS_MAX) <= SLIP_EDITS_MAX
        if is_near and (how := slip(typed, key.ocr)):
            yield place, f"OCR {key.invoice.ocr}", OCR_SLIPS[how], how
        elif OSA.distance(typed, key.digits, score_cutoff=1) == 1 and (how := one_digit_slip(typed, key.digits)):
            yield place, f"number {key.invoice.number}", NUMBER_SLIP, how
