"""`invoice_lines.csv`: what an invoice was for. Lines come in the run of their invoice, all of them, and add up to it.

Those of a draft may come anew, all of them, until it is issued.
"""

from procedures.import_books import cells
from procedures.import_books.columns import link, percent, signed_cents, text
from procedures.import_books.source import Source

NUMBERED = """
    create or replace temporary view numbered_invoice_line as
    select s.*, row_number() over (partition by invoice order by line)::integer as ordinal from staged_invoice_line s"""

OPPOSITE_SIGNS = """
    select line, 'net_cents and vat_cents have opposite signs' from staged_invoice_line
     where sign(net_cents) * sign(vat_cents) < 0"""

ADD_UP = """
    select l.line, format('the lines of invoice %%s add up to %%s cents with %%s VAT, but it says %%s with %%s', l.invoice,
                          l.total, l.tax, coalesce(s.total_cents, i.total_cents), coalesce(s.tax_cents, i.tax_cents))
      from (select invoice, min(line) as line, sum(net_cents + vat_cents::numeric) as total, sum(vat_cents) as tax
              from staged_invoice_line group by invoice) l
      left join staged_invoice s on s.external_id = l.invoice
      left join invoice i on i.external_id = l.invoice
     where (l.total, l.tax) <> (coalesce(s.total_cents, i.total_cents), coalesce(s.tax_cents, i.tax_cents))"""

SAME_AS_BOOKED = """
    select l.line, case when b.id is null then format('invoice %%s is booked without this line; lines come with their '
                                                     'invoice', l.invoice)
                        else format('this line of invoice %%s is %%s, %%s cents, %%s VAT in the books', l.invoice,
                                    b.description, b.net_cents, b.vat_cents) end
      from numbered_invoice_line l
      join invoice i on i.external_id = l.invoice
      left join invoice_line b on b.invoice_id = i.id and b.ordinal = l.ordinal
     where (l.description, l.net_cents, l.vat_rate, l.vat_cents)
           is distinct from (b.description, b.net_cents, b.vat_rate, b.vat_cents)
       and i.declared_status is distinct from 'DRAFT'"""

# While the invoice is a draft in the books, before what the file says of it is.
REMOVE_DRAFT_LINES = """
    with told as (
        select i.id as invoice_id, l.ordinal, l.description, l.net_cents, l.vat_rate, l.vat_cents
          from numbered_invoice_line l join invoice i on i.external_id = l.invoice
         where i.declared_status = 'DRAFT'),
    known as (select * from invoice_line where invoice_id in (select invoice_id from told))
    select remove_draft_lines(id)
      from (select distinct invoice_id as id
              from told l full join known b using (invoice_id, ordinal)
             where (l.description, l.net_cents, l.vat_rate, l.vat_cents)
                   is distinct from (b.description, b.net_cents, b.vat_rate, b.vat_cents)) other"""

INVOICE_LINES = Source(
    noun="invoice_line",
    file="invoice_lines.csv",
    columns=(
        link("invoice"),
        text("description", cells.words(characters_max=500)),
        signed_cents("net_cents", zero=True),
        percent("vat_rate"),
        signed_cents("vat_cents", zero=True),
    ),
    shared=(NUMBERED,),
    checks=(OPPOSITE_SIGNS, ADD_UP, SAME_AS_BOOKED),
    insert="""
        insert into invoice_line (id, invoice_id, ordinal, description, net_cents, vat_rate, vat_cents)
        select l.id, i.id, l.ordinal, l.description, l.net_cents, l.vat_rate, l.vat_cents
          from numbered_invoice_line l join invoice i on i.external_id = l.invoice
         where not exists (select from invoice_line b where b.invoice_id = i.id)""",
)
