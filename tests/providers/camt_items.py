"""Reading camt files in tests: their items by kind, and files of a few entries."""

import io
from typing import TypeVar

import pytest

from providers import BankFileInvalid, Debit, Deposit, Item, ReferenceKind, SettledPayment, StatementBalance
from providers import Warning as Told
from providers.bankgirot.camt_settlements import read_camt
from tests.providers.bank_files import ACCOUNT, camt, entry, notification, transaction

OCR, RF, TEXT = ReferenceKind.OCR, ReferenceKind.RF, ReferenceKind.TEXT
VERSIONS = [f"{number:02}" for number in range(2, 14)]
Kind = TypeVar("Kind", SettledPayment, Deposit, Debit, StatementBalance)


def read(content: bytes) -> list[Item]:
    return list(read_camt(io.BytesIO(content)))


def of(kind: type[Kind], content: bytes) -> list[Kind]:
    return [item for item in read(content) if isinstance(item, kind)]


def warnings(content: bytes) -> list[str]:
    return [item.text for item in read(content) if isinstance(item, Told)]


def findings(content: bytes) -> list[str]:
    with pytest.raises(BankFileInvalid) as raised:
        read(content)
    return [found.partition(": ")[2] for found in raised.value.findings]


def notified(*entries: str, head: str = "", account: str = ACCOUNT) -> bytes:
    return camt(notification(*entries, head=head, account=account))


def stated(*entries: str, head: str = "") -> bytes:
    return camt(notification(*entries, head=head), message="053")


def payment(
    *remittance: str, amount: str = "100.00", more: str = "", instruction_id: str | None = None
) -> SettledPayment:
    """The payment of an entry with one transaction of this remittance information."""
    only = transaction(amount, *remittance, more=more, instruction_id=instruction_id)
    return of(SettledPayment, notified(entry(amount, only, reference="R1")))[0]


def references(*remittance: str) -> list[tuple[str, ReferenceKind, int | None]]:
    found = payment(*remittance).references
    return [(one.text, one.kind, one.amount.cents if one.amount else None) for one in found]
