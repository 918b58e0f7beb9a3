"""`plan_history.csv`: what happened to each subscription, in order. What no file tells follows from the subscription.

An entry is known by its content: the same entry again is nothing new. The log is only continued: what is new may not be
dated before what is known, but for changes that are only planned, which are dated on the day they will take effect. A subscription without any entry has started on its `started_on`; a status that no entry leads
to (cancelled, paused, past due, active again) gets its own entry, on the day the subscription tells, else today.
"""

from procedures.import_books import cells
from procedures.import_books.columns import Column, cents, day, link, text
from procedures.import_books.source import Source
from storage.subscriptions import HISTORY_KINDS

NEW_HISTORY = """
    create or replace temporary view new_history as
    with told as (
        select h.*, row_number() over (partition by subscription, effective_on, kind, plan, amount_cents, amount_eur_cents
                                       order by line) as nth
          from staged_plan_history h),
    booked as (
        select b.external_id as subscription, h.effective_on, h.kind, p.code as plan, h.amount_cents, h.amount_eur_cents,
               row_number() over (partition by b.id, h.effective_on, h.kind, p.id, h.amount_cents, h.amount_eur_cents
                                  order by h.ordinal) as nth
          from subscription b join plan_history h on h.subscription_id = b.id join plan p on p.id = h.plan_id
         where b.external_id in (select subscription from staged_plan_history))
    select told.*
      from told left join booked using (subscription, effective_on, kind, plan, amount_cents, amount_eur_cents, nth)
     where booked.subscription is null"""

BEGINS_WITH_STARTED = """
    select h.line, format('the history of %%s begins with %%s on %%s; it must begin with started on %%s',
                          h.subscription, lower(h.kind), h.effective_on, s.started_on)
      from (select distinct on (subscription) * from staged_plan_history order by subscription, effective_on, line) h
      join staged_subscription s on s.external_id = h.subscription
     where (h.kind, h.effective_on) <> ('STARTED', s.started_on)
       and not exists (select from subscription b where b.external_id = h.subscription)"""

STARTS_ONCE = """
    select h.line, format('%%s has started already', h.subscription)
      from new_history h
     where h.kind = 'STARTED'
       and (exists (select from subscription b where b.external_id = h.subscription)
            or exists (select from staged_plan_history e
                        where e.subscription = h.subscription and e.kind = 'STARTED'
                          and (e.effective_on, e.line) < (h.effective_on, h.line)))"""

ONLY_CONTINUED = """
    select h.line, format('the log of %%s in the books has an entry of %%s; what is new cannot be dated before it',
                          h.subscription, last.effective_on)
      from new_history h
      join (select b.external_id as subscription, max(e.effective_on) as effective_on
              from subscription b join plan_history e on e.subscription_id = b.id
             where b.external_id in (select subscription from new_history)
               and e.kind not in ('PLAN_CHANGE_SCHEDULED', 'CANCEL_SCHEDULED')
             group by b.external_id) last using (subscription)
     where h.effective_on < last.effective_on"""

NEWEST_PRICE = """
    select h.line, format('this is the newest price of %%s (%%s at %%s cents, %%s EUR cents), but the subscription says '
                          '%%s at %%s cents, %%s EUR cents',
                          h.subscription, h.plan, h.amount_cents, h.amount_eur_cents, b.plan, b.amount_cents,
                          b.amount_eur_cents)
      from (select distinct on (subscription) *
              from new_history
             where effective_on <= %(today)s
               and kind not in ('PLAN_CHANGE_SCHEDULED', 'CANCEL_SCHEDULED', 'SCHEDULE_REVOKED')
             order by subscription, effective_on desc, line desc) h
      join (select external_id, plan, amount_cents, amount_eur_cents from staged_subscription
             union all
            select k.external_id, p.code, k.amount_cents, k.amount_eur_cents
              from subscription k join plan p on p.id = k.plan_id
             where not exists (select from staged_subscription s where s.external_id = k.external_id)) b
        on b.external_id = h.subscription
     where (h.plan, h.amount_cents, h.amount_eur_cents) <> (b.plan, b.amount_cents, b.amount_eur_cents)"""

INSERT = """
    insert into plan_history (subscription_id, ordinal, kind, effective_on, actor, reason, plan_id, amount_cents,
                              amount_eur_cents)
    select b.id,
           coalesce((select max(e.ordinal) from plan_history e where e.subscription_id = b.id), 0)
               + row_number() over (partition by b.id order by h.effective_on, h.line),
           h.kind, h.effective_on, coalesce(h.actor, %(actor)s), h.reason, p.id, h.amount_cents, h.amount_eur_cents
      from new_history h join subscription b on b.external_id = h.subscription join plan p on p.code = h.plan"""

START_WITHOUT_HISTORY = """
    insert into plan_history (subscription_id, ordinal, kind, effective_on, actor, plan_id, amount_cents, amount_eur_cents)
    select b.id, e.ordinal, e.kind, e.effective_on, %(actor)s, b.plan_id, b.amount_cents, b.amount_eur_cents
      from staged_subscription s join subscription b on b.id = s.id, lateral (values
          (1, 'STARTED', b.started_on),
          (2, 'TRIAL_ENDED', case when b.status <> 'TRIALING' and b.trial_ends_on <= coalesce(b.cancelled_on, %(today)s)
                                  then b.trial_ends_on end)
      ) e(ordinal, kind, effective_on)
     where e.effective_on is not null
       and not exists (select from plan_history h where h.subscription_id = b.id)"""

ONLY_PLANS_LIE_AHEAD = """
    select line, format('%%s on %%s is in the future; only what is planned (plan_change_scheduled, cancel_scheduled) can be',
                        lower(kind), effective_on)
      from new_history
     where effective_on > %(today)s
       and kind not in ('PLAN_CHANGE_SCHEDULED', 'CANCEL_SCHEDULED', 'SCHEDULE_REVOKED')"""

STATUS_WITHOUT_HISTORY = """
    with moved as (
        select b.* from staged_subscription s join subscription b on b.id = s.id
         union all
        select b.* from changed_subscription c join subscription b using (id) where c.was->>'status' <> b.status),
    last as (
        select distinct on (b.id) b.*, h.ordinal,
               case h.kind when 'PAUSED' then 'PAUSED' when 'PAST_DUE' then 'PAST_DUE' when 'CANCELLED' then 'CANCELLED'
                           when 'STARTED' then case when b.trial_ends_on is null then 'ACTIVE' else 'TRIALING' end
                           else 'ACTIVE' end as stood
          from moved b join plan_history h on h.subscription_id = b.id
         where h.kind in ('STARTED', 'TRIAL_ENDED', 'PAUSED', 'RESUMED', 'PAST_DUE', 'RECOVERED', 'CANCELLED',
                          'REACTIVATED')
         order by b.id, h.ordinal desc),
    missing as (
        select id, plan_id, amount_cents, amount_eur_cents,
               case when status <> 'ACTIVE' then status when stood = 'PAUSED' then 'RESUMED'
                    when stood = 'PAST_DUE' then 'RECOVERED' when stood = 'CANCELLED' then 'REACTIVATED'
                    else 'TRIAL_ENDED' end as kind,
               case when status = 'CANCELLED' then cancelled_on
                    when stood = 'TRIALING' and status = 'ACTIVE' then least(trial_ends_on, %(today)s)
                    else %(today)s end as effective_on
          from last
         where status <> stood and status <> 'TRIALING')
    insert into plan_history (subscription_id, ordinal, kind, effective_on, actor, plan_id, amount_cents, amount_eur_cents)
    select id, (select max(h.ordinal) + 1 from plan_history h where h.subscription_id = missing.id), kind, effective_on,
           %(actor)s, plan_id, amount_cents, amount_eur_cents
      from missing"""

# The new entries about what is planned and what overtakes it: once they are written, nothing is new any more.
NEW_PLANS = "create temporary table new_plan on commit drop as select * from new_history where false"
KEEP_NEW_PLANS = """
    insert into new_plan
    select * from new_history
     where kind in ('PLAN_CHANGE_SCHEDULED', 'CANCEL_SCHEDULED', 'SCHEDULE_REVOKED', 'PLAN_CHANGED', 'CANCELLED')"""

# What lies ahead and was not taken back, carried out or overtaken by a later line.
WHAT_IS_PLANNED = """
    with ahead as (
        select distinct on (h.subscription) h.*, b.id as subscription_id
          from new_plan h join subscription b on b.external_id = h.subscription
         where h.kind in ('PLAN_CHANGE_SCHEDULED', 'CANCEL_SCHEDULED') and h.effective_on >= %(today)s
           and not exists (select from new_plan o
                            where o.subscription = h.subscription and o.line > h.line
                              and (o.kind in ('SCHEDULE_REVOKED', 'CANCELLED')
                                   or o.kind = 'PLAN_CHANGED' and h.kind = 'PLAN_CHANGE_SCHEDULED'))
         order by h.subscription, h.line desc)
    update subscription b
       set planned_kind = a.kind, planned_on = a.effective_on,
           planned_plan_id = case a.kind when 'PLAN_CHANGE_SCHEDULED' then p.id end,
           planned_amount_cents = case a.kind when 'PLAN_CHANGE_SCHEDULED' then a.amount_cents end
      from ahead a join plan p on p.code = a.plan
     where b.id = a.subscription_id and b.status <> 'CANCELLED'"""

NO_LONGER_PLANNED = """
    update subscription b set planned_kind = null, planned_on = null, planned_plan_id = null, planned_amount_cents = null
     where b.planned_kind is not null
       and (b.status = 'CANCELLED'
            or exists (select from new_plan o
                        where o.subscription = b.external_id
                          and (o.kind in ('SCHEDULE_REVOKED', 'CANCELLED')
                               or o.kind = 'PLAN_CHANGED' and b.planned_kind = 'PLAN_CHANGE_SCHEDULED')))"""

PAUSED_SINCE = """
    update subscription b
       set paused_on = (select h.effective_on from plan_history h
                         where h.subscription_id = b.id and h.kind = 'PAUSED' order by h.ordinal desc limit 1)
     where b.status = 'PAUSED' and b.paused_on is null"""

# A price that is only planned is weighed in EUR on its day: there must be a rate for it by then.
WEIGHED_ON_ITS_DAY = """
    select h.line, b.currency, h.effective_on as day, h.amount_cents as cents
      from staged_plan_history h
      join (select external_id, currency from staged_subscription
             union
            select external_id, currency from subscription) b on b.external_id = h.subscription
     where h.kind = 'PLAN_CHANGE_SCHEDULED' and h.effective_on >= %(today)s"""

PLAN_HISTORY = Source(
    noun="plan_history",
    file="plan_history.csv",
    columns=(
        link("subscription"),
        day("effective_on"),
        text("kind", cells.choice(*HISTORY_KINDS)),
        link("plan"),
        cents("amount_cents"),
        cents("amount_eur_cents"),
        Column(name="actor", read=cells.optional(cells.words()), omissible=True),
        Column(name="reason", read=cells.optional(cells.words(characters_max=500)), omissible=True),
    ),
    weighs=WEIGHED_ON_ITS_DAY,
    shared=(NEW_HISTORY, NEW_PLANS),
    prepare=KEEP_NEW_PLANS,
    checks=(BEGINS_WITH_STARTED, STARTS_ONCE, ONLY_CONTINUED, ONLY_PLANS_LIE_AHEAD, NEWEST_PRICE),
    insert=INSERT,
    follow=(
        START_WITHOUT_HISTORY,
        STATUS_WITHOUT_HISTORY,
        NO_LONGER_PLANNED,
        WHAT_IS_PLANNED,
        PAUSED_SINCE,
    ),
)
