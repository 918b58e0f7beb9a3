"""`invoices.csv`: claims of the platform on its tenants, and of tenants on their customers.

Nothing of a draft is booked: it may change in any way until it is issued, also in the run that issues it.
"""

from procedures.import_books import cells
from procedures.import_books.columns import Column, cents, day, key, link, maybe, status, text
from procedures.import_books.facts import INVOICE_FACT
from procedures.import_books.invoice_lines import REMOVE_DRAFT_LINES
from procedures.import_books.source import Source
from storage.invoices import DECLARED_STATUSES, ISSUER_TYPES

ROW = """
    select line, what
      from staged_invoice, lateral (values
          (tax_cents > total_cents, format('tax_cents %%s is more than total_cents %%s', tax_cents, total_cents)),
          (due_on < issued_on, 'due_on is before issued_on'),
          (issuer_type = 'TENANT' and subscription is not null, 'only the platform''s invoices belong to a subscription')
      ) v(broken, what)
     where broken"""

OWN_SUBSCRIPTION = """
    select i.line, format('subscription %%s is not one of tenant %%s', i.subscription, i.tenant)
      from staged_invoice i
      left join staged_subscription s on s.external_id = i.subscription
      left join (subscription b join tenant t on t.id = b.tenant_id) on b.external_id = i.subscription
     where i.subscription is not null and coalesce(s.tenant, t.external_id) <> i.tenant"""

NUMBER_TAKEN = """
    select s.line, format('number %%s of tenant %%s is already that of invoice %%s', s.number, s.tenant,
                          coalesce(i.external_id, i.id::text))
      from staged_invoice s
      join tenant t on t.external_id = s.tenant
      join invoice i on i.tenant_id = t.id and i.issuer_type = s.issuer_type and i.number = s.number
     where i.external_id is distinct from s.external_id"""

STATUS_MOVES = """
    select s.line, case
               when i.declared_status in ('VOID', 'UNCOLLECTIBLE')
               then format('it is %%s in the books, which is final', lower(i.declared_status))
               when s.status = 'DRAFT' then 'it was issued already and cannot be a draft again'
               else format('it cannot be void: %%s cents of it are paid; refund them, or unassign their transfer, instead',
                           i.paid_cents) end
      from staged_invoice s join invoice i using (external_id)
     where s.status is distinct from i.declared_status
       and (i.declared_status in ('VOID', 'UNCOLLECTIBLE') or s.status = 'DRAFT'
            or (s.status = 'VOID' and i.paid_cents > 0))"""

LINES_OF_DRAFT = """
    select s.line, format('the lines of invoice %%s in the books add up to %%s cents with %%s VAT, but it says %%s with %%s; '
                          'tell its lines anew in invoice_lines.csv', s.external_id, b.total, b.tax, s.total_cents,
                          s.tax_cents)
      from staged_invoice s
      join invoice i using (external_id)
      join lateral (select sum(net_cents + vat_cents::numeric) as total, sum(vat_cents) as tax
                      from invoice_line where invoice_id = i.id) b on (b.total, b.tax) <> (s.total_cents, s.tax_cents)
     where i.declared_status = 'DRAFT'
       and not exists (select from staged_invoice_line l where l.invoice = s.external_id)"""

PAYMENT_OF_DRAFT = """
    select s.line, format('payment %%s of it is of tenant %%s and in %%s', coalesce(p.external_id, p.id::text),
                          t.external_id, p.currency)
      from staged_invoice s
      join invoice i using (external_id)
      join payment p on p.invoice_id = i.id
      join tenant t on t.id = p.tenant_id
     where i.declared_status = 'DRAFT' and (t.external_id, p.currency) <> (s.tenant, s.currency)"""

REVISE_DRAFTS = """
    select revise_draft(c.id, t.id, s.number, s.ocr, s.issuer_type, s.currency, s.total_cents, s.tax_cents, s.issued_on,
                        s.due_on, b.id)
      from changed_invoice c
      join staged_invoice s using (line)
      join tenant t on t.external_id = s.tenant
      left join subscription b on b.external_id = s.subscription
     where c.was->>'status' = 'DRAFT'"""

INVOICES = Source(
    noun="invoice",
    file="invoices.csv",
    key=("external_id",),
    unique=(("tenant", "issuer_type", "number"),),
    columns=(
        key(),
        link("tenant"),
        text("number", cells.words(characters_max=50)),
        maybe("ocr", cells.reference),
        text("issuer_type", cells.choice(*ISSUER_TYPES)),
        Column(name="customer_name", read=cells.required(cells.words()), booked=False, personal=True),
        text("currency", cells.currency),
        cents("total_cents"),
        cents("tax_cents"),
        day("issued_on"),
        day("due_on"),
        status(*DECLARED_STATUSES, empty=True),
        link("subscription", empty=True),
        Column(
            name="customer_account",
            read=cells.optional(cells.words(characters_max=50)),
            omissible=True,
            booked=False,
            personal=True,
        ),
    ),
    books="""
        select i.id, i.external_id, t.external_id as tenant, i.number, i.ocr, i.issuer_type, i.customer_name, i.currency,
               i.total_cents, i.tax_cents, i.issued_on, i.due_on, i.declared_status as status,
               b.external_id as subscription, i.customer_account
          from invoice i join tenant t on t.id = i.tenant_id left join subscription b on b.id = i.subscription_id""",
    open="b.status = 'DRAFT'",
    shared=(INVOICE_FACT,),
    checks=(ROW, OWN_SUBSCRIPTION, NUMBER_TAKEN, STATUS_MOVES, LINES_OF_DRAFT, PAYMENT_OF_DRAFT),
    weighs="select line, currency, issued_on as day, total_cents as cents from staged_invoice where status is distinct from 'DRAFT'",
    revise=(REMOVE_DRAFT_LINES, REVISE_DRAFTS),
    update="""
        update invoice i
           set customer_name = s.customer_name, customer_account = s.customer_account, declared_status = s.status
          from changed_invoice c join staged_invoice s using (line)
         where i.id = c.id""",
    insert="""
        insert into invoice (id, external_id, tenant_id, number, ocr, issuer_type, customer_name, customer_account, currency,
                             total_cents, tax_cents, issued_on, due_on, subscription_id, declared_status)
        select s.id, s.external_id, t.id, s.number, s.ocr, s.issuer_type, s.customer_name, s.customer_account, s.currency,
               s.total_cents, s.tax_cents, s.issued_on, s.due_on, b.id, s.status
          from staged_invoice s
          join tenant t on t.external_id = s.tenant
          left join subscription b on b.external_id = s.subscription
         where not exists (select from invoice i where i.external_id = s.external_id)""",
)
