"""What costs and opening balances do to the books. Equal rows of one file are numbered, so each has a name of its own."""

from collections.abc import Callable
from datetime import date
from typing import LiteralString, NamedTuple
from uuid import UUID, uuid5

from billing import journals
from billing.ledger import Posting
from procedures.import_books.booking import Ledger

IDENTITIES = UUID("6f1d5f0e-4a0b-5c9e-9a52-5d1b0a6f7c31")

COSTS = """
    select booked_on, account, amount_cents, currency, description,
           row_number() over (partition by booked_on, account, amount_cents, currency, description order by line)
      from staged_cost order by line"""

BALANCES = """
    select "on", account, amount_cents, currency, '',
           row_number() over (partition by "on", account, amount_cents, currency order by line)
      from staged_balance order by line"""


class AccountFact(NamedTuple):
    """A cost or balance: debit positive; the `nth` of those that are equal."""

    on: date
    account: str
    cents: int
    currency: str
    description: str
    nth: int

    def identity(self, kind: str) -> UUID:
        return uuid5(IDENTITIES, "\x1f".join(map(str, (kind, *self))))


def book_costs(ledger: Ledger) -> int:
    """Book the costs that the books do not know; gives how many."""
    return _book_unknown(ledger, "COST", COSTS, _cost)


def book_balances(ledger: Ledger) -> int:
    """Book the opening balances that the books do not know; gives how many."""
    return _book_unknown(ledger, "OPENING_BALANCE", BALANCES, _balance)


def _book_unknown(
    ledger: Ledger, kind: str, statement: LiteralString, postings: Callable[[UUID, AccountFact], list[Posting]]
) -> int:
    count = 0
    for rows in ledger.facts("costs and balances booked", statement):
        named = {fact.identity(kind): fact for fact in map(AccountFact._make, rows)}
        with ledger.connection.cursor() as cursor:
            cursor.execute(
                "select subject_id from journal where kind = %s and subject_id = any(%s)", [kind, list(named)]
            )
            for (known,) in cursor:
                del named[known]
        ledger.book(posting for identity, fact in named.items() for posting in postings(identity, fact))
        count += len(named)
    return count


def _cost(identity: UUID, fact: AccountFact) -> list[Posting]:
    return journals.cost(
        subject_id=identity,
        account=fact.account,
        cents=fact.cents,
        currency=fact.currency,
        on=fact.on,
        description=fact.description,
    )


def _balance(identity: UUID, fact: AccountFact) -> list[Posting]:
    return journals.opening_balance(
        subject_id=identity, account=fact.account, cents=fact.cents, currency=fact.currency, on=fact.on
    )
