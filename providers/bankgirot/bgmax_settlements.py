"""BgMax in the words of no particular bank."""

from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from billing.money import Money
from billing.ocr import has_check_digit
from providers import settlement_files
from providers.bankgirot import accounts, identities
from providers.bankgirot.bgmax import (
    ORGANISATION_DIGITS,
    Deposit,
    ExtraReference,
    Opening,
    Organisation,
    Payment,
    Record,
)
from providers.bankgirot.control_totals import checked
from providers.bankgirot.inspection import Inspection
from providers.bankgirot.references import each_once, message, reference
from providers.settlement_files import Item, Reference, SettledPayment

CHECKED_AS_OCR, CHECKED_AS_REGISTERED = "2", "4"
CHECKED_BY_THE_BANK = (CHECKED_AS_OCR, CHECKED_AS_REGISTERED)
EARLIEST_YEAR = 2000
SERIALS_REMEMBERED = 2_000


def read_bgmax(stream: BinaryIO) -> Iterator[Item]:
    """The items of a BgMax file, deposits after their payments. Raises `BankFileInvalid`."""
    inspection = Inspection()
    oddities = Oddities(inspection)
    section = None
    number = 0
    for record in checked(stream, inspection):
        match record:
            case Opening():
                number += 1
                section = _Section(record, number)
            case Payment() if section is not None:
                oddities.of_payment(record)
                if record.amount:
                    yield section.payment(record)
            case Deposit() if section is not None:
                oddities.of_deposit(record)
                if section.count:
                    yield section.deposit(record)
    oddities.of_serials()
    yield from inspection.conclude()


class _Section:
    """The payments to one bankgiro number in one currency, which make one deposit."""

    def __init__(self, opening: Opening, number: int) -> None:
        self._number = number
        self.count = 0
        self._currency = opening.currency
        self._bankgiro = opening.payee_bankgiro
        self._payee_digits = opening.payee_bankgiro or opening.payee_plusgiro
        self._payee = accounts.bankgiro(self._bankgiro) if self._bankgiro else accounts.plusgiro(self._payee_digits)

    def payment(self, record: Payment) -> SettledPayment:
        self.count += 1
        sign = -1 if record.is_deduction else 1
        own, rest = _unfolded(record)
        references = each_once(self._references(record, own, sign))
        payer = record.name
        return SettledPayment(
            deposit=self._number,
            ordinal=self.count,
            amount=Money(sign * record.amount, self._currency),
            references=references,
            message=message(rest, references),
            counterparty_name=(payer.name or payer.extra_name or None) if payer else None,
            counterparty_account=accounts.bankgiro(record.payer_bankgiro) if record.payer_bankgiro else None,
            payee=self._payee,
            bank_reference=record.serial or None,
        )

    def _references(self, record: Payment, own: str, sign: int) -> Iterator[Reference]:
        if own:
            yield reference(own, vouched=record.code in CHECKED_BY_THE_BANK)
        for extra in record.extra_references:
            if extra.reference:
                part = Money(sign * extra.part, self._currency) if extra.part else None
                yield reference(extra.reference, vouched=extra.code in CHECKED_BY_THE_BANK, amount=part)

    def deposit(self, record: Deposit) -> settlement_files.Deposit:
        amount = Money(record.amount, self._currency)
        own = identities.deposit_serial(
            payee=self._payee_digits, year=record.paid_on.year, serial=record.serial, currency=self._currency
        )
        shared = identities.bankgiro_deposit(
            bankgiro=self._payee_digits, paid_on=record.paid_on, amount=amount, serial=record.serial
        )
        return settlement_files.Deposit(
            number=self._number,
            amount=amount,
            booked_on=record.paid_on,
            payment_count=self.count,
            reference=f"{self._payee} {record.serial}",
            identities=(own, shared),
            payee=self._payee,
            account=accounts.bank_account(clearing=record.clearing, number=record.account_number),
        )


def _unfolded(record: Payment) -> tuple[str, list[str]]:
    """The reference of a payment, and its free text: text that fills its columns goes on in the next record 25."""
    texts: list[str] = []
    goes_on = record.code not in CHECKED_BY_THE_BANK and record.is_full
    own = record.reference
    for information in record.information:
        if not goes_on:
            texts.append(information.text)
        elif texts:
            texts[-1] += information.text
        else:
            own += information.text
        goes_on = information.is_full
    return own, texts


class Oddities:
    """What a good reader tells and books all the same: Bankgirot's own files have it."""

    def __init__(self, inspection: Inspection) -> None:
        self._inspection = inspection
        self._serials: Counter[str] = Counter()

    def of_payment(self, payment: Payment) -> None:
        if not payment.amount:
            self._warn(payment, "a payment of 0.00 is left out")
        self._reference(payment)
        for extra in payment.extra_references:
            self._reference(extra)
            if extra.serial != payment.serial:
                self._warn(extra, f"serial {extra.serial} differs from its payment's, {payment.serial}")
        for record in payment.payer:
            if isinstance(record, Organisation) and len(record.digits) not in (0, ORGANISATION_DIGITS):
                stated = f"{len(record.digits)} digits, not {ORGANISATION_DIGITS}"
                self._warn(record, f"organisation number field has {stated}")
        if payment.serial.strip("0") and (payment.serial in self._serials or len(self._serials) < SERIALS_REMEMBERED):
            self._serials[payment.serial] += 1

    def of_serials(self) -> None:
        """Serial numbers that come again, if they came among the first of the file."""
        for serial, times in self._serials.items():
            if times > 1:
                self._inspection.warn(f"BGC serial {serial} is on {times} payment/deduction records.")

    def _reference(self, record: Payment | ExtraReference) -> None:
        if record.code == CHECKED_AS_OCR and not has_check_digit(record.reference):
            self._warn(record, f"reference code 2 but {record.reference!r} fails modulus 10")

    def of_deposit(self, deposit: Deposit) -> None:
        if deposit.paid_on.year < EARLIEST_YEAR:
            self._warn(deposit, f"the deposit is dated {deposit.paid_on}; look at the day before relying on it")

    def _warn(self, record: Record, what: str) -> None:
        self._inspection.warn(f"Line {record.number}: {what}.")
