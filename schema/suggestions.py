"""Which open invoices a transfer may pay: looked up for all transfers of an answer at once, then scored in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import strawberry

from billing.matching import Signal, suggestions
from billing.matching import SignalKind as SignalKind
from schema.invoices import Invoice
from schema.reading.bindings import fetched
from schema.reading.reader import Reader
from storage.candidates import with_candidates
from storage.inbox import COLUMNS, facts_of

SUGGESTIONS_MAX: Final = 5
WAITING: Final = ("UNMATCHED", "IGNORED")
FACTS: Final = ("status", *COLUMNS)

strawberry.enum(SignalKind)


@strawberry.type(
    description="Why an invoice is suggested: one thing that was compared. Signals that cannot be judged are left out."
)
class MatchSignal:
    kind: SignalKind
    score: float = strawberry.field(description="0: speaks against it, to 1: speaks for it.")
    weight: float = strawberry.field(description="How much it counts among the signals.")
    evidence: str = strawberry.field(description="What was compared, in words.")


@strawberry.type(description="An open invoice that a transfer may pay.")
class InvoiceSuggestion:
    invoice_id: strawberry.Private[UUID]
    invoice: Invoice = fetched("invoice_id")
    rank: int = strawberry.field(description="1 is the best.")
    score: float = strawberry.field(description="0 to 1: the mean of the signals, lower where little could be judged.")
    signals: list[MatchSignal]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ranked:
    """A suggestion and its place."""

    invoice_id: UUID
    rank: int
    score: float
    signals: tuple[Signal, ...]


async def suggested(
    reader: Reader, rows: Sequence[tuple[Any, ...]], *, limit: int = SUGGESTIONS_MAX
) -> list[list[_Ranked]]:
    """The suggestions for each transfer, given as `FACTS`; none for one that is used already or is a deduction.

    `limit`: 1 to `SUGGESTIONS_MAX`; the limits of a request see to it.
    """
    waiting = {i: row[1:] for i, row in enumerate(rows) if row[0] in WAITING and row[1] > 0}
    if not waiting:
        return [[] for _ in rows]
    async with reader.pool.connection() as connection:
        found = await with_candidates(connection, await facts_of(connection, list(waiting.values())))
    ranked = {
        i: suggestions(transfer, candidates, limit) for i, (transfer, candidates) in zip(waiting, found, strict=True)
    }
    return [
        [
            _Ranked(invoice_id=one.invoice_id, rank=rank, score=one.score, signals=one.signals)
            for rank, one in enumerate(ranked.get(i, ()), 1)
        ]
        for i in range(len(rows))
    ]
