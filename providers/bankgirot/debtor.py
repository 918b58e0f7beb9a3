"""Who we are to our bank when we order payments: our account, and how the files are to be written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from stdnum import iban, luhn
from stdnum.exceptions import ValidationError

from providers.offer import SettingsUnusable

NEEDED = frozenset({"outbox", "debtor_name", "debtor_iban", "debtor_bic"})
"""Without these settings nothing can be ordered: BILLING_BANKGIROT_OUTBOX, …_DEBTOR_NAME, …_DEBTOR_IBAN, …_DEBTOR_BIC."""

PAIN_VERSIONS = ("03", "09")
NAME_LENGTH_MAX, ID_LENGTH_MAX = 70, 35
BIC = re.compile(r"[A-Z]{6}[A-Z2-9][A-NP-Z0-9](?:[A-Z0-9]{3})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Debtor:
    """The account that pays, and its holder. `bankgiro`: from which giro payments are made, where the bank wants it so.

    `customer_id` is what the bank knows the sender of files by; `pain_version` is 03 or 09.
    """

    name: str
    iban: str
    bic: str
    bankgiro: str | None = None
    customer_id: str | None = None
    pain_version: str = PAIN_VERSIONS[0]

    @classmethod
    def of(cls, section: Mapping[str, str]) -> Self:
        """Raises: SettingsUnusable, for a setting that cannot be meant."""
        return cls(
            name=_within(section["debtor_name"].strip(), NAME_LENGTH_MAX, "DEBTOR_NAME"),
            iban=_iban(section["debtor_iban"]),
            bic=_bic(section["debtor_bic"]),
            bankgiro=_bankgiro(section["debtor_bankgiro"]) if section.get("debtor_bankgiro") else None,
            customer_id=_within(section.get("debtor_customer_id", "").strip(), ID_LENGTH_MAX, "DEBTOR_CUSTOMER_ID")
            or None,
            pain_version=_pain_version(section.get("pain_version") or PAIN_VERSIONS[0]),
        )


def outbox_of(section: Mapping[str, str]) -> Path:
    """Raises: SettingsUnusable where it is no absolute path."""
    folder = Path(section["outbox"])
    if not folder.is_absolute():
        raise SettingsUnusable("OUTBOX must be an absolute path.")
    return folder


def _within(text: str, length_max: int, setting: str) -> str:
    if len(text) > length_max:
        raise SettingsUnusable(f"{setting} has more than {length_max} characters.")
    return text


def _iban(text: str) -> str:
    try:
        return str(iban.validate(text))
    except ValidationError:
        raise SettingsUnusable("DEBTOR_IBAN is no IBAN: its length or check digits are wrong.") from None


def _bic(text: str) -> str:
    bic = text.replace(" ", "").upper()
    if not BIC.fullmatch(bic):
        raise SettingsUnusable("DEBTOR_BIC is no BIC.")
    return bic


def _bankgiro(text: str) -> str:
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"[0-9]{7,8}", digits) or not luhn.is_valid(digits):
        raise SettingsUnusable("DEBTOR_BANKGIRO is no bankgiro number: its length or check digit is wrong.")
    return digits


def _pain_version(text: str) -> str:
    version = text.removeprefix("pain.001.001.").zfill(2)
    if version not in PAIN_VERSIONS:
        raise SettingsUnusable(f"PAIN_VERSION is none of {', '.join(PAIN_VERSIONS)}.")
    return version
