"""What a person should know of a file that is booked, in sentences."""

from collections.abc import Iterator
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from billing.fx import STALE_AFTER, Rates
from billing.money import Money
from procedures.receive_transfers.claimed import IS_PENDING

LISTED_MAX = 50

KNOWN_DEPOSITS = """
select d.place, d.reference, d.booked_on, d.cents, d.currency, coalesce(min(f.file_name), 'an earlier file') as file_name,
       case count(p.place) when 1 then '1 payment was' else count(p.place) || ' payments were' end as payments
  from staged d
  left join staged p on p.kind = 'PAYMENT' and p.deposit = d.deposit
  left join bank_deposit b on b.id = d.known_as
  left join bank_transfer t on t.id = d.known_as
  left join bank_file f on f.id = coalesce(b.bank_file_id, t.bank_file_id)
 where d.kind = 'DEPOSIT' and d.known_as is not null
 group by d.place, d.reference, d.booked_on, d.cents, d.currency"""
KNOWN_PAYMENTS = """
select d.place, d.reference, d.booked_on, d.cents, d.currency, coalesce(min(f.file_name), 'an earlier file') as file_name,
       case count(*) when 1 then '1 payment is' else count(*) || ' payments are' end as payments
  from staged d
  join staged p on p.kind = 'PAYMENT' and p.deposit = d.deposit and p.known_as is not null
  left join bank_deposit b on b.id = p.known_as
  left join bank_transfer t on t.id = p.known_as
  left join bank_file f on f.id = coalesce(b.bank_file_id, t.bank_file_id)
 where d.kind = 'DEPOSIT' and d.known_as is null
 group by d.place, d.reference, d.booked_on, d.cents, d.currency"""
KNOWN_DEBITS: LiteralString = f"""
select s.place, s.reference, s.booked_on, s.cents, s.currency,
       case when {IS_PENDING}
             and not exists (select from payout_report p where p.order_id = s.order_id and p.kind = 'PAID')
            then ' It names an order of ours that is pending, but was booked as unmatched with others of its entry: '
                 'resolve it by hand.'
            else '' end as how
  from staged s where s.kind in ('DEBIT', 'CHARGE') and s.known_as is not null"""  # noqa: S608 - out of our own constants
NEW_DEBITS = """
select place, reference, booked_on, cents, currency, message,
       case kind when 'CHARGE' then 'as a bank charge' else 'as unmatched: nothing here ordered it' end as how
  from staged where kind in ('DEBIT', 'CHARGE') and known_as is null and order_id is null"""
CLAIMED = """
select place, provider_reference as reference, occurred_on as booked_on, -amount_cents as cents, currency from claimed"""
CARRIED_OUT = """
select *, case when not fits then 'which is of another amount: it is booked as unmatched, ask the bank'
               when status = 'PENDING' then 'which is confirmed'
               else 'which is ' || status || ' already: it is booked as unmatched, ask the bank' end as how
  from ordered where kind = 'DEBIT'"""
BROUGHT_BACK = """
select *, case when not fits then 'which was of another amount: it waits in the inbox'
               when status = 'SUCCEEDED' then 'which is reversed'
               when status = 'PENDING' then 'which is reversed once its debit is booked'
               else 'which had failed before: it waits in the inbox' end as how
  from ordered where kind = 'PAYMENT'"""
REFUSED = """
select *, case status when 'SUCCEEDED' then ' But its debit is booked: ask the bank.' else '' end as how
  from ordered where kind = 'REFUSED'"""
NOT_OURS = """
select place, cents, currency, order_key, message from staged where kind in ('REFUSED', 'TAKEN') and order_id is null"""
DAYS = """
select distinct p.currency, d.booked_on
  from staged d join staged p on p.deposit = d.deposit and p.kind = 'PAYMENT' and p.known_as is null
 where d.kind = 'DEPOSIT'
 union
select currency, booked_on from staged where kind in ('DEBIT', 'CHARGE') and known_as is null
 order by 1, 2"""

SENTENCES = {
    "Deposit {reference} of {booked_on}, {amount}, is known from {file_name}: its {payments} not booked again.": KNOWN_DEPOSITS,
    "Of deposit {reference} of {booked_on}, {amount}, {payments} known from {file_name} and not booked again.": KNOWN_PAYMENTS,
    "Debit {reference} of {booked_on}, {amount}, is known and was not booked again.{how}": KNOWN_DEBITS,
    "Debit {reference} of {booked_on}, {amount}, was booked as unmatched: that is undone, it names an order of ours.": CLAIMED,
    "Debit {reference} of {booked_on}, {amount} ({message}), is booked {how}.": NEW_DEBITS,
    "Debit {reference} of {booked_on}, {amount}, carries out {ordered}, {how}.": CARRIED_OUT,
    "Payment {reference} of {booked_on}, {amount}, brings back {ordered}, {how}.": BROUGHT_BACK,
    "Of {ordered}: {message}{how}": REFUSED,
    "Of an order {order_key}, which is none of ours: {message}": NOT_OURS,
}


def told(cursor: psycopg.Cursor[Any], rates: Rates) -> Iterator[str]:
    """What was recognised and not booked again, what left the account, and which exchange rates are old.

    Raises: FxRateMissing.
    """
    for sentence, query in SENTENCES.items():
        yield from _listed(cursor.connection, query, sentence)
    for currency, day in cursor.execute(DAYS).fetchall():
        if rates.is_stale(currency, day):
            yield f"The exchange rate of {currency} used for {day} is more than {STALE_AFTER.days} days old."


def _listed(connection: psycopg.Connection[Any], query: LiteralString, sentence: str) -> Iterator[str]:
    """One sentence a row, in the order of the file, and how many more there are than are listed."""
    listed = sql.SQL("select *, count(*) over () as found from ({}) as every order by place limit {}")
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(listed.format(sql.SQL(query), LISTED_MAX)).fetchall()
    for row in rows:
        yield sentence.format(**row, amount=row["currency"] and Money(row["cents"], row["currency"]))
    if rows and rows[0]["found"] > LISTED_MAX:
        yield f"{rows[0]['found'] - LISTED_MAX} more of these are not listed."
