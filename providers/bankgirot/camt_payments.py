"""What a camt transaction says about its payment: references with their parts, text, parties."""

from collections.abc import Iterable, Iterator

from billing.money import Money
from billing.ocr import has_check_digit
from providers.bankgirot import accounts, reasons
from providers.bankgirot.camt import Entry, Remittance, Transaction
from providers.bankgirot.camt_figures import Unreadable, unsigned
from providers.bankgirot.inspection import sum_text
from providers.bankgirot.references import each_once, message, reference
from providers.settlement_files import Reference

NO_CREDITOR_REFERENCES = frozenset({"RADM", "RPIN", "FXDR", "DISP", "PUOR"})
NO_INVOICES = frozenset({"CREN", "DEBN", "PUOR", "SOAC", "DISP", "BOLD", "VCHR", "AROI", "TSUT", "CNFA"})
PLACEHOLDERS = frozenset({"NOTPROVIDED", "NOTAVAILABLE", "NONREF", "NONE"})


def stated(text: str | None) -> str | None:
    """An identification, unless it only says that there is none."""
    return None if text is None or text.upper() in PLACEHOLDERS else text


def references(transaction: Transaction, amount: Money) -> tuple[Reference, ...]:
    """The references of a payment of `amount` (signed), each once.

    Raises `Unreadable` where every structured reference states its part and they do not add up to the amount.
    """
    parts = [_part(remittance, amount.currency) for remittance in transaction.remittances]
    known = [part for part in parts if part is not None]
    total = sum(part.cents for part in known)
    if known and len(known) == len(parts) and total != abs(amount.cents):
        there = sum_text(total, amount.currency)
        raise Unreadable(f"its parts add up to {there}, not to {sum_text(abs(amount.cents), amount.currency)}")
    found = [
        one
        for remittance, part in zip(transaction.remittances, parts, strict=True)
        for one in _of_remittance(remittance, -part if part is not None and amount.cents < 0 else part)
    ]
    typed = stated(transaction.instruction_id)
    if not found and not transaction.free_texts and typed:
        found.append(reference(typed, vouched=False))
    return each_once(found)


def references_only(transactions: Iterable[Transaction]) -> tuple[Reference, ...]:
    """The references of transactions whose amounts say nothing of what arrived, without their parts."""
    remittances = [remittance for transaction in transactions for remittance in transaction.remittances]
    return each_once(one for remittance in remittances for one in _of_remittance(remittance, None))


def charges(part: Entry | Transaction) -> int:
    """What the bank says that it kept, in minor units of the part's currency. Raises `Unreadable`."""
    texts = [part.charges_total] if part.charges_total else part.charges
    return sum(unsigned(text, part.currency).cents for text in texts)


def free_text(transactions: Iterable[Transaction], entry_text: str | None, found: Iterable[Reference]) -> str | None:
    """The payers' free text; what the bank says of the whole entry only where there is none."""
    return message((piece for one in transactions for piece in _pieces(one)), found) or entry_text


def payer(transaction: Transaction) -> str | None:
    return transaction.debtor or transaction.ultimate_debtor


def payer_account(transaction: Transaction) -> str | None:
    return account(transaction.debtor_iban, transaction.debtor_account, transaction.debtor_scheme)


def payee(transaction: Transaction) -> str | None:
    """The account that was paid to; on one bank account there can be many bankgiro numbers."""
    return account(transaction.creditor_iban, transaction.creditor_account, transaction.creditor_scheme)


def _part(remittance: Remittance, currency: str) -> Money | None:
    """The part of the payment that one reference is for: a remitted amount, or a credit note taken off."""
    if remittance.amount is not None:
        part = unsigned(remittance.amount, remittance.currency)
    elif remittance.credit_note is not None:
        part = -unsigned(remittance.credit_note, remittance.credit_note_currency)
    else:
        return None
    return part if part and part.currency == currency else None


def _of_remittance(remittance: Remittance, part: Money | None) -> Iterator[Reference]:
    """camt says nothing of how Bankgirot has judged a reference, and most banks give all of them as the numbers of invoices:
    what is a whole number with a right check digit is an OCR number, wherever it stands. Of which invoice it is, and whether
    the amount is right, is for `billing.matching` to see.
    """
    for text, type_, others in (
        (remittance.creditor_reference, remittance.creditor_reference_type, NO_CREDITOR_REFERENCES),
        (remittance.document_number, remittance.document_type, NO_INVOICES),
    ):
        if text:
            digits = "".join(text.split())
            is_ocr = type_ not in others and has_check_digit(digits)
            yield reference(digits if is_ocr else text, vouched=is_ocr, amount=part)
            part = None


def _pieces(transaction: Transaction) -> Iterator[str]:
    if transaction.return_reason:
        yield f"Returned: {reasons.in_words([transaction.return_reason])}."
    yield from transaction.free_texts
    for remittance in transaction.remittances:
        yield from remittance.additional
    if transaction.additional:
        yield transaction.additional


def account(iban: str | None, other: str | None, scheme: str | None) -> str | None:
    if iban:
        return iban.replace(" ", "")
    if other and scheme == "BGNR":
        return accounts.bankgiro(other)
    return accounts.plusgiro(other) if other and scheme == "PGNR" else other
