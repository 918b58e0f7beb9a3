"""Keeping the lines of a provider's ledger as it reports them, each once."""

from collections.abc import Sequence

from procedures.books import Books
from providers.ledger_lines import LedgerLine, MovementKind
from storage.movements import store_movements

OWN_SUBJECT = frozenset({MovementKind.CHARGE, MovementKind.FEE})


async def keep(provider: str, lines: Sequence[LedgerLine], *, books: Books) -> int:
    """Store those that are new, in one transaction; gives how many those were."""
    async with books.transaction() as session:
        return await store_movements(session, provider, [_columns(line, books) for line in lines])


def _columns(line: LedgerLine, books: Books) -> dict[str, object]:
    """A charge, and the fee taken off it, are about the payment that they name."""
    names = tuple(name for name in (line.subject_reference, *line.subject_aliases) if name)
    payment = line.payment_references or (names if line.kind in OWN_SUBJECT else ())
    return {
        "kind": line.kind.value,
        "reference": line.reference,
        "subject_reference": line.subject_reference,
        "subject_aliases": line.subject_aliases,
        "payment_references": payment,
        "payout_reference": line.payout_reference,
        "amount_cents": line.amount.cents,
        "currency": line.amount.currency,
        "occurred_at": line.occurred_at,
        "occurred_on": books.day(line.occurred_at),
        "description": line.description,
    }
