"""The platform's own invoices in sums, beside what the ledger holds for the same invoices."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from billing.periods import Period
from billing.reports.platform_fees import FeeGroup

NO_PLAN: Final = "none"

# Drafts are not issued yet, and a void invoice is no claim any more: it only counts with what the ledger still holds.
# The claim is what the invoice's own journal, and what took that back, did to the receivables.
SUMS: Final = """
    with issued as materialized (
        select id, tenant_id, subscription_id, issued_on, currency, total_cents, paid_cents, outstanding_cents,
               declared_status is distinct from 'VOID' as stands
          from invoice
         where issuer_type = 'PLATFORM' and issued_on >= :start and issued_on < :end
           and declared_status is distinct from 'DRAFT'),
    claimed as (
        select journal.invoice_id, sum(entry.amount_cents) as cents
          from issued
          join journal on journal.invoice_id = issued.id
          left join journal undone on undone.id = journal.reverses_id
          join accounting_entry entry on entry.journal_id = journal.id
         where entry.book_id is null and entry.account = '1510'
           and (journal.kind in ('INVOICE', 'VOID') or journal.kind = 'REVERSAL' and undone.kind in ('INVOICE', 'VOID'))
         group by journal.invoice_id)
    select {key} as key, {label} as label, issued.currency,
           count(*) filter (where stands) as invoice_count,
           coalesce(sum(total_cents) filter (where stands), 0)::bigint as gross_cents,
           coalesce(sum(paid_cents) filter (where stands), 0)::bigint as paid_cents,
           coalesce(sum(outstanding_cents) filter (where stands), 0)::bigint as outstanding_cents,
           coalesce(sum(claimed.cents), 0)::bigint as booked_cents
      from issued
      left join claimed on claimed.invoice_id = issued.id
      {joined}
     group by 1, 2, issued.currency
    having count(*) filter (where stands) > 0 or coalesce(sum(claimed.cents), 0) <> 0
     order by issued.currency, gross_cents desc, label, key
"""

# The plan is the one that the subscription had on the day of the invoice: a later change of plan moves no past figure.
PLAN_OF_THE_DAY: Final = """
    left join lateral (
        select plan_id from plan_history
         where subscription_id = issued.subscription_id and effective_on <= issued.issued_on
           and kind not in ('PLAN_CHANGE_SCHEDULED', 'CANCEL_SCHEDULED')
         order by effective_on desc, ordinal desc limit 1) as history on true
    left join subscription on subscription.id = issued.subscription_id
    left join plan on plan.id = coalesce(history.plan_id, subscription.plan_id)
"""
TENANT: Final = "join tenant on tenant.id = issued.tenant_id"
BY: Final[Mapping[str, str]] = {
    "TENANT": SUMS.format(key="tenant.id::text", label="tenant.name", joined=TENANT),
    "COUNTRY": SUMS.format(key="tenant.country", label="tenant.country", joined=TENANT),
    "PLAN": SUMS.format(
        key=f"coalesce(plan.code, '{NO_PLAN}')", label="coalesce(plan.name, 'Without a plan')", joined=PLAN_OF_THE_DAY
    ),
}


async def fee_groups(connection: AsyncConnection, issued: Period, *, by: str) -> list[FeeGroup]:
    """The platform's invoices issued in a period, by TENANT, COUNTRY or PLAN and by currency, the largest first.

    The key of a tenant is its UUID; `none` is the plan of invoices without a subscription.
    """
    found = await connection.execute(text(BY[by]), {"start": issued.start, "end": issued.end})
    return [FeeGroup(**row) for row in found.mappings()]
