"""What left in a window, and what was there when it began."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from billing.periods import Period, month_start
from billing.reports.churn import AtStart, Churn, Churned

# Each subscription once: the row of its cancellation wins, then the later day.
GONE: Final = """
    select c.subscription_id, c.requested_on, c.cancelled_on, c.reason, p.code as plan_code, p.name as plan_name, t.country,
           c.amount_eur_cents as impact_eur_cents, c.mrr_eur_cents, c.source,
           coalesce((select sum(m.subscription_delta) from mrr_movement m
                      where m.subscription_id = c.subscription_id and m.occurred_on < :start), 0) > 0 as was_there
      from (select distinct on (subscription_id) * from churn
             where cancelled_on >= :start and cancelled_on < :end
             order by subscription_id, source, cancelled_on desc) c
      join plan p on p.id = c.plan_id join tenant t on t.id = c.tenant_id
     order by c.cancelled_on desc, c.subscription_id"""

AT_START: Final = """
    select coalesce(sum(subscriptions), 0)::bigint, coalesce(sum(eur_cents), 0)::bigint, coalesce(sum(tenants), 0)::bigint
      from (select subscriptions, eur_cents, tenants from mrr_month where month < :month
             union all
            select subscriptions, eur_cents, tenants from mrr_day where occurred_on >= :month and occurred_on < :start) there"""

# They were there, left, and are not back.
TENANTS_LEFT: Final = """
    select count(*)
      from (select tenant_id from mrr_day
             where kind = 'CHURN' and occurred_on >= :start and occurred_on < :end
             group by tenant_id having sum(tenants) < 0) gone
     where (select sum(d.tenants) from mrr_day d where d.tenant_id = gone.tenant_id and d.occurred_on < :start) > 0
       and (select sum(d.tenants) from mrr_day d where d.tenant_id = gone.tenant_id and d.occurred_on < :end) = 0"""


async def churn(connection: AsyncConnection, window: Period) -> Churn:
    """The facts of a window."""
    bounds = {"start": window.start, "end": window.end}
    gone = (await connection.execute(text(GONE), bounds)).mappings()
    (subscriptions, mrr, tenants), *_ = await connection.execute(
        text(AT_START), {"start": window.start, "month": month_start(window.start)}
    )
    (left,), *_ = await connection.execute(text(TENANTS_LEFT), bounds)
    return Churn(
        gone=[Churned(**row) for row in gone],
        at_start=AtStart(subscriptions=subscriptions, mrr_eur_cents=mrr, tenants=tenants, tenants_left=left),
    )
