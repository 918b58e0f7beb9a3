"""Keeping the lines of a provider's ledger as it reports them, each once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeGuard

from billing.money import CURRENCY_CODE, Money
from billing.periods import YEARS
from procedures.books import Books
from providers.ledger_lines import LedgerLine, MovementKind
from storage.movements import store_movements

CENTS_END = 2**63
OWN_SUBJECT = frozenset({MovementKind.CHARGE, MovementKind.FEE})


async def keep(provider: str, lines: Sequence[LedgerLine], *, books: Books) -> int:
    """Store those that are new, in one transaction; gives how many those were."""
    async with books.transaction() as session:
        return await store_movements(session, provider, [_columns(line, books) for line in lines])


def is_line(line: object) -> bool:
    """Whether it can be kept: a partner's plugin may list anything."""
    return (
        isinstance(line, LedgerLine)
        and isinstance(line.kind, MovementKind)
        and is_amount(line.amount)
        and (line.presented is None or _is_other(line.presented, line.amount))
        and is_instant(line.occurred_at)
        and _are_texts((line.reference, line.description))
        and _are_texts([text for text in (line.subject_reference, line.payout_reference) if text is not None])
        and _are_texts(line.subject_aliases)
        and _are_texts(line.payment_references)
    )


def _are_texts(texts: object) -> bool:
    return isinstance(texts, tuple | list) and all(isinstance(text, str) for text in texts)


def is_amount(amount: object) -> TypeGuard[Money]:
    """Whether it is money that a database can keep, in a currency by its code."""
    return (
        isinstance(amount, Money)
        and abs(amount.cents) < CENTS_END
        and isinstance(amount.currency, str)
        and CURRENCY_CODE.fullmatch(amount.currency) is not None
    )


def is_instant(at: object) -> bool:
    """Whether it is an instant of our times, so that every zone has a day for it."""
    return isinstance(at, datetime) and at.tzinfo is not None and at.year in YEARS


def _is_other(presented: Money, settled: Money) -> bool:
    """Whether it says of the same movement what it was in another currency."""
    return (
        is_amount(presented)
        and presented.currency != settled.currency
        and (presented.cents < 0, presented.cents > 0) == (settled.cents < 0, settled.cents > 0)
    )


def kept_text(text: str | None) -> str | None:
    """Without what a database cannot keep: NUL, and halves of characters."""
    return None if text is None else text.replace("\0", "").encode("utf-8", "replace").decode()


def _texts(texts: Iterable[str]) -> list[str]:
    return [text for text in map(kept_text, texts) if text]


def _columns(line: LedgerLine, books: Books) -> dict[str, object]:
    """A charge, and the fee taken off it, are about the payment that they name."""
    names = tuple(name for name in (line.subject_reference, *line.subject_aliases) if name)
    payment = line.payment_references or (names if line.kind in OWN_SUBJECT else ())
    return {
        "kind": line.kind.value,
        "reference": kept_text(line.reference),
        "subject_reference": kept_text(line.subject_reference),
        "subject_aliases": _texts(line.subject_aliases),
        "payment_references": _texts(payment),
        "payout_reference": kept_text(line.payout_reference),
        "amount_cents": line.amount.cents,
        "currency": line.amount.currency,
        "presented_cents": None if line.presented is None else line.presented.cents,
        "presented_currency": None if line.presented is None else line.presented.currency,
        "occurred_at": line.occurred_at,
        "occurred_on": books.day(line.occurred_at),
        "description": kept_text(line.description),
    }
