"""`payments.csv`: money received. Each pays its invoice up to what is left of it, in the order in which they were paid;
what comes after the invoice is full is the tenant's credit."""

from procedures.import_books import cells
from procedures.import_books.allocation import ALLOCATE, ALLOCATION
from procedures.import_books.columns import Column, cents, instant, key, link, maybe, status, text
from procedures.import_books.facts import PAYMENT_FACT
from procedures.import_books.source import Source
from storage.payments import METHODS, OUTCOMES

ROW = """
    select line, what
      from staged_payment, lateral (values
          (fee_cents > amount_cents, format('fee_cents %%s is more than amount_cents %%s', fee_cents, amount_cents)),
          (paid_at > %(now)s, 'paid_at is in the future')
      ) v(broken, what)
     where broken"""

OF_ITS_INVOICE = """
    select p.line, v.what
      from staged_payment p
      left join staged_invoice s on s.external_id = p.invoice
      left join (invoice i join tenant t on t.id = i.tenant_id) on i.external_id = p.invoice, lateral (values
          (p.tenant <> coalesce(s.tenant, t.external_id),
           format('invoice %%s is of tenant %%s, not %%s', p.invoice, coalesce(s.tenant, t.external_id), p.tenant)),
          (p.currency <> coalesce(s.currency, i.currency),
           format('it is in %%s, but invoice %%s is in %%s', p.currency, p.invoice, coalesce(s.currency, i.currency))),
          (p.status = 'SUCCEEDED' and case when s.line is null then i.declared_status else s.status end = 'DRAFT',
           format('invoice %%s is a draft', p.invoice))
      ) v(broken, what)
     where p.invoice is not null and v.broken"""

REFERENCE_TAKEN = """
    select s.line, format('provider_reference %%s of %%s is already that of payment %%s', s.provider_reference, s.provider,
                          coalesce(p.external_id, p.id::text))
      from staged_payment s join payment p using (provider, provider_reference)
     where p.bank_transfer_id is null and p.external_id is distinct from s.external_id"""

BOOKED_STAYS = """
    select s.line, v.what
      from staged_payment s join payment p using (external_id), lateral (values
          (s.status <> p.outcome and (p.outcome = 'SUCCEEDED' or p.undone_at is not null),
           format('it is %%s in the books and cannot become %%s', lower(p.outcome), lower(s.status))),
          (p.outcome = 'SUCCEEDED' and s.paid_at <> p.paid_at,
           format('paid_at is %%s in the books; what is booked is not changed',
                  to_char(p.paid_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))),
          (p.outcome = 'SUCCEEDED' and s.fee_cents is distinct from p.fee_cents,
           format('fee_cents is %%s in the books; what is booked is not changed', coalesce(p.fee_cents::text, 'empty')))
      ) v(broken, what)
     where v.broken"""

PAYMENTS = Source(
    noun="payment",
    file="payments.csv",
    key=("external_id",),
    unique=(("provider", "provider_reference"),),
    columns=(
        key(),
        link("tenant"),
        link("invoice", empty=True),
        text("method", cells.choice(*METHODS)),
        text("provider", cells.provider),
        maybe("provider_reference"),
        cents("amount_cents", least=1),
        Column(name="fee_cents", read=cells.optional(cells.whole(least=0)), sql="bigint", booked=False),
        text("currency", cells.currency),
        instant("paid_at", booked=False),
        status(*OUTCOMES),
    ),
    books="""
        select p.id, p.external_id, t.external_id as tenant, i.external_id as invoice, p.method, p.provider,
               p.provider_reference, p.amount_cents, p.fee_cents, p.currency, p.paid_at, p.outcome as status
          from payment p join tenant t on t.id = p.tenant_id left join invoice i on i.id = p.invoice_id""",
    shared=(PAYMENT_FACT, ALLOCATION),
    checks=(ROW, OF_ITS_INVOICE, REFERENCE_TAKEN, BOOKED_STAYS),
    weighs="""
        select line, currency, (paid_at at time zone %(zone)s)::date as day, amount_cents as cents
          from staged_payment where status = 'SUCCEEDED'""",
    prepare=ALLOCATE,
    update="""
        update payment p
           set outcome = s.status, fee_cents = s.fee_cents, paid_at = s.paid_at, allocated_cents = coalesce(a.cents, 0)
          from changed_payment c join staged_payment s using (line) left join allocation a using (line)
         where p.id = c.id""",
    insert="""
        insert into payment (id, external_id, tenant_id, invoice_id, method, provider, provider_reference, amount_cents,
                             allocated_cents, fee_cents, currency, paid_at, outcome)
        select s.id, s.external_id, t.id, i.id, s.method, s.provider, s.provider_reference, s.amount_cents,
               coalesce(a.cents, 0), s.fee_cents, s.currency, s.paid_at, s.status
          from staged_payment s
          join tenant t on t.external_id = s.tenant
          left join invoice i on i.external_id = s.invoice
          left join allocation a on a.line = s.line
         where not exists (select from payment p where p.external_id = s.external_id)""",
)
