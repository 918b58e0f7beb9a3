"""Writing what is new in a staged file: its deposits, transfers and payments set-wise, its journals in batches."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import args_row

from billing.fx import Rates
from billing.journals import InvoiceRef, PaymentRef, debited, matched, received
from billing.ledger import Posting
from procedures.receive_transfers.staging import Progress
from storage.journals import copy_postings

BATCH = 5_000  # rows read, and postings written, that are in memory at once

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
select m.payment_id, m.tenant_id, m.invoice_id, p.id,
       case when coalesce(p.payee, d.payee) like 'BG %%' then 'BANKGIRO' else 'BANK_TRANSFER' end, %(provider)s,
       p.reference, p.cents, p.cents, p.currency, d.booked_on::timestamp at time zone %(zone)s, 'SUCCEEDED'
  from matched m
  join staged p on p.place = m.place
  join staged d on d.kind = 'DEPOSIT' and d.deposit = p.deposit"""
IDENTITIES = """
insert into bank_identity (provider, key, subject_id, amount_cents)
select %(provider)s, given.key, coalesce(s.known_as, s.id), s.cents
  from staged s cross join unnest(s.identities) as given(key)
    on conflict (provider, key) do nothing"""

RECEIPTS = """
select p.id, p.cents, p.currency, d.booked_on, p.reference
  from staged p
  join staged d on d.kind = 'DEPOSIT' and d.deposit = p.deposit
 where p.kind = 'PAYMENT' and p.known_as is null"""
MATCHES = """
select m.payment_id, p.id, p.cents, p.currency, d.booked_on, p.reference, m.invoice_id, m.tenant_id, m.issuer_type, m.number
  from matched m
  join staged p on p.place = m.place
  join staged d on d.kind = 'DEPOSIT' and d.deposit = p.deposit"""
DEBITS = """
select id, cents, currency, booked_on, reference, message, is_charge
  from staged
 where kind = 'DEBIT' and known_as is null"""


class _Receipt(NamedTuple):
    transfer_id: UUID
    cents: int
    currency: str
    booked_on: date
    reference: str | None


class _Match(NamedTuple):
    payment_id: UUID
    transfer_id: UUID
    cents: int
    currency: str
    booked_on: date
    reference: str | None
    invoice_id: UUID
    tenant_id: UUID
    issuer_type: str
    number: str


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
    for statement in (DEPOSITS, TRANSFERS, PAYMENTS, IDENTITIES):
        cursor.execute(statement, given)
    journals = 0
    for batch in _ahead(_batches(cursor.connection, provider)):
        journals += copy_postings(cursor, batch, rates)[0]
        progress("journals booked", journals)


def _ahead(batches: Iterator[Callable[[], list[Posting]]]) -> Iterator[list[Posting]]:
    """Each batch made while the database still writes the one before."""
    with ThreadPoolExecutor(1) as maker:
        made: Future[list[Posting]] | None = None
        for make in batches:
            before, made = made, maker.submit(make)
            if before is not None:
                yield before.result()
        if made is not None:
            yield made.result()


def _batches(connection: psycopg.Connection[Any], provider: str) -> Iterator[Callable[[], list[Posting]]]:
    """How to make the postings of all that is new, a batch at a time: receipts, then matches, then debits."""
    for query, row, posted in (
        (RECEIPTS, _Receipt, _received),
        (MATCHES, _Match, _matched),
        (DEBITS, _Debit, _debited),
    ):
        with connection.cursor("booking", row_factory=args_row(row)) as rows:
            rows.execute(query)
            while batch := rows.fetchmany(BATCH):
                yield partial(_made, batch, posted, provider)


def _made(rows: Sequence[Any], posted: Callable[[Any, str], list[Posting]], provider: str) -> list[Posting]:
    return [posting for row in rows for posting in posted(row, provider)]


def _received(receipt: _Receipt, provider: str) -> list[Posting]:
    return received(
        transfer_id=receipt.transfer_id,
        cents=receipt.cents,
        currency=receipt.currency,
        on=receipt.booked_on,
        provider=provider,
        reference=receipt.reference,
    )


def _matched(match: _Match, provider: str) -> list[Posting]:
    payment = PaymentRef(
        id=match.payment_id,
        tenant_id=match.tenant_id,
        currency=match.currency,
        allocated_cents=match.cents,
        credited_cents=0,
        occurred_on=match.booked_on,
        invoice=InvoiceRef(
            id=match.invoice_id,
            tenant_id=match.tenant_id,
            issuer_type=match.issuer_type,
            number=match.number,
            currency=match.currency,
        ),
        bank_transfer_id=match.transfer_id,
        provider=provider,
        provider_reference=match.reference,
    )
    return matched(payment)


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
