"""One entry of a camt file, and the payments, debits and deposit that it makes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from billing.money import Money
from providers.bankgirot import accounts, camt_payments, identities
from providers.bankgirot.camt import Entry, Transaction
from providers.bankgirot.camt_figures import day, is_credit, is_true, signed
from providers.bankgirot.camt_payments import stated
from providers.bankgirot.identities import Repetitions
from providers.settlement_files import Debit, Deposit, SettledPayment

CHARGES = frozenset({"CHRG", "COMM", "COMT", "COME", "FEES", "CHG", "COM"})
UETR = re.compile(r"(?!0{8}-)[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
BANKGIRO_DEPOSIT = re.compile(r"BG *([0-9]{7,8}) +([0-9]{5})(?![0-9])")


@dataclass(slots=True, kw_only=True)
class Movement:
    """An entry while its transactions go by. `amount` is signed, `deposit` counts the file's deposits from 1.

    `place` tells the entry that has no reference. Its first transaction is `held` until a second one comes: alone,
    it is the whole entry.
    """

    entry: Entry
    account: str
    place: str
    deposit: int
    repetitions: Repetitions
    amount: Money = field(init=False)
    booked_on: date = field(init=False)
    held: Transaction | None = None
    count: int = 0
    cents: int = 0
    foreign: list[Transaction] = field(default_factory=list)
    sides: set[bool] = field(default_factory=set)
    _yielded: int = 0
    _debited: str | None = None
    _payees: set[str | None] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Raises `Unreadable` where the entry lacks an amount, a side or a day."""
        self.amount = signed(self.entry)
        self.booked_on = day(self.entry.booked_on or self.entry.value_on)

    @property
    def reference(self) -> str:
        return self.entry.reference or self.entry.servicer_reference or self.place

    @property
    def is_credit(self) -> bool:
        return is_credit(self.entry)

    @property
    def is_empty(self) -> bool:
        """Whether it has made no payment and no debit."""
        return self._yielded == 0

    @property
    def is_reversal(self) -> bool:
        return is_true(self.entry.reversal)

    def payment(self, amount: Money, transaction: Transaction | None, *, is_exact: bool = True) -> SettledPayment:
        """The next payment of the deposit; not `is_exact` when the transaction's own amounts are not what arrived.

        Raises `Unreadable` where its parts do not add up to it.
        """
        self._yielded += 1
        if transaction is None:
            return self._bare_payment(amount)
        references = (
            camt_payments.references(transaction, amount) if is_exact else camt_payments.references_only([transaction])
        )
        comes_back = self.is_reversal or transaction.return_reason is not None
        payee = camt_payments.payee(transaction)
        self._payees.add(payee)
        return SettledPayment(
            deposit=self.deposit,
            ordinal=self._yielded,
            amount=amount,
            references=references,
            message=camt_payments.free_text([transaction], self.entry.additional, references),
            counterparty_name=camt_payments.payer(transaction),
            counterparty_account=camt_payments.payer_account(transaction),
            payee=payee,
            bank_reference=transaction.servicer_reference,
            comes_back=comes_back,
            end_to_end_id=stated(transaction.end_to_end_id) if comes_back else None,
            identities=self._payment_identities(amount, transaction),
        )

    def payment_of_all(self, transactions: Sequence[Transaction]) -> SettledPayment:
        """The whole entry as one payment, where what its transactions state says nothing of their parts in it."""
        self._yielded += 1
        references = camt_payments.references_only(transactions)
        text = camt_payments.free_text(transactions, self.entry.additional, references)
        return replace(self._bare_payment(self.amount), references=references, message=text)

    def debit(self, amount: Money, transaction: Transaction | None) -> Debit:
        """The next debit of the entry; it may be the whole entry."""
        self._yielded += 1
        own = stated(transaction.servicer_reference) if transaction is not None else None
        whole = self._whole_debit()
        key = self._key("debit", amount, own or f"{self._own_reference()}/{self._yielded}")
        return Debit(
            amount=amount,
            booked_on=self.booked_on,
            reference=own or self.reference,
            identities=(whole if own is None and amount == self.amount else self.repetitions.numbered(key),),
            description=self._description(transaction),
            is_charge=not self.is_reversal and self._is_charge(transaction),
            entry=whole,
            is_reversal=self.is_reversal,
            end_to_end_id=stated(transaction.end_to_end_id) if transaction is not None else None,
        )

    def charge(self, amount: Money) -> Debit:
        """What the bank charged for the debit before it."""
        key = self._key("charge", amount, self._own_reference())
        return Debit(
            amount=amount,
            booked_on=self.booked_on,
            reference=self.reference,
            identities=(self.repetitions.numbered(key),),
            description=f"Charge for {self.reference}",
            is_charge=True,
            entry=self._whole_debit(),
        )

    def closed(self) -> Deposit:
        """The deposit that the payments made."""
        keys = [self._key("deposit", self.amount, self._own_reference())]
        if bankgiro := BANKGIRO_DEPOSIT.match(self.entry.reference or ""):
            number, serial = bankgiro.groups()
            keys += [
                identities.bankgiro_deposit(bankgiro=one, paid_on=self.booked_on, amount=self.amount, serial=serial)
                for one in sorted({number.lstrip("0"), *self._paid_to()})
            ]
        return Deposit(
            number=self.deposit,
            amount=self.amount,
            booked_on=self.booked_on,
            payment_count=self._yielded,
            reference=self.reference,
            identities=tuple(self.repetitions.numbered(key) for key in keys),
            payee=next(iter(self._payees)) if len(self._payees) == 1 else self._payee_of_deposit(),
            account=self.account,
        )

    def _bare_payment(self, amount: Money) -> SettledPayment:
        return SettledPayment(
            deposit=self.deposit,
            ordinal=self._yielded,
            amount=amount,
            message=self.entry.additional,
            payee=self._payee_of_deposit(),
            bank_reference=self.entry.servicer_reference,
            comes_back=self.is_reversal,
        )

    def _payment_identities(self, amount: Money, transaction: Transaction) -> tuple[str, ...]:
        """A UETR alone says little: what a bank takes back and books anew bears the same one, on another day."""
        keys = []
        if own := stated(transaction.servicer_reference):
            keys.append(self._key("payment", amount, own))
        if transaction.unique_id is not None and UETR.fullmatch(transaction.unique_id):
            keys.append(self._key("uetr", amount, transaction.unique_id.lower()))
        return tuple(self.repetitions.numbered(key) for key in keys)

    def _whole_debit(self) -> str:
        """The identity of the entry as a single debit, as which it comes where the bank does not itemise it."""
        if self._debited is None:
            self._debited = self.repetitions.numbered(self._key("debit", self.amount, f"{self._own_reference()}/1"))
        return self._debited

    def _paid_to(self) -> list[str]:
        """The bankgiro number that all was paid to; the reference may bear another one."""
        [payee, *others] = self._payees or {None}
        return [payee.removeprefix("BG ").replace("-", "")] if not others and payee and payee.startswith("BG ") else []

    def _payee_of_deposit(self) -> str | None:
        bankgiro = BANKGIRO_DEPOSIT.match(self.entry.reference or "")
        return accounts.bankgiro(bankgiro[1]) if bankgiro else None

    def _description(self, transaction: Transaction | None) -> str:
        code = "/".join(filter(None, (self.entry.domain, self.entry.family, self.entry.subfamily)))
        texts = [self.entry.additional]
        if transaction is not None:
            texts = [transaction.creditor, *transaction.free_texts, transaction.additional, self.entry.additional]
        said = ", ".join(filter(None, texts)) or code or self.entry.proprietary_code or "debit"
        return f"Reversal: {said}" if self.is_reversal else said

    def _is_charge(self, transaction: Transaction | None) -> bool:
        codes = {self.entry.subfamily, self.entry.proprietary_code, transaction.subfamily if transaction else None}
        return not CHARGES.isdisjoint(codes)

    def _own_reference(self) -> str:
        return stated(self.entry.servicer_reference) or self.place

    def _key(self, kind: str, amount: Money, reference: str) -> str:
        return identities.booking(
            kind=kind, account=self.account, booked_on=self.booked_on, amount=amount, reference=reference
        )
