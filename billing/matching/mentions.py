"""The numbers that a transfer mentions and that could be references.

Whole tokens only: digits between other digits, or within a word, are no number of their own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, combinations

from billing.matching.facts import TransferFacts
from billing.matching.wording import Called, Word, clusters
from billing.money import Money
from billing.ocr import OCR_DIGITS_MAX, SLIP_DIGITS_MIN, ReferenceKind, has_check_digit, is_rf, normal

NAMED_DIGITS_MIN, UNNAMED_DIGITS_MIN = 2, 4
PREFIX_LETTERS_MAX = 5
GROUPS_MAX = 10
TEXT_MAX = 5_000
MENTIONS_MAX = 50

AMOUNTS = re.compile(
    r"(?<![\w.,-])(?:[0-9]{1,3}(?:[ \u00a0][0-9]{3})+|[0-9]+)"
    r"(?:,[0-9]{2}(?![0-9])|(?:[.,][0-9]{2})? ?(?:(?:kr|sek|eur|nok|dkk)(?!\w)|:-))",
    re.IGNORECASE,
)
DATES = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}([-/.])(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12][0-9]|3[01])(?![0-9])")
YEAR = re.compile(r"(?:19|20)[0-9]{2}")
CREDITOR_REFERENCES = re.compile(r"(?<![^\W_])RF ?[0-9]{2}(?: ?[0-9A-Z]+){1,21}", re.IGNORECASE)
LINKS = frozenset("-/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A number that may be a reference: `key` in its normal form, `text` as written.

    `is_given`: clearly meant as a reference, so that an invoice which is not alike is spoken against.
    `is_exact_only`: short, or put together from pieces; it counts only where it is an invoice's whole number.
    """

    key: str
    text: str
    kind: ReferenceKind = ReferenceKind.TEXT
    is_given: bool = True
    is_exact_only: bool = False
    amount: Money | None = None

    @property
    def is_sure(self) -> bool:
        """Whether its check digits prove that no digit is wrong."""
        return self.kind is ReferenceKind.RF or (self.kind is ReferenceKind.OCR and has_check_digit(self.key))


def all_mentions(transfer: TransferFacts) -> list[Mention]:
    """Every number that the transfer's references and message mention, each once: checked ones, typed ones, the message's."""
    found: dict[str, Mention] = {}
    message = transfer.message or ""
    for reference in sorted(transfer.references, key=lambda reference: reference.kind is ReferenceKind.TEXT):
        if reference.kind is not ReferenceKind.TEXT:
            given = [Mention(key=normal(reference.text), text=reference.text, kind=reference.kind)]
        elif reference.amount is None and message.startswith(reference.text):
            given = []  # the message says it again, and all of it where the reference field was too short
        else:
            given = mentions(reference.text)
        for mention in given:
            found.setdefault(mention.key, replace(mention, amount=reference.amount))
    for mention in mentions(message):
        found.setdefault(mention.key, mention)
    return [mention for key, mention in found.items() if key]


def mentions(text: str) -> list[Mention]:
    """The numbers in free text that may be references, each once, at most 50. Amounts, dates and years are none."""
    found: dict[str, Mention] = {}
    rest = DATES.sub(" ; ", AMOUNTS.sub(" ; ", text[:TEXT_MAX]))
    for match in CREDITOR_REFERENCES.finditer(rest):
        written = next(filter(is_rf, _beginnings(match[0])), None)
        if written is not None:
            found[normal(written)] = Mention(key=normal(written), text=written, kind=ReferenceKind.RF)
            rest = rest.replace(written, " ; ", 1)
    for cluster in clusters(rest):
        for mention in (*_single(cluster), *_joined(cluster), *_lettered(cluster)):
            found.setdefault(mention.key, mention)
    return [mention for key, mention in found.items() if key][:MENTIONS_MAX]


def _beginnings(words: str) -> Iterator[str]:
    """The text cut after each of its words, longest first."""
    parts = words.split(" ")
    return (" ".join(parts[:end]) for end in range(len(parts), 0, -1))


def _single(cluster: list[Word]) -> Iterator[Mention]:
    """Each number by itself; one of two to four digits only as the whole number of an invoice, a year not at all."""
    numbers = [word for word in cluster if word.digits]
    for word in numbers:
        is_named, length = word.called is Called.REFERENCE, len(normal(word.digits))
        is_year = YEAR.fullmatch(word.digits) and (len(numbers) > 1 or not is_named)
        if is_year or not (NAMED_DIGITS_MIN if is_named else UNNAMED_DIGITS_MIN) <= length <= OCR_DIGITS_MAX:
            continue
        is_long = length >= SLIP_DIGITS_MIN
        yield Mention(
            key=normal(word.digits), text=word.digits, is_given=is_named or is_long, is_exact_only=not is_long
        )


def _joined(cluster: list[Word]) -> Iterator[Mention]:
    """Neighbouring numbers put together: "1460 4881", "2026-0042"."""
    numbers = [word for word in cluster if word.digits][:GROUPS_MAX]
    is_one_long = any(len(word.digits) >= SLIP_DIGITS_MIN for word in numbers)
    for start, end in combinations(range(len(numbers) + 1), 2):
        digits = "".join(word.digits for word in numbers[start:end])
        if end - start == 1 or not UNNAMED_DIGITS_MIN <= len(digits) <= OCR_DIGITS_MAX:
            continue
        is_whole = len(digits) >= SLIP_DIGITS_MIN and _is_whole(numbers, start, end)
        text = numbers[start].digits + "".join(word.gap + word.digits for word in numbers[start + 1 : end])
        yield Mention(key=normal(digits), text=text, is_given=is_whole and not is_one_long, is_exact_only=not is_whole)


def _is_whole(numbers: list[Word], start: int, end: int) -> bool:
    """Whether these are all the numbers that stand together, or all that one character other than a space joins."""
    inside = {word.gap for word in numbers[start + 1 : end]}
    outside = {word.gap for word in (*numbers[max(start, 1) : start + 1], *numbers[end : end + 1])}
    return (start, end) == (0, len(numbers)) or (len(inside) == 1 and not inside & (outside | {" "}))


def _lettered(cluster: list[Word]) -> Iterator[Mention]:
    """Numbers with letters of their own, exact only: "F145492", "PR-2026-12", "A12B34"."""
    first, *rest = cluster or [Word(gap="", letters="", digits="")]
    is_mixed = not first.letters.isalpha()
    is_linked = bool(first.digits) or (bool(rest) and rest[0].gap in LINKS)
    if not first.letters or not (is_mixed or is_linked) or (len(first.letters) > PREFIX_LETTERS_MAX and not is_mixed):
        return
    for written in accumulate((word.digits for word in rest[:GROUPS_MAX]), initial=first.letters + first.digits):
        if any(c.isdigit() for c in written) and len(written) >= UNNAMED_DIGITS_MIN:
            yield Mention(key=normal(written), text=written, is_given=False, is_exact_only=True)
