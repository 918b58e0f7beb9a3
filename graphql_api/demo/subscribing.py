"""What a finance person did to subscriptions today: one grew, one shrank, one rests until spring, one trial goes on."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text

from procedures.books import Books, Order
from procedures.change_plan import PlanChange, change
from procedures.extend_trial import extend
from procedures.pause_subscription import pause
from procedures.run_subscriptions import run_subscriptions

RUNNING: Final = """
    select s.id, s.amount_cents from subscription s join plan p on p.id = s.plan_id
     where s.status = 'ACTIVE' and p.code = 'club' and s.planned_kind is null and s.current_period_end > :later
     order by s.started_on, s.external_id limit 3"""
TRIALS: Final = "select id from subscription where status = 'TRIALING' order by external_id limit 1"


async def change_subscriptions(books: Books, *, at: Order) -> None:
    """Let what is due happen, and then the changes of the day."""
    await run_subscriptions(at=at.at, books=books)
    today = books.day(at.at)
    async with books.transaction() as session:
        running = (await session.execute(text(RUNNING), {"later": today + timedelta(days=3)})).all()
        trials: list[UUID] = [key for (key,) in await session.execute(text(TRIALS))]
    for (key, cents), step in zip(running, (_grow, _shrink, _rest), strict=False):
        await step(key, cents, at, books)
    for key in trials:
        order = Order(actor=at.actor, reason="The board meets next month", at=at.at)
        await extend(key, 7, order=order, books=books)


async def _grow(key: UUID, _cents: int, at: Order, books: Books) -> None:
    order = Order(actor=at.actor, reason="More members than last year", at=at.at)
    await change(key, PlanChange(plan_code="club_plus"), order=order, books=books)


async def _shrink(key: UUID, cents: int, at: Order, books: Books) -> None:
    order = Order(actor=at.actor, reason="A discount for the clubs of a federation", at=at.at)
    await change(key, PlanChange(plan_code="club", cents=cents * 95 // 100), order=order, books=books)


async def _rest(key: UUID, _cents: int, at: Order, books: Books) -> None:
    order = Order(actor=at.actor, reason="No boule in winter", at=at.at)
    await pause(key, until=books.day(at.at) + timedelta(days=100), order=order, books=books)
