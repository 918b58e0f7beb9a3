"""pain.001.001.03 and .09 of ISO 20022 in the Swedish dialect: one payment order as one file, of the same bytes always.

Every identification is the order's key, so that a file that reaches the bank twice is known there as a duplicate, and a
report on the message, on its payment information or on its transaction names the same order.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from billing.money import Money, exponent
from providers.bankgirot.debtor import Debtor
from providers.refunding import PayerAccount, RefundOrder

KEY: Final = re.compile(r"[A-Za-z0-9-]{1,35}")
BANK_DAYS: Final = ZoneInfo("Europe/Stockholm")
GIRO_CURRENCY: Final = "SEK"
CURRENCIES: Final = frozenset({GIRO_CURRENCY, "EUR"})
CLEARING_BANKGIRO, CLEARING_PLUSGIRO = "9900", "9960"
REFERENCE_LENGTH_MAX = 25
NAME_LENGTH_MAX = 70
UNSENDABLE = re.compile(r"[^A-Za-z0-9åäöÅÄÖ/\-?:().,'+ ]")


class CannotBePaid(Exception):
    """A payment order in Swedish giro formats cannot say this; `reason` is a sentence."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def written(order: RefundOrder, debtor: Debtor) -> bytes:
    """The file of an order whose account was checked before.

    Raises: CannotBePaid.
    """
    account = order.payer_account
    if account is None:
        raise CannotBePaid("The order names no account.")
    _check(order, account)
    message = f"{_header(order, debtor)}{_payment(order, account, debtor)}"
    namespace = f"urn:iso:std:iso:20022:tech:xsd:pain.001.001.{debtor.pain_version}"
    document = f'<Document xmlns="{namespace}">{_in("CstmrCdtTrfInitn", message)}</Document>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{document}\n'.encode()


def objection(amount: Money, account: PayerAccount | None) -> str | None:
    """Why these formats do not carry an amount to an account, or to any; None if they do."""
    if amount.currency not in CURRENCIES:
        return f"A bank is ordered to pay {' or '.join(sorted(CURRENCIES))} here, not {amount}."
    if account is not None and account.iban is None and amount.currency != GIRO_CURRENCY:
        return f"{amount} can only be paid to an IBAN: this account takes {GIRO_CURRENCY}."
    return None


def sendable(text: str, length_max: int) -> str:
    """Text in the characters that every bank takes: accents are left off, anything else becomes a space."""
    spoken = "".join(_letter(letter) for letter in unicodedata.normalize("NFC", text))
    return " ".join(spoken.split())[:length_max].strip()


def _letter(letter: str) -> str:
    if not UNSENDABLE.match(letter):
        return letter
    return UNSENDABLE.sub("", unicodedata.normalize("NFKD", letter)) or " "


def _check(order: RefundOrder, account: PayerAccount) -> None:
    if not KEY.fullmatch(order.key):
        raise CannotBePaid("The order's key is none that a bank takes.")
    if order.amount.cents <= 0:
        raise CannotBePaid(f"{order.amount} cannot be paid.")
    if problem := objection(order.amount, account):
        raise CannotBePaid(problem)


def _header(order: RefundOrder, debtor: Debtor) -> str:
    customer = ""
    if debtor.customer_id:
        scheme = _in("SchmeNm", _in("Cd", "CUST"))
        customer = _in("Id", _in("OrgId", _in("Othr", _said("Id", debtor.customer_id) + scheme)))
    at = order.ordered_at.astimezone(BANK_DAYS)
    return _in(
        "GrpHdr",
        _said("MsgId", order.key),
        _said("CreDtTm", at.replace(microsecond=0, tzinfo=None).isoformat()),
        _totals(order.amount),
        _in("InitgPty", _said("Nm", sendable(debtor.name, NAME_LENGTH_MAX)), customer),
    )


def _payment(order: RefundOrder, account: PayerAccount, debtor: Debtor) -> str:
    day = f"{order.ordered_at.astimezone(BANK_DAYS):%Y-%m-%d}"
    is_sepa = order.amount.currency != GIRO_CURRENCY
    return _in(
        "PmtInf",
        _said("PmtInfId", order.key),
        _said("PmtMtd", "TRF"),
        _totals(order.amount),
        _in("PmtTpInf", _in("SvcLvl", _said("Cd", "SEPA"))) if is_sepa else "",
        _in("ReqdExctnDt", _said("Dt", day) if debtor.pain_version != "03" else day),
        _in("Dbtr", _said("Nm", sendable(debtor.name, NAME_LENGTH_MAX))),
        _in("DbtrAcct", _debtor_account(account, debtor)),
        _in("DbtrAgt", _agent(debtor)),
        _said("ChrgBr", "SLEV") if is_sepa else "",
        _in("CdtTrfTxInf", *_transaction(order, account)),
    )


def _transaction(order: RefundOrder, account: PayerAccount) -> Iterator[str]:
    yield _in("PmtId", _said("InstrId", order.key), _said("EndToEndId", order.key))
    yield _in("Amt", f'<InstdAmt Ccy="{order.amount.currency}">{_figure(order.amount)}</InstdAmt>')
    if member := _clearing(account):
        system = _in("ClrSysId", _said("Cd", "SESBA"))
        yield _in("CdtrAgt", _in("FinInstnId", _in("ClrSysMmbId", system, _said("MmbId", member))))
    name = sendable(account.name or "", NAME_LENGTH_MAX) or "NOTPROVIDED"
    country = account.iban[:2] if account.iban else "SE"
    yield _in("Cdtr", _said("Nm", name), _in("PstlAdr", _said("Ctry", country)))
    yield _in("CdtrAcct", _in("Id", _creditor_account(account)))
    yield _in("RmtInf", _said("Ustrd", f"Refund {order.key[-12:]}"[:REFERENCE_LENGTH_MAX]))


def _debtor_account(account: PayerAccount, debtor: Debtor) -> str:
    """A bankgiro is paid from a bankgiro, where we have one: some banks demand it."""
    if debtor.bankgiro is not None and account.bankgiro is not None:
        return _in("Id", _giro(debtor.bankgiro))
    return _in("Id", _said("IBAN", debtor.iban))


def _agent(debtor: Debtor) -> str:
    return _in("FinInstnId", _said("BIC" if debtor.pain_version == "03" else "BICFI", debtor.bic))


def _clearing(account: PayerAccount) -> str | None:
    if account.bankgiro is not None:
        return CLEARING_BANKGIRO
    return CLEARING_PLUSGIRO if account.plusgiro is not None else account.clearing


def _creditor_account(account: PayerAccount) -> str:
    if account.iban is not None:
        return _said("IBAN", account.iban)
    if account.bankgiro is not None:
        return _giro(account.bankgiro)
    number = account.plusgiro or account.account or ""
    return _in("Othr", _said("Id", number), _in("SchmeNm", _said("Cd", "BBAN")))


def _giro(number: str) -> str:
    return _in("Othr", _said("Id", number), _in("SchmeNm", _said("Prtry", "BGNR")))


def _totals(amount: Money) -> str:
    return _said("NbOfTxs", "1") + _said("CtrlSum", _figure(amount))


def _figure(amount: Money) -> str:
    places = exponent(amount.currency)
    whole, part = divmod(amount.cents, 10**places)
    return f"{whole}.{part:0{places}}"


def _in(name: str, *parts: str) -> str:
    return f"<{name}>{''.join(parts)}</{name}>"


def _said(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"
