"""Which of the staged payments pays which invoice, where nothing is fuzzy: `billing.matching.certain`, set-wise."""

from typing import Any

import psycopg

# The open invoices that bear a reference of the file. A creditor reference may be the invoice's own, or wrap its OCR number.
BEARERS = """
create temporary table bearer on commit drop as
select wanted.place, i.id as invoice_id
  from (select place, certain_key as key from staged where certain_key is not null and known_as is null
        union all
        select place, substr(certain_key, 5) from staged where certain_key like 'RF%' and known_as is null) wanted
  join invoice i on reference_key(i.ocr) = wanted.key and i.ocr is not null
 where i.outstanding_cents > 0"""
# In the order of all who lock invoices. What is outstanding is read again once they are ours.
LOCK = """
select count(*) from (select 1 from invoice where id in (select invoice_id from bearer)
                       order by id for no key update) as locked"""
MATCHED = """
create temporary table matched on commit drop as
select uuid7() as payment_id, fitting.*
  from (select distinct on (i.id) s.place, s.id as bank_transfer_id, s.deposit, s.cents, s.currency, s.reference, s.payee,
               i.id as invoice_id, i.tenant_id, i.issuer_type, i.number
          from staged s
          join (select place, count(*) over (partition by place) as bearers, invoice_id from bearer) b
            on b.place = s.place and b.bearers = 1
          join invoice i on i.id = b.invoice_id
         where (i.currency, i.outstanding_cents) = (s.currency, s.cents)
         order by i.id, s.place) fitting"""


def match_certain(cursor: psycopg.Cursor[Any]) -> None:
    """Fill the temporary table `matched`: one payment an invoice, the first that fits; its invoice stays locked."""
    cursor.execute(BEARERS)
    cursor.execute("analyze bearer")
    cursor.execute(LOCK)
    cursor.execute(MATCHED)
    cursor.execute("analyze matched")
