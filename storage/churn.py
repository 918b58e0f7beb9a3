"""What left in a window, and what was there when it began."""

from datetime import timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from billing.periods import Period
from billing.reports.churn import AtStart, Churn, Churned
from storage.facts import stock_on, tenants_left
from storage.kept_sums import Scope

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


async def churn(connection: AsyncConnection, window: Period) -> Churn:
    """The facts of a window."""
    bounds = {"start": window.start, "end": window.end}
    gone = (await connection.execute(text(GONE), bounds)).mappings()
    there = await stock_on(connection, window.start - timedelta(days=1), Scope())
    return Churn(
        gone=[Churned(**row) for row in gone],
        at_start=AtStart(
            subscriptions=there.subscriptions,
            mrr_eur_cents=there.mrr,
            tenants=there.tenants,
            tenants_left=await tenants_left(connection, window, Scope()),
        ),
    )
