"""`cancellations.csv`: why subscriptions ended. The price at the end is locked as the impact on revenue."""

from procedures.import_books import cells
from procedures.import_books.columns import day, link, text
from procedures.import_books.source import Source
from storage.subscriptions import CANCELLATION_REASONS

DATES = """
    select c.line, v.what
      from staged_cancellation c
      left join staged_subscription s on s.external_id = c.subscription
      left join subscription b on b.external_id = c.subscription, lateral (values
          (c.requested_on > c.cancelled_on, 'requested_on is after cancelled_on'),
          (c.cancelled_on < coalesce(s.started_on, b.started_on), 'cancelled_on is before the subscription started')
      ) v(broken, what)
     where v.broken"""

NO_SUCH_END = """
    select c.line, format('%%s does not end on %%s: neither its own row nor an entry of its history says so', c.subscription,
                          c.cancelled_on)
      from staged_cancellation c
     where not exists (select from staged_subscription s
                        where s.external_id = c.subscription and s.cancelled_on = c.cancelled_on)
       and not exists (select from staged_plan_history h
                        where h.subscription = c.subscription and h.effective_on = c.cancelled_on
                          and h.kind in ('CANCELLED', 'CANCEL_SCHEDULED'))
       and not exists (select from subscription b join plan_history h on h.subscription_id = b.id
                        where b.external_id = c.subscription and h.effective_on = c.cancelled_on
                          and h.kind in ('CANCELLED', 'CANCEL_SCHEDULED'))"""

CANCELLATIONS = Source(
    noun="cancellation",
    file="cancellations.csv",
    key=("subscription", "cancelled_on"),
    columns=(
        link("subscription"),
        day("cancelled_on"),
        text("mode", cells.choice("NOW", "PERIOD_END")),
        text("reason", cells.choice(*CANCELLATION_REASONS)),
        day("requested_on", empty=True, omissible=True),
    ),
    books="""
        select distinct on (c.subscription_id, c.cancelled_on)
               c.id, b.external_id as subscription, c.cancelled_on, c.mode, c.reason, c.requested_on
          from subscription_cancellation c join subscription b on b.id = c.subscription_id
         order by c.subscription_id, c.cancelled_on, c.id desc""",
    checks=(DATES, NO_SUCH_END),
    insert="""
        insert into subscription_cancellation (id, subscription_id, requested_on, cancelled_on, mode, reason,
                                               amount_cents, currency, amount_eur_cents, mrr_eur_cents)
        select c.id, b.id, c.requested_on, c.cancelled_on, c.mode, c.reason, h.amount_cents, b.currency,
               h.amount_eur_cents, m.mrr_eur_cents
          from staged_cancellation c join subscription b on b.external_id = c.subscription
          join lateral (select h.amount_cents, h.amount_eur_cents from plan_history h
                         where h.subscription_id = b.id and h.effective_on <= c.cancelled_on
                           and h.kind not in ('PLAN_CHANGE_SCHEDULED', 'CANCEL_SCHEDULED', 'SCHEDULE_REVOKED')
                         order by h.effective_on desc, h.ordinal desc limit 1) h on true
          join lateral (select m.mrr_eur_cents from mrr_history m
                         where m.subscription_id = b.id and m.effective_on <= c.cancelled_on and m.kind <> 'CANCELLED'
                         order by m.effective_on desc, m.ordinal desc limit 1) m on true
         where not exists (select from subscription_cancellation k
                            where k.subscription_id = b.id and k.cancelled_on = c.cancelled_on)""",
)
