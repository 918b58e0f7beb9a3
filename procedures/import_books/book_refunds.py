"""What refunds do to the books. A refund's row says how much of it was surplus and VAT: it is written here, not before."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple, Self
from uuid import UUID

import psycopg

from billing import journals
from billing.ledger import Posting
from billing.money import Money
from billing.vat import VatPart, refund_parts
from procedures.import_books.booking import Ledger
from procedures.import_books.facts import InvoiceFact, PaymentFact
from procedures.import_books.problems import Problems

# In the order of the refunds: of each payment first its surplus, of each invoice what was refunded of it before.
NEW_REFUNDS = """
    with new as (
        select r.*, p.id as payment_id, p.invoice_id, p.credited_cents,
               coalesce(sum(r.amount_cents) over (partition by p.id order by r.refunded_at, r.line
                                                  rows between unbounded preceding and 1 preceding), 0) as earlier_cents,
               coalesce((select sum(k.surplus_cents) from refund k where k.payment_id = p.id and k.status <> 'FAILED'), 0)
                   as surplus_taken_cents
          from staged_refund r join payment p on p.external_id = r.payment
         where not exists (select from refund k where k.external_id = r.external_id)),
    split as (
        select new.*, greatest(0, least(amount_cents, credited_cents - surplus_taken_cents - earlier_cents))::bigint
                          as surplus_cents
          from new)
    select r.id, r.external_id, r.amount_cents, r.surplus_cents, r.actor, r.reason, r.provider_reference, r.refunded_at,
           (r.refunded_at at time zone %(zone)s)::date,
           coalesce(sum(r.amount_cents - r.surplus_cents) over (
               partition by r.invoice_id order by r.refunded_at, r.line
               rows between unbounded preceding and 1 preceding), 0)::bigint,
           (p.paid_at at time zone %(zone)s)::date, p.*, i.*
      from split r join payment_fact p on p.id = r.payment_id left join invoice_fact i on i.id = r.invoice_id
     order by r.refunded_at, r.line"""

# A surplus that has paid another invoice since cannot be sent back as well.
CREDIT_OVERDRAWN = """
    select min(s.line), p.tenant_id, p.currency, c.cents
      from staged_refund s join refund r on r.id = s.id and r.surplus_cents > 0 join payment p on p.id = r.payment_id,
           lateral (select sum(amount_cents) from accounting_entry e
                     where e.account = '2420' and e.tenant_id = p.tenant_id and e.currency = p.currency) c(cents)
     where c.cents > 0
     group by p.tenant_id, p.currency, c.cents order by 1"""

REFUND = (
    "id", "external_id", "payment_id", "amount_cents", "surplus_cents", "tax_cents", "status", "actor", "reason",
    "provider_reference", "credit_note", "created_at", "settled_at",
)  # fmt: skip


class RefundFact(NamedTuple):
    """A staged refund of a payment; before it, this run took back `earlier_cents` of revenue and VAT of its invoice."""

    id: UUID
    external_id: str
    amount_cents: int
    surplus_cents: int
    actor: str
    reason: str
    provider_reference: str | None
    refunded_at: datetime
    refunded_on: date
    earlier_cents: int
    paid_on: date
    payment: PaymentFact
    invoice: InvoiceFact

    @classmethod
    def read(cls, row: tuple[Any, ...]) -> Self:
        head, rest = len(cls._fields) - 2, len(InvoiceFact._fields)
        return cls._make((*row[:head], PaymentFact._make(row[head:-rest]), InvoiceFact._make(row[-rest:])))

    @property
    def rest_cents(self) -> int:
        """What is not surplus: it takes back revenue and VAT."""
        return self.amount_cents - self.surplus_cents

    @property
    def credit_note(self) -> str | None:
        return f"CN-{self.external_id}" if self.rest_cents else None

    def parts(self) -> tuple[VatPart, ...]:
        if not self.rest_cents:
            return ()
        before = self.invoice.refunded_cents + self.earlier_cents
        return refund_parts(self.invoice.parts(), refunded_before=before, refunded_after=before + self.rest_cents)

    def postings(self, parts: tuple[VatPart, ...]) -> list[Posting]:
        return journals.refunded(
            self.payment.ref(paid_on=self.paid_on),
            refund_id=self.id,
            surplus_cents=self.surplus_cents,
            parts=parts,
            on=self.refunded_on,
            out_of=self.payment.account,
        )


def book_refunds(ledger: Ledger) -> int:
    """Write the new refunds and book them; gives how many."""
    count = 0
    for rows in ledger.facts("refunds booked", NEW_REFUNDS):
        refunds = [(refund, refund.parts()) for refund in map(RefundFact.read, rows)]
        with ledger.connection.cursor() as cursor:
            _write(cursor, refunds)
        ledger.book(posting for refund, parts in refunds for posting in refund.postings(parts))
        count += len(refunds)
    return count


def refuse_overdrawn(cursor: psycopg.Cursor[Any]) -> None:
    """Refuse refunds of a surplus that is not there any more.

    Raises: ImportRefused.
    """
    problems = Problems()
    for line, _, currency, cents in cursor.execute(CREDIT_OVERDRAWN):
        what = f"the surplus of its payment is used already; the tenant's credit would be overdrawn by {Money(int(cents), currency)}"
        problems.add("refunds.csv", line, what)
    problems.refuse_any()


def _write(cursor: psycopg.Cursor[Any], refunds: Iterable[tuple[RefundFact, tuple[VatPart, ...]]]) -> None:
    with cursor.copy(f"copy refund ({', '.join(REFUND)}) from stdin") as copy:
        for refund, parts in refunds:
            copy.write_row((
                refund.id, refund.external_id, refund.payment.id, refund.amount_cents, refund.surplus_cents,
                sum(part.vat_cents for part in parts), "SUCCEEDED", refund.actor, refund.reason,
                refund.provider_reference, refund.credit_note, refund.refunded_at, refund.refunded_at,
            ))  # fmt: skip
