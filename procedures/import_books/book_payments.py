"""What payments do to the books, once they have succeeded."""

from datetime import date
from typing import Any

from billing import journals
from billing.ledger import Posting
from procedures.import_books.booking import Ledger
from procedures.import_books.facts import PaymentFact

SUCCEEDED = """
    with fresh as (
        select s.id from staged_payment s where s.status = 'SUCCEEDED'
         union all
        select c.id from changed_payment c
         where c.becomes->>'status' = 'SUCCEEDED' and c.was->>'status' <> 'SUCCEEDED')
    select (f.paid_at at time zone %(zone)s)::date, f.* from fresh join payment_fact f using (id)"""


def book_payments(ledger: Ledger) -> None:
    ledger.book_each("payments booked", SUCCEEDED, _charged)


def _charged(paid_on: date, *row: Any) -> list[Posting]:
    payment = PaymentFact._make(row)
    return journals.charged(payment.ref(paid_on=paid_on), fee_cents=payment.fee_cents, into=payment.account)
