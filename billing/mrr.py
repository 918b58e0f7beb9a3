"""Monthly recurring revenue: what a price is a month, and what kind of movement each change of it is.

Movements are classified per tenant (as ChartMogul does): a tenant's first MRR is NEW, its last to leave is CHURN, the end of
one subscription of several is CONTRACTION, MRR after none is REACTIVATION. What pauses and comes back is PAUSED and RESUMED.
The part of a price change that is only a newer exchange rate is FX.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Final
from uuid import UUID

from billing.intervals import Interval
from billing.money import exponent

_YEARLY: Final = {"DAY": 365, "WEEK": 52, "MONTH": 12, "YEAR": 1}
_RATE_PLACES: Final = Decimal("1e-8")


def monthly(cents: int, interval: Interval) -> int:
    """A price of one billing interval by the month, half-even: a year / 12, a week * 52 / 12, a day * 365 / 12."""
    return round(_monthly(cents, interval))


def _monthly(cents: int, interval: Interval) -> Fraction:
    return Fraction(cents * _YEARLY[interval.unit], 12 * interval.count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one billing interval of a plan costs, without tax: `cents` of `currency`, and the EUR cents locked for it."""

    plan_id: UUID
    interval: Interval
    cents: int
    currency: str
    eur_cents: int

    @property
    def monthly_cents(self) -> int:
        return monthly(self.cents, self.interval)

    @property
    def monthly_eur_cents(self) -> int:
        return monthly(self.eur_cents, self.interval)

    @property
    def rate(self) -> Decimal | None:
        """Units of the currency for one EUR, as locked; None for a price of nothing."""
        if not self.cents or not self.eur_cents:
            return None
        units = Decimal(self.cents).scaleb(2 - exponent(self.currency)) / self.eur_cents
        return units.quantize(_RATE_PLACES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an entry of a subscription's log changed: its price before and after, None where it does not count.

    `cause`: the entry's kind.
    """

    subscription_id: UUID
    history_id: UUID | None
    on: date
    cause: str
    before: Price | None
    after: Price | None

    @property
    def eur_cents(self) -> int:
        """What it adds to MRR."""
        return _eur_cents(self.after) - _eur_cents(self.before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A row of the log: see `storage/mrr.py`."""

    tenant_id: UUID
    subscription_id: UUID
    plan_id: UUID
    occurred_on: date
    kind: str
    amount_cents: int
    currency: str
    rate: Decimal | None
    eur_cents: int
    subscription_delta: int
    tenant_delta: int
    history_id: UUID | None


@dataclass(slots=True, kw_only=True)
class TenantMrr:
    """What a tenant brings a month so far (`eur_cents`), and whether it `ever` brought anything."""

    tenant_id: UUID
    eur_cents: int = 0
    ever: bool = False

    def movements(self, changes: Iterable[Change]) -> Iterator[Movement]:
        """The movements of changes, which are in the order of their days. On a day what comes is counted before what goes,
        so that a tenant who swaps one subscription for another has not left."""
        for _, of_day in groupby(changes, key=lambda change: change.on):
            for change in sorted(of_day, key=lambda change: change.eur_cents < 0):
                yield from self._moved(change)

    def _moved(self, change: Change) -> Iterator[Movement]:
        if change.before == change.after:
            return
        fx = fx_part(change.before, change.after) if change.before and change.after else 0
        kind, tenant_delta = self._kind(change, fx), self._tenant_delta(change)
        if fx and change.before:
            yield self._movement(change, change.before, kind="FX", eur_cents=fx, rate_of=change.after)
        yield from self._parts(change, kind, fx=fx, tenant_delta=tenant_delta)
        self.eur_cents += change.eur_cents
        self.ever = self.ever or self.eur_cents > 0

    def _kind(self, change: Change, fx: int) -> str:
        if change.before is None and change.cause == "RESUMED":
            return "RESUMED"
        if change.after is None and change.cause == "PAUSED":
            return "PAUSED"
        before, after = self.eur_cents, self.eur_cents + change.eur_cents
        if before == 0 and (after > 0 or change.before is None):
            return "REACTIVATION" if self.ever else "NEW"
        if after == 0 and (before > 0 or change.after is None):
            return "CHURN"
        down = change.after is None or change.eur_cents < fx
        return "CONTRACTION" if down else "EXPANSION"

    def _tenant_delta(self, change: Change) -> int:
        return (self.eur_cents + change.eur_cents > 0) - (self.eur_cents > 0)

    def _parts(self, change: Change, kind: str, *, fx: int, tenant_delta: int) -> Iterator[Movement]:
        """What leaves the old plan and what comes to the new one: one movement where they are the same plan."""
        before, after = change.before, change.after
        if before and after and before.plan_id == after.plan_id:
            moved = after.monthly_eur_cents - before.monthly_eur_cents - fx
            if moved or after.monthly_cents != before.monthly_cents or tenant_delta:
                cents = after.monthly_cents - before.monthly_cents
                yield self._movement(change, after, kind=kind, cents=cents, eur_cents=moved, tenant_delta=tenant_delta)
            return
        if before:
            yield self._movement(
                change,
                before,
                kind=kind,
                cents=-before.monthly_cents,
                eur_cents=-before.monthly_eur_cents - fx,
                subscription_delta=-1,
                tenant_delta=0 if after else tenant_delta,
            )
        if after:
            yield self._movement(
                change,
                after,
                kind=kind,
                cents=after.monthly_cents,
                eur_cents=after.monthly_eur_cents,
                subscription_delta=1,
                tenant_delta=tenant_delta,
            )

    def _movement(
        self,
        change: Change,
        price: Price,
        *,
        kind: str,
        eur_cents: int,
        cents: int = 0,
        subscription_delta: int = 0,
        tenant_delta: int = 0,
        rate_of: Price | None = None,
    ) -> Movement:
        return Movement(
            tenant_id=self.tenant_id,
            subscription_id=change.subscription_id,
            plan_id=price.plan_id,
            occurred_on=change.on,
            kind=kind,
            amount_cents=cents,
            currency=price.currency,
            rate=(rate_of or price).rate,
            eur_cents=eur_cents,
            subscription_delta=subscription_delta,
            tenant_delta=tenant_delta,
            history_id=change.history_id,
        )


def fx_part(before: Price, after: Price) -> int:
    """How many EUR cents a month the price before is worth more at the rate of the price after.

    Nothing where both prices can have been locked at one rate: their EUR cents are rounded, so a rate can only be told as
    exactly as they can.
    """
    if not before.cents or not after.cents or not after.eur_cents:
        return 0
    apart = abs(before.cents * after.eur_cents - after.cents * before.eur_cents)
    if 2 * apart <= before.cents + after.cents:
        return 0
    revalued = _monthly(before.cents, before.interval) * Fraction(after.eur_cents, after.cents)
    return round(revalued) - before.monthly_eur_cents


def _eur_cents(price: Price | None) -> int:
    return 0 if price is None else price.monthly_eur_cents
