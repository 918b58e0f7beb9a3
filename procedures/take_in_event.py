"""What a provider's call is about, asked of the provider anew and booked.

A call is kept once, by its id, and looked after like a refund: `due_at` is lease and schedule in one, and what could not be
booked yet is tried again for a day, then left with its problem.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from billing.refusals import Refusal
from procedures.book_conversions import book_conversions
from procedures.book_movements import Lines, book_movements
from procedures.books import Books, Order
from procedures.keep_lines import keep, kept_text
from procedures.plugin_answers import is_fact
from procedures.rows import locked
from procedures.stopping import Stopped, never, until
from procedures.take_in_arrivals import take_in_arrivals
from procedures.take_in_lines import take_in_lines
from procedures.take_in_payment import take_in_payment
from procedures.take_in_refund import take_in_refund
from providers.ledger_lines import LedgerLine
from providers.plugin_code import PluginFailed, plugin_code
from providers.refunding import NotExecuted
from providers.registry import Registry
from providers.webhooks import Event, Fact, PaymentFact, RefundFact
from storage.jobs import Jobs
from storage.movements import ProviderEvent

TAKE_IN: Final = "take_in_events"
BATCH: Final = 100
CALL_SECONDS: Final = 60
LEASE: Final = timedelta(seconds=90)
MINUTE: Final = timedelta(minutes=1)
WAITS: Final = (timedelta(seconds=5), MINUTE, 10 * MINUTE, 60 * MINUTE, 360 * MINUTE, 1440 * MINUTE)

log = logging.getLogger(__name__)


async def receive_event(provider: str, event: Event, *, at: datetime, books: Books, jobs: Jobs) -> bool:
    """Keep a verified call and wake whoever looks after it, in one transaction; False where it came before."""
    kept = insert(ProviderEvent).values(
        provider=provider,
        event_id=event.id,
        kind=event.kind,
        subject_reference=event.subject,
        received_at=at,
        due_at=at,
    )
    async with books.transaction() as session:
        once = kept.on_conflict_do_nothing(index_elements=["provider", "event_id"]).returning(ProviderEvent.id)
        is_new = await session.scalar(once) is not None
        if is_new:
            await jobs.defer(session, TAKE_IN)
    return is_new


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claimed:
    """A call that is being looked after, for the `attempts`th time."""

    id: UUID
    provider: str
    event: Event
    attempts: int
    order: Order


async def take_in_events(
    *, at: datetime, books: Books, registry: Registry, jobs: Jobs, stopped: Stopped = never
) -> int:
    """Look after every call that is due; gives how many."""
    async with books.transaction() as session:
        due = select(ProviderEvent.id).where(ProviderEvent.due_at <= at).order_by(ProviderEvent.due_at).limit(BATCH)
        found = (await session.scalars(due)).all()
    done = 0
    for event_id in until(stopped, found):
        claimed = await _claim(event_id, at, books)
        if claimed is not None:
            problem = await _problem(claimed, books=books, registry=registry, jobs=jobs)
            await _conclude(claimed, problem, at, books)
            done += 1
    return done


async def _claim(event_id: UUID, at: datetime, books: Books) -> _Claimed | None:
    """Lease it to this process, unless somebody was faster."""
    async with books.transaction() as session:
        row = await locked(session, ProviderEvent, event_id, what="event")
        if row.due_at is None or row.due_at > at:
            return None
        row.due_at, row.attempts = at + LEASE, row.attempts + 1
        return _Claimed(
            id=row.id,
            provider=row.provider,
            event=Event(id=row.event_id, kind=row.kind, subject=row.subject_reference),
            attempts=row.attempts,
            order=Order(actor=f"provider:{row.provider}", reason=f"Told by the provider ({row.event_id})", at=at),
        )


async def _conclude(claimed: _Claimed, problem: str | None, at: datetime, books: Books) -> None:
    async with books.transaction() as session:
        row = await locked(session, ProviderEvent, claimed.id, what="event")
        row.problem = problem
        if problem is None:
            row.processed_at, row.due_at = at, None
        elif claimed.attempts <= len(WAITS):
            row.due_at = at + WAITS[claimed.attempts - 1]
        else:
            row.due_at = None
            log.warning("event %s of provider %s is given up", claimed.event.id, claimed.provider)


async def _problem(claimed: _Claimed, *, books: Books, registry: Registry, jobs: Jobs) -> str | None:
    """Ask what is true by now and book it; what stands in the way, if anything does."""
    try:
        webhooks = registry.offer(claimed.provider).webhooks
        if webhooks is None:
            return "The provider makes no calls any more."
        with plugin_code(claimed.provider, NotExecuted):
            async with asyncio.timeout(CALL_SECONDS):
                facts = list(await webhooks.facts(claimed.event))
        if not all(map(is_fact, facts)):
            return "What its plugin tells is no fact that can be booked."
        return await _book(claimed, facts, books=books, jobs=jobs)
    except Refusal as refusal:
        return str(refusal)
    except (NotExecuted, PluginFailed) as problem:
        return kept_text(str(problem.problem))


async def _book(claimed: _Claimed, facts: Sequence[Fact], *, books: Books, jobs: Jobs) -> str | None:
    order, provider = claimed.order, claimed.provider
    problems: list[str | None] = []
    for fact in facts:
        match fact:
            case RefundFact():
                problems.append(await take_in_refund(fact, provider=provider, order=order, books=books, jobs=jobs))
            case PaymentFact():
                problems.append(await take_in_payment(fact, provider=provider, order=order, books=books))
    lines = [fact for fact in facts if isinstance(fact, LedgerLine)]
    if lines:
        problems += await _book_lines(claimed, lines, books=books, jobs=jobs)
    return " ".join(filter(None, problems)) or None


async def _book_lines(claimed: _Claimed, lines: Sequence[LedgerLine], *, books: Books, jobs: Jobs) -> list[str]:
    await keep(claimed.provider, lines, books=books)
    days = sorted(books.day(line.occurred_at) for line in lines)
    references = sorted({line.reference for line in lines})
    told = Lines(provider=claimed.provider, first=days[0], last=days[-1], references=references)
    told_by = ("provider_event", claimed.id)
    await book_movements(told, told_by, order=claimed.order, books=books)
    await take_in_arrivals(claimed.provider, order=claimed.order, books=books)
    _, problems = await take_in_lines(told, order=claimed.order, books=books, jobs=jobs)
    await book_conversions(told, told_by, order=claimed.order, books=books)
    return problems
