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
class Invariant:
    """A fact about the books. `counterexamples` selects the rows for which it is false: an id and a sentence each."""

    name: str
    counterexamples: str


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


INVARIANTS = (
    Invariant(
        name="journals balance, in their currency and in EUR",
        counterexamples="""
            select journal_id,
                   format('Journal %s: its legs sum to %s cents, in EUR to %s.', journal_id,
                          sum(amount_cents), sum(amount_eur_cents))
              from accounting_entry
             group by journal_id
            having sum(amount_cents) <> 0 or sum(amount_eur_cents) <> 0""",
    ),
    Invariant(
        name="journals have all their legs",
        counterexamples="""
            select j.id,
                   format('Journal %s: it should have %s legs numbered from 1, and has %s numbered from %s to %s.', j.id,
                          j.leg_count, coalesce(e.legs, 0), coalesce(e.first, 0), coalesce(e.last, 0))
              from journal j
              left join (select journal_id, count(*) as legs, min(leg) as first, max(leg) as last
                           from accounting_entry group by journal_id) e on e.journal_id = j.id
             where (e.legs, e.first, e.last) is distinct from (j.leg_count::bigint, 1, j.leg_count)""",
    ),
    Invariant(
        name="legs agree with their journal",
        counterexamples="""
            select e.journal_id,
                   case when j.id is null
                        then format('Leg %s of journal %s: there is no such journal.', e.leg, e.journal_id)
                        else format('Leg %s of journal %s: its book, tenant, currency or day is not the journal''s.',
                                    e.leg, e.journal_id) end
              from accounting_entry e left join journal j on j.id = e.journal_id
             where j.id is null or e.currency <> j.currency or e.booked_on <> j.booked_on
                or e.book_id is distinct from j.book_id or e.tenant_id is distinct from j.tenant_id""",
    ),
    Invariant(
        name="invoices are paid what their payments gave them, and never more than their total",
        counterexamples="""
            select i.id,
                   format('Invoice %s (%s): %s of %s cents count as paid, but its payments gave it %s.', i.number, i.id,
                          i.paid_cents, i.total_cents, coalesce(p.cents, 0))
              from invoice i
              left join (select invoice_id, sum(allocated_cents) as cents
                           from payment group by invoice_id) p on p.invoice_id = i.id
             where i.paid_cents <> coalesce(p.cents, 0) or i.paid_cents not between 0 and i.total_cents""",
    ),
    Invariant(
        name="invoices are refunded what refunds took from them, and never more than was paid",
        counterexamples="""
            select i.id,
                   format('Invoice %s (%s): %s of %s paid cents count as refunded, but refunds took %s.', i.number, i.id,
                          i.refunded_cents, i.paid_cents, coalesce(r.cents, 0))
              from invoice i
              left join (select p.invoice_id, sum(r.amount_cents - r.surplus_cents) as cents
                           from refund r join payment p on p.id = r.payment_id
                          where r.status = 'SUCCEEDED' group by p.invoice_id) r on r.invoice_id = i.id
             where i.refunded_cents <> coalesce(r.cents, 0) or i.refunded_cents not between 0 and i.paid_cents""",
    ),
    Invariant(
        name="payments are refunded what their refunds say, and never more than they were",
        counterexamples="""
            select p.id,
                   format('Payment %s of %s cents: %s are pending and %s refunded (last: %s), but its refunds say %s and %s '
                          '(%s).', p.id, p.amount_cents, p.pending_refund_cents, p.refunded_cents,
                          coalesce(p.refunded_at::text, 'never'), coalesce(r.pending, 0), coalesce(r.refunded, 0),
                          coalesce(r.refunded_at::text, 'never'))
              from payment p
              left join (select payment_id, sum(amount_cents) filter (where status = 'SUCCEEDED') as refunded,
                                sum(amount_cents) filter (where status = 'PENDING') as pending,
                                max(settled_at) filter (where status = 'SUCCEEDED') as refunded_at
                           from refund group by payment_id) r on r.payment_id = p.id
             where p.refunded_cents <> coalesce(r.refunded, 0) or p.pending_refund_cents <> coalesce(r.pending, 0)
                or p.refunded_at is distinct from r.refunded_at
                or p.refunded_cents + p.pending_refund_cents > p.amount_cents""",
    ),
    Invariant(
        name="issued invoices are booked with their total and tax, drafts are not",
        counterexamples="""
            select i.id,
                   format('Invoice %s (%s): its journal says a total of %s and a tax of %s cents instead of %s and %s.',
                          i.number, i.id, coalesce(sum(e.amount_cents) filter (where e.account = '1510'), 0),
                          coalesce(-sum(e.amount_cents) filter (where e.account like '26%'), 0),
                          case i.declared_status when 'DRAFT' then 0 else i.total_cents end,
                          case i.declared_status when 'DRAFT' then 0 else i.tax_cents end)
              from invoice i
              left join journal j on j.subject_id = i.id and j.kind = 'INVOICE' and j.currency = i.currency
                                 and j.book_id is not distinct from case i.issuer_type when 'TENANT' then i.tenant_id end
              left join accounting_entry e on e.journal_id = j.id
             group by i.id
            having coalesce(sum(e.amount_cents) filter (where e.account = '1510'), 0)
                   <> case i.declared_status when 'DRAFT' then 0 else i.total_cents end
                or coalesce(-sum(e.amount_cents) filter (where e.account like '26%'), 0)
                   <> case i.declared_status when 'DRAFT' then 0 else i.tax_cents end""",
    ),
    Invariant(
        name="receivables (1510) are what is outstanding, book by book and invoice by invoice",
        counterexamples="""
            select invoice_id,
                   format('Invoice %s (%s): %s %s cents are outstanding, but %s is a receivable (1510) in the book of %s.',
                          coalesce((select number from invoice where id = invoice_id), 'unknown'), invoice_id,
                          sum(outstanding), currency, sum(booked), coalesce(book_id::text, 'the platform'))
              from (select id as invoice_id, case issuer_type when 'TENANT' then tenant_id end as book_id, currency,
                           outstanding_cents as outstanding, 0 as booked
                      from invoice
                     union all
                    select j.invoice_id, e.book_id, e.currency, 0, e.amount_cents
                      from accounting_entry e join journal j on j.id = e.journal_id
                     where e.account = '1510' and j.kind <> 'OPENING_BALANCE') pile
             group by invoice_id, book_id, currency
            having sum(outstanding) <> sum(booked)""",
    ),
    Invariant(
        name="tenants' credit (2420) is what payments left, less what was used or sent back",
        counterexamples="""
            select tenant_id,
                   format('Tenant %s: its payments leave %s %s cents of credit, but %s are booked (2420).', tenant_id,
                          sum(left_over), currency, -sum(booked))
              from (select tenant_id, currency, credited_cents as left_over, 0 as booked
                      from payment where credited_cents <> 0
                     union all
                    select p.tenant_id, p.currency, -r.surplus_cents, 0
                      from refund r join payment p on p.id = r.payment_id where r.status = 'SUCCEEDED'
                     union all
                    select p.tenant_id, p.currency, -p.allocated_cents, 0
                      from journal j join payment p on p.id = j.subject_id
                     where j.kind = 'CREDIT_APPLIED' and j.book_id is null
                     union all
                    select s.tenant_id, s.currency, h.credited_cents, 0
                      from plan_history h join subscription s on s.id = h.subscription_id where h.credited_cents <> 0
                     union all
                    select e.tenant_id, e.currency, 0, e.amount_cents
                      from accounting_entry e
                      join journal j on j.id = e.journal_id
                      left join journal undone on undone.id = j.reverses_id
                     where e.account = '2420' and coalesce(undone.kind, j.kind) not in ('OPENING_BALANCE', 'DISPUTE')) pile
             group by tenant_id, currency
            having sum(left_over) <> -sum(booked)""",
    ),
    Invariant(
        name="no tenant has used more credit (2420) than it had",
        counterexamples="""
            select tenant_id,
                   format('Tenant %s: its credit (2420) stands at %s %s cents.', tenant_id, -sum(amount_cents), currency)
              from accounting_entry
             where account = '2420' and tenant_id is not null
             group by tenant_id, currency
            having sum(amount_cents) > 0""",
    ),
    Invariant(
        name="what is owed to a tenant (2899) is its claim on the platform (1689)",
        counterexamples="""
            select tenant_id,
                   format('Tenant %s: the platform owes it %s %s cents (2899), but its own book claims %s (1689).',
                          tenant_id, -sum(owed), currency, sum(claimed))
              from (select e.tenant_id, e.currency, e.amount_cents as owed, 0 as claimed
                      from accounting_entry e join journal j on j.id = e.journal_id
                     where e.account = '2899' and e.book_id is null and j.kind <> 'OPENING_BALANCE'
                     union all
                    select book_id, currency, 0, amount_cents
                      from accounting_entry where account = '1689' and book_id is not null) pile
             group by tenant_id, currency
            having sum(owed) + sum(claimed) <> 0""",
    ),
    Invariant(
        name="bank transfers are booked when they arrive",
        counterexamples="""
            select t.id,
                   format('Bank transfer %s of %s %s cents: its receipt is %s.', t.id, t.amount_cents, t.currency,
                          case when e.id is null then 'not booked'
                               else format('booked as %s %s cents', e.amount_cents, e.currency) end)
              from bank_transfer t
              left join journal j on j.subject_id = t.id and j.kind = 'RECEIPT' and j.book_id is null
              left join accounting_entry e on e.journal_id = j.id and e.account = '1930'
             where (e.amount_cents, e.currency) is distinct from (t.amount_cents, t.currency)""",
    ),
    Invariant(
        name="matched and assigned transfers are used up by live payments or brought an order of ours back, others have none",
        counterexamples="""
            select t.id,
                   format('Bank transfer %s of %s %s cents is %s, but its live payments add up to %s.', t.id,
                          t.amount_cents, t.currency, t.status, coalesce(sum(p.amount_cents), 0))
              from bank_transfer t
              left join payment p on p.bank_transfer_id = t.id and p.outcome = 'SUCCEEDED'
             group by t.id
            having coalesce(sum(p.amount_cents), 0)
                   <> case when t.status in ('MATCHED', 'ASSIGNED')
                            and not exists (select from payout_report r
                                             where r.bank_transfer_id = t.id and r.kind = 'RETURNED'
                                               and r.outcome = 'SETTLED') then t.amount_cents else 0 end
                or bool_or(p.currency <> t.currency)""",
    ),
    Invariant(
        name="unmatched receipts (2999) are transfers that wait, are ignored or on their way back, and debits nobody ordered",
        counterexamples="""
            select transfer_id,
                   format('Bank transfer %s: %s %s cents of it wait to be used, but %s are booked as unmatched (2999).',
                          coalesce(transfer_id::text, 'unknown'), sum(waiting), currency, -sum(booked))
              from (select id as transfer_id, currency, amount_cents as waiting, 0 as booked
                      from bank_transfer where status in ('UNMATCHED', 'IGNORED')
                     union all
                    select t.id, t.currency, t.amount_cents, 0
                      from transfer_return r join bank_transfer t on t.id = r.bank_transfer_id
                     where r.status = 'PENDING'
                     union all
                    select j.bank_transfer_id, e.currency, 0, e.amount_cents
                      from accounting_entry e
                      join journal j on j.id = e.journal_id
                      left join journal undone on undone.id = j.reverses_id
                     where e.account = '2999' and coalesce(undone.kind, j.kind) not in ('OPENING_BALANCE', 'DEBIT')) pile
             group by transfer_id, currency
            having sum(waiting) <> -sum(booked)""",
    ),
    Invariant(
        name="transfers are returned while their return is pending or has succeeded, and booked out once it has",
        counterexamples="""
            select t.id,
                   format('Bank transfer %s of %s %s cents is %s, but its return is %s and %s cents of it are booked.', t.id,
                          t.amount_cents, t.currency, t.status, coalesce(r.status, 'not ordered'),
                          coalesce(-e.amount_cents, 0))
              from bank_transfer t
              full join (select * from transfer_return where status <> 'FAILED') r on r.bank_transfer_id = t.id
              left join journal j on j.subject_id = r.id and j.kind = 'RETURN'
                                 and not exists (select from journal undoing where undoing.reverses_id = j.id)
              left join accounting_entry e on e.journal_id = j.id and e.account = '1930'
             where (t.status = 'RETURNED') <> (r.id is not null)
                or coalesce(-e.amount_cents, 0) <> case r.status when 'SUCCEEDED' then t.amount_cents else 0 end""",
    ),
    Invariant(
        name="deposits are the sum of their transfers",
        counterexamples="""
            select d.id,
                   format('Deposit %s (%s) of %s %s cents: its transfers add up to %s.', d.reference, d.id, d.amount_cents,
                          d.currency, coalesce(sum(t.amount_cents) filter (where t.currency = d.currency), 0))
              from bank_deposit d left join bank_transfer t on t.deposit_id = d.id
             group by d.id
            having d.amount_cents <> coalesce(sum(t.amount_cents) filter (where t.currency = d.currency), 0)
                or bool_or(t.currency <> d.currency)""",
    ),
    Invariant(
        name="refunds that succeeded are booked with their amount, others are not or no longer",
        counterexamples="""
            select r.id,
                   format('Refund %s of %s cents is %s, but %s cents of it are booked.', r.id, r.amount_cents, r.status,
                          coalesce(-sum(e.amount_cents), 0))
              from refund r
              left join journal j on j.subject_id = r.id and j.kind = 'REFUND' and j.book_id is null
                                 and not exists (select from journal undoing where undoing.reverses_id = j.id)
              left join accounting_entry e on e.journal_id = j.id and e.account in ('1580', '1930')
             group by r.id
            having coalesce(-sum(e.amount_cents), 0) <> case r.status when 'SUCCEEDED' then r.amount_cents else 0 end""",
    ),
    Invariant(
        name="refunds ordered here have a credit note where they took back revenue, and only there",
        counterexamples="""
            select id,
                   format('Refund %s took back %s cents of revenue and VAT, and its credit note is %s.', id,
                          case status when 'SUCCEEDED' then amount_cents - surplus_cents else 0 end,
                          coalesce(credit_note, 'missing'))
              from refund
             where external_id is null
               and case status when 'SUCCEEDED' then (amount_cents > surplus_cents) <> (credit_note is not null)
                               when 'PENDING' then credit_note is not null
                               else false end""",
    ),
    Invariant(
        name="credit notes are numbered without gaps, year by year",
        counterexamples="""
            select year,
                   format('Credit notes of %s: %s were numbered, but %s are on refunds, the last of them %s.', year,
                          sum(numbered), sum(carried), max(newest))
              from (select year::integer, last as numbered, 0 as carried, 0 as newest from credit_note_series
                     union all
                    select split_part(credit_note, '-', 2)::integer, 0, 1, split_part(credit_note, '-', 3)::integer
                      from refund where external_id is null and credit_note is not null) pile
             group by year
            having sum(numbered) <> sum(carried) or sum(numbered) <> max(newest)""",
    ),
    Invariant(
        name="what moved at a provider is booked with the amount that it reports",
        counterexamples="""
            select m.id,
                   format('%s %s of provider %s is of %s %s cents, but %s %s are booked as %s.', m.kind, m.reference,
                          m.provider, m.amount_cents, m.currency, coalesce(sum(e.amount_cents), 0), j.currency, j.kind)
              from provider_movement m
              join journal j on j.subject_id = m.id and j.book_id is null
              left join accounting_entry e on e.journal_id = j.id
                                          and e.account = case j.kind when 'PAYOUT_ARRIVAL' then '1589' else '1580' end
             group by m.id, j.id
            having coalesce(sum(e.amount_cents), 0) <> m.amount_cents or j.currency <> m.currency""",
    ),
    Invariant(
        name="credit for the rest of a period (2420) is what the log of its subscription says",
        counterexamples="""
            select history_id,
                   format('Entry %s of the log of subscription %s credits %s cents, but %s are booked (2420).', history_id,
                          max(subscription_id::text), sum(said), -sum(booked))
              from (select id as history_id, subscription_id, credited_cents as said, 0 as booked
                      from plan_history where credited_cents <> 0
                     union all
                    select j.subject_id, null, 0, e.amount_cents
                      from journal j join accounting_entry e on e.journal_id = j.id and e.account = '2420'
                     where j.kind = 'PRORATION_CREDIT') pile
             group by history_id
            having sum(said) <> -sum(booked)""",
    ),
    Invariant(
        name="what moved monthly recurring revenue is what the subscriptions' log says, per tenant and day",
        counterexamples="""
            select tenant_id,
                   format('Tenant %s on %s: its log moves MRR by %s EUR cents and %s subscriptions, its movements by %s and %s.',
                          tenant_id, on_day, sum(said), sum(counted), sum(moved), sum(begun))
              from (select tenant_id, effective_on as on_day, 0 as moved, 0 as begun,
                           mrr_eur_cents - lag(mrr_eur_cents, 1, 0::bigint) over log as said,
                           counted - lag(counted, 1, 0) over log as counted
                      from mrr_history window log as (partition by subscription_id order by ordinal)
                     union all
                    select tenant_id, occurred_on, eur_cents, subscription_delta, 0, 0 from mrr_movement) pile
             group by tenant_id, on_day
            having sum(said) <> sum(moved) or sum(counted) <> sum(begun)""",
    ),
    Invariant(
        name="a tenant counts while it brings monthly recurring revenue",
        counterexamples="""
            select tenant_id,
                   format('Tenant %s brings %s EUR cents a month, and counts as %s tenants.', tenant_id, sum(eur_cents),
                          sum(tenant_delta))
              from mrr_movement
             group by tenant_id
            having sum(tenant_delta) <> case when sum(eur_cents) > 0 then 1 else 0 end or sum(eur_cents) < 0""",
    ),
    Invariant(
        name="subscriptions stand as their log says",
        counterexamples="""
            select s.id,
                   format('Subscription %s (%s) is %s at %s EUR cents a month, but its log counts %s of it.', s.id,
                          s.external_id, s.status, monthly_cents(s.amount_eur_cents, p.interval, p.interval_count),
                          coalesce(last.mrr_eur_cents::text, 'nothing'))
              from subscription s join plan p on p.id = s.plan_id
              left join (select distinct on (subscription_id) subscription_id, mrr_eur_cents
                           from mrr_history order by subscription_id, ordinal desc) last on last.subscription_id = s.id
             where last.mrr_eur_cents is distinct from case when s.status in ('ACTIVE', 'PAST_DUE')
                   then monthly_cents(s.amount_eur_cents, p.interval, p.interval_count) else 0 end""",
    ),
    Invariant(
        name="sums of monthly recurring revenue a day are those of its movements",
        counterexamples="""
            select tenant_id,
                   format('Tenant %s, plan %s, %s, %s: its movements and their sum are %s EUR cents apart.', tenant_id,
                          plan_id, occurred_on, kind, sum(eur_cents))
              from (select tenant_id, plan_id, occurred_on, kind, eur_cents, subscription_delta as subscriptions,
                           tenant_delta as tenants from mrr_movement
                     union all
                    select tenant_id, plan_id, occurred_on, kind, -eur_cents, -subscriptions, -tenants from mrr_day) pile
             group by tenant_id, plan_id, occurred_on, kind
            having sum(eur_cents) <> 0 or sum(subscriptions) <> 0 or sum(tenants) <> 0""",
    ),
    Invariant(
        name="sums of monthly recurring revenue a month are those of its days",
        counterexamples="""
            select plan_id,
                   format('Plan %s, %s, %s: its days and their sum are %s EUR cents apart.', plan_id, month, kind,
                          sum(eur_cents))
              from (select plan_id, date_trunc('month', occurred_on)::date as month, kind, eur_cents, subscriptions, tenants
                      from mrr_day
                     union all
                    select plan_id, month, kind, -eur_cents, -subscriptions, -tenants from mrr_month) pile
             group by plan_id, month, kind
            having sum(eur_cents) <> 0 or sum(subscriptions) <> 0 or sum(tenants) <> 0""",
    ),
    Invariant(
        name="revenue is what its journals did",
        counterexamples="""
            select journal_id,
                   format('Journal %s: its legs and its part in revenue are %s (gross), %s (refunds), %s (fees) and %s '
                          '(platform fees) EUR cents apart.', journal_id, sum(gross), sum(refunded), sum(fees),
                          sum(platform_fees))
              from (select e.journal_id,
                           case when e.book_id is null and k.kind in ('MATCH', 'CHARGE')
                                 and e.account in ('1510', '2899', '2420') then -e.amount_eur_cents else 0 end as gross,
                           case when k.kind in ('REFUND', 'DISPUTE') and (e.account = '2420' or e.account like '3%')
                                then e.amount_eur_cents else 0 end as refunded,
                           case when e.book_id is null and e.account = '6040' and k.kind not in ('COST', 'OPENING_BALANCE')
                                then e.amount_eur_cents else 0 end as fees,
                           case when e.book_id is null and e.account = '1510'
                                 and k.kind in ('MATCH', 'CHARGE', 'CREDIT_APPLIED')
                                then -e.amount_eur_cents else 0 end as platform_fees
                      from accounting_entry e join journal j on j.id = e.journal_id
                      left join journal undone on undone.id = j.reverses_id and j.kind = 'REVERSAL'
                     cross join lateral (select coalesce(undone.kind, j.kind) as kind) k
                     union all
                    select journal_id, -gross_cents, -refunded_cents, -fee_cents, -platform_fee_cents
                      from revenue_flow) pile
             group by journal_id
            having sum(gross) <> 0 or sum(refunded) <> 0 or sum(fees) <> 0 or sum(platform_fees) <> 0""",
    ),
    Invariant(
        name="sums of revenue a day and a month are those of its journals",
        counterexamples="""
            select tenant_id,
                   format('Tenant %s, plan %s, %s of %s: its journals and their sum are %s EUR cents apart.',
                          coalesce(tenant_id::text, 'none'), coalesce(plan_id::text, 'none'), grain, starts, sum(cents))
              from (select tenant_id, plan_id, grain, case grain when 'day' then day else date_trunc('month', day)::date end
                           as starts, kind, cents
                      from revenue_flow cross join (values ('day'), ('month')) g(grain)
                     cross join lateral (values ('gross', gross_cents), ('vat', vat_cents), ('refunds', refunded_cents),
                                                ('fees', fee_cents), ('platform', platform_fee_cents)) f(kind, cents)
                     union all
                    select tenant_id, plan_id, grain, starts, kind, -cents
                      from (select tenant_id, plan_id, 'day' as grain, day as starts, gross_cents, vat_cents,
                                   refunded_cents, fee_cents, platform_fee_cents from revenue_day
                             union all
                            select tenant_id, plan_id, 'month', month, gross_cents, vat_cents, refunded_cents, fee_cents,
                                   platform_fee_cents from revenue_month) kept
                     cross join lateral (values ('gross', gross_cents), ('vat', vat_cents), ('refunds', refunded_cents),
                                                ('fees', fee_cents), ('platform', platform_fee_cents)) f(kind, cents)) pile
             group by tenant_id, plan_id, grain, starts, kind
            having sum(cents) <> 0""",
    ),
    Invariant(
        name="sums of the platform's accounts a day are those of its legs",
        counterexamples="""
            select null::uuid,
                   format('Account %s, %s: its legs and their sum are %s EUR cents apart.', account, day, sum(cents))
              from (select account, booked_on as day, amount_eur_cents as cents from accounting_entry where book_id is null
                     union all
                    select account, day, -eur_cents from book_day) pile
             group by account, day
            having sum(cents) <> 0""",
    ),
    Invariant(
        name="sums of MRR a tenant's month and year are those of its movements",
        counterexamples="""
            select tenant_id,
                   format('Tenant %s, plan %s, %s of %s: its movements and their sum are %s EUR cents apart.', tenant_id,
                          plan_id, grain, starts, sum(eur_cents))
              from (select tenant_id, plan_id, 'month' as grain, date_trunc('month', occurred_on)::date as starts, kind,
                           eur_cents, subscription_delta as subscriptions, tenant_delta as tenants from mrr_movement
                     union all
                    select tenant_id, plan_id, 'month', month, kind, -eur_cents, -subscriptions, -tenants
                      from mrr_tenant_month
                     union all
                    select tenant_id, plan_id, 'year', date_trunc('year', occurred_on)::date, '', eur_cents,
                           subscription_delta, tenant_delta from mrr_movement
                     union all
                    select tenant_id, plan_id, 'year', year, '', -eur_cents, -subscriptions, -tenants
                      from mrr_tenant_year) pile
             group by tenant_id, plan_id, grain, starts, kind
            having sum(eur_cents) <> 0 or sum(subscriptions) <> 0 or sum(tenants) <> 0""",
    ),
    Invariant(
        name="nothing was booked into a month after it was closed",
        counterexamples="""
            select j.id,
                   format('Journal %s: it was booked on %s after %s had been closed.', j.id, j.booked_on,
                          to_char(c.month, 'YYYY-MM'))
              from closed_month c
              join journal j on j.booked_on < c.month + interval '1 month' and j.recorded_at > c.recorded_at""",
    ),
)
