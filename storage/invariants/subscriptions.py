"""Subscriptions, and the recurring revenue that their log brings."""

from storage.invariants.invariant import Invariant

SUBSCRIPTIONS = (
    Invariant(
        name="credit for the rest of a period (2420) is what the log of its subscription says",
        counterexamples="""
            select history_id,
                   format('Entry %s of the log of subscription %s credits %s cents, but %s are booked (2420).', history_id,
                          max(subscription_id::text), sum(said), -sum(booked))
              from (select id as history_id, subscription_id, credited_cents as said, 0 as booked
                      from plan_history where credited_cents <> 0
                     union all
                    select j.subject_id, null, 0, e.amount_cents
                      from journal j join accounting_entry e on e.journal_id = j.id and e.account = '2420'
                     where j.kind = 'PRORATION_CREDIT') pile
             group by history_id
            having sum(said) <> -sum(booked)""",
    ),
    Invariant(
        name="what moved monthly recurring revenue is what the subscriptions' log says, per tenant and day",
        counterexamples="""
            select tenant_id,
                   format('Tenant %s on %s: its log moves MRR by %s EUR cents and %s subscriptions, its movements by %s and %s.',
                          tenant_id, on_day, sum(said), sum(counted), sum(moved), sum(begun))
              from (select tenant_id, effective_on as on_day, 0 as moved, 0 as begun,
                           mrr_eur_cents - lag(mrr_eur_cents, 1, 0::bigint) over log as said,
                           counted - lag(counted, 1, 0) over log as counted
                      from mrr_history window log as (partition by subscription_id order by ordinal)
                     union all
                    select tenant_id, occurred_on, eur_cents, subscription_delta, 0, 0 from mrr_movement) pile
             group by tenant_id, on_day
            having sum(said) <> sum(moved) or sum(counted) <> sum(begun)""",
    ),
    Invariant(
        name="a tenant counts while it brings monthly recurring revenue",
        counterexamples="""
            select tenant_id,
                   format('Tenant %s brings %s EUR cents a month, and counts as %s tenants.', tenant_id, sum(eur_cents),
                          sum(tenant_delta))
              from mrr_movement
             group by tenant_id
            having sum(tenant_delta) <> case when sum(eur_cents) > 0 then 1 else 0 end or sum(eur_cents) < 0""",
    ),
    Invariant(
        name="subscriptions stand as their log says",
        counterexamples="""
            select s.id,
                   format('Subscription %s (%s) is %s at %s EUR cents a month, but its log counts %s of it.', s.id,
                          s.external_id, s.status, monthly_cents(s.amount_eur_cents, p.interval, p.interval_count),
                          coalesce(last.mrr_eur_cents::text, 'nothing'))
              from subscription s join plan p on p.id = s.plan_id
              left join (select distinct on (subscription_id) subscription_id, mrr_eur_cents
                           from mrr_history order by subscription_id, ordinal desc) last on last.subscription_id = s.id
             where last.mrr_eur_cents is distinct from case when s.status in ('ACTIVE', 'PAST_DUE')
                   then monthly_cents(s.amount_eur_cents, p.interval, p.interval_count) else 0 end""",
    ),
    Invariant(
        name="sums of monthly recurring revenue a day are those of its movements",
        counterexamples="""
            select tenant_id,
                   format('Tenant %s, plan %s, %s, %s: its movements and their sum are %s EUR cents apart.', tenant_id,
                          plan_id, occurred_on, kind, sum(eur_cents))
              from (select tenant_id, plan_id, occurred_on, kind, eur_cents, subscription_delta as subscriptions,
                           tenant_delta as tenants from mrr_movement
                     union all
                    select tenant_id, plan_id, occurred_on, kind, -eur_cents, -subscriptions, -tenants from mrr_day) pile
             group by tenant_id, plan_id, occurred_on, kind
            having sum(eur_cents) <> 0 or sum(subscriptions) <> 0 or sum(tenants) <> 0""",
    ),
    Invariant(
        name="sums of monthly recurring revenue a month, and of all months, are those of its days",
        counterexamples="""
            select plan_id,
                   format('Plan %s in %s, %s: its days and their sum are %s EUR cents apart.', plan_id, country,
                          coalesce(month || ', ' || kind, 'all months'), sum(eur_cents))
              from (select d.plan_id, t.country, date_trunc('month', d.occurred_on)::date as month, d.kind, d.eur_cents,
                           d.subscriptions, d.tenants
                      from mrr_day d join tenant t on t.id = d.tenant_id
                     union all
                    select plan_id, country, month, kind, -eur_cents, -subscriptions, -tenants from mrr_month
                     union all
                    select plan_id, country, null, null, eur_cents, subscriptions, tenants from mrr_month
                     union all
                    select plan_id, country, null, null, -eur_cents, -subscriptions, -tenants from mrr_country) pile
             group by plan_id, country, month, kind
            having sum(eur_cents) <> 0 or sum(subscriptions) <> 0 or sum(tenants) <> 0""",
    ),
    Invariant(
        name="sums of MRR a tenant and month, and of all months, are those of its movements",
        counterexamples="""
            select tenant_id,
                   format('Tenant %s, plan %s, %s: its movements and their sum are %s EUR cents apart.', tenant_id,
                          plan_id, coalesce(month::text, 'all months'), sum(eur_cents))
              from (select tenant_id, plan_id, date_trunc('month', occurred_on)::date as month, kind, eur_cents,
                           subscription_delta as subscriptions, tenant_delta as tenants from mrr_movement
                     union all
                    select tenant_id, plan_id, month, kind, -eur_cents, -subscriptions, -tenants from mrr_tenant_month
                     union all
                    select tenant_id, plan_id, null, '', eur_cents, subscription_delta, tenant_delta from mrr_movement
                     union all
                    select tenant_id, plan_id, null, '', -eur_cents, -subscriptions, -tenants from mrr_tenant) pile
             group by tenant_id, plan_id, month, kind
            having sum(eur_cents) <> 0 or sum(subscriptions) <> 0 or sum(tenants) <> 0""",
    ),
)
