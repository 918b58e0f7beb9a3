"""Fetching what a provider reports of our balance there, and booking what only it can tell.

Its lines are kept as they come, a batch a transaction, in flat memory; a window counts as known once all of it came. Then
fees, payouts, disputes and refunds that were made at the provider itself are booked, each once, whoever reported it first,
and what settled in another currency than the payer's is moved there.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from billing.refusals import BadInput, ErrorCode, Refusal
from procedures.book_conversions import book_conversions
from procedures.book_movements import Lines, book_movements
from procedures.books import Books, Order
from procedures.keep_lines import is_line, keep
from procedures.stopping import Stopped, never, until
from procedures.take_in_arrivals import take_in_arrivals
from procedures.take_in_lines import take_in_lines
from providers.ledger_lines import LedgerLine
from providers.offer import Capability
from providers.plugin_code import PluginFailed, plugin_code
from providers.refunding import NotExecuted
from providers.registry import Registry
from storage.jobs import Jobs
from storage.movements import ProviderSync, extend_window

BATCH: Final = 1_000
EVERY: Final = timedelta(hours=1)
OVERLAP: Final = timedelta(days=3)
"""How far back a provider is asked again: some lines appear late."""

NEXT_SECONDS: Final = 120
"""How long a provider may take for its next line: it may have to fetch a page for it."""

FIRST: Final = timedelta(days=35)
ACTOR: Final = "system:worker"
REASON: Final = "Taking in what the provider reports"

Progress = Callable[[str, int], None]
log = logging.getLogger(__name__)


class ProviderUnavailable(Refusal):
    """The provider could not be asked, or what it answered makes no sense."""

    code = ErrorCode.PROVIDER_UNAVAILABLE

    def __init__(self, provider: str, *, problem: str) -> None:
        self.provider, self.problem = provider, problem
        super().__init__(f"Provider {provider} could not be asked. {problem}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The instants of [start, end), both aware."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise BadInput("The window ends before it begins.", argument="to")


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What a provider reported: lines in all, those that were new, facts booked, and why some others could not be."""

    lines: int
    new: int
    booked: int
    problems: tuple[str, ...]


def _nothing(_what: str, _count: int) -> None:
    """Progress that nobody watches."""


async def sync(
    provider: str,
    window: Window,
    *,
    order: Order,
    books: Books,
    registry: Registry,
    jobs: Jobs,
    progress: Progress = _nothing,
) -> Synced:
    """Keep all lines of the window, up to now, and book what the ledger lacks of them.

    Raises: ProviderUnknown, ProviderNotConfigured, ProviderUnavailable, BadInput, FxRateMissing.
    """
    end = min(window.end, order.at)
    if window.start >= end:
        raise BadInput("The window lies in the future.", argument="from")
    lines, new = 0, 0
    async for batch in _batches(provider, _lines(registry, provider, window.start, end)):
        new += await keep(provider, batch, books=books)
        lines += len(batch)
        progress("lines", lines)
    async with books.transaction() as session:
        sync_id = await extend_window(session, provider, window.start, end)
    reported = Lines(provider=provider, first=books.day(window.start), last=books.day(end))
    told_by = ("provider_sync", sync_id)
    booked = await book_movements(reported, told_by, order=order, books=books)
    booked += await take_in_arrivals(provider, order=order, books=books)
    progress("booked", booked)
    taken_in, problems = await take_in_lines(reported, order=order, books=books, jobs=jobs)
    converted = await book_conversions(reported, told_by, order=order, books=books)
    return Synced(lines=lines, new=new, booked=booked + taken_in + converted, problems=tuple(problems))


async def sync_due(*, at: datetime, books: Books, registry: Registry, jobs: Jobs, stopped: Stopped = never) -> int:
    """Sync every provider that lists a ledger and has not been asked for an hour; gives how many lines were new.

    One that fails is logged, hinders no other, and is due again at once.
    """
    new = 0
    order = Order(actor=ACTOR, reason=REASON, at=at)
    for listed in until(stopped, registry.providers):
        if not listed.configured or Capability.LEDGER not in listed.capabilities:
            continue
        start = await _due_from(listed.name, at, books)
        if start is None:
            continue
        try:
            window = Window(start=start, end=at)
            new += (await sync(listed.name, window, order=order, books=books, registry=registry, jobs=jobs)).new
        except Refusal as refusal:
            log.warning("provider %s is not synced: %s", listed.name, type(refusal).__name__)
    return new


async def _due_from(provider: str, at: datetime, books: Books) -> datetime | None:
    """From when on it is to be asked; None while it was asked less than an hour ago."""
    async with books.transaction() as session:
        known = await session.scalar(select(ProviderSync.synced_through).where(ProviderSync.provider == provider))
    if known is None:
        return at - FIRST
    return known - OVERLAP if known <= at - EVERY else None


def _lines(registry: Registry, provider: str, start: datetime, end: datetime) -> AsyncIterator[LedgerLine]:
    """Raises: ProviderUnknown, ProviderNotConfigured, ProviderUnavailable, BadInput."""
    ledger = registry.offer(provider).ledger
    if ledger is None:
        raise BadInput(f"Provider {provider} lists no ledger of its own.", argument="provider")
    with _asking(provider):
        return ledger.lines(start, end)


async def _batches(provider: str, lines: AsyncIterator[LedgerLine]) -> AsyncIterator[Sequence[LedgerLine]]:
    batch: list[LedgerLine] = []
    while (line := await _next(provider, lines)) is not None:
        batch.append(line)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


async def _next(provider: str, lines: AsyncIterator[LedgerLine]) -> LedgerLine | None:
    """The next line, None after the last.

    Raises: ProviderUnavailable.
    """
    with _asking(provider):
        async with asyncio.timeout(NEXT_SECONDS):
            line = await anext(lines, None)
    if line is not None and not is_line(line):
        raise ProviderUnavailable(provider, problem="What it lists is no line of a ledger.")
    return line


@contextmanager
def _asking(provider: str) -> Iterator[None]:
    """Raises: ProviderUnavailable."""
    try:
        with plugin_code(provider, NotExecuted):
            yield
    except (NotExecuted, PluginFailed) as problem:
        raise ProviderUnavailable(provider, problem=problem.problem) from problem
