"""`refunds.csv`: money sent back. First the surplus that the payment left, then revenue and VAT."""

from procedures.import_books import cells
from procedures.import_books.columns import cents, instant, key, link, maybe, text
from procedures.import_books.source import Source

OF_ITS_PAYMENT = """
    select r.line, v.what
      from staged_refund r
      left join staged_payment s on s.external_id = r.payment
      left join payment p on p.external_id = r.payment, lateral (values
          (r.refunded_at > %(now)s, 'refunded_at is in the future'),
          (r.refunded_at < coalesce(s.paid_at, p.paid_at), 'refunded_at is before the payment'),
          (coalesce(s.status, p.outcome) <> 'SUCCEEDED',
           format('payment %%s has not succeeded, it is %%s', r.payment, lower(coalesce(s.status, p.outcome))))
      ) v(broken, what)
     where v.broken"""

MORE_THAN_PAID = """
    select n.line, format('the refunds of payment %%s add up to %%s cents, but only %%s were paid', n.payment,
                          n.asked + coalesce(p.refunded_cents + p.pending_refund_cents, 0),
                          coalesce(s.amount_cents, p.amount_cents))
      from (select payment, min(line) as line, sum(amount_cents) as asked
              from staged_refund r
             where not exists (select from refund k where k.external_id = r.external_id)
             group by payment) n
      left join staged_payment s on s.external_id = n.payment
      left join payment p on p.external_id = n.payment
     where n.asked + coalesce(p.refunded_cents + p.pending_refund_cents, 0) > coalesce(s.amount_cents, p.amount_cents)"""

REFUNDS = Source(
    noun="refund",
    file="refunds.csv",
    key=("external_id",),
    columns=(
        key(),
        link("payment"),
        cents("amount_cents", least=1),
        maybe("provider_reference"),
        instant("refunded_at"),
        text("actor"),
        text("reason", cells.words(characters_max=500)),
    ),
    books="""
        select r.id, r.external_id, p.external_id as payment, r.amount_cents, r.provider_reference,
               r.created_at as refunded_at, r.actor, r.reason
          from refund r join payment p on p.id = r.payment_id""",
    checks=(OF_ITS_PAYMENT, MORE_THAN_PAID),
    weighs="""
        select r.line, coalesce(s.currency, p.currency) as currency, (r.refunded_at at time zone %(zone)s)::date as day,
               r.amount_cents as cents
          from staged_refund r
          left join staged_payment s on s.external_id = r.payment
          left join payment p on p.external_id = r.payment""",
)
