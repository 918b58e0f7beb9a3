"""What costs and opening balances do to the books. Equal costs of one file are numbered, so each has a name of its own."""

from datetime import date
from itertools import chain
from typing import NamedTuple
from uuid import UUID, uuid5

from billing import journals
from billing.ledger import Posting
from procedures.import_books.booking import Ledger

IDENTITIES = UUID("6f1d5f0e-4a0b-5c9e-9a52-5d1b0a6f7c31")

COSTS = """
    select booked_on, account, amount_cents, currency, description,
           row_number() over (partition by booked_on, account, amount_cents, currency, description order by line)
      from staged_cost order by line"""

NEW_BALANCES = """
    select s.id, s."on", s.account, s.amount_cents, s.currency
      from staged_balance s left join opening_balance known using ("on", account, currency)
     where known.amount_cents is null order by s.line"""


class CostFact(NamedTuple):
    """A cost: debit positive; the `nth` of those that are equal."""

    on: date
    account: str
    cents: int
    currency: str
    description: str
    nth: int

    @property
    def identity(self) -> UUID:
        return uuid5(IDENTITIES, "\x1f".join(map(str, ("COST", *self))))


def book_costs(ledger: Ledger) -> int:
    """Book the costs that the books do not know; gives how many."""
    count = 0
    for rows in ledger.facts("costs booked", COSTS):
        named = {fact.identity: fact for fact in map(CostFact._make, rows)}
        with ledger.connection.cursor() as cursor:
            cursor.execute("select subject_id from journal where kind = 'COST' and subject_id = any(%s)", [list(named)])
            for (known,) in cursor:
                del named[known]
        ledger.book(posting for identity, fact in named.items() for posting in _cost(identity, fact))
        count += len(named)
    return count


def book_balances(ledger: Ledger) -> int:
    """Book the opening balances that the books do not know; gives how many."""
    count = 0
    for rows in ledger.facts("opening balances booked", NEW_BALANCES):
        ledger.book(chain.from_iterable(_balance(*row) for row in rows))
        count += len(rows)
    return count


def _cost(identity: UUID, fact: CostFact) -> list[Posting]:
    return journals.cost(
        subject_id=identity,
        account=fact.account,
        cents=fact.cents,
        currency=fact.currency,
        on=fact.on,
        description=fact.description,
    )


def _balance(key: UUID, on: date, account: str, cents: int, currency: str) -> list[Posting]:
    return journals.opening_balance(subject_id=key, account=account, cents=cents, currency=currency, on=on)
