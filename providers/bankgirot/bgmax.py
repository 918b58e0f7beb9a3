"""BgMax, record by record: the layouts of "Bankgiro Inbetalningar, Teknisk manual" (Bankgirot, November 2019).

Columns are counted as in the manual: from 1, both ends included. Amounts are öre or cent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from providers.bankgirot.inspection import Inspection
from providers.bankgirot.lines import BYTE_ORDER_MARK, lines

ORGANISATION_DIGITS = 12
DETAILS_MAX = 1_000


class Unreadable(Exception):
    """A column holds what it cannot hold; the message says which and what."""


class Text:
    """Columns of text, without the blanks around it."""

    def __init__(self, first: int, last: int) -> None:
        self.first, self.last = first, last
        self.columns = slice(first - 1, last)

    def __get__(self, record: "Record", owner: type["Record"] | None = None) -> str:
        return record.line[self.columns].strip()


class Number(Text):
    """Columns of digits that hold a number without sign. Raises `Unreadable`."""

    def __get__(self, record: "Record", owner: type["Record"] | None = None) -> int:  # type: ignore[override]
        digits = record.line[self.columns]
        if not (digits.isascii() and digits.isdigit()):
            raise Unreadable(f"columns {self.first}-{self.last} must be digits, not {digits!r}")
        return int(digits)


class GiroNumber(Text):
    """Columns of a bankgiro or plusgiro number, given back without leading zeros; "" if there is none."""

    def __get__(self, record: "Record", owner: type["Record"] | None = None) -> str:
        digits = record.line[self.columns].strip()
        if digits and not (digits.isascii() and digits.isdigit()):
            raise Unreadable(f"columns {self.first}-{self.last} must be a giro number, not {digits!r}")
        return digits.lstrip("0")


@dataclass(frozen=True, slots=True)
class Record:
    """One line of 80 columns; `number` is its place in the file, from 1."""

    number: int
    line: str

    @property
    def type(self) -> str:
        return self.line[:2]


class Header(Record):
    __slots__ = ()
    layout = Text(3, 22)
    version = Text(23, 24)
    written_at = Text(25, 44)
    mark = Text(45, 45)


class Opening(Record):
    """Opens a section: the payments to one bankgiro number in one currency, which make one deposit."""

    __slots__ = ()
    payee_bankgiro = GiroNumber(3, 12)
    payee_plusgiro = GiroNumber(13, 22)
    currency = Text(23, 25)


class ReferenceRecord(Record):
    """What payments, deductions and extra references have in common."""

    __slots__ = ()
    payer_bankgiro = GiroNumber(3, 12)
    reference = Text(13, 37)
    amount = Number(38, 55)
    code = Text(56, 56)
    channel = Text(57, 57)
    serial = Text(58, 69)
    image = Text(70, 70)

    @property
    def is_full(self) -> bool:
        """Whether a typed text uses all columns of the reference; then it goes on in the first record 25."""
        return self.line[12] != " " != self.line[36]


class ExtraReference(ReferenceRecord):
    __slots__ = ()

    @property
    def part(self) -> int:
        """Its part of the payment; negative in a record 23, 0 where the sender did not say."""
        return -self.amount if self.type == "23" else self.amount


class Information(Record):
    __slots__ = ()
    text = Text(3, 52)

    @property
    def is_full(self) -> bool:
        """Whether the text goes on in the next record in the middle of a word."""
        return self.line[51] != " "


class Name(Record):
    __slots__ = ()
    name = Text(3, 37)
    extra_name = Text(38, 72)


class Street(Record):
    __slots__ = ()
    street = Text(3, 37)
    post_code = Text(38, 46)


class Town(Record):
    __slots__ = ()
    town = Text(3, 37)
    country = Text(38, 72)
    country_code = Text(73, 74)


class Organisation(Record):
    """The payer's organisation number; of a sole trader it is a personal identity number."""

    __slots__ = ()
    digits = Text(3, 14)

    @property
    def organisation_number(self) -> str:
        """Its ten digits, without the two zeros before them; whatever stands there if it is not as it should be."""
        return self.digits[2:] if len(self.digits) == ORGANISATION_DIGITS and self.digits[:2] == "00" else self.digits


PayerRecord = Name | Street | Town | Organisation


@dataclass(frozen=True, slots=True)
class Payment(ReferenceRecord):
    """A record 20, or a deduction (21), with the records 22-29 that belong to it; `payer` are 26-29."""

    extra_references: list[ExtraReference]
    information: list[Information]
    payer: list[PayerRecord]
    deduction_code = Text(71, 71)

    @property
    def is_deduction(self) -> bool:
        return self.type == "21"

    @property
    def name(self) -> Name | None:
        return next((record for record in self.payer if isinstance(record, Name)), None)


class Deposit(Record):
    """Closes a section: its payments as one sum on the account."""

    __slots__ = ()
    account_columns = Text(3, 37)
    clearing = Text(22, 25)
    serial = Text(46, 50)
    amount = Number(51, 68)
    currency = Text(69, 71)
    count = Number(72, 79)
    kind = Text(80, 80)

    @property
    def account_number(self) -> str:
        return self.line[25:37].strip().lstrip("0")

    @property
    def paid_on(self) -> date:
        """Raises `Unreadable`."""
        digits = self.line[37:45]
        try:
            if digits.isascii() and digits.isdigit():
                return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        except ValueError:
            pass
        raise Unreadable(f"columns 38-45 must be a date (CCYYMMDD), not {digits!r}")


class Trailer(Record):
    __slots__ = ()
    payments = Number(3, 10)
    deductions = Number(11, 18)
    extra_references = Number(19, 26)
    deposits = Number(27, 34)


Whole = Header | Opening | Payment | Deposit | Trailer

HEADS: dict[str, type[Header | Opening | Deposit | Trailer]] = {
    "01": Header,
    "05": Opening,
    "15": Deposit,
    "70": Trailer,
}
DETAILS: dict[str, type[ExtraReference | Information | PayerRecord]] = {
    "22": ExtraReference,
    "23": ExtraReference,
    "25": Information,
    "26": Name,
    "27": Street,
    "28": Town,
    "29": Organisation,
}


def layout(head: bytes) -> str | None:
    """What a file is ("BgMax 01") whose first bytes are `head`; None when it does not begin with a BgMax header."""
    header = head.removeprefix(BYTE_ORDER_MARK).lstrip()
    if not header.startswith(b"01BGMAX"):
        return None
    return f"BgMax {header[22:24].decode('ascii', 'replace').strip()}".strip()


def records(stream: BinaryIO, inspection: Inspection) -> Iterator[Whole]:
    """The records in the order of the file, each payment once all that belongs to it was read.

    Record types that nobody knows are skipped, as the manual asks, and told.
    """
    payment: Payment | None = None
    for number, line in lines(stream, inspection):
        kind = line[:2]
        if kind in DETAILS:
            if payment is None:
                inspection.fault(f"line {number}", f"a record {kind} belongs to no payment")
            else:
                _attach(payment, DETAILS[kind](number, line), inspection)
            continue
        if kind in ("20", "21") or kind in HEADS:
            if payment is not None:
                yield payment
            payment = Payment(number, line, [], [], []) if kind in ("20", "21") else None
            if payment is None:
                yield HEADS[kind](number, line)
        else:
            inspection.warn(f"Line {number}: record type {kind!r} is not known; it was skipped.")
    if payment is not None:
        yield payment


def _attach(payment: Payment, detail: ExtraReference | Information | PayerRecord, inspection: Inspection) -> None:
    match detail:
        case ExtraReference():
            payment.extra_references.append(detail)
        case Information():
            payment.information.append(detail)
        case _:
            if payment.payer and payment.payer[-1].type >= detail.type:
                inspection.warn(f"Line {detail.number}: a record {detail.type} comes again or out of its order.")
            payment.payer.append(detail)
    if detail.number - payment.number > DETAILS_MAX:
        inspection.stop(f"line {detail.number}", f"a payment goes on for more than {DETAILS_MAX} lines")
