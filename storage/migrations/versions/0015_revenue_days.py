"""What came in and what it cost: each journal's part in revenue as an appended fact, its sums a tenant, plan and day and a
month; MRR's sums a tenant, plan and month and year; the platform's accounts a day. Each is kept by the statements that
write the facts."""

from alembic import op

revision = "0015"
down_revision = "0014"

RUNTIME = "billing_runtime"
MOVEMENT_KINDS = "NEW EXPANSION CONTRACTION CHURN REACTIVATION PAUSED RESUMED FX".split()
AMOUNTS = ("gross_cents", "vat_cents", "refunded_cents", "fee_cents", "platform_fee_cents")

TABLES = (
    """
    create table revenue_flow (
        journal_id uuid primary key,
        tenant_id uuid,
        plan_id uuid,
        day date not null,
        gross_cents bigint not null,
        vat_cents bigint not null,
        refunded_cents bigint not null,
        fee_cents bigint not null,
        platform_fee_cents bigint not null)""",
    "create index revenue_flow_day_journal_id_idx on revenue_flow (day, journal_id)",
    "create index revenue_flow_tenant_id_day_idx on revenue_flow (tenant_id, day)",
    """
    create table revenue_day (
        tenant_id uuid,
        plan_id uuid,
        day date not null,
        gross_cents bigint not null,
        vat_cents bigint not null,
        refunded_cents bigint not null,
        fee_cents bigint not null,
        platform_fee_cents bigint not null,
        constraint revenue_day_tenant_id_plan_id_day_key unique nulls not distinct (tenant_id, plan_id, day))""",
    "create index revenue_day_day_idx on revenue_day (day)",
    """
    create table revenue_month (
        tenant_id uuid,
        plan_id uuid,
        month date not null,
        gross_cents bigint not null,
        vat_cents bigint not null,
        refunded_cents bigint not null,
        fee_cents bigint not null,
        platform_fee_cents bigint not null,
        constraint revenue_month_tenant_id_plan_id_month_key unique nulls not distinct (tenant_id, plan_id, month))""",
    "create index revenue_month_month_idx on revenue_month (month)",
    """
    create table mrr_tenant_month (
        tenant_id uuid not null,
        plan_id uuid not null,
        month date not null,
        kind varchar not null constraint mrr_tenant_month_known_kind_check check (kind in ({kinds})),
        eur_cents bigint not null,
        subscriptions bigint not null,
        tenants bigint not null,
        primary key (tenant_id, plan_id, month, kind))""",
    "create index mrr_tenant_month_month_idx on mrr_tenant_month (month)",
    """
    create table mrr_tenant_year (
        tenant_id uuid not null,
        plan_id uuid not null,
        year date not null,
        eur_cents bigint not null,
        subscriptions bigint not null,
        tenants bigint not null,
        primary key (tenant_id, plan_id, year))""",
    """
    create table book_day (
        account text not null,
        day date not null,
        lane smallint not null,
        eur_cents bigint not null,
        primary key (account, day, lane))""",
)

# What a journal means is what kind it is; a reversal means the contrary of what it undoes. Collected is what a payment was
# used for: receivables (1510), what is owed to a tenant (2899), a tenant's credit (2420). The VAT in it is the invoice's
# share of what its receivable took. Refunds and disputes take back revenue (3xxx, in whichever book) and credit (2420).
FLOWS = """
    insert into revenue_flow (journal_id, tenant_id, plan_id, day, gross_cents, vat_cents, refunded_cents, fee_cents,
                              platform_fee_cents)
    select f.journal_id, f.tenant_id, coalesce(past.plan_id, s.plan_id), f.day, f.gross,
           case when i.total_cents > 0 then round(f.allocated::numeric * i.tax_cents / i.total_cents) else 0 end,
           f.refunded, f.fees, f.platform_fees
      from (select w.journal_id, j.tenant_id, j.booked_on as day, j.occurred_on,
                   coalesce(j.invoice_id, p.invoice_id) as invoice_id,
                   coalesce(-sum(w.amount_eur_cents) filter (
                       where w.book_id is null and k.kind in ('MATCH', 'CHARGE')
                         and w.account in ('1510', '2899', '2420')), 0) as gross,
                   coalesce(-sum(w.amount_eur_cents) filter (
                       where w.book_id is null and k.kind in ('MATCH', 'CHARGE', 'CREDIT_APPLIED')
                         and w.account in ('1510', '2899')), 0) as allocated,
                   coalesce(sum(w.amount_eur_cents) filter (
                       where k.kind in ('REFUND', 'DISPUTE')
                         and (w.account like '3%' or w.account = '2420')), 0) as refunded,
                   coalesce(sum(w.amount_eur_cents) filter (
                       where w.book_id is null and w.account = '6040'
                         and k.kind not in ('COST', 'OPENING_BALANCE')), 0) as fees,
                   coalesce(-sum(w.amount_eur_cents) filter (
                       where w.book_id is null and w.account = '1510'
                         and k.kind in ('MATCH', 'CHARGE', 'CREDIT_APPLIED')), 0) as platform_fees
              from {source} w
              join journal j on j.id = w.journal_id
              left join journal undone on undone.id = j.reverses_id and j.kind = 'REVERSAL'
             cross join lateral (select coalesce(undone.kind, j.kind) as kind) k
              left join payment p on p.id = j.payment_id
             where k.kind in ('MATCH', 'CHARGE', 'CREDIT_APPLIED', 'REFUND', 'DISPUTE', 'FEE') or w.account = '6040'
             group by w.journal_id, j.tenant_id, j.booked_on, j.occurred_on, j.invoice_id, p.invoice_id) f
      left join invoice i on i.id = f.invoice_id
      left join subscription s on s.id = i.subscription_id
      left join lateral (
           select h.plan_id from plan_history h
            where h.subscription_id = s.id
            order by h.effective_on <= f.occurred_on desc,
                     case when h.effective_on <= f.occurred_on then h.ordinal end desc, h.ordinal
            limit 1) past on true
     where f.gross <> 0 or f.allocated <> 0 or f.refunded <> 0 or f.fees <> 0 or f.platform_fees <> 0"""

# A lane a connection, so that two who book on the same day and account need not wait for each other.
BOOK_DAYS = """
    insert into book_day as kept (account, day, lane, eur_cents)
    select account, booked_on, pg_backend_pid() % 16, sum(amount_eur_cents)
      from {source} where book_id is null group by 1, 2 order by 1, 2
        on conflict (account, day, lane) do update set eur_cents = kept.eur_cents + excluded.eur_cents"""

ADDED_FLOWS = """
       set gross_cents = kept.gross_cents + excluded.gross_cents, vat_cents = kept.vat_cents + excluded.vat_cents,
           refunded_cents = kept.refunded_cents + excluded.refunded_cents,
           fee_cents = kept.fee_cents + excluded.fee_cents,
           platform_fee_cents = kept.platform_fee_cents + excluded.platform_fee_cents"""
FLOW_SUMS = "sum(gross_cents), sum(vat_cents), sum(refunded_cents), sum(fee_cents), sum(platform_fee_cents)"
NAMES = ", ".join(AMOUNTS)
DAYS = f"""
    insert into revenue_day as kept (tenant_id, plan_id, day, {", ".join(AMOUNTS)})
    select tenant_id, plan_id, day, {FLOW_SUMS} from {{source}} group by 1, 2, 3 order by 1, 2, 3
        on conflict (tenant_id, plan_id, day) do update {ADDED_FLOWS}"""  # noqa: S608 - ours
MONTHS = f"""
    insert into revenue_month as kept (tenant_id, plan_id, month, {", ".join(AMOUNTS)})
    select tenant_id, plan_id, date_trunc('month', day)::date, {FLOW_SUMS} from {{source}} group by 1, 2, 3 order by 1, 2, 3
        on conflict (tenant_id, plan_id, month) do update {ADDED_FLOWS}"""  # noqa: S608 - ours
ADDED_MRR = """
       set eur_cents = kept.eur_cents + excluded.eur_cents,
           subscriptions = kept.subscriptions + excluded.subscriptions, tenants = kept.tenants + excluded.tenants"""
MRR_SUMS = "sum(eur_cents), sum(subscription_delta), sum(tenant_delta)"
TENANT_MONTHS = f"""
    insert into mrr_tenant_month as kept (tenant_id, plan_id, month, kind, eur_cents, subscriptions, tenants)
    select tenant_id, plan_id, date_trunc('month', occurred_on)::date, kind, {MRR_SUMS}
      from {{source}} group by 1, 2, 3, 4 order by 1, 2, 3, 4
        on conflict (tenant_id, plan_id, month, kind) do update {ADDED_MRR}"""  # noqa: S608 - ours
TENANT_YEARS = f"""
    insert into mrr_tenant_year as kept (tenant_id, plan_id, year, eur_cents, subscriptions, tenants)
    select tenant_id, plan_id, date_trunc('year', occurred_on)::date, {MRR_SUMS}
      from {{source}} group by 1, 2, 3 order by 1, 2, 3
        on conflict (tenant_id, plan_id, year) do update {ADDED_MRR}"""  # noqa: S608 - ours

FUNCTIONS = {
    "revenue_follows_entries": ("accounting_entry", (FLOWS, BOOK_DAYS)),
    "revenue_sums_follow_flows": ("revenue_flow", (DAYS, MONTHS)),
    "mrr_tenants_follow_movements": ("mrr_movement", (TENANT_MONTHS, TENANT_YEARS)),
}


def upgrade() -> None:
    kinds = ", ".join(f"'{kind}'" for kind in MOVEMENT_KINDS)
    for statement in TABLES:
        op.execute(statement.replace("{kinds}", kinds))
    for function, (table, statements) in FUNCTIONS.items():
        # Planned anew each time: a plan made for a few rows would be kept for the session, and serve a million badly.
        body = ";".join(f"execute $sql${statement.format(source='written')}$sql$" for statement in statements)
        op.execute(
            f"create function {function}() returns trigger language plpgsql security definer "
            f"set search_path = public, pg_temp as $$ begin {body}; return null; end $$"
        )
        op.execute(
            f"create trigger {function}_insert after insert on {table} referencing new table as written "
            f"for each statement execute function {function}()"
        )
        op.execute(f"alter table {table} enable always trigger {function}_insert")
        op.execute(f"revoke execute on function {function} from public")
    for statement in (FLOWS, BOOK_DAYS):
        op.execute(statement.format(source="accounting_entry"))
    for statement in (TENANT_MONTHS, TENANT_YEARS):
        op.execute(statement.format(source="mrr_movement"))
    op.execute(
        "create trigger append_only before update or delete or truncate on revenue_flow"
        " for each statement execute function refuse_change()"
    )
    op.execute("alter table revenue_flow enable always trigger append_only")
    op.execute(
        f"grant select on revenue_flow, revenue_day, revenue_month, book_day, mrr_tenant_month, mrr_tenant_year to {RUNTIME}"
    )
