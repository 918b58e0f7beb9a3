"""What a settlement file says, in the words of no particular bank: the values a reader yields.

A reader is a pure function of bytes. It streams: items come in the order of the file, a deposit right after its
payments, so that a file of any size is read in flat memory. Money is signed from our side: a payment in is positive,
a debit is negative.

Accounts are written as "SE3550000000054910000003" (IBAN), "BG 991-2346" or "PG 482-1" (bankgiro, plusgiro number), or
else as the bank's own digits, so that the same account reads the same in every format.

What was booked is recognised by identities. A deposit of which any identity is known is known with all its payments,
in whatever order the other file listed them. A payment of which any identity is known is known by itself. A debit is
known by itself or by its entry. No identity comes twice in one file: what a bank repeats there is numbered, so equal
payments stay as many as they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO, Protocol

from billing.money import Money
from billing.ocr import ReferenceKind as ReferenceKind
from billing.refusals import ErrorCode, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One reference of a payment; `amount` where the sender says which part of the payment it is for.

    The kind is a bank's or a payer's word: an OCR that must be valid is checked again by who relies on it.
    A part may be of the other sign (a credit note taken off); all parts that are stated add up to the payment.
    """

    text: str
    kind: ReferenceKind
    amount: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledPayment:
    """One payment (positive) or deduction (negative) of the deposit numbered `deposit` in this file.

    `ordinal` counts payments within their deposit from 1. `identities` are keys under which this very payment may come
    again in another deposit (a bank's unique payment reference); empty where the format has none. Each reference comes
    once. `message` is free text in the order of the file, pieces that the format cut joined. `comes_back`: it is money of
    ours, a payout returned or a debit reversed, and no machine takes it for a payment; `end_to_end_id` is then of the
    order of ours that it brings back.
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
    comes_back: bool = False
    end_to_end_id: str | None = None
    identities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """Money put on our account in one sum, closed: all its payments have been yielded and add up to it.

    `number` is its place among the file's deposits, from 1. `identities` (at least one) are stable keys, one of them
    shared with other formats that report the same deposit. `reference` is what a person sees on a statement.
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
    """Money that left the account (`amount` is negative): a bank charge, a payout, or a deposit taken back.

    A batch that the bank itemises is one debit for each item. `entry` is an identity that all debits of one entry on the
    account share, however many items a file makes of it: they add up to the entry. `end_to_end_id` is of the order of
    ours that it answers.
    """

    amount: Money
    booked_on: date
    reference: str
    identities: tuple[str, ...]
    description: str
    is_charge: bool
    entry: str | None = None
    is_reversal: bool = False
    end_to_end_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReport:
    """What the bank says of an order of ours before money moves: it refuses it for good, or (not `is_refused`) has it.

    `order_key` is the `key` of the order; `said` a sentence for finance people. That money left is said by a `Debit`.
    """

    order_key: str
    is_refused: bool
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementBalance:
    """Booked balance of an account: `opening` when `from_day` began, `closing` when `to_day` ended, as the bank dates them."""

    account: str
    opening: Money
    closing: Money
    from_day: date
    to_day: date
    sequence: str | None = None

    def __post_init__(self) -> None:
        _check_texts(self.account, *filter(None, [self.sequence]))
        if not (isinstance(self.opening, Money) and isinstance(self.closing, Money)):
            raise TypeError("a balance is an amount of money")
        if not (isinstance(self.from_day, date) and isinstance(self.to_day, date)):
            raise TypeError("a balance is of a day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Warning:  # noqa: A001 - the contract's word
    """Something a person should know; the file is booked all the same."""

    text: str

    def __post_init__(self) -> None:
        _check_texts(self.text)


Item = SettledPayment | Deposit | Debit | OrderReport | StatementBalance | Warning


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault of a file: where (a line, an entry) and what, in a clause without a full stop."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class BankFileInvalid(Refusal):
    """The file is not what it says it is: nothing of it is booked. `findings` lists every fault, up to 100."""

    code = ErrorCode.BANK_FILE_INVALID

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = [str(finding).encode("utf-8", "replace").decode() for finding in findings[:100]]
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        super().__init__(f"The bank file cannot be booked: {self.findings[0]}{more}. Nothing was booked.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    """A format recognised by content: `name` for people ("BgMax 01", "camt.054.001.02"), `read` to stream its items.

    `read` raises `BankFileInvalid` at the latest at the end of the stream; until then nothing yielded may be booked.
    """

    name: str
    read: "ReadItems" = field(repr=False)

    def __post_init__(self) -> None:
        _check_texts(self.name)


class ReadItems(Protocol):
    def __call__(self, stream: BinaryIO, /) -> Iterator[Item]: ...


class SettlementFiles(Protocol):
    """The capability to read a bank's files."""

    def recognise(self, head: bytes, /) -> FileFormat | None:
        """The format of a file whose first 4 kB are `head`, or None when it is not one of this provider's.

        Raises `BankFileInvalid` where the head alone shows that the file must not be read on.
        """
        ...


def _check_texts(*texts: object) -> None:
    """Raises: TypeError for what is no text, ValueError for one that no database can keep."""
    for text in texts:
        if not isinstance(text, str):
            raise TypeError(f"a text is wanted, not {type(text).__name__}")
        if "\0" in text or text != text.encode("utf-8", "replace").decode():
            raise ValueError("a text holds NUL or half a character")
