"""The journals of many transfers at once.

`billing.journals` is asked once what each kind of event does with one cent; the database does the same with every amount.
What an amount weighs in EUR is asked of `billing.fx`, once for each amount of a currency and day.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import psycopg

from billing.fx import REPORTING_CURRENCY, Rates
from billing.journals import InvoiceRef, PaymentRef, matched, received
from billing.ledger import Posting
from storage.closing import first_open_day_now
from storage.invoices import ISSUER_TYPES

BATCH = 5_000
ANY_ID, ANY_DAY = UUID(int=0), date.min

WEIGHT = """
create temporary table weight (currency text, booked_on date, cents bigint, eur_cents bigint) on commit drop"""
AMOUNTS = """
select distinct p.currency, d.booked_on, abs(p.cents)
  from staged p join staged d on d.kind = 'DEPOSIT' and d.deposit = p.deposit
 where p.kind = 'PAYMENT' and p.known_as is null"""
RULES = """
create temporary table rule (number int, event text, kind text, in_tenants_book boolean, description text, leg_count int)
    on commit drop;
create temporary table rule_leg (number int, leg int, account text, sign int) on commit drop"""
# Each event has its day before it is weighed: the planner takes three columns of a weight to tell three times as much as they
# do, and would look through all events for every deposit. A journal's id is its subject's with the number of its rule for the
# last byte but one, a leg's is its journal's with its own number for the last: the system's randomness costs more than a row.
POSTED = """
create temporary table posted on commit drop as
with event as materialized (
    select e.*, d.booked_on
      from (select case when cents > 0 then 'RECEIVED' else 'DEDUCTED' end as name, id as subject_id,
                   id as bank_transfer_id, deposit, cents, currency, reference, null::uuid as payment_id,
                   null::uuid as invoice_id, null::uuid as tenant_id, '' as number
              from staged where kind = 'PAYMENT' and known_as is null
             union all
            select issuer_type, payment_id, bank_transfer_id, deposit, cents, currency, reference, payment_id, invoice_id,
                   tenant_id, number
              from matched) e
      join staged d on d.kind = 'DEPOSIT' and d.deposit = e.deposit)
select encode(set_byte(uuid_send(e.subject_id), 14, r.number), 'hex')::uuid as journal_id,
       case when r.in_tenants_book then e.tenant_id end as book_id, r.number as rule, r.kind,
       replace(r.description, '{number}', e.number) as description, r.leg_count, e.subject_id, e.tenant_id, e.invoice_id,
       e.payment_id, e.bank_transfer_id, e.reference, e.currency, e.booked_on as occurred_on,
       greatest(e.booked_on, %(first_open)s::date) as booked_on, w.cents, w.eur_cents
  from event e
  join rule r on r.event = e.name
  join weight w on (w.currency, w.booked_on, w.cents) = (e.currency, e.booked_on, abs(e.cents))"""
JOURNALS = """
insert into journal (id, book_id, kind, subject_id, currency, leg_count, occurred_on, booked_on, description, tenant_id,
                     invoice_id, payment_id, bank_transfer_id, provider, provider_reference)
select journal_id, book_id, kind, subject_id, currency, leg_count, occurred_on, booked_on, description, tenant_id,
       invoice_id, payment_id, bank_transfer_id, %s, reference
  from posted"""
ENTRIES = """
insert into accounting_entry (id, journal_id, leg, book_id, tenant_id, account, currency, amount_cents, amount_eur_cents,
                              booked_on)
select encode(set_byte(uuid_send(p.journal_id), 15, l.leg), 'hex')::uuid, p.journal_id, l.leg, p.book_id, p.tenant_id,
       l.account, p.currency, l.sign * p.cents, l.sign * p.eur_cents, p.booked_on
  from posted p join rule_leg l on l.number = p.rule"""


def post_transfers(cursor: psycopg.Cursor[Any], *, provider: str, rates: Rates) -> int:
    """Write the journals of all transfers that are new, received and matched; gives how many.

    Raises: FxRateMissing.
    """
    _weigh(cursor, rates)
    _write_rules(cursor)
    cursor.execute(POSTED, {"first_open": first_open_day_now(cursor)})
    written = cursor.execute(JOURNALS, [provider]).rowcount
    cursor.execute(ENTRIES)
    return written


def _weigh(cursor: psycopg.Cursor[Any], rates: Rates) -> None:
    """Fill `weight` with every amount that comes and what it is in EUR."""
    cursor.execute(WEIGHT)
    with cursor.connection.cursor("amounts") as amounts:
        amounts.execute(AMOUNTS)
        while batch := amounts.fetchmany(BATCH):
            with cursor.copy("copy weight from stdin") as copy:
                for currency, day, cents in batch:
                    copy.write_row((currency, day, cents, rates.eur_cents(cents, currency, day)))
    cursor.execute("analyze weight")


def _write_rules(cursor: psycopg.Cursor[Any]) -> None:
    """Fill `rule` and `rule_leg` with what the table of events says: the sign of each leg is what becomes of one cent."""
    cursor.execute(RULES)
    for number, (event, posting) in enumerate(_rules()):
        row = (number, event, posting.kind, posting.book_id is not None, posting.description, len(posting.legs))
        cursor.execute("insert into rule values (%s, %s, %s, %s, %s, %s)", row)
        legs = [(number, leg, account, sign) for leg, (account, sign) in enumerate(posting.legs, 1)]
        cursor.executemany("insert into rule_leg values (%s, %s, %s, %s)", legs)
    cursor.execute("analyze rule, rule_leg")  # so few that legs are written in the order of their journals


def _rules() -> Iterator[tuple[str, Posting]]:
    """Each event by its name in the database, with each of its postings for one cent."""
    for event, cents in (("RECEIVED", 1), ("DEDUCTED", -1)):
        for posting in received(
            transfer_id=ANY_ID, cents=cents, currency=REPORTING_CURRENCY, on=ANY_DAY, provider="", reference=None
        ):
            yield event, posting
    for issuer_type in ISSUER_TYPES:
        for posting in matched(_cent_for(issuer_type)):
            yield issuer_type, posting


def _cent_for(issuer_type: str) -> PaymentRef:
    """One cent paid for an invoice of this issuer."""
    invoice = InvoiceRef(
        id=ANY_ID, tenant_id=ANY_ID, issuer_type=issuer_type, number="{number}", currency=REPORTING_CURRENCY
    )
    return PaymentRef(
        id=ANY_ID,
        tenant_id=ANY_ID,
        currency=REPORTING_CURRENCY,
        allocated_cents=1,
        credited_cents=0,
        occurred_on=ANY_DAY,
        invoice=invoice,
    )
