"""The account that money goes back to, where the provider cannot know it: as a person or the bank's file names it."""

import re
from dataclasses import asdict, replace

from sqlalchemy.ext.asyncio import AsyncSession
from stdnum import iban, luhn
from stdnum.exceptions import ValidationError

from billing.refusals import BadInput
from providers.refunding import PayerAccount
from storage.payments import Payment
from storage.transfers import BankTransfer

ARGUMENT = "payerAccount"
_SEPARATORS = re.compile(r"[\s.-]")
_GIRO_DIGITS = {"bankgiro": range(7, 9), "plusgiro": range(2, 9)}
_CLEARING_DIGITS, _ACCOUNT_DIGITS = range(4, 6), range(5, 13)
NAME_LENGTH_MAX = 70


def checked(account: PayerAccount) -> PayerAccount:
    """The account in digits alone, after its form and check digits were found right.

    Raises: BadInput.
    """
    bare = replace(account, **{name: _SEPARATORS.sub("", value) for name, value in _numbers(account).items()})
    given = set(_numbers(bare))
    if given not in ({"iban"}, {"bankgiro"}, {"plusgiro"}, {"clearing", "account"}):
        raise _wrong("Name one account: iban, bankgiro, plusgiro, or clearing and account.")
    if bare.name is not None and not 0 < len(bare.name.strip()) <= NAME_LENGTH_MAX:
        raise _wrong(f"The name of an account holder has 1 to {NAME_LENGTH_MAX} characters.")
    if bare.iban is not None:
        return replace(bare, iban=_iban(bare.iban))
    for kind, lengths in _GIRO_DIGITS.items():
        _check_giro(kind, getattr(bare, kind), lengths)
    if bare.clearing is not None and bare.account is not None:
        _check_digits("clearing number", bare.clearing, _CLEARING_DIGITS)
        _check_digits("account number", bare.account, _ACCOUNT_DIGITS)
        if len(bare.clearing) == max(_CLEARING_DIGITS) and not luhn.is_valid(bare.clearing):
            raise _wrong("The clearing number's check digit is wrong.")
    return bare


async def known_account(session: AsyncSession, payment: Payment) -> PayerAccount | None:
    """The account that a bank's file gave for the payment, if it is one that money can go to."""
    if payment.bank_transfer_id is None:
        return None
    return account_of(await session.get_one(BankTransfer, payment.bank_transfer_id))


def account_of(transfer: BankTransfer) -> PayerAccount | None:
    """The account that a bank's file gave for the transfer, if it is one that money can go to."""
    written, name = transfer.counterparty_account, transfer.counterparty_name
    if not written:
        return None
    prefix, _, digits = written.partition(" ")
    match prefix:
        case "BG":
            named = PayerAccount(bankgiro=digits, name=name)
        case "PG":
            named = PayerAccount(plusgiro=digits, name=name)
        case _:
            named = PayerAccount(iban=written, name=name)
    try:
        return checked(replace(named, name=name[:NAME_LENGTH_MAX] if name else None))
    except BadInput:
        return None


def _numbers(account: PayerAccount) -> dict[str, str]:
    return {name: value for name, value in asdict(account).items() if value is not None and name != "name"}


def _iban(text: str) -> str:
    try:
        return str(iban.validate(text))
    except ValidationError:
        raise _wrong("The IBAN is not one: its length or check digits are wrong.") from None


def _check_giro(kind: str, digits: str | None, lengths: range) -> None:
    if digits is not None:
        _check_digits(f"{kind} number", digits, lengths)
        if not luhn.is_valid(digits):
            raise _wrong(f"The {kind} number's check digit is wrong.")


def _check_digits(what: str, digits: str, lengths: range) -> None:
    if not (digits.isascii() and digits.isdigit() and len(digits) in lengths):
        raise _wrong(f"The {what} must have {min(lengths)} to {max(lengths)} digits.")


def _wrong(message: str) -> BadInput:
    return BadInput(message, argument=ARGUMENT)
