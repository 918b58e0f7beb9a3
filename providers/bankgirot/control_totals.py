"""What a BgMax file says about itself, held against what it holds: structure, sums, counts."""

from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from providers.bankgirot.bgmax import Deposit, Header, Opening, Payment, Trailer, Unreadable, Whole, records
from providers.bankgirot.inspection import Inspection, sum_text

LAYOUT, VERSION, PRODUCTION = "BGMAX", "01", "P"
CURRENCIES = ("SEK", "EUR")


def checked(stream: BinaryIO, inspection: Inspection) -> Iterator[Whole]:
    """The records that can be relied on; each that cannot is a fault. Sections come whole: opening, payments, deposit."""
    totals = ControlTotals(inspection)
    for record in records(stream, inspection):
        if totals.take(record):
            yield record
    totals.finish()


class ControlTotals:
    """Follows one file from its header to its trailer."""

    def __init__(self, inspection: Inspection) -> None:
        self._inspection = inspection
        self._counts: Counter[str] = Counter()
        self._is_first = True
        self._trailer: Trailer | None = None
        self._opening: Opening | None = None
        self._section: Counter[str] = Counter()
        self._section_cents = 0
        self._currency = ""
        self._serials: set[tuple[str, int, str, str]] = set()

    def take(self, record: Whole) -> bool:
        """Check the next record; whether it stands where it may and reads as what it is."""
        self._counts[record.type] += 1
        if self._is_first and not isinstance(record, Header):
            self._fault(record, f"the first record is {record.type}, not the header (01)")
        if self._trailer is not None:
            self._fault(record, f"a record {record.type} comes after the trailer (70)")
        self._is_first = False
        try:
            return self._take(record)
        except Unreadable as unreadable:
            self._fault(record, str(unreadable))
            return False

    def finish(self) -> None:
        """The file has ended: everything that was opened must be closed."""
        if self._is_first:
            self._inspection.fault("file", "it holds no records")
        if self._opening is not None:
            self._fault(self._opening, "this section is not closed by a deposit (15)")
        if self._trailer is None:
            self._inspection.fault("end of file", "the trailer (70) is missing: the file is cut off")
        if not self._counts["05"]:
            self._inspection.fault("file", "it holds no section (05)")

    def _take(self, record: Whole) -> bool:
        match record:
            case Payment():
                return self._payment(record)
            case Opening():
                return self._open(record)
            case Deposit():
                return self._close(record)
            case Header():
                return self._header(record)
            case Trailer():
                return self._end(record)

    def _header(self, header: Header) -> bool:
        if self._counts["01"] > 1:
            self._fault(header, "there is a second header (01)")
        if (header.layout, header.version) != (LAYOUT, VERSION):
            self._fault(header, f"the layout is {header.layout} {header.version}, not {LAYOUT} {VERSION}")
        if header.mark != PRODUCTION:
            named = {"T": "the file is marked as a test (T)"}
            self._fault(header, named.get(header.mark, f"the file is marked {header.mark!r}, not as production (P)"))
        return True

    def _open(self, opening: Opening) -> bool:
        if self._opening is not None:
            self._fault(opening, f"the section of line {self._opening.number} is not closed by a deposit (15)")
        self._opening, self._section_cents, self._currency = opening, 0, opening.currency
        self._section.clear()
        if opening.currency not in CURRENCIES:
            self._fault(opening, f"currency {opening.currency!r} is not one of {', '.join(CURRENCIES)}")
        if not (opening.payee_bankgiro or opening.payee_plusgiro):
            self._fault(opening, "there is no payee bankgiro number")
        return True

    def _payment(self, payment: Payment) -> bool:
        self._counts["22+23"] += len(payment.extra_references)
        if self._opening is None:
            self._fault(payment, f"a record {payment.type} stands outside of a section")
            return False
        self._section[payment.type] += 1
        self._section_cents += -payment.amount if payment.is_deduction else payment.amount
        _ = payment.payer_bankgiro
        parts = [extra.part for extra in payment.extra_references]
        if any(parts) and sum(parts) != payment.amount:
            self._fault(payment, f"its parts add up to {self._text(sum(parts))}, not to {self._text(payment.amount)}")
        return True

    def _close(self, deposit: Deposit) -> bool:
        opening, self._opening = self._opening, None
        if opening is None:
            self._fault(deposit, "a deposit (15) closes no section")
            return False
        if not self._section["20"]:
            self._fault(deposit, "its section holds no payment (20)")
        if deposit.currency != opening.currency:
            self._fault(deposit, f"its currency is {deposit.currency}, its section's {opening.currency}")
        if deposit.amount != self._section_cents:
            stated, there = self._text(deposit.amount), self._text(self._section_cents)
            self._fault(deposit, f"the deposit is {stated}, its payments add up to {there}")
        if deposit.count != self._section.total():
            self._fault(deposit, f"it counts {deposit.count} payments, there are {self._section.total()}")
        self._once(opening, deposit)
        return True

    def _once(self, opening: Opening, deposit: Deposit) -> None:
        serial = (
            opening.payee_bankgiro or opening.payee_plusgiro,
            deposit.paid_on.year,
            deposit.serial,
            deposit.currency,
        )
        if not (deposit.serial.isascii() and deposit.serial.isdigit()):
            self._fault(deposit, f"the deposit's serial number must be digits, not {deposit.serial!r}")
        if serial in self._serials:
            self._fault(deposit, f"deposit {deposit.serial} of the same payee and year comes twice")
        self._serials.add(serial)

    def _end(self, trailer: Trailer) -> bool:
        self._trailer = trailer
        counted = {
            "payments (20)": (trailer.payments, self._counts["20"]),
            "deductions (21)": (trailer.deductions, self._counts["21"]),
            "extra references (22, 23)": (trailer.extra_references, self._counts["22+23"]),
            "deposits (15)": (trailer.deposits, self._counts["15"]),
        }
        for what, (stated, there) in counted.items():
            if stated != there:
                self._fault(trailer, f"the trailer counts {stated} {what}, there are {there}")
        return True

    def _text(self, cents: int) -> str:
        return sum_text(cents, self._currency)

    def _fault(self, record: Whole, what: str) -> None:
        self._inspection.fault(f"line {record.number}", what)
