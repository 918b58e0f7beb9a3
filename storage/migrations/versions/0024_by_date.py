"""What each country brings now; the moves of tenants, few among movements, with indexes of their own; and sums that lie by
date, as reports read them, also where a load brings all of history at once."""

from importlib import import_module

from alembic import op

revision = "0024"
down_revision = "0023"

RUNTIME = "billing_runtime"
KEPT = import_module("storage.migrations.versions.0015_revenue_days")
COUNTRIES = import_module("storage.migrations.versions.0022_sums_a_country")

TABLES = (
    """
    create table mrr_country (
        country text not null,
        plan_id uuid not null,
        lane smallint not null,
        eur_cents bigint not null,
        subscriptions bigint not null,
        tenants bigint not null,
        primary key (country, plan_id, lane))""",
    """
    insert into mrr_country (country, plan_id, lane, eur_cents, subscriptions, tenants)
    select country, plan_id, 0, sum(eur_cents), sum(subscriptions), sum(tenants) from mrr_month group by 1, 2""",
    f"grant select on mrr_country to {RUNTIME}",
    "create index mrr_day_tenants_left_idx on mrr_day (occurred_on, tenant_id) where kind = 'CHURN' and tenants < 0",
    "create index mrr_day_tenants_moved_idx on mrr_day (tenant_id, occurred_on) where tenants <> 0",
)

# A lane a connection, so that those who change plans of one country need not wait for each other.
MRR_COUNTRIES = f"""
    insert into mrr_country as kept (country, plan_id, lane, eur_cents, subscriptions, tenants)
    select t.country, m.plan_id, pg_backend_pid() % 16, {KEPT.MRR_SUMS}
      from {{source}} m join tenant t on t.id = m.tenant_id group by 1, 2 order by 1, 2
        on conflict (country, plan_id, lane) do update {KEPT.ADDED_MRR}"""  # noqa: S608 - ours


def by_date(statement: str) -> str:
    """The sums of days and months written in the order of these. The third column is the date in all of them."""
    return statement.replace("order by 1, 2, 3", "order by 3, 1, 2")


MRR_SUMS = {
    "mrr_day": by_date(COUNTRIES.MRR_DAYS),
    "mrr_month": COUNTRIES.MRR_MONTHS,
    "mrr_tenant_month": by_date(KEPT.TENANT_MONTHS),
    "mrr_tenant": COUNTRIES.MRR_TENANTS,
    "mrr_country": MRR_COUNTRIES,
}
REVENUE_SUMS = {
    "revenue_day": by_date(KEPT.DAYS),
    "revenue_month": by_date(KEPT.MONTHS),
    "revenue_country_month": COUNTRIES.COUNTRY_MONTHS,
}


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    COUNTRIES.follow("mrr_rollups_follow_movements", MRR_SUMS.values())
    COUNTRIES.follow("revenue_sums_follow_flows", REVENUE_SUMS.values())
    COUNTRIES.make_anew(REVENUE_SUMS)
