"""The daily work of subscriptions: trials and pauses end, what is planned comes, periods roll, unpaid invoices are noticed.

What is due stands in the rows. It is taken from there under the tenant's lock, with all that comes of it, in one transaction
for many tenants: however many workers run, and whenever one is killed, everything happens once and on its own day.
"""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from procedures.books import Books, Order
from procedures.stopping import Stopped, never
from procedures.subscription_lives import FELL_DUE, WORKER, locked_lives
from storage.invoices import Invoice
from storage.subscriptions import Subscription

TENANTS_AT_ONCE: Final = 200


async def run_subscriptions(*, at: datetime, books: Books, stopped: Stopped = never) -> int:
    """Let everything happen that has fallen due by the day of `at`; gives how many subscriptions that changed.

    Tenants that somebody works on at this moment are left for the next time.
    """
    done, after = 0, None
    while not stopped():
        async with books.transaction() as session:
            tenant_ids = await _due_tenants(session, books.day(at), after)
            if not tenant_ids:
                break
            done += await _bring_up(session, tenant_ids, books.day(at), at)
        after = tenant_ids[-1]
    return done


async def _bring_up(session: AsyncSession, tenant_ids: list[UUID], today: date, at: datetime) -> int:
    lives = await locked_lives(session, tenant_ids, today=today, skip_locked=True)
    lives.catch_up(Order(actor=WORKER, reason=FELL_DUE, at=at))
    changed = await lives.write()
    if lives.done:
        await lives.sign()
    return changed


async def _due_tenants(session: AsyncSession, today: date, after: UUID | None) -> list[UUID]:
    """Tenants of whom something is due, in the order of their ids."""
    due = select(Subscription.tenant_id).where(Subscription.status != "CANCELLED", _is_due(today))
    if after is not None:
        due = due.where(Subscription.tenant_id > after)
    first = due.distinct().order_by(Subscription.tenant_id).limit(TENANTS_AT_ONCE)
    return list(await session.scalars(first))


def _is_due(today: date) -> ColumnElement[bool]:
    row = Subscription
    owed = exists().where(
        Invoice.subscription_id == row.id,
        Invoice.issuer_type == "PLATFORM",
        Invoice.outstanding_cents > 0,
        Invoice.due_on < today,
    )
    return or_(
        and_(row.planned_on <= today, or_(row.planned_kind == "CANCEL_SCHEDULED", row.status != "PAUSED")),
        and_(row.status == "PAUSED", row.paused_until <= today),
        and_(row.status == "TRIALING", row.trial_ends_on <= today),
        and_(row.status.in_(("ACTIVE", "PAST_DUE")), row.current_period_end <= today),
        and_(row.status == "ACTIVE", owed),
        and_(row.status == "PAST_DUE", ~owed),
    )
