"""Why a bank refused or returned a payment, in words: ISO 20022's external status and return reasons."""

from collections.abc import Iterable
from typing import Final

DUPLICATES: Final = frozenset({"AM05", "DUPL", "DU01", "DU02", "DU03", "DU04", "DU05"})
"""The bank has had the order before: what it refuses is the repetition, not the order."""

_WORDS: Final = {
    "AC01": "the account number is wrong",
    "AC02": "our account number is wrong",
    "AC03": "the payee's account number is wrong",
    "AC04": "the account is closed",
    "AC05": "our account is closed",
    "AC06": "the account is blocked",
    "AC07": "the payee's account is closed",
    "AC13": "the account is of a kind that this payment cannot go to",
    "AG01": "payments to this account are not allowed",
    "AG02": "the bank does not do this kind of payment",
    "AM01": "the amount is zero",
    "AM02": "the amount is larger than is allowed",
    "AM03": "the currency is not taken",
    "AM04": "there is not enough money on our account",
    "AM05": "the bank has had this order before",
    "AM06": "the amount is smaller than is allowed",
    "AM07": "the amount is blocked",
    "AM09": "the amount is not what was agreed",
    "BE01": "the name does not belong to the account",
    "BE04": "the payee's address is missing or wrong",
    "BE05": "the bank does not know the sender of the file",
    "BE06": "the payee is not known at this account",
    "BE07": "our address is missing or wrong",
    "CNOR": "the payee's bank cannot be reached",
    "CUST": "it was cancelled at our request",
    "DT01": "the date is wrong",
    "DU01": "the bank has had this message before",
    "DU02": "the bank has had this payment before",
    "DU03": "the bank has had this transaction before",
    "DU04": "the bank has had this end-to-end identification before",
    "DU05": "the bank has had this instruction before",
    "DUPL": "the bank has had this order before",
    "FF01": "the file's format is wrong",
    "FOCR": "it was called back",
    "MD07": "the account holder has died",
    "MS02": "the payee refused it without a reason",
    "MS03": "the bank gave no reason",
    "NARR": "see the bank's note",
    "RC01": "the bank's identification is wrong",
    "RC04": "the payee's bank is named wrongly",
    "RR01": "the payer's account is missing for the authorities",
    "RR02": "the payer's name or address is missing for the authorities",
    "RR03": "the payee's name or address is missing for the authorities",
    "RR04": "for reasons of law",
    "TM01": "it came after the bank's closing time",
}


def in_words(codes: Iterable[str], notes: Iterable[str] = ()) -> str:
    """ "the account is closed (AC04)", with the bank's own notes behind it; unknown codes by themselves."""
    said = [f"{_WORDS[code]} ({code})" if code in _WORDS else code for code in codes]
    return "; ".join((*said, *notes)) or "the bank gave no reason"
