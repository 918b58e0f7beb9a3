"""Debits that an earlier file gave without details, so that they were booked as nobody's, and that carry out orders of ours.

What was booked is undone, and the whole entry is new again: each of its debits is booked with its order, or as nobody's. Only
where it was booked as one: of an entry that was itemised before, one item's journal is not the whole, and a person is told.
"""

from typing import Any

import psycopg

from billing.fx import Rates
from billing.journals import debited, reversal
from storage.journals import copy_postings

IS_PENDING = """
   exists (select from refund r where r.id = s.order_id and r.status = 'PENDING'
            union all
           select from transfer_return r where r.id = s.order_id and r.status = 'PENDING')"""
CLAIMED = f"""
create temporary table claimed on commit drop as
select min(s.place) as place, j.id as journal_id, j.subject_id, e.amount_cents, j.currency, j.occurred_on, j.provider,
       j.provider_reference, j.description
  from staged s
  join journal j on j.subject_id = s.known_as and j.kind = 'DEBIT'
  join accounting_entry e on e.journal_id = j.id and e.account = '2999'
 where s.kind = 'DEBIT'
   and {IS_PENDING}
   and not exists (select from payout_report r where r.id = s.known_as)
   and not exists (select from journal back where back.reverses_id = j.id)
   and e.amount_cents = -(select sum(every.cents) from staged every where every.known_as = s.known_as)
 group by j.id, e.id"""  # noqa: S608 - out of our own constants
NEW_AGAIN = "update staged s set known_as = null from claimed c where s.known_as = c.subject_id"
BOOKED = """
select journal_id, subject_id, amount_cents, currency, occurred_on, provider, provider_reference, description
  from claimed order by place"""


def mark_claimed(cursor: psycopg.Cursor[Any]) -> None:
    """Forget that the books know these debits. The temporary table `claimed` holds what they were booked as."""
    cursor.execute(CLAIMED)
    cursor.execute(NEW_AGAIN)


def undo_claimed(cursor: psycopg.Cursor[Any], rates: Rates) -> int:
    """Reverse what they were booked as; gives how many journals.

    Raises: FxRateMissing.
    """
    postings = []
    for journal_id, subject_id, cents, currency, on, provider, reference, description in cursor.execute(BOOKED):
        [booked] = debited(
            subject_id=subject_id,
            cents=cents,
            currency=currency,
            on=on,
            provider=provider,
            reference=reference,
            description=description,
            charge=False,
        )
        postings.append(reversal(booked, journal_id=journal_id, on=on))
    return copy_postings(cursor, postings, rates)[0]
