"""Holding what a provider reports against the ledger, for a window of days."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from billing.periods import Period, day_start
from billing.refusals import BadInput, Refusal
from billing.reports.reconciliation import Sums
from procedures.books import Books, Order
from procedures.sync_movements import Window, sync
from providers.registry import Registry
from storage.jobs import Jobs
from storage.movements import ProviderSync
from storage.reconciliation import AskedLines, sums

FETCHED_SECONDS: Final = 8.0
"""How long whoever asks waits for days that the provider was not asked about yet; a query may take ten seconds in all."""

AROUND: Final = timedelta(days=3)
"""How many days more are fetched before and after those that were asked for: a counterpart may stand there."""

ACTOR: Final = "system:reconciliation"
REASON: Final = "Taking in what the provider reports of the days that are reconciled"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """The figures, and what their lines are asked for with; the provider's lines are known up to `synced_through`."""

    lines: AskedLines
    computed_at: datetime
    synced_through: datetime | None
    tolerance_cents: int
    sums: Sequence[Sums]

    @property
    def is_complete(self) -> bool:
        """Whether all of the provider's lines of these days are known: only then can it be said that none is missing."""
        window, known = self.lines.window, self.lines.known
        return known is not None and known.start <= window.start and window.end <= known.end


def check_reconcilable(provider: str, registry: Registry) -> None:
    """Raises: ProviderUnknown, ProviderNotConfigured; BadInput for one that reports nothing to hold the ledger against."""
    offer = registry.offer(provider)
    if offer.ledger is None and offer.settlement_files is None:
        raise BadInput(f"Provider {provider} lists no ledger of its own and reads no bank files.", argument="provider")


async def reconcile(
    provider: str,
    days: Period,
    *,
    at: datetime,
    books: Books,
    registry: Registry,
    jobs: Jobs,
    tolerance_cents: int,
) -> Reconciled:
    """What is known by now of a provider's lines and of the ledger's. Lines that are not known yet are fetched, if that does
    not take too long; of a bank, its files are all there is.

    Raises: ProviderUnknown, ProviderNotConfigured.
    """
    is_bank = registry.offer(provider).ledger is None
    if not is_bank:
        async with books.reading() as connection:
            synced = await _synced(connection, provider)
        for part in unknown_parts(days, synced, at=at, books=books):
            await _fetch(provider, part, at=at, books=books, registry=registry, jobs=jobs)
    async with books.reading() as connection:
        synced = await _synced(connection, provider)
        asked = AskedLines(
            provider=provider,
            window=days,
            today=books.day(at),
            known=days if is_bank else None if synced is None else known_days(synced, books),
            is_bank=is_bank,
            as_of=(await connection.execute(select(func.now()))).scalar_one(),
        )
        found = await sums(connection, asked, tolerance_cents=tolerance_cents)
    return Reconciled(
        lines=asked,
        computed_at=at,
        synced_through=None if synced is None else synced.end,
        tolerance_cents=tolerance_cents,
        sums=found,
    )


def unknown_parts(days: Period, synced: Window | None, *, at: datetime, books: Books) -> Iterator[Window]:
    """What to ask a provider so that all of these days are known, up to now, without a gap to what is known already."""
    start, end = day_start(days.start - AROUND, books.zone), min(day_start(days.end + AROUND, books.zone), at)
    if synced is None:
        if start < end:
            yield Window(start=start, end=end)
        return
    if start < synced.start:
        yield Window(start=start, end=synced.start)
    if synced.end < end:
        yield Window(start=synced.end, end=end)


def known_days(synced: Window, books: Books) -> Period:
    """The business days that are known as a whole."""
    first = books.day(synced.start)
    if day_start(first, books.zone) < synced.start:
        first += timedelta(days=1)
    return Period(start=first, end=max(first, books.day(synced.end)))


async def _synced(connection: AsyncConnection, provider: str) -> Window | None:
    window = select(ProviderSync.synced_from, ProviderSync.synced_through).where(ProviderSync.provider == provider)
    known = (await connection.execute(window)).one_or_none()
    return None if known is None else Window(start=known.synced_from, end=known.synced_through)


async def _fetch(provider: str, part: Window, *, at: datetime, books: Books, registry: Registry, jobs: Jobs) -> None:
    order = Order(actor=ACTOR, reason=REASON, at=at)
    try:
        async with asyncio.timeout(FETCHED_SECONDS):
            await sync(provider, part, order=order, books=books, registry=registry, jobs=jobs)
    except (Refusal, TimeoutError) as problem:
        log.warning("provider %s is reconciled with what is known of it: %s", provider, type(problem).__name__)
