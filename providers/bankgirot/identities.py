"""Keys under which the same deposit or payment is recognised in another file, or in another format."""

import re
from datetime import date
from hashlib import sha256

from billing.money import Money

REFERENCE_MAX = 140
SWEDISH_IBAN = re.compile(r"SE[0-9]{22}")
IBAN_CHECK_AND_BANK_DIGITS = 2 + 3


def bankgiro_deposit(*, bankgiro: str, paid_on: date, amount: Money, serial: str) -> str:
    """The key that BgMax and a bank's camt share: both state the bankgiro number and the deposit's five-digit serial."""
    return f"bankgiro:{bankgiro.lstrip('0')}:{paid_on}:{_figures(amount)}:{serial}"


def deposit_serial(*, payee: str, year: int, serial: str, currency: str) -> str:
    """BgMax's own key: a deposit's serial number is unique for its payee and year."""
    return f"bgmax:{payee}:{year}:{serial}:{currency}"


def booking(*, kind: str, account: str, booked_on: date, amount: Money, reference: str) -> str:
    """A bank's reference of an entry or payment. Day and amount are part of it: not every bank's references are unique. The
    account is the same however it is written.

    What is much longer than a reference (35 characters) is told by its digest, so that a key has a bounded length.
    """
    short = reference if len(reference) <= REFERENCE_MAX else sha256(reference.encode()).hexdigest()
    return f"{kind}:{bare(account)[:REFERENCE_MAX]}:{booked_on}:{_figures(amount)}:{short}"


def bare(account: str) -> str:
    """The digits of a Swedish bank account, from its IBAN or as banks write it: with hyphens, blanks or leading zeros. Any
    other account as it is."""
    compact = "".join(account.split()).replace("-", "")
    if SWEDISH_IBAN.fullmatch(compact):
        compact = compact[len("SE") + IBAN_CHECK_AND_BANK_DIGITS :]
    return compact.lstrip("0") if compact.isascii() and compact.isdigit() else account


class Repetitions:
    """Numbers the keys that come again in one file: what a bank repeats there is another payment, not the same one.

    Keeps a hash of each key, not the key: less than 100 bytes for each payment of a file.
    """

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._repeated: dict[str, int] = {}

    def numbered(self, key: str) -> str:
        """`key` the first time, then "key#2", "key#3"."""
        short = hash(key)
        if short not in self._seen:
            self._seen.add(short)
            return key
        self._repeated[key] = self._repeated.get(key, 1) + 1
        return f"{key}#{self._repeated[key]}"


def _figures(amount: Money) -> str:
    return f"{amount.cents}:{amount.currency}"
