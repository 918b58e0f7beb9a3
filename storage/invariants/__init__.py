"""What must hold in every set of books, whatever happened: one statement each, which gives the first row that breaks it.

Both sides of an equation are put into one pile, one of them with the other sign, and what does not come to zero is broken.
Opening balances are left out: they stand for what happened before these books began, and no row backs them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from storage import audit_chain
from storage.audit_chain import Place
from storage.invariants.bank import BANK
from storage.invariants.ledger import LEDGER
from storage.invariants.providers import PROVIDERS
from storage.invariants.receivables import RECEIVABLES
from storage.invariants.revenue import REVENUE
from storage.invariants.subscriptions import SUBSCRIPTIONS

INVARIANTS = (*LEDGER, *RECEIVABLES, *BANK, *PROVIDERS, *SUBSCRIPTIONS, *REVENUE)

# Materialised: planned for all counterexamples and not for a first one, since as a rule there is none to be met early.
FIRST_BROKEN = """
    with broken (place, sentence) as materialized ({counterexamples})
    select sentence from broken order by place, sentence limit 1"""
WHILE_IT_LASTS = (
    "set transaction isolation level repeatable read, read only",
    "set local work_mem = '128MB'",  # room to sort and hash in memory
    "set local statement_timeout = 0",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An invariant and what was found: `broken` is the sentence about its first broken row, None when it holds.

    `rows`: how many rows were proven, where they are gone through one by one.
    """

    name: str
    broken: str | None
    rows: int | None = None


@contextmanager
def snapshot(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """The books as they are now, for all statements inside: what is written meanwhile breaks no equation.

    `connection`: outside any transaction.
    """
    with connection.transaction():
        for setting in WHILE_IT_LASTS:
            connection.execute(setting)
        yield


def verify(connection: psycopg.Connection[Any], *, anchor: Place | None = None) -> Iterator[Checked]:
    """Check every invariant, each as it is asked for.

    `connection`: in a `snapshot`. `anchor`: a place of the audit trail that was written down earlier.
    """
    for invariant in INVARIANTS:
        query = FIRST_BROKEN.format(counterexamples=invariant.counterexamples)
        found = connection.execute(query.encode()).fetchone()
        yield Checked(name=invariant.name, broken=found and found[0])
    proven, broken = audit_chain.broken_event(connection)
    yield Checked(name="audit events follow from each other, from the first to the last", broken=broken, rows=proven)
    yield Checked(name="the audit head is the last event", broken=audit_chain.broken_head(connection))
    if anchor is not None:
        contradiction = audit_chain.contradiction(connection, anchor)
        yield Checked(name="the audit trail holds the event that was written down", broken=contradiction)
