"""What a settlement file says, in the words of no particular bank: the values a reader yields.

A reader is a pure function of bytes. It streams: items come in the order of the file, a deposit after its payments
where the format states it last, so that a file of any size is read in flat memory. Money is signed from our side.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import BinaryIO, Protocol

from billing.money import Money
from billing.refusals import ErrorCode, Refusal


class ReferenceKind(Enum):
    """How sure the sender is of a reference: OCR was checked by the bank, RF is ISO 11649, TEXT is as typed."""

    OCR = "ocr"
    RF = "rf"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One reference of a payment; `amount` where the sender says which part of the payment it is for (may be negative)."""

    text: str
    kind: ReferenceKind
    amount: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledPayment:
    """One payment (positive) or deduction (negative) of the deposit numbered `deposit` in this file.

    `ordinal` counts payments within their deposit from 1. `identities` are keys under which this very payment may come
    again in another file (a bank's unique payment reference); empty where the format has none: then its deposit's
    identity and `ordinal` tell it. `message` is free text in the order of the file, pieces that the format cut joined.
    """

    deposit: int
    ordinal: int
    amount: Money
    references: tuple[Reference, ...] = ()
    message: str | None = None
    counterparty_name: str | None = None
    counterparty_account: str | None = None
    payee: str | None = None
    bank_reference: str | None = None
    identities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """Money put on our account in one sum, closed: all its payments have been yielded.

    `number` is its place in the file, from 1. `identities` (at least one) are stable keys of the deposit, at least one of
    them shared with every other format that reports the same deposit. `reference` is what a person sees on a statement.
    """

    number: int
    amount: Money
    booked_on: date
    payment_count: int
    reference: str
    identities: tuple[str, ...]
    payee: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Debit:
    """Money that left the account: a bank charge, or a payout. `end_to_end_id` where it answers an order of ours."""

    amount: Money
    booked_on: date
    reference: str
    identities: tuple[str, ...]
    description: str
    is_charge: bool
    end_to_end_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementBalance:
    """Opening and closing balance of an account over the days a statement covers, both inclusive."""

    account: str
    opening: Money
    closing: Money
    from_day: date
    to_day: date
    sequence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Warning:  # noqa: A001 - the contract's word
    """Something a person should know; the file is booked all the same."""

    text: str


Item = SettledPayment | Deposit | Debit | StatementBalance | Warning


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault of a file: where (line, or path of an element) and what, in a sentence."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class BankFileInvalid(Refusal):
    """The file is not what it says it is: nothing of it is booked. `findings` lists every fault, up to 100."""

    code = ErrorCode.BANK_FILE_INVALID

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = [str(finding) for finding in findings[:100]]
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        super().__init__(f"The bank file cannot be booked: {findings[0]}{more}. Nothing was booked.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    """A format recognised by content: `name` for people ("BgMax 01", "camt.054.001.02"), `read` to stream its items.

    `read` raises `BankFileInvalid` at the latest at the end of the stream; until then nothing yielded may be booked.
    """

    name: str
    read: "ReadItems" = field(repr=False)


class ReadItems(Protocol):
    def __call__(self, stream: BinaryIO, /) -> Iterator[Item]: ...


class SettlementFiles(Protocol):
    """The capability to read a bank's files."""

    def recognise(self, head: bytes, /) -> FileFormat | None:
        """The format of a file whose first 4 kB are `head`, or None when it is not one of this provider's."""
        ...
