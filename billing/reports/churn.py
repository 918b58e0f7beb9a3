"""Churn: what left in a window, by reason, plan and country, and as a part of what was there when the window began."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from billing.reports.revenue import Figure

NONE: Final = "none"
"""The key of what was cancelled before reasons were kept."""

NO_SUBSCRIPTIONS: Final = "No subscription was active when the window began."
NO_TENANTS: Final = "No tenant brought anything when the window began."
NO_MRR: Final = "There was no monthly recurring revenue when the window began."


@dataclass(frozen=True, slots=True, kw_only=True)
class Churned:
    """A subscription that left. Amounts are EUR cents, locked when it was cancelled: the price of one interval, and a month's.

    `reason` None: it was cancelled before reasons were kept (`source` LEGACY). `was_there`: it counted when the window
    began.
    """

    subscription_id: UUID
    requested_on: date | None
    cancelled_on: date
    reason: str | None
    plan_code: str
    plan_name: str
    country: str
    impact_eur_cents: int
    mrr_eur_cents: int
    source: str
    was_there: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AtStart:
    """What there was when the window began, and how many of those tenants left for good within it."""

    subscriptions: int
    mrr_eur_cents: int
    tenants: int
    tenants_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A part of what left."""

    key: str
    label: str
    count: int
    impact_eur_cents: int
    mrr_eur_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Churn:
    """The report of a window: each subscription that left, once."""

    gone: Sequence[Churned]
    at_start: AtStart

    @property
    def impact_eur_cents(self) -> int:
        return sum(one.impact_eur_cents for one in self.gone)

    @property
    def mrr_eur_cents(self) -> int:
        return sum(one.mrr_eur_cents for one in self.gone)

    @property
    def churn_rate(self) -> Figure:
        """Subscriptions that left, of those that counted when the window began."""
        return _rate(sum(one.was_there for one in self.gone), self.at_start.subscriptions, NO_SUBSCRIPTIONS)

    @property
    def logo_churn_rate(self) -> Figure:
        """Tenants that left for good, of those that were there."""
        return _rate(self.at_start.tenants_left, self.at_start.tenants, NO_TENANTS)

    @property
    def revenue_churn_rate(self) -> Figure:
        """MRR that left with subscriptions which counted at the start, of the MRR then."""
        lost = sum(one.mrr_eur_cents for one in self.gone if one.was_there)
        return _rate(lost, self.at_start.mrr_eur_cents, NO_MRR)

    def by_reason(self) -> list[Bucket]:
        return buckets(self.gone, key=lambda one: one.reason or NONE, label=_reason)

    def by_plan(self) -> list[Bucket]:
        return buckets(self.gone, key=lambda one: one.plan_code, label=lambda one: one.plan_name)

    def by_country(self, name_of: Callable[[str], str]) -> list[Bucket]:
        return buckets(self.gone, key=lambda one: one.country, label=lambda one: name_of(one.country))


def buckets(gone: Iterable[Churned], *, key: Callable[[Churned], str], label: Callable[[Churned], str]) -> list[Bucket]:
    """What left, in parts that add up to the whole, the largest impact first."""
    parts: dict[str, list[Churned]] = {}
    for one in gone:
        parts.setdefault(key(one), []).append(one)
    made = [
        Bucket(
            key=name,
            label=label(part[0]),
            count=len(part),
            impact_eur_cents=sum(one.impact_eur_cents for one in part),
            mrr_eur_cents=sum(one.mrr_eur_cents for one in part),
        )
        for name, part in parts.items()
    ]
    return sorted(made, key=lambda bucket: (-bucket.impact_eur_cents, -bucket.count, bucket.key))


def _reason(one: Churned) -> str:
    return "No reason was kept" if one.reason is None else one.reason.replace("_", " ").capitalize()


def _rate(lost: int, of: int, because: str) -> Figure:
    if of <= 0:
        return Figure(unavailable_because=because)
    return Figure(value=float(round(Decimal(lost) / of, 6)))
