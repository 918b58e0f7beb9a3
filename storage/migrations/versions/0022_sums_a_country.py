"""Sums a country, and what each tenant brings now: a report reads whole months of countries, and goes back from now for a
tenant, rather than through every tenant's months and years."""

from collections.abc import Iterable, Mapping
from importlib import import_module

from alembic import op

revision = "0022"
down_revision = "0021"

RUNTIME = "billing_runtime"
KEPT = import_module("storage.migrations.versions.0015_revenue_days")
KINDS = ", ".join(f"'{kind}'" for kind in KEPT.MOVEMENT_KINDS)
ADDED = ", ".join(f"{name} = kept.{name} + excluded.{name}" for name in KEPT.AMOUNTS)
AMOUNTS = ", ".join(KEPT.AMOUNTS)

TABLES = (
    "drop table mrr_tenant_year",
    """
    create table mrr_tenant (
        tenant_id uuid not null,
        plan_id uuid not null,
        eur_cents bigint not null,
        subscriptions bigint not null,
        tenants bigint not null,
        primary key (tenant_id, plan_id))""",
    "drop table mrr_month",
    f"""
    create table mrr_month (
        month date not null,
        country text not null,
        plan_id uuid not null,
        kind varchar not null constraint mrr_month_known_kind_check check (kind in ({KINDS})),
        eur_cents bigint not null,
        subscriptions bigint not null,
        tenants bigint not null,
        primary key (month, country, plan_id, kind))""",
    """
    create table revenue_country_month (
        country text,
        plan_id uuid,
        month date not null,
        lane smallint not null,
        gross_cents bigint not null,
        vat_cents bigint not null,
        refunded_cents bigint not null,
        fee_cents bigint not null,
        platform_fee_cents bigint not null,
        constraint revenue_country_month_month_country_plan_id_lane_key
            unique nulls not distinct (month, country, plan_id, lane))""",
)

MRR_DAYS = f"""
    insert into mrr_day as kept (tenant_id, plan_id, occurred_on, kind, eur_cents, subscriptions, tenants)
    select tenant_id, plan_id, occurred_on, kind, {KEPT.MRR_SUMS} from {{source}} group by 1, 2, 3, 4 order by 1, 2, 3, 4
        on conflict (tenant_id, plan_id, occurred_on, kind) do update {KEPT.ADDED_MRR}"""  # noqa: S608 - ours
MRR_MONTHS = f"""
    insert into mrr_month as kept (month, country, plan_id, kind, eur_cents, subscriptions, tenants)
    select date_trunc('month', m.occurred_on)::date, t.country, m.plan_id, m.kind, {KEPT.MRR_SUMS}
      from {{source}} m join tenant t on t.id = m.tenant_id group by 1, 2, 3, 4 order by 1, 2, 3, 4
        on conflict (month, country, plan_id, kind) do update {KEPT.ADDED_MRR}"""  # noqa: S608 - ours
MRR_TENANTS = f"""
    insert into mrr_tenant as kept (tenant_id, plan_id, eur_cents, subscriptions, tenants)
    select tenant_id, plan_id, {KEPT.MRR_SUMS} from {{source}} group by 1, 2 order by 1, 2
        on conflict (tenant_id, plan_id) do update {KEPT.ADDED_MRR}"""  # noqa: S608 - ours
# A lane a connection, so that those who book payments of one country need not wait for each other.
COUNTRY_MONTHS = f"""
    insert into revenue_country_month as kept (country, plan_id, month, lane, {AMOUNTS})
    select t.country, f.plan_id, date_trunc('month', f.day)::date, pg_backend_pid() % 16, {KEPT.FLOW_SUMS}
      from {{source}} f left join tenant t on t.id = f.tenant_id group by 1, 2, 3 order by 3, 1, 2
        on conflict (month, country, plan_id, lane) do update set {ADDED}"""  # noqa: S608 - ours

MRR_SUMS = (MRR_DAYS, MRR_MONTHS, KEPT.TENANT_MONTHS, MRR_TENANTS)
REVENUE_SUMS = {"revenue_day": KEPT.DAYS, "revenue_month": KEPT.MONTHS, "revenue_country_month": COUNTRY_MONTHS}
UNSEEN = """(
    select e.* from accounting_entry e
     where not exists (select from revenue_flow seen where seen.journal_id = e.journal_id))"""


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    op.execute("drop trigger mrr_tenants_follow_movements_insert on mrr_movement")
    op.execute("drop function mrr_tenants_follow_movements")
    follow("mrr_rollups_follow_movements", MRR_SUMS)
    follow("revenue_sums_follow_flows", REVENUE_SUMS.values())
    for statement in (MRR_MONTHS, MRR_TENANTS):
        op.execute(statement.format(source="mrr_movement"))
    op.execute(COUNTRY_MONTHS.format(source="revenue_flow"))
    make_anew(REVENUE_SUMS)
    op.execute(f"grant select on mrr_tenant, mrr_month, revenue_country_month to {RUNTIME}")


def follow(function: str, statements: Iterable[str]) -> None:
    """Replace a trigger's function; its statements are planned anew each time, for few rows or many."""
    body = ";".join(f"execute $sql${statement.format(source='written')}$sql$" for statement in statements)
    op.execute(
        f"create or replace function {function}() returns trigger language plpgsql security definer "
        f"set search_path = public, pg_temp as $$ begin {body}; return null; end $$"
    )


def make_anew(sums: Mapping[str, str], *, flows: str = KEPT.FLOWS) -> None:
    """Replace what makes all sums of revenue again, after a load that has left them out."""
    anew = ["delete from book_day", KEPT.BOOK_DAYS.format(source="accounting_entry"), flows.format(source=UNSEEN)]
    for table, statement in sums.items():
        anew += [f"delete from {table}", statement.format(source="revenue_flow")]  # noqa: S608 - ours
    op.execute(
        "create or replace function make_revenue_anew() returns void language plpgsql"
        f" set search_path = public, pg_temp as $$ begin {'; '.join(anew)}; end $$"
    )
