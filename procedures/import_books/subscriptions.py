"""`subscriptions.csv`: what each tenant has, at which price, and how it stands today."""

from procedures.import_books import cells
from procedures.import_books.columns import cents, day, key, link, status, text
from procedures.import_books.source import Source
from storage.subscriptions import STATUSES

DATES = """
    select line, what
      from staged_subscription, lateral (values
          (trial_ends_on < started_on, 'trial_ends_on is before started_on'),
          (current_period_start < started_on, 'current_period_start is before started_on'),
          (current_period_end < current_period_start, 'current_period_end is before current_period_start'),
          (cancelled_on < started_on, 'cancelled_on is before started_on'),
          (cancelled_on > %(today)s, 'cancelled_on is in the future; a subscription that is set to end is not cancelled '
              'yet, its end is told in plan_history.csv (cancel_scheduled)'),
          (status = 'CANCELLED' and cancelled_on is null, 'a cancelled subscription needs its cancelled_on'),
          (status <> 'CANCELLED' and cancelled_on is not null, 'cancelled_on is for cancelled subscriptions only'),
          (status = 'TRIALING' and trial_ends_on is null, 'a trial needs its trial_ends_on')
      ) v(broken, what)
     where broken"""

PRICE_NEEDS_HISTORY = """
    select s.line, format('it is %%s at %%s cents (%%s EUR cents) here, but %%s at %%s cents (%%s EUR cents) in the books; '
                          'a price changes only with its entry in plan_history.csv',
                          s.plan, s.amount_cents, s.amount_eur_cents, p.code, b.amount_cents, b.amount_eur_cents)
      from staged_subscription s join subscription b using (external_id) join plan p on p.id = b.plan_id
     where (s.plan, s.amount_cents, s.amount_eur_cents) <> (p.code, b.amount_cents, b.amount_eur_cents)
       and not exists (select from new_history h where h.subscription = s.external_id)"""

A_TRIAL_STAYS_ONE = """
    select s.line, format('it %%s a trial here, but %%s in the books', case when s.trial_ends_on is null then 'has not'
                          else 'has' end, case when b.trial_ends_on is null then 'has none' else 'it has one' end)
      from staged_subscription s join subscription b using (external_id)
     where (s.trial_ends_on is null) <> (b.trial_ends_on is null)"""

SUBSCRIPTIONS = Source(
    noun="subscription",
    file="subscriptions.csv",
    key=("external_id",),
    columns=(
        key(),
        link("tenant"),
        link("plan", booked=False),
        status(*STATUSES),
        cents("amount_cents", booked=False),
        text("currency", cells.currency),
        cents("amount_eur_cents", booked=False),
        day("started_on"),
        day("trial_ends_on", empty=True, booked=False),
        day("current_period_start", booked=False),
        day("current_period_end", booked=False),
        day("cancelled_on", empty=True, booked=False),
    ),
    books="""
        select b.id, b.external_id, t.external_id as tenant, p.code as plan, b.status, b.amount_cents, b.currency,
               b.amount_eur_cents, b.started_on, b.trial_ends_on, b.current_period_start, b.current_period_end,
               b.cancelled_on
          from subscription b join tenant t on t.id = b.tenant_id join plan p on p.id = b.plan_id""",
    checks=(DATES, PRICE_NEEDS_HISTORY, A_TRIAL_STAYS_ONE),
    update="""
        update subscription b
           set plan_id = p.id, status = s.status, amount_cents = s.amount_cents, amount_eur_cents = s.amount_eur_cents,
               trial_ends_on = s.trial_ends_on, current_period_start = s.current_period_start,
               current_period_end = s.current_period_end, cancelled_on = s.cancelled_on, version = b.version + 1,
               paused_on = case s.status when 'PAUSED' then b.paused_on end,
               paused_until = case s.status when 'PAUSED' then b.paused_until end
          from changed_subscription c join staged_subscription s using (line) join plan p on p.code = s.plan
         where b.id = c.id""",
    insert="""
        insert into subscription (id, external_id, tenant_id, plan_id, status, amount_cents, currency, amount_eur_cents,
                                  started_on, trial_ends_on, current_period_start, current_period_end, cancelled_on)
        select s.id, s.external_id, t.id, p.id, s.status, s.amount_cents, s.currency, s.amount_eur_cents, s.started_on,
               s.trial_ends_on, s.current_period_start, s.current_period_end, s.cancelled_on
          from staged_subscription s join tenant t on t.external_id = s.tenant join plan p on p.code = s.plan
         where not exists (select from subscription b where b.external_id = s.external_id)
         order by s.line""",
)
