"""Payouts of our gateways on the bank account: money on its way that has arrived, never a payment in the inbox.

A credited payment is one where its amount is exactly that of a payout on its way, not more than some days apart, and its
text names the payout or the gateway in whole words.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

import psycopg
from psycopg.rows import args_row

from billing.fx import Rates
from billing.journals import MovementRef, payout_arrived
from billing.money import Money
from procedures.receive_transfers.known import KNOWN_BY_THEIR_PAYMENTS
from procedures.receive_transfers.telling import LISTED_MAX
from storage.journals import copy_postings

STAGED: Final = """
    select s.place, d.booked_on, s.counterparty_name, s.message, s.refs, s.cents, s.currency
      from staged s join staged d on d.kind = 'DEPOSIT' and d.deposit = s.deposit
     where s.kind = 'PAYMENT' and s.known_as is null and s.order_key is null"""
WORD = re.compile(r"[^\W_]+")
MARK = "update staged set known_as = %s where place = %s"


def on_their_way(received: str, *, which: str = "true") -> str:
    """SQL for the payments of `received` that could be payouts on their way, of those movements `m` of `which` this holds."""
    return f"""
select r.place, r.booked_on, concat_ws(' ', r.counterparty_name, r.message, said.text) as text, m.id as movement_id,
       m.provider, coalesce(m.payout_reference, m.subject_reference, m.reference) as payout, m.occurred_on, r.cents, r.currency
  from provider_movement m
  join ({received}) r on (r.cents, r.currency) = (-m.amount_cents, m.currency)
                     and r.booked_on between m.occurred_on - 1 and m.occurred_on + 14
  cross join lateral (select string_agg(ref->>'text', ' ') as text from jsonb_array_elements(r.refs) ref) said
 where {which} and m.kind = 'PAYOUT' and m.amount_cents < 0
   and exists (select from journal j where j.subject_id = m.id and j.kind = 'PAYOUT')
   and not exists (select from journal j where j.subject_id = m.id and j.kind = 'PAYOUT_ARRIVAL')
   and not exists (select from provider_movement back
                    where back.provider = m.provider and back.kind = 'PAYOUT' and back.amount_cents > 0
                      and back.subject_reference = m.subject_reference)
 order by r.booked_on, r.place, m.occurred_on, m.id"""  # noqa: S608 - out of our own constants


class ArrivedPayout(NamedTuple):
    """A payment and a payout of the same amount: the very one, if `text` says so. `place`: where the payment stands in the
    file, or the id of its transfer."""

    place: int | UUID
    booked_on: date
    text: str
    movement_id: UUID
    provider: str
    payout: str
    occurred_on: date
    cents: int
    currency: str

    @property
    def names_payout(self) -> bool:
        return _words(self.payout) in _words(self.text)

    @property
    def names_provider(self) -> bool:
        return _words(self.provider) in _words(self.text)

    @property
    def movement(self) -> MovementRef:
        """The payout, as it counts on the bank account."""
        return MovementRef(
            id=self.movement_id,
            cents=-self.cents,
            currency=self.currency,
            occurred_on=self.booked_on,
            provider=self.provider,
            reference=self.payout,
        )

    def __str__(self) -> str:
        return (
            f"Payout {self.payout} of {self.provider}, {Money(self.cents, self.currency)}, arrived on {self.booked_on}."
        )


def mark_payouts(cursor: psycopg.Cursor[Any]) -> Sequence[ArrivedPayout]:
    """The payouts that arrive with the staged file; their payments are marked as known, so that nothing else takes them."""
    with cursor.connection.cursor(row_factory=args_row(ArrivedPayout)) as reading:
        arrived = paired(reading.execute(on_their_way(STAGED).encode()).fetchall())
    if arrived:
        cursor.executemany(MARK, [(arrival.movement_id, arrival.place) for arrival in arrived])
        cursor.execute(KNOWN_BY_THEIR_PAYMENTS)
    return arrived


def told_of(arrived: Sequence[ArrivedPayout]) -> Iterator[str]:
    """A sentence each, and how many more there are than are listed."""
    yield from map(str, arrived[:LISTED_MAX])
    if len(arrived) > LISTED_MAX:
        yield f"{len(arrived) - LISTED_MAX} more payouts arrived."


def paired(possible: Iterable[ArrivedPayout]) -> list[ArrivedPayout]:
    """One payout a payment and one payment a payout, the oldest first; a payment that names its payout is its own."""
    named = [arrival for arrival in possible if arrival.names_payout or arrival.names_provider]
    places: set[int | UUID] = set()
    payouts: set[UUID] = set()
    found = []
    for arrival in sorted(named, key=lambda arrival: not arrival.names_payout):
        if arrival.place not in places and arrival.movement_id not in payouts:
            places.add(arrival.place)
            payouts.add(arrival.movement_id)
            found.append(arrival)
    return found


def post_arrivals(cursor: psycopg.Cursor[Any], arrived: Sequence[ArrivedPayout], rates: Rates) -> int:
    """Write their journals; gives how many.

    Raises: FxRateMissing.
    """
    postings = [posting for arrival in arrived for posting in payout_arrived(arrival.movement)]
    return copy_postings(cursor, postings, rates)[0]


def _words(text: str) -> str:
    """The words of a text between spaces, so that whole ones can be found in it."""
    return " ".join(["", *WORD.findall(text.lower()), ""])
