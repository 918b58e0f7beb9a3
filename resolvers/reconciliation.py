"""Reconciliation of a provider with the ledger."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Annotated, Final, Self

import strawberry

from billing.refusals import ErrorCode
from billing.reports.reconciliation import Sums
from procedures.reconcile import Reconciled, check_reconcilable, reconcile
from resolvers.authority import finance_query
from resolvers.context import Info
from schema.bounds import report_window
from schema.money import Amount
from schema.reconciliation import MovementKind, Reconciliation
from storage.reconciliation import AskedLines

KEPT_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSums:
    """The sums of a currency, with those of its kinds of movement, or of one such kind, as they are read."""

    currency: str
    provider_total: Amount
    ledger_total: Amount
    drift: Amount
    timing: Amount
    unexplained: Amount
    exceeds_tolerance: bool
    kind: MovementKind | None = None
    by_kind: Sequence["ShownSums"] = ()

    @classmethod
    def of(
        cls, currency: str, sums: Sequence[Sums], *, kind: MovementKind | None = None, by_kind: Sequence[Self] = ()
    ) -> Self:
        def total(cents: Callable[[Sums], int]) -> Amount:
            return Amount(amount_cents=sum(map(cents, sums)), currency=currency)

        return cls(
            currency=currency,
            provider_total=total(lambda one: one.provider_cents),
            ledger_total=total(lambda one: one.ledger_cents),
            drift=total(lambda one: one.drift_cents),
            timing=total(lambda one: one.timing_cents),
            unexplained=total(lambda one: one.unexplained_cents),
            exceeds_tolerance=any(one.over_tolerance for one in sums),
            kind=kind,
            by_kind=by_kind,
        )

    @classmethod
    def with_kinds(cls, currency: str, sums: Sequence[Sums]) -> Self:
        kinds = [cls.of(currency, [one], kind=MovementKind[one.kind]) for one in sums]
        return cls.of(currency, sums, by_kind=kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The reconciliation, as it is read."""

    asked: AskedLines
    provider: str
    from_: date
    to: date
    computed_at: datetime
    synced_through: datetime | None
    tolerance_cents: int
    currencies: Sequence[ShownSums]
    has_drift: bool

    @classmethod
    def of(cls, found: Reconciled) -> Self:
        window = found.lines.window
        by_currency = groupby(found.sums, key=lambda sums: sums.currency)
        return cls(
            asked=found.lines,
            provider=found.lines.provider,
            from_=window.start,
            to=window.end - timedelta(days=1),
            computed_at=found.computed_at,
            synced_through=found.synced_through,
            tolerance_cents=found.tolerance_cents,
            currencies=[ShownSums.with_kinds(currency, list(sums)) for currency, sums in by_currency],
            has_drift=any(sums.over_tolerance for sums in found.sums),
        )


@strawberry.type
class ReconciliationQueries:
    @finance_query(
        description="What a provider reports of some days, held against the ledger line by line.",
        answers=Reconciliation,
        may_fail=[ErrorCode.PROVIDER_UNKNOWN, ErrorCode.PROVIDER_NOT_CONFIGURED],
    )
    async def reconciliation(
        self, info: Info, provider: str, from_: Annotated[date, strawberry.argument(name="from")], to: date
    ) -> Shown:
        context = info.context
        window = report_window(from_, to, today=context.books.day(context.now))
        check_reconcilable(provider, context.registry)

        async def compute() -> Reconciled:
            return await reconcile(
                provider,
                window,
                at=context.now,
                books=context.books,
                registry=context.registry,
                jobs=context.jobs,
                tolerance_cents=context.tolerance_cents,
            )

        key = f"reconciliation:{provider}:{window.start}:{window.end}:{context.tolerance_cents}"
        return Shown.of(await context.cache.report(key, Reconciled, compute, ttl_seconds=KEPT_SECONDS))
