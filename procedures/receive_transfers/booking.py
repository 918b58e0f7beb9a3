"""Writing what is new in a staged file: its deposits, transfers and payments set-wise, and its journals."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import args_row

from billing.fx import Rates
from billing.journals import debited
from billing.ledger import Posting
from procedures.receive_transfers.orders import REPORTS
from procedures.receive_transfers.posting import BATCH, post_transfers
from procedures.receive_transfers.staging import IDENTIFIED, Progress
from storage.journals import copy_postings

# A deposit of which payments are known counts for the rest of it, so that what is on the bank account stays right.
DEPOSITS = """
insert into bank_deposit (id, bank_file_id, reference, payee, account, amount_cents, currency, booked_on, payment_count)
select d.id, %(bank_file_id)s, d.reference, d.payee, d.account, coalesce(p.cents, 0), d.currency, d.booked_on,
       coalesce(p.payments, 0)
  from staged d
  left join (select deposit, sum(cents) as cents, count(*) as payments
               from staged where kind = 'PAYMENT' and known_as is null group by deposit) p using (deposit)
 where d.kind = 'DEPOSIT' and d.known_as is null"""
TRANSFERS = """
insert into bank_transfer (id, provider, bank_file_id, deposit_id, ordinal, status, amount_cents, currency, booked_on,
                           ocr_text, message, refs, counterparty_name, counterparty_account, bank_reference)
select p.id, %(provider)s, %(bank_file_id)s, d.id, p.ordinal,
       case when m.place is null then 'UNMATCHED' else 'MATCHED' end, p.cents, p.currency, d.booked_on,
       p.ocr_text, p.message, p.refs, p.counterparty_name, p.counterparty_account, p.reference
  from staged p
  join staged d on d.kind = 'DEPOSIT' and d.deposit = p.deposit
  left join matched m on m.place = p.place
 where p.kind = 'PAYMENT' and p.known_as is null"""
PAYMENTS = """
insert into payment (id, tenant_id, invoice_id, bank_transfer_id, method, provider, provider_reference, amount_cents,
                     allocated_cents, currency, paid_at, outcome)
select m.payment_id, m.tenant_id, m.invoice_id, m.bank_transfer_id,
       case when coalesce(m.payee, d.payee) like 'BG %%' then 'BANKGIRO' else 'BANK_TRANSFER' end, %(provider)s,
       m.reference, m.cents, m.cents, m.currency, d.booked_on::timestamp at time zone %(zone)s, 'SUCCEEDED'
  from matched m join staged d on d.kind = 'DEPOSIT' and d.deposit = m.deposit"""
IDENTITIES = f"""
insert into bank_identity (provider, key, subject_id, amount_cents)
select %(provider)s, given.key, coalesce(s.known_as, s.id), given.cents
  from ({IDENTIFIED}) given join staged s using (place)
 order by place
    on conflict (provider, key) do nothing"""  # noqa: S608 - out of our own constants

BOOKED = {
    DEPOSITS: "deposits booked",
    TRANSFERS: "transfers booked",
    PAYMENTS: "transfers matched",
    IDENTITIES: "identities remembered",
    REPORTS: "reports on payouts kept",
}

DEBITS = """
select id, cents, currency, booked_on, reference, message, kind = 'CHARGE' as is_charge
  from staged
 where kind in ('DEBIT', 'CHARGE') and known_as is null and order_id is null"""


class _Debit(NamedTuple):
    id: UUID
    cents: int
    currency: str
    booked_on: date
    reference: str
    description: str
    is_charge: bool


def book(
    cursor: psycopg.Cursor[Any],
    *,
    bank_file_id: UUID,
    provider: str,
    rates: Rates,
    zone: ZoneInfo,
    progress: Progress,
) -> None:
    """Write all of the staged file that the books do not know; what they know is found by its new identities too."""
    given = {"bank_file_id": bank_file_id, "provider": provider, "zone": zone.key}
    for statement, what in BOOKED.items():
        cursor.execute(statement, given)
        progress(what, cursor.rowcount)
    journals = post_transfers(cursor, provider=provider, rates=rates)
    journals += _post_debits(cursor, provider=provider, rates=rates)
    progress("journals booked", journals)


def _post_debits(cursor: psycopg.Cursor[Any], *, provider: str, rates: Rates) -> int:
    count = 0
    with cursor.connection.cursor("debits", row_factory=args_row(_Debit)) as debits:
        debits.execute(DEBITS)
        while batch := debits.fetchmany(BATCH):
            postings = [posting for debit in batch for posting in _debited(debit, provider)]
            count += copy_postings(cursor, postings, rates)[0]
    return count


def _debited(debit: _Debit, provider: str) -> list[Posting]:
    return debited(
        subject_id=debit.id,
        cents=-debit.cents,
        currency=debit.currency,
        on=debit.booked_on,
        provider=provider,
        reference=debit.reference,
        description=debit.description,
        charge=debit.is_charge,
    )
