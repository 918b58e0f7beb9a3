"""Revenue, and the sums that reports read."""

from storage.invariants.invariant import Invariant

REVENUE = (
    Invariant(
        name="revenue is what its journals did",
        counterexamples="""
            select journal_id,
                   format('Journal %s: its legs and its part in revenue are %s (gross), %s (refunds), %s (fees) and %s '
                          '(platform fees) EUR cents apart.', journal_id, sum(gross), sum(refunded), sum(fees),
                          sum(platform_fees))
              from (select e.journal_id,
                           case when e.book_id is null and k.kind in ('MATCH', 'CHARGE')
                                 and e.account in ('1510', '2899', '2420') then -e.amount_eur_cents else 0 end as gross,
                           case when k.kind in ('REFUND', 'DISPUTE') and (e.account = '2420' or e.account like '3%')
                                then e.amount_eur_cents else 0 end as refunded,
                           case when e.book_id is null and e.account = '6040' and k.kind not in ('COST', 'OPENING_BALANCE')
                                then e.amount_eur_cents else 0 end as fees,
                           case when e.book_id is null and e.account = '1510'
                                 and k.kind in ('MATCH', 'CHARGE', 'CREDIT_APPLIED')
                                then -e.amount_eur_cents else 0 end as platform_fees
                      from accounting_entry e join journal j on j.id = e.journal_id
                      left join journal undone on undone.id = j.reverses_id and j.kind = 'REVERSAL'
                     cross join lateral (select coalesce(undone.kind, j.kind) as kind) k
                     union all
                    select journal_id, -gross_cents, -refunded_cents, -fee_cents, -platform_fee_cents
                      from revenue_flow) pile
             group by journal_id
            having sum(gross) <> 0 or sum(refunded) <> 0 or sum(fees) <> 0 or sum(platform_fees) <> 0""",
    ),
    Invariant(
        name="sums of revenue a day and a month are those of its journals",
        counterexamples="""
            select tenant_id,
                   format('Tenant %s, plan %s, %s of %s: its journals and their sum are %s EUR cents apart.',
                          coalesce(tenant_id::text, 'none'), coalesce(plan_id::text, 'none'), grain, starts, sum(cents))
              from (select tenant_id, plan_id, grain, case grain when 'day' then day else date_trunc('month', day)::date end
                           as starts, kind, cents
                      from revenue_flow cross join (values ('day'), ('month')) g(grain)
                     cross join lateral (values ('gross', gross_cents), ('vat', vat_cents), ('refunds', refunded_cents),
                                                ('fees', fee_cents), ('platform', platform_fee_cents)) f(kind, cents)
                     union all
                    select tenant_id, plan_id, grain, starts, kind, -cents
                      from (select tenant_id, plan_id, 'day' as grain, day as starts, gross_cents, vat_cents,
                                   refunded_cents, fee_cents, platform_fee_cents from revenue_day
                             union all
                            select tenant_id, plan_id, 'month', month, gross_cents, vat_cents, refunded_cents, fee_cents,
                                   platform_fee_cents from revenue_month) kept
                     cross join lateral (values ('gross', gross_cents), ('vat', vat_cents), ('refunds', refunded_cents),
                                                ('fees', fee_cents), ('platform', platform_fee_cents)) f(kind, cents)) pile
             group by tenant_id, plan_id, grain, starts, kind
            having sum(cents) <> 0""",
    ),
    Invariant(
        name="sums of revenue a country and month are those of its tenants",
        counterexamples="""
            select plan_id,
                   format('%s, plan %s, %s: its tenants and their sum are %s EUR cents apart.',
                          coalesce(country, 'No country'), coalesce(plan_id::text, 'none'), month, sum(cents))
              from (select t.country, r.plan_id, r.month, f.kind, f.cents
                      from revenue_month r left join tenant t on t.id = r.tenant_id
                     cross join lateral (values ('gross', gross_cents), ('vat', vat_cents), ('refunds', refunded_cents),
                                                ('fees', fee_cents), ('platform', platform_fee_cents)) f(kind, cents)
                     union all
                    select country, plan_id, month, kind, -cents
                      from revenue_country_month
                     cross join lateral (values ('gross', gross_cents), ('vat', vat_cents), ('refunds', refunded_cents),
                                                ('fees', fee_cents), ('platform', platform_fee_cents)) f(kind, cents)) pile
             group by country, plan_id, month, kind
            having sum(cents) <> 0""",
    ),
    Invariant(
        name="sums of the platform's accounts a day are those of its legs",
        counterexamples="""
            select null::uuid,
                   format('Account %s, %s: its legs and their sum are %s EUR cents apart.', account, day, sum(cents))
              from (select account, booked_on as day, amount_eur_cents as cents from accounting_entry where book_id is null
                     union all
                    select account, day, -eur_cents from book_day) pile
             group by account, day
            having sum(cents) <> 0""",
    ),
)
