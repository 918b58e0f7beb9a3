"""Subscriptions change here: what is planned for each, what its log led to, every change of monthly recurring revenue as an
appended fact, and its sums a day and a month."""

from alembic import op

revision = "0013"
down_revision = "0012"

RUNTIME = "billing_runtime"
JOURNAL_KINDS = (
    "INVOICE VOID WRITE_OFF RECEIPT DEBIT MATCH CHARGE CREDIT_APPLIED REFUND COST OPENING_BALANCE REVERSAL"
    " FEE PAYOUT PAYOUT_ARRIVAL DISPUTE RETURN PRORATION_CREDIT"
).split()
MOVEMENT_KINDS = "NEW EXPANSION CONTRACTION CHURN REACTIVATION PAUSED RESUMED FX".split()

SUBSCRIPTIONS = (
    """
    alter table subscription
        add column anchor_day smallint constraint subscription_anchor_check check (anchor_day between 1 and 31),
        add column trial_extended_days integer not null default 0,
        add column paused_on date,
        add column paused_until date,
        add column planned_kind varchar constraint subscription_known_planned_kind_check
            check (planned_kind in ('PLAN_CHANGE_SCHEDULED', 'CANCEL_SCHEDULED')),
        add column planned_on date,
        add column planned_plan_id uuid references plan (id),
        add column planned_amount_cents bigint,
        add constraint subscription_planned_check check (
            (planned_kind is null) = (planned_on is null)
            and (planned_kind is not distinct from 'PLAN_CHANGE_SCHEDULED') = (planned_plan_id is not null)
            and (planned_plan_id is null) = (planned_amount_cents is null)),
        add constraint subscription_paused_check check (
            (status = 'PAUSED' or paused_on is null) and (paused_on is not null or paused_until is null)
            and paused_on < paused_until)""",
    "create index subscription_current_period_end_idx on subscription (current_period_end) where status <> 'CANCELLED'",
    (
        "create index invoice_owed_by_subscription_idx on invoice (subscription_id, due_on)"
        " where outstanding_cents > 0 and issuer_type = 'PLATFORM'"
    ),
    """
    alter table plan_history
        add column credited_cents bigint not null default 0
            constraint plan_history_credited_check check (credited_cents >= 0),
        add column invoice_id uuid references invoice (id)""",
    "create index plan_history_effective_on_idx on plan_history (effective_on)",
    """
    alter table subscription_cancellation
        drop constraint subscription_cancellation_subscription_id_cancelled_on_key,
        add column mrr_eur_cents bigint, add column amount_cents bigint, add column currency text""",
    (
        "create index subscription_cancellation_subscription_id_cancelled_on_idx"
        " on subscription_cancellation (subscription_id, cancelled_on)"
    ),
    "create table proration_series (year smallint primary key, last integer not null)",
)

# How much of a price for `count` intervals falls on a month: a year / 12, a week * 52 / 12, a day * 365 / 12, half-even.
MONTHLY_CENTS = """
create function monthly_cents(cents bigint, "interval" text, count integer) returns bigint
    language sql immutable parallel safe as $$
    select (case when 2 * mod(dividend, divisor) > divisor
                   or (2 * mod(dividend, divisor) = divisor and mod(div(dividend, divisor), 2) = 1)
                 then div(dividend, divisor) + 1 else div(dividend, divisor) end)::bigint
      from (select cents::numeric * case "interval" when 'WEEK' then 52 when 'DAY' then 365 else 1 end as dividend,
                   count::numeric * case "interval" when 'MONTH' then 1 else 12 end as divisor) fraction
$$"""

# What each subscription counts for after each entry of its log; those about what is planned change nothing.
MRR_HISTORY = """
create view mrr_history as
    select id, subscription_id, tenant_id, ordinal, effective_on, plan_id, kind,
           case when counted = 1 then mrr_eur_cents else 0 end as mrr_eur_cents, counted
      from (select h.id, h.subscription_id, s.tenant_id, h.ordinal, h.effective_on, h.plan_id, h.kind,
                   monthly_cents(h.amount_eur_cents, p.interval, p.interval_count) as mrr_eur_cents,
                   (max(array[h.ordinal, case
                        when h.kind = 'STARTED' then case when s.trial_ends_on is null then 1 else 0 end
                        when h.kind in ('PAUSED', 'CANCELLED') then 0
                        when h.kind in ('TRIAL_ENDED', 'RESUMED', 'REACTIVATED', 'PAST_DUE', 'RECOVERED') then 1 end])
                        filter (where h.kind in ('STARTED', 'PAUSED', 'CANCELLED', 'TRIAL_ENDED', 'RESUMED',
                                                 'REACTIVATED', 'PAST_DUE', 'RECOVERED'))
                        over (partition by h.subscription_id order by h.ordinal))[2] as counted
              from plan_history h
              join subscription s on s.id = h.subscription_id
              join plan p on p.id = h.plan_id
             where h.kind not in ('PLAN_CHANGE_SCHEDULED', 'CANCEL_SCHEDULED', 'SCHEDULE_REVOKED')) entry"""

LOCKED_IMPACT = """
    update subscription_cancellation c
       set amount_cents = s.amount_cents, currency = s.currency,
           mrr_eur_cents = monthly_cents(c.amount_eur_cents, p.interval, p.interval_count)
      from subscription s join plan p on p.id = s.plan_id
     where s.id = c.subscription_id"""

# What left: cancellations that took effect (one that was revoked has no CANCELLED entry on its day; of several for one day
# the newest counts), and what was cancelled before reasons were kept.
CHURN = """
create view churn as
    select c.subscription_id, s.tenant_id, h.plan_id, c.requested_on, c.cancelled_on, c.reason, c.amount_eur_cents,
           c.mrr_eur_cents, 'CANCELLATION' as source
      from plan_history h
      join subscription s on s.id = h.subscription_id
      join lateral (select * from subscription_cancellation newest
                     where newest.subscription_id = h.subscription_id and newest.cancelled_on = h.effective_on
                     order by newest.id desc limit 1) c on true
     where h.kind = 'CANCELLED'
     union all
    select s.id, s.tenant_id, s.plan_id, null, s.cancelled_on, null, s.amount_eur_cents,
           (select coalesce(-sum(m.eur_cents), 0)::bigint
              from plan_history h join mrr_movement m on m.history_id = h.id
             where h.subscription_id = s.id and h.kind = 'CANCELLED' and h.effective_on = s.cancelled_on), 'LEGACY'
      from subscription s
     where s.status = 'CANCELLED'
       and not exists (select from subscription_cancellation c
                        where c.subscription_id = s.id and c.cancelled_on = s.cancelled_on)"""

MOVEMENTS = (
    """
    create table mrr_movement (
        id uuid primary key default uuid7(),
        tenant_id uuid not null references tenant (id),
        subscription_id uuid not null references subscription (id),
        plan_id uuid not null references plan (id),
        occurred_on date not null,
        kind varchar not null constraint mrr_movement_known_kind_check check (kind in ({kinds})),
        amount_cents bigint not null,
        currency text not null,
        rate numeric(18, 8),
        eur_cents bigint not null,
        subscription_delta smallint not null,
        tenant_delta smallint not null,
        history_id uuid references plan_history (id),
        recorded_at timestamptz not null default now(),
        constraint mrr_movement_deltas_check check (
            subscription_delta between -1 and 1 and tenant_delta between -1 and 1))""",
    "create index mrr_movement_tenant_id_occurred_on_idx on mrr_movement (tenant_id, occurred_on)",
    "create index mrr_movement_subscription_id_idx on mrr_movement (subscription_id)",
    "create index mrr_movement_history_id_idx on mrr_movement (history_id)",
    """
    create table mrr_day (
        tenant_id uuid not null,
        plan_id uuid not null,
        occurred_on date not null,
        kind varchar not null constraint mrr_day_known_kind_check check (kind in ({kinds})),
        eur_cents bigint not null,
        subscriptions bigint not null,
        tenants bigint not null,
        primary key (tenant_id, plan_id, occurred_on, kind))""",
    "create index mrr_day_occurred_on_idx on mrr_day (occurred_on)",
    """
    create table mrr_month (
        month date not null,
        plan_id uuid not null,
        kind varchar not null constraint mrr_month_known_kind_check check (kind in ({kinds})),
        eur_cents bigint not null,
        subscriptions bigint not null,
        tenants bigint not null,
        primary key (month, plan_id, kind))""",
)

# One statement's movements are summed first; rows are taken in the order of their keys, so that no two writers deadlock.
FOLLOW = """
create function mrr_rollups_follow_movements() returns trigger language plpgsql
    security definer set search_path = public, pg_temp as $$
begin
    insert into mrr_day as kept (tenant_id, plan_id, occurred_on, kind, eur_cents, subscriptions, tenants)
    select tenant_id, plan_id, occurred_on, kind, sum(eur_cents), sum(subscription_delta), sum(tenant_delta)
      from written group by tenant_id, plan_id, occurred_on, kind order by tenant_id, plan_id, occurred_on, kind
        on conflict (tenant_id, plan_id, occurred_on, kind) do update
       set eur_cents = kept.eur_cents + excluded.eur_cents,
           subscriptions = kept.subscriptions + excluded.subscriptions, tenants = kept.tenants + excluded.tenants;
    insert into mrr_month as kept (month, plan_id, kind, eur_cents, subscriptions, tenants)
    select date_trunc('month', occurred_on)::date, plan_id, kind, sum(eur_cents), sum(subscription_delta),
           sum(tenant_delta)
      from written group by 1, 2, 3 order by 1, 2, 3
        on conflict (month, plan_id, kind) do update
       set eur_cents = kept.eur_cents + excluded.eur_cents,
           subscriptions = kept.subscriptions + excluded.subscriptions, tenants = kept.tenants + excluded.tenants;
    return null;
end $$"""

GRANTS = (
    f"grant select on mrr_movement, mrr_day, mrr_month, mrr_history, churn, proration_series to {RUNTIME}",
    f"grant insert on mrr_movement, proration_series to {RUNTIME}",
    f"grant update (last) on proration_series to {RUNTIME}",
    (
        "grant update (anchor_day, trial_extended_days, paused_on, paused_until, planned_kind, planned_on,"
        f" planned_plan_id, planned_amount_cents) on subscription to {RUNTIME}"
    ),
)

JOURNALS = (
    "alter table journal drop constraint journal_known_kind_check",
    f"alter table journal add constraint journal_known_kind_check check (kind in ({', '.join(map(repr, JOURNAL_KINDS))}))",
)


def upgrade() -> None:
    kinds = ", ".join(f"'{kind}'" for kind in MOVEMENT_KINDS)
    for statement in (*SUBSCRIPTIONS, MONTHLY_CENTS, MRR_HISTORY):
        op.execute(statement)
    _lock_the_impact_of_earlier_cancellations()
    for statement in MOVEMENTS:
        op.execute(statement.format(kinds=kinds))
    op.execute(FOLLOW)
    op.execute(CHURN)
    op.execute(
        "create trigger mrr_rollups_follow_movements_insert after insert on mrr_movement referencing new table as written "
        "for each statement execute function mrr_rollups_follow_movements()"
    )
    op.execute("alter table mrr_movement enable always trigger mrr_rollups_follow_movements_insert")
    op.execute("revoke execute on function mrr_rollups_follow_movements from public")
    op.execute(
        "create trigger append_only before update or delete or truncate on mrr_movement "
        "for each statement execute function refuse_change()"
    )
    op.execute("alter table mrr_movement enable always trigger append_only")
    for statement in (*JOURNALS, *GRANTS):
        op.execute(statement)


def _lock_the_impact_of_earlier_cancellations() -> None:
    op.execute("alter table subscription_cancellation disable trigger append_only")
    op.execute(LOCKED_IMPACT)
    op.execute("alter table subscription_cancellation enable always trigger append_only")
    op.execute(
        "alter table subscription_cancellation alter column mrr_eur_cents set not null,"
        " alter column amount_cents set not null, alter column currency set not null"
    )
