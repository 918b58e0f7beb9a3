"""The subscriptions of some tenants under lock: brought up to the day, changed, and written with all that follows from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from billing.fx import Rates
from billing.intervals import Interval
from billing.ledger import Posting
from billing.mrr import Change, Price, TenantMrr
from billing.refusals import NotFound
from billing.subscription_days import due, overdue
from billing.subscriptions import Planned, Standing, Step, SubscriptionChanged
from procedures.books import Order
from storage.audit import Done, record_all
from storage.invoices import Invoice
from storage.journals import post
from storage.mrr import MrrMovement, record_movements
from storage.rates import rates_since
from storage.subscriptions import PlanHistory, Subscription
from storage.tenants import Plan, Tenant

WORKER: Final = "system:worker"
FELL_DUE: Final = "It fell due"


@dataclass(slots=True, kw_only=True)
class Life:
    """One subscription: its row, how it stands, and how many entries its log has."""

    row: Subscription
    standing: Standing
    entries: int


@dataclass(slots=True, kw_only=True)
class Lives:
    """Locked subscriptions that are changed together. Nothing is written before `write`."""

    session: AsyncSession
    today: date
    plans: Mapping[UUID, Plan]
    rates: Rates
    tenants: dict[UUID, Tenant]
    of: dict[UUID, Life]
    moved: dict[UUID, TenantMrr]
    overdue: set[UUID]
    entries: list[dict[str, object]] = field(default_factory=list)
    changes: dict[UUID, list[Change]] = field(default_factory=dict)
    postings: list[Posting] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)

    def price(self, plan_id: UUID, cents: int, currency: str, *, on: date) -> Price:
        """A price of a plan, weighed in EUR at the rate of a day.

        Raises: FxRateMissing.
        """
        eur_cents = self.rates.eur_cents(cents, currency, on)
        return price_of(self.plans[plan_id], cents=cents, currency=currency, eur_cents=eur_cents)

    def converted(self, cents: int, *, from_currency: str, to_currency: str) -> int:
        """An amount in another currency at today's rates.

        Raises: FxRateMissing.
        """
        return self.rates.converted(cents, from_currency=from_currency, to_currency=to_currency, day=self.today)

    def catch_up(self, order: Order) -> None:
        """Let happen what has fallen due by today, each on its own day."""
        machine = Order(actor=WORKER, reason=FELL_DUE, at=order.at)
        for life in self.of.values():
            self._catch_up(life, machine)

    def _catch_up(self, life: Life, order: Order) -> None:
        def planned_price(planned: Planned) -> Price:
            assert planned.plan_id is not None
            assert planned.cents is not None
            return self.price(planned.plan_id, planned.cents, life.row.currency, on=planned.on)

        stands, steps = due(life.standing, today=self.today, price_of=planned_price)
        late = overdue(stands, is_overdue=life.row.id in self.overdue, on=self.today)
        for step in (*steps, *late):
            self.take(life, step, order)
            self.done.append(order.done(f"subscription.{step.kind.lower()}", "subscription", life.row.id, told(step)))
        if not late:
            life.standing = stands  # periods may have rolled since the last step

    def take(
        self, life: Life, step: Step, order: Order, *, credited_cents: int = 0, invoice_id: UUID | None = None
    ) -> UUID:
        """Take a step: its entry in the log, and what it changes. Gives the entry's id."""
        entry_id = uuid7()
        life.entries += 1
        self.entries.append(
            {
                "id": entry_id,
                "subscription_id": life.row.id,
                "ordinal": life.entries,
                "kind": step.kind,
                "effective_on": step.on,
                "actor": order.actor,
                "reason": order.reason,
                "plan_id": step.price.plan_id,
                "amount_cents": step.price.cents,
                "amount_eur_cents": step.price.eur_cents,
                "credited_cents": credited_cents,
                "invoice_id": invoice_id,
            }
        )
        change = Change(
            subscription_id=life.row.id,
            history_id=entry_id,
            on=step.on,
            cause=step.kind,
            before=step.before.counted,
            after=step.after.counted,
        )
        if change.before != change.after:
            self.changes.setdefault(life.row.tenant_id, []).append(change)
        life.standing = step.after
        return entry_id

    async def write(self) -> int:
        """Write rows, log, journals and movements, each table in one statement; gives how many subscriptions stand otherwise.

        The log comes before its journals: the plan of what they take back is read from it.
        """
        changed = [life for life in self.of.values() if life.standing != _standing(life.row, self.plans)]
        for life in changed:
            _set(life.row, life.standing)
        await self.session.flush()
        if self.entries:
            await self.session.execute(insert(PlanHistory), self.entries)
        await post(self.session, self.postings, self.rates)
        movements = [
            movement
            for tenant_id, changes in self.changes.items()
            for movement in self.moved[tenant_id].movements(sorted(changes, key=lambda change: change.on))
        ]
        await record_movements(self.session, movements)
        return len(changed)

    async def sign(self, *done: Done) -> None:
        """Write the audit events of what fell due, and then these: always last."""
        await self.session.flush()
        await record_all(self.session, [*self.done, *done])


def told(step: Step) -> dict[str, object]:
    """What the audit trail keeps of a step."""
    return {
        "effective_on": step.on,
        "status": [step.before.status, step.after.status],
        "amount_cents": [step.before.price.cents, step.price.cents],
        "plan": [step.before.price.plan_id, step.price.plan_id],
        "current_period_end": step.after.period_end,
    }


def price_of(plan: Plan, *, cents: int, currency: str, eur_cents: int) -> Price:
    interval = Interval(unit=plan.interval, count=plan.interval_count)
    return Price(plan_id=plan.id, interval=interval, cents=cents, currency=currency, eur_cents=eur_cents)


async def tenant_of(session: AsyncSession, subscription_id: UUID) -> UUID:
    """Whose subscription it is: that never changes.

    Raises: NotFound.
    """
    found = await session.scalar(select(Subscription.tenant_id).where(Subscription.id == subscription_id))
    if found is None:
        raise NotFound("subscription", key=str(subscription_id))
    return found


async def life_of(
    session: AsyncSession, subscription_id: UUID, *, expected_version: int | None, today: date, order: Order
) -> tuple[Lives, Life]:
    """A subscription and its tenant's others, locked and brought up to the day.

    Raises: NotFound; SubscriptionChanged where it is not at the version expected any more.
    """
    tenant_id = await tenant_of(session, subscription_id)
    lives = await locked_lives(session, [tenant_id], today=today)
    life = lives.of[subscription_id]
    if expected_version is not None and life.row.version != expected_version:
        raise SubscriptionChanged(expected_version=expected_version, version=life.row.version)
    lives.catch_up(order)
    return lives, life


async def locked_lives(
    session: AsyncSession, tenant_ids: Sequence[UUID], *, today: date, skip_locked: bool = False
) -> Lives:
    """The subscriptions of tenants; the tenants are locked first, in the order of their ids.

    What a tenant brings a month is classified by what it brought before, so its changes are made one after the other.
    `skip_locked`: leave out tenants that somebody else works on.
    """
    locking = (
        select(Tenant)
        .where(Tenant.id.in_(tenant_ids))
        .order_by(Tenant.id)
        .with_for_update(key_share=True, skip_locked=skip_locked)
        .execution_options(populate_existing=True)
    )
    tenants = {tenant.id: tenant for tenant in await session.scalars(locking)}
    mine = Subscription.tenant_id.in_(list(tenants))
    locking_rows = select(Subscription).where(mine).order_by(Subscription.id).with_for_update(key_share=True)
    rows = list(await session.scalars(locking_rows.execution_options(populate_existing=True)))
    plans = {plan.id: plan for plan in await session.scalars(select(Plan))}
    keys = [row.id for row in rows]
    counted = select(PlanHistory.subscription_id, func.max(PlanHistory.ordinal)).where(
        PlanHistory.subscription_id.in_(keys)
    )
    counts = await session.execute(counted.group_by(PlanHistory.subscription_id))
    entries = {key: int(last) for key, last in counts}
    return Lives(
        session=session,
        today=today,
        plans=plans,
        rates=await rates_since(session, _first_day(rows, today), today),
        tenants=tenants,
        of={row.id: Life(row=row, standing=_standing(row, plans), entries=entries.get(row.id, 0)) for row in rows},
        moved=await _brought(session, list(tenants)),
        overdue=await _overdue(session, keys, today),
    )


def _first_day(rows: Iterable[Subscription], today: date) -> date:
    """The earliest day whose rates may be needed."""
    return min([today, *(row.planned_on for row in rows if row.planned_plan_id is not None and row.planned_on)])


async def _brought(session: AsyncSession, tenant_ids: Sequence[UUID]) -> dict[UUID, TenantMrr]:
    """What tenants bring a month, and whether they ever brought anything."""
    moved = MrrMovement
    summed = (
        select(moved.tenant_id, func.sum(moved.eur_cents), func.bool_or(moved.tenant_delta > 0))
        .where(moved.tenant_id.in_(tenant_ids))
        .group_by(moved.tenant_id)
    )
    known = {
        tenant_id: TenantMrr(tenant_id=tenant_id, eur_cents=int(eur_cents), ever=ever)
        for tenant_id, eur_cents, ever in await session.execute(summed)
    }
    return {tenant_id: known.get(tenant_id) or TenantMrr(tenant_id=tenant_id) for tenant_id in tenant_ids}


async def _overdue(session: AsyncSession, keys: Sequence[UUID], today: date) -> set[UUID]:
    """The subscriptions of which an invoice of the platform is overdue."""
    owing = select(Invoice.subscription_id).where(
        Invoice.subscription_id.in_(keys),
        Invoice.issuer_type == "PLATFORM",
        Invoice.outstanding_cents > 0,
        Invoice.due_on < today,
    )
    return {key for key in await session.scalars(owing.distinct()) if key is not None}


def _standing(row: Subscription, plans: Mapping[UUID, Plan]) -> Standing:
    planned = None
    if row.planned_kind is not None and row.planned_on is not None:
        planned = Planned(
            kind=row.planned_kind, on=row.planned_on, plan_id=row.planned_plan_id, cents=row.planned_amount_cents
        )
    return Standing(
        status=row.status,
        price=price_of(
            plans[row.plan_id], cents=row.amount_cents, currency=row.currency, eur_cents=row.amount_eur_cents
        ),
        trial_ends_on=row.trial_ends_on,
        period_start=row.current_period_start,
        period_end=row.current_period_end,
        anchor_day=row.anchor_day,
        trial_extended_days=row.trial_extended_days,
        paused_on=row.paused_on,
        paused_until=row.paused_until,
        planned=planned,
        cancelled_on=row.cancelled_on,
    )


def _set(row: Subscription, standing: Standing) -> None:
    """Let the row say how the subscription stands."""
    planned = standing.planned
    row.status, row.plan_id = standing.status, standing.price.plan_id
    row.amount_cents, row.amount_eur_cents = standing.price.cents, standing.price.eur_cents
    row.trial_ends_on, row.trial_extended_days = standing.trial_ends_on, standing.trial_extended_days
    row.current_period_start, row.current_period_end = standing.period_start, standing.period_end
    row.anchor_day, row.cancelled_on = standing.anchor_day, standing.cancelled_on
    row.paused_on, row.paused_until = standing.paused_on, standing.paused_until
    row.planned_kind, row.planned_on = (planned.kind, planned.on) if planned else (None, None)
    row.planned_plan_id = planned.plan_id if planned else None
    row.planned_amount_cents = planned.cents if planned else None
    row.version += 1
