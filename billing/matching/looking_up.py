"""Under which keys the open invoices are looked up that a transfer may pay.

A lookup finds few rows by an index; whether they are meant is judged afterwards.
"""

from dataclasses import dataclass
from datetime import date

from billing.matching.facts import TransferFacts
from billing.matching.mentions import Mention
from billing.matching.names import name_key
from billing.matching.ranking import read
from billing.ocr import ReferenceKind, meant_by

BEARERS_MAX = 20
NEIGHBOURS_MAX = 12
NAME_WORDS_MAX = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookups:
    """The keys of one transfer. At most `BEARERS_MAX` invoices that bear a reference, or are a likely tenant's, need to be
    looked at, and at most `NEIGHBOURS_MAX` that lie nearest to an amount and day, or to a name.

    `references`: normal forms that may be an invoice's OCR, its number, or the digits of its number. `slips`: OCR numbers
    one slip away from what was typed. `amounts_cents`: what may be outstanding, those due nearest to `booked_on` first.
    `name_keys`: to be sought among the customers' `names.name_key`, the nearest in alphabetical order, read forwards and
    backwards, for the same amounts first: one wrong letter spoils one of the two orders only.
    """

    currency: str
    booked_on: date
    references: tuple[str, ...]
    slips: tuple[str, ...]
    amounts_cents: tuple[int, ...]
    name_keys: tuple[str, ...]
    account: str | None


def lookups(transfer: TransferFacts) -> Lookups:
    """The keys under which to look for the invoices that `transfer` may pay."""
    reading = read(transfer)
    references = [key for mention in reading.mentions for key in _keys(mention)]
    slips = [number for mention in reading.mentions for number in _slips(mention)]
    parts = [mention.amount.cents for mention in reading.mentions if mention.amount]
    said = reading.words if len(reading.words) <= NAME_WORDS_MAX else ()
    names = (name_key(transfer.counterparty_name or ""), name_key(" ".join(said)))
    return Lookups(
        currency=transfer.amount.currency,
        booked_on=transfer.booked_on,
        references=tuple(dict.fromkeys(references)),
        slips=tuple(dict.fromkeys(slips)),
        amounts_cents=tuple(dict.fromkeys((transfer.amount.cents, *parts))),
        name_keys=tuple(name for name in dict.fromkeys(names) if name),
        account=transfer.counterparty_account,
    )


def _keys(mention: Mention) -> tuple[str, ...]:
    return (mention.key, mention.key[4:]) if mention.kind is ReferenceKind.RF else (mention.key,)


def _slips(mention: Mention) -> list[str]:
    is_certain = mention.is_exact_only or mention.is_sure or not mention.key.isdigit()
    return [] if is_certain else meant_by(mention.key)
