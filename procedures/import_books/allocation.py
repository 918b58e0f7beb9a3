"""How much of each payment its invoice takes: up to what is left of it, in the order in which they were paid."""

ALLOCATION = """
    create temporary table allocation (line integer primary key, cents bigint not null) on commit drop"""

# What a run makes uncollectible is written off after its payments; what was so before, void or a draft takes nothing.
ALLOCATE = """
    insert into allocation (line, cents)
    select line, greatest(0, least(amount_cents, payable_cents - coalesce(sum(amount_cents) over earlier, 0)))
      from (select s.line, s.invoice, s.amount_cents, s.paid_at,
                   case when n.line is null then i.outstanding_cents
                        when n.status in ('DRAFT', 'VOID') then 0
                        when n.status = 'UNCOLLECTIBLE' and i.declared_status = 'UNCOLLECTIBLE' then 0
                        else n.total_cents - coalesce(i.paid_cents, 0) end as payable_cents
              from staged_payment s
              left join staged_invoice n on n.external_id = s.invoice
              left join invoice i on i.external_id = s.invoice
              left join payment p on p.external_id = s.external_id
             where s.invoice is not null and s.status = 'SUCCEEDED' and p.outcome is distinct from 'SUCCEEDED') paid
    window earlier as (partition by invoice order by paid_at, line
                       rows between unbounded preceding and 1 preceding)"""
