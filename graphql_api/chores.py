"""The worker's list: what is done every so often without anybody asking."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from anyio import to_thread

from graphql_api.bank_folder import BankFolder
from graphql_api.settings import Settings
from procedures.books import Books
from procedures.complete_refunds import complete
from procedures.complete_returns import complete_returns
from procedures.notify_tenant import Postbox, notify_all
from procedures.run_dunning import end_dunning_pauses, run_dunning
from procedures.run_subscriptions import run_subscriptions
from procedures.settle_reports import settle_reports
from procedures.sync_movements import sync_due
from procedures.take_in_event import take_in_events
from providers.registry import Registry
from storage.engine import Database
from storage.jobs import Jobs

SOON: Final = timedelta(seconds=30)
NOW_AND_THEN: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """`work(at)` does all that is due at an instant (aware), and gives how much that was.

    Any number of workers do it at the same time, and each of them may be killed at any moment: what is due stands in the
    tables, and is taken from there under a lock, with what comes of it, in one transaction.
    """

    name: str
    every: timedelta
    work: Callable[[datetime], Awaitable[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What chores work with. `stopping` is set when they are to begin nothing more."""

    settings: Settings
    database: Database
    books: Books
    registry: Registry
    postbox: Postbox
    jobs: Jobs
    stopping: asyncio.Event


def chores(tools: Tools) -> tuple[Chore, ...]:
    """All of them; `billing worker --once` does them in this order."""
    books, registry, jobs, stopped = tools.books, tools.registry, tools.jobs, tools.stopping.is_set
    return (
        Chore(name="bank files", every=SOON, work=_bank_files(tools)),
        Chore(
            name="bank reports",
            every=SOON,
            work=lambda at: settle_reports(at=at, books=books, jobs=jobs, stopped=stopped),
        ),
        Chore(
            name="calls",
            every=SOON,
            work=lambda at: take_in_events(at=at, books=books, registry=registry, jobs=jobs, stopped=stopped),
        ),
        Chore(
            name="lines",
            every=NOW_AND_THEN,
            work=lambda at: sync_due(at=at, books=books, registry=registry, jobs=jobs, stopped=stopped),
        ),
        Chore(
            name="refunds",
            every=SOON,
            work=lambda at: complete(at=at, books=books, registry=registry, jobs=jobs, stopped=stopped),
        ),
        Chore(
            name="returns",
            every=SOON,
            work=lambda at: complete_returns(at=at, books=books, registry=registry, stopped=stopped),
        ),
        Chore(name="subscriptions", every=SOON, work=lambda at: run_subscriptions(at=at, books=books, stopped=stopped)),
        Chore(name="dunning", every=NOW_AND_THEN, work=_dunning(tools)),
        Chore(
            name="dunning pauses", every=SOON, work=lambda at: end_dunning_pauses(at=at, books=books, stopped=stopped)
        ),
        Chore(
            name="mails",
            every=SOON,
            work=lambda at: notify_all(at=at, books=books, postbox=tools.postbox, stopped=stopped),
        ),
    )


def _bank_files(tools: Tools) -> Callable[[datetime], Awaitable[int]]:
    """What is in the watched folder, where there is one."""
    if tools.settings.bankgirot_inbox is None:
        return _nothing
    watched = BankFolder(
        folder=tools.settings.bankgirot_inbox,
        registry=tools.registry,
        connect=tools.database.connect,
        zone=tools.books.zone,
        stopped=tools.stopping.is_set,
    )
    return lambda at: to_thread.run_sync(watched.take_in, at)


async def _nothing(_at: datetime) -> int:
    return 0


def _dunning(tools: Tools) -> Callable[[datetime], Awaitable[int]]:
    """The stages that are due, and then their letters at once."""
    settings, stopped = tools.settings, tools.stopping.is_set
    issuers = ("PLATFORM", "TENANT") if settings.dunning_tenant_invoices else ("PLATFORM",)

    async def work(at: datetime) -> int:
        taken = await run_dunning(
            at=at, stages=settings.dunning_stages, issuers=issuers, books=tools.books, stopped=stopped
        )
        if taken:
            await notify_all(at=at, books=tools.books, postbox=tools.postbox, stopped=stopped)
        return taken

    return work
