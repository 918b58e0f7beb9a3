"""What a file reports that the books know already, from another file or format: it is marked, and not booked again."""

from typing import Any

import psycopg

from procedures.receive_transfers.staging import IDENTIFIED

KNOWN_THEMSELVES = f"""
update staged s set known_as = known.subject_id
  from (select distinct on (given.place) given.place, k.subject_id
          from ({IDENTIFIED}) given
          join bank_identity k on (k.provider, k.key) = (%s, given.key)
         order by given.place, given.nth nulls last) known
 where s.place = known.place"""  # noqa: S608 - out of our own constants
KNOWN_WITH_THEIR_DEPOSIT = """
update staged p set known_as = d.known_as
  from staged d
 where d.kind = 'DEPOSIT' and d.known_as is not null
   and p.kind = 'PAYMENT' and p.deposit = d.deposit and p.known_as is null"""
KNOWN_BY_THEIR_PAYMENTS = """
update staged d set known_as = p.known_as
  from (select deposit, (array_agg(known_as order by place))[1] as known_as
          from staged where kind = 'PAYMENT'
         group by deposit having bool_and(known_as is not null)) p
 where d.kind = 'DEPOSIT' and d.deposit = p.deposit and d.known_as is null"""


def mark_known(cursor: psycopg.Cursor[Any], *, provider: str) -> None:
    """Set `known_as` of all that was booked before.

    A deposit is known with all its payments; a payment also by itself; a deposit also when all its payments are. A debit
    is known by itself or by its entry.
    """
    cursor.execute(KNOWN_THEMSELVES, [provider])
    cursor.execute(KNOWN_WITH_THEIR_DEPOSIT)
    cursor.execute(KNOWN_BY_THEIR_PAYMENTS)
