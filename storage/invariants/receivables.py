"""Invoices, what was paid and refunded of them, and tenants' credit."""

from storage.invariants.invariant import Invariant

RECEIVABLES = (
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
        name="invoices are found by what they say",
        counterexamples="""
            select coalesce(i.id, w.invoice_id),
                   format('Invoice %s (%s): it is searched by %s.', coalesce(i.number, 'unknown'),
                          coalesce(i.id, w.invoice_id),
                          case when w.invoice_id is null then 'nothing'
                               else concat_ws(', ', w.number, w.ocr, w.customer_name) end)
              from invoice i full join invoice_words w on w.invoice_id = i.id
             where (i.number, i.ocr, i.customer_name) is distinct from (w.number, w.ocr, w.customer_name)""",
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
)
