"""camt.054 and camt.053 in the words of no particular bank."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from billing.money import Money
from providers.bankgirot import camt, camt_payments
from providers.bankgirot.camt import Entry, Statement, Transaction
from providers.bankgirot.camt_figures import Unreadable, is_credit, unsigned
from providers.bankgirot.camt_movements import Movement
from providers.bankgirot.camt_totals import StatementTotals
from providers.bankgirot.identities import Repetitions
from providers.bankgirot.inspection import Inspection, sum_text
from providers.settlement_files import Debit, Item, SettledPayment

BOOKED, NOT_BOOKED = "BOOK", ("PDNG", "INFO", "FUTR")
FOREIGN_MAX = 1_000
DIGITS = re.compile(r"[0-9]{1,18}")


def read_camt(stream: BinaryIO) -> Iterator[Item]:
    """The items of a camt.054 or camt.053 file, deposits after their payments. Raises `BankFileInvalid`."""
    inspection = Inspection()
    books = _Books(inspection)
    for part in camt.read(stream, inspection):
        match part:
            case Transaction():
                yield from books.transaction(part)
            case Entry():
                yield from books.entry(part)
            case Statement():
                yield from books.statement(part)
    yield from inspection.conclude()


class _Books:
    """Follows one file: entries hold their transactions, statements their entries; each ends after what it holds."""

    def __init__(self, inspection: Inspection) -> None:
        self._inspection = inspection
        self._repetitions = Repetitions()
        self._deposits = 0
        self._entries = 0
        self._entry: Entry | None = None
        self._movement: Movement | None = None
        self._totals = StatementTotals()
        self._sequences: dict[str, int] = {}

    def transaction(self, transaction: Transaction) -> Iterator[Item]:
        """Nothing for the first transaction of an entry, both for the second, then each."""
        movement = self._opened(transaction.entry)
        if movement is None:
            return
        movement.count += 1
        if movement.count == 1:
            movement.held = transaction
            return
        if movement.held is not None:
            yield from self._part(movement, movement.held)
            movement.held = None
        yield from self._part(movement, transaction)

    def entry(self, entry: Entry) -> Iterator[Item]:
        """What is left of an entry, once its transactions went by."""
        movement = self._opened(entry)
        self._entry = self._movement = None
        if movement is None:
            return
        if movement.count > max(1, len(movement.foreign)):
            self._check_parts(movement)
        elif not movement.amount:
            self._warn(movement, f"an entry of 0.00 was left out{' with its transactions' if movement.count else ''}")
        elif movement.count > 1:
            yield from self._foreign(movement)
        else:
            yield from self._whole(movement, movement.held)
        if movement.is_empty:
            return
        if movement.is_reversal:
            self._warn(movement, f"{movement.amount} reverses an earlier entry")
        if movement.is_credit:
            self._deposits += 1
            yield movement.closed()

    def statement(self, statement: Statement) -> Iterator[Item]:
        """The balances, if all adds up."""
        account = camt_payments.account(statement.iban, statement.account, statement.account_scheme)
        yield from self._totals.check(statement, account or "", self._inspection)
        self._check_sequence(statement, account or "")
        self._totals = StatementTotals()
        self._entries = 0

    def _opened(self, entry: Entry) -> Movement | None:
        """The movement of an entry; None where it is not booked, or cannot be read."""
        if entry is not self._entry:
            self._entry, self._movement = entry, None
            self._entries += 1
            try:
                self._movement = self._begun(entry)
            except Unreadable as unreadable:
                self._totals.leave_out()
                self._inspection.fault(_where(entry), str(unreadable))
        return self._movement

    def _begun(self, entry: Entry) -> Movement | None:
        statement = entry.statement
        account = camt_payments.account(statement.iban, statement.account, statement.account_scheme)
        if account is None:
            raise Unreadable("its statement names no account")
        movement = Movement(
            entry=entry,
            account=account,
            place=_place(statement, self._entries),
            deposit=self._deposits + 1,
            repetitions=self._repetitions,
        )
        if entry.status not in (BOOKED, *NOT_BOOKED):
            raise Unreadable(f"its status is {entry.status!r}, none of BOOK, {', '.join(NOT_BOOKED)}")
        self._totals.add(entry, movement.amount, is_booked=entry.status == BOOKED)
        if entry.status != BOOKED:
            self._warn(movement, f"{movement.amount} has the status {entry.status}, not BOOK: it was left out")
            return None
        return movement

    def _part(self, movement: Movement, transaction: Transaction) -> Iterator[SettledPayment | Debit]:
        """One of several transactions of an entry: it must state its own amount."""
        try:
            amount = unsigned(transaction.amount, transaction.currency)
            if amount.currency != movement.amount.currency:
                self._put_aside(movement, transaction)
                return
            is_credited = movement.is_credit if transaction.side is None else is_credit(transaction)
            movement.sides.add(is_credited)
            part = amount if is_credited and movement.is_credit else -amount
            movement.cents += part.cents
            if part:
                yield self._item(movement, part, transaction)
            else:
                self._warn(movement, "a transaction of 0.00 was left out")
        except Unreadable as unreadable:
            self._inspection.fault(_where(transaction), str(unreadable))

    def _whole(self, movement: Movement, transaction: Transaction | None) -> Iterator[SettledPayment | Debit]:
        """An entry with one transaction or none: what arrived is the entry's amount."""
        try:
            if transaction is None or transaction.amount is None:
                yield self._item(movement, movement.amount, transaction)
            else:
                yield from self._only(movement, transaction)
        except Unreadable as unreadable:
            self._inspection.fault(_where(transaction or movement.entry), str(unreadable))

    def _only(self, movement: Movement, transaction: Transaction) -> Iterator[SettledPayment | Debit]:
        """An only transaction is of the entry's amount, but for charges that the bank states."""
        stated = unsigned(transaction.amount, transaction.currency)
        if stated.currency != movement.amount.currency:
            self._warn_foreign(movement, [transaction])
            yield self._item(movement, movement.amount, transaction, is_exact=False)
        elif not (charged := _charged(movement, transaction, stated)):
            yield self._item(movement, movement.amount, transaction)
        elif movement.is_credit:
            self._warn(movement, f"the bank kept {charged} of {stated} as charges")
            yield self._item(movement, movement.amount, transaction, is_exact=False)
        else:
            yield movement.debit(-stated, transaction)
            yield movement.charge(-charged)

    def _item(
        self, movement: Movement, amount: Money, transaction: Transaction | None, *, is_exact: bool = True
    ) -> SettledPayment | Debit:
        if not movement.is_credit:
            return movement.debit(amount, transaction)
        if transaction is not None and transaction.return_reason is not None:
            self._warn(movement, f"{amount} is a payment returned to us ({transaction.return_reason})")
        return movement.payment(amount, transaction, is_exact=is_exact)

    def _put_aside(self, movement: Movement, transaction: Transaction) -> None:
        movement.foreign.append(transaction)
        if len(movement.foreign) > FOREIGN_MAX:
            self._inspection.stop(_where(transaction), f"more than {FOREIGN_MAX} transactions are in another currency")

    def _foreign(self, movement: Movement) -> Iterator[SettledPayment | Debit]:
        """An entry whose transactions are all in other currencies: their parts of it are not stated."""
        self._warn_foreign(movement, movement.foreign)
        if movement.is_credit:
            yield movement.payment_of_all(movement.foreign)
        else:
            yield movement.debit(movement.amount, None)

    def _check_parts(self, movement: Movement) -> None:
        where = _where(movement.entry)
        if movement.foreign:
            self._inspection.fault(where, "its transactions are in several currencies")
        elif not movement.is_credit and len(movement.sides) > 1:
            self._inspection.fault(where, "a debit entry has credits and debits as transactions")
        elif movement.cents != movement.amount.cents:
            there = sum_text(movement.cents, movement.amount.currency)
            self._inspection.fault(where, f"the entry is {movement.amount}, its transactions add up to {there}")

    def _check_sequence(self, statement: Statement, account: str) -> None:
        if statement.sequence is None or not DIGITS.fullmatch(statement.sequence):
            return
        number, before = int(statement.sequence), self._sequences.get(account)
        self._sequences[account] = number
        if before is not None and number > before + 1:
            self._inspection.warn(f"Statements of account {account} are missing between {before} and {number}.")

    def _warn_foreign(self, movement: Movement, transactions: list[Transaction]) -> None:
        currencies = ", ".join(sorted({transaction.currency or "" for transaction in transactions}))
        self._warn(movement, f"the entry is in {movement.amount.currency}, its transactions are in {currencies}")

    def _warn(self, movement: Movement, what: str) -> None:
        self._inspection.warn(f"Entry {movement.reference}: {what}.")


def _place(statement: Statement, nth: int) -> str:
    """Where the statement's `nth` entry stands. Every page of a statement has the statement's id and counts from 1."""
    return f"{statement.id} {nth}" if statement.page == "1" else f"{statement.id} page {statement.page} {nth}"


def _where(part: Entry | Transaction) -> str:
    entry = part if isinstance(part, Entry) else part.entry
    return f"line {part.line}, entry {entry.reference or entry.servicer_reference or 'without reference'}"


def _charged(movement: Movement, transaction: Transaction, stated: Money) -> Money:
    """What the bank charged: less arrived than was paid, or more left. Raises `Unreadable` where it does not say so."""
    booked = movement.amount if movement.is_credit else -movement.amount
    charged = stated - booked if movement.is_credit else booked - stated
    if charged and charged.cents != (camt_payments.charges(transaction) or camt_payments.charges(movement.entry)):
        raise Unreadable(f"its transaction is of {stated}, the entry of {booked}")
    return charged
