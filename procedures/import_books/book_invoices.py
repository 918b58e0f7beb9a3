"""What invoices do to the books: issued when they stop being a draft, undone when void, written off when uncollectible."""

from datetime import date
from typing import Any
from uuid import UUID

from billing import journals
from billing.ledger import Posting
from procedures.import_books.booking import Ledger
from procedures.import_books.facts import InvoiceFact

ISSUED = """
    with issued as (
        select s.id from staged_invoice s where s.status is distinct from 'DRAFT'
         union all
        select c.id from changed_invoice c
         where c.was->>'status' = 'DRAFT' and c.becomes->>'status' is distinct from 'DRAFT')
    select f.* from issued join invoice_fact f using (id)"""

# What was void or uncollectible before these books knew it counts on the day of the invoice; later, on the day we learn.
ENDED = """
    with ended as (
        select s.id, case s.status when 'VOID' then s.issued_on
                                   else greatest(s.issued_on, least(s.due_on, %(today)s)) end as on_day
          from staged_invoice s where s.status in ('VOID', 'UNCOLLECTIBLE')
         union all
        select c.id, %(today)s from changed_invoice c
         where c.becomes->>'status' in ('VOID', 'UNCOLLECTIBLE')
           and c.was->>'status' is distinct from c.becomes->>'status')
    select ended.on_day, j.id, f.*
      from ended join invoice_fact f using (id) left join journal j on j.invoice_id = f.id and j.kind = 'INVOICE'"""


def book_invoices(ledger: Ledger) -> None:
    """Book what is new about invoices; the payments of the same run are in the tables already."""
    ledger.book_each("invoices booked", ISSUED, _issued)
    ledger.book_each("invoices ended", ENDED, _ended)


def _issued(*row: Any) -> list[Posting]:
    invoice = InvoiceFact._make(row)
    return journals.issued(invoice.ref, invoice.parts(), on=invoice.issued_on)


def _ended(on: date, issued_id: UUID | None, *row: Any) -> list[Posting]:
    invoice = InvoiceFact._make(row)
    if invoice.declared_status == "VOID":
        return journals.voided(invoice.ref, invoice.parts(), on=on, reverses_id=issued_id)
    return journals.written_off(invoice.ref, invoice.total_cents - invoice.paid_cents, on=on)
