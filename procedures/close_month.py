"""Closing a month: the books are proven and reconciled, and then nothing is booked into it, or before it, any more."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import psycopg
from sqlalchemy import func, select, text
from uuid_utils.compat import uuid7

from billing.periods import Period, month_after, month_start
from billing.refusals import BadInput, ErrorCode, Refusal
from procedures.books import Books, Order, sign
from procedures.reconcile import reconcile
from providers.offer import Capability
from providers.registry import Registry
from storage.accounting import Journal
from storage.audit import AuditHead
from storage.closing import ALONE, ClosedMonth, first_open_day
from storage.invariants import snapshot, verify
from storage.jobs import Jobs

PATIENCE: Final = text("set local lock_timeout = '45s'")

InBulk = Callable[[Callable[[psycopg.Connection[Any]], list[str]]], Awaitable[list[str]]]
"""Runs work on a plain connection, beside the event loop."""


class PeriodClosed(Refusal):
    """A day lies in a month that is closed. `first_open`: the first day that is not."""

    code = ErrorCode.PERIOD_CLOSED

    def __init__(self, day: date, *, first_open: date) -> None:
        self.day, self.first_open = day, first_open
        super().__init__(f"{day:%Y-%m} is closed; the first open day is {first_open}.")


class BooksBroken(Refusal):
    """The books break rules of their own: `broken` tells the first row of each."""

    code = ErrorCode.CONFLICT

    def __init__(self, broken: Sequence[str]) -> None:
        self.broken = list(broken)
        super().__init__(f"The books break {len(broken)} of their rules, so the month stays open. {broken[0]}")


class DriftUnexplained(Refusal):
    """A provider and the ledger differ, and nobody has said why. `drifts` tells of each provider and currency."""

    code = ErrorCode.CONFLICT

    def __init__(self, drifts: Sequence[str]) -> None:
        self.drifts = list(drifts)
        super().__init__(f"{' '.join(drifts)} Explain it, or close with acceptDrift and the reason.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """What was closed: how many journals count in the month, and the newest event of the audit trail, this one."""

    month: date
    journal_count: int
    audit_head: str


async def close(
    month: date,
    *,
    accept_drift: bool,
    order: Order,
    books: Books,
    registry: Registry,
    jobs: Jobs,
    tolerance_cents: int,
    in_bulk: InBulk,
) -> Closed:
    """Close the month (its first day) and all before it.

    Raises: BadInput, PeriodClosed, BooksBroken, DriftUnexplained.
    """
    days = _over(month, today=books.day(order.at))
    async with books.transaction() as session:
        _check_open(month, await first_open_day(session))
    if broken := await in_bulk(_broken_rules):
        raise BooksBroken(broken)
    drifts = await _drifts(
        days, order=order, books=books, registry=registry, jobs=jobs, tolerance_cents=tolerance_cents
    )
    if drifts and not accept_drift:
        raise DriftUnexplained(drifts)
    return await _close(days, drifts=drifts, order=order, books=books)


def _over(month: date, *, today: date) -> Period:
    """The days of a month that is over."""
    if month != month_start(month):
        raise BadInput(f"{month} is not the first day of a month.", argument="input.month")
    days = Period(start=month, end=month_after(month))
    if days.end > today:
        raise BadInput(f"{month:%Y-%m} is not over: today is {today}.", argument="input.month")
    return days


def _check_open(month: date, first_open: date) -> None:
    if month < first_open:
        raise PeriodClosed(month, first_open=first_open)


def _broken_rules(connection: psycopg.Connection[Any]) -> list[str]:
    with snapshot(connection):
        return [checked.broken for checked in verify(connection) if checked.broken is not None]


async def _drifts(
    days: Period, *, order: Order, books: Books, registry: Registry, jobs: Jobs, tolerance_cents: int
) -> list[str]:
    """A sentence for each provider and currency in which a line is off by more than is tolerated, and for each provider that
    could not be asked about all of these days."""
    found = []
    for provider in reconcilable(registry):
        reconciled = await reconcile(
            provider, days, at=order.at, books=books, registry=registry, jobs=jobs, tolerance_cents=tolerance_cents
        )
        if not reconciled.is_complete:
            found.append(f"Not all lines of {provider} of {days.start:%Y-%m} are known: it could not be asked.")
        lines: dict[str, int] = {}
        for sums in reconciled.sums:
            lines[sums.currency] = lines.get(sums.currency, 0) + sums.over_tolerance
        found += [
            f"{provider} and the ledger differ in {count} {currency} line{'s' if count > 1 else ''} of {days.start:%Y-%m}."
            for currency, count in sorted(lines.items())
            if count
        ]
    return found


def reconcilable(registry: Registry) -> list[str]:
    """The providers that can be held against the ledger."""
    return [
        provider.name
        for provider in registry.providers
        if provider.configured and Capability.LEDGER in provider.capabilities
    ]


async def _close(days: Period, *, drifts: Sequence[str], order: Order, books: Books) -> Closed:
    async with books.transaction() as session:
        await session.execute(PATIENCE)
        await session.execute(ALONE)
        _check_open(days.start, await first_open_day(session))
        booked = select(func.count()).where(Journal.booked_on >= days.start, Journal.booked_on < days.end)
        count = (await session.execute(booked)).scalar_one()
        before = (await session.execute(select(AuditHead.seq, AuditHead.hash))).one()
        session.add(
            ClosedMonth(
                month=days.start,
                closed_at=order.at,
                closed_by=order.actor,
                reason=order.reason,
                drift_accepted=bool(drifts),
                journal_count=count,
                audit_seq=before.seq,
                audit_hash=before.hash,
            )
        )
        details: dict[str, object] = {"month": f"{days.start:%Y-%m}", "journals": count, "drift_accepted": list(drifts)}
        await sign(session, order.done("month.closed", "month", uuid7(), details))
        newest = (await session.execute(select(AuditHead.seq, AuditHead.hash))).one()
    return Closed(month=days.start, journal_count=count, audit_head=f"{newest.seq}:{newest.hash}")
