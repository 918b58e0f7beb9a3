"""Payment references: Swedish OCR numbers (check digit, length digit, the four agreements) and ISO 11649 (RF).

An OCR number ends in a check digit (modulus 10, Luhn); under an agreement with variable length the digit before it is
the last digit of the number's whole length, counted with both. A check digit alone proves nothing: one number in ten
has it by chance. What counts is that an open invoice bears the number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, unique
from functools import lru_cache
from itertools import accumulate

from stdnum import iso11649, luhn
from stdnum.iso7064 import mod_97_10

OCR_DIGITS_MIN, OCR_DIGITS_MAX = 2, 25
RF_BODY_MAX = 21
SLIP_DIGITS_MIN = 5

DIGITS = re.compile(r"[0-9]+")
NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Za-z]+")
RF_HEAD = re.compile("RF[0-9]{2}")


@unique
class ReferenceKind(Enum):
    """How sure the sender is of a reference: OCR was checked by the bank, RF is ISO 11649, TEXT is as typed."""

    OCR = "ocr"
    RF = "rf"
    TEXT = "text"


@unique
class Level(Enum):
    """What the bank checks while the payer types. A soft agreement only warns; the hard ones refuse a wrong number."""

    SOFT = "soft"
    HARD = "hard"
    HARD_VARIABLE_LENGTH = "hard, variable length"
    HARD_FIXED_LENGTH = "hard, fixed length"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The OCR agreement of a payee with its bank. `lengths`: one or two, for fixed lengths only."""

    level: Level
    lengths: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        is_fixed = self.level is Level.HARD_FIXED_LENGTH
        if len(self.lengths) not in ((1, 2) if is_fixed else (0,)):
            raise ValueError(f"An OCR agreement that is {self.level.value} cannot have {len(self.lengths)} lengths.")
        if any(not OCR_DIGITS_MIN <= length <= OCR_DIGITS_MAX for length in self.lengths):
            raise ValueError(f"An OCR number has {OCR_DIGITS_MIN} to {OCR_DIGITS_MAX} digits, not {self.lengths}.")

    @property
    def refuses(self) -> bool:
        """Whether the bank refuses a wrong number; under a soft agreement it arrives as free text."""
        return self.level is not Level.SOFT

    def is_right(self, number: str) -> bool:
        """Whether `number`, digits only, is correct under this agreement."""
        if not has_check_digit(number):
            return False
        match self.level:
            case Level.HARD_VARIABLE_LENGTH:
                return has_length_digit(number)
            case Level.HARD_FIXED_LENGTH:
                return len(number) in self.lengths
        return True


@lru_cache(maxsize=1_000)  # a reference is looked at again and again, while its payment is read and matched
def has_check_digit(number: str) -> bool:
    """Whether `number` is 2 to 25 digits whose last one is their check digit."""
    is_number = OCR_DIGITS_MIN <= len(number) <= OCR_DIGITS_MAX and number.isascii() and number.isdigit()
    return is_number and luhn.is_valid(number)


def has_length_digit(number: str) -> bool:
    """Whether the last but one digit is the last digit of the number's length."""
    return len(number) > OCR_DIGITS_MIN and int(number[-2]) == len(number) % 10


def ocr_of(number: str) -> str:
    """The OCR number of an invoice's `number`: its digits, a length digit, a check digit.

    Raises: ValueError where it holds no digit, or more than 23.
    """
    digits = digits_of(number)
    if not 0 < len(digits) <= OCR_DIGITS_MAX - 2:
        raise ValueError(f"An OCR number cannot be made of {number!r}: it has {len(digits)} digits, not 1 to 23.")
    body = f"{digits}{(len(digits) + 2) % 10}"
    return body + luhn.calc_check_digit(body)


def rf_of(reference: str) -> str:
    """The ISO 11649 creditor reference of `reference`: RF, two check digits, then its letters and digits.

    Raises: ValueError where it holds none of them, or more than 21.
    """
    body = NOT_ALPHANUMERIC.sub("", reference).upper()
    if not 0 < len(body) <= RF_BODY_MAX:
        raise ValueError(f"A creditor reference cannot be made of {reference!r}: it takes 1 to 21 letters and digits.")
    return f"RF{mod_97_10.calc_check_digits(body + 'RF')}{body}"


def is_rf(text: str) -> bool:
    """Whether `text` is an ISO 11649 creditor reference with right check digits; spaces are allowed."""
    return text.isascii() and iso11649.is_valid(text)


def digits_of(reference: str) -> str:
    return "".join(DIGITS.findall(reference))


def normal(reference: str) -> str:
    """The form in which references are compared: ASCII capitals and digits only, without the leading zeros of a number.

    Banks and people pad numbers with zeros ("00040147"); a creditor reference keeps its RF and check digits. The
    database's `reference_key` is the same function.
    """
    if reference.isascii() and reference.isdigit():
        return reference.lstrip("0")
    compact = NOT_ALPHANUMERIC.sub("", reference).upper()
    if compact.isdigit():
        return compact.lstrip("0")
    return compact[:4] + compact[4:].lstrip("0") if RF_HEAD.match(compact) else compact


@unique
class Slip(Enum):
    """How a number as typed differs from the right one, in the order of how little it says against it."""

    NONE = "the same"
    NO_CHECK_DIGIT = "without its check digit"
    NO_LENGTH_DIGIT = "without its length digit"
    NEITHER_DIGIT = "without its length and check digits"
    WRONG_DIGIT = "with one wrong digit"
    SWAPPED_DIGITS = "with two digits swapped"
    MISSING_DIGIT = "with one digit missing"


def slip(typed: str, ocr: str) -> Slip | None:
    """How `typed` differs from the whole number `ocr`, where that is one slip of the pen; None where it is more.

    Both are digits in their normal form. An invoice number is compared by `one_digit_slip`: it has no check digit.
    """
    if typed == ocr:
        return Slip.NONE
    if typed == ocr[:-1] and len(typed) >= SLIP_DIGITS_MIN - 1:
        return Slip.NO_CHECK_DIGIT
    if has_length_digit(ocr) and len(ocr) >= SLIP_DIGITS_MIN:
        if typed == ocr[:-2]:
            return Slip.NEITHER_DIGIT
        if typed == ocr[:-2] + ocr[-1]:
            return Slip.NO_LENGTH_DIGIT
    return one_digit_slip(typed, ocr)


def one_digit_slip(typed: str, right: str) -> Slip | None:
    """One digit wrong, missing, or swapped with the next; numbers under five digits are too short to tell."""
    if len(right) < SLIP_DIGITS_MIN:
        return None
    differing = next((i for i, (a, b) in enumerate(zip(typed, right, strict=False)) if a != b), len(typed))
    if len(typed) == len(right) - 1:
        return Slip.MISSING_DIGIT if typed[differing:] == right[differing + 1 :] else None
    if len(typed) != len(right) or typed == right:
        return None
    if typed[differing + 1 :] == right[differing + 1 :]:
        return Slip.WRONG_DIGIT
    swapped = right[differing : differing + 2][::-1] + right[differing + 2 :]
    return Slip.SWAPPED_DIGITS if typed[differing:] == swapped else None


DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
UNDOUBLED = "0516273849"


def meant_by(typed: str) -> list[str]:
    """Every number with a right check digit that is one slip away from the digits `typed`, sorted, `typed` not among them.

    One digit can make a check digit right at each place, so these are about two for each digit, not twenty.
    """
    if not SLIP_DIGITS_MIN - 2 <= len(typed) < OCR_DIGITS_MAX:
        return []
    found = {*_with_one_more(typed), *_with_another(typed), *filter(luhn.is_valid, _swapped(typed))}
    if len(typed) <= OCR_DIGITS_MAX - 2:
        found.add(ocr_of(typed))
    return sorted(number for number in found - {typed} if len(number) >= SLIP_DIGITS_MIN and number[0] != "0")


def _shares(typed: str, *, doubled: int) -> list[int]:
    """What each digit adds to the modulus 10 sum; those at an odd distance from the end count double (`doubled` 1)."""
    return [
        DOUBLED[int(digit)] if (len(typed) - 1 - at) % 2 == doubled else int(digit) for at, digit in enumerate(typed)
    ]


def _with_one_more(typed: str) -> Iterator[str]:
    """`typed` with the one digit put in at each place that makes the sum right."""
    stay, moved = _shares(typed, doubled=1), _shares(typed, doubled=0)
    before = [0, *accumulate(moved)]
    after = [*reversed([0, *accumulate(reversed(stay))])]
    for at in range(len(typed) + 1):
        wanted = -(before[at] + after[at]) % 10
        digit = UNDOUBLED[wanted] if (len(typed) - at) % 2 else str(wanted)
        yield typed[:at] + digit + typed[at:]


def _with_another(typed: str) -> Iterator[str]:
    """`typed` with the digit at each place replaced by the one that makes the sum right."""
    shares = _shares(typed, doubled=1)
    total = sum(shares)
    for at, share in enumerate(shares):
        wanted = (share - total) % 10
        digit = UNDOUBLED[wanted] if (len(typed) - 1 - at) % 2 else str(wanted)
        yield typed[:at] + digit + typed[at + 1 :]


def _swapped(typed: str) -> Iterator[str]:
    for at in range(len(typed) - 1):
        yield typed[:at] + typed[at + 1] + typed[at] + typed[at + 2 :]
