"""Settling a period that was paid in advance when the price changes within it: by days, each line rounded once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from billing.mrr import Price
from billing.vat import LEGAL_RATES, VatPart, by_rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What of a settlement stands on one line: signed, `net_cents` without and `vat_cents` the tax at `vat_rate` percent."""

    description: str
    net_cents: int
    vat_rate: Decimal
    vat_cents: int

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.vat_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Proration:
    """What an invoice charges, and what becomes credit: either may be empty, and both are where the VAT rates differ.

    Lines of `charged` add up to the invoice; those of `credited` to the credit, with a minus sign.
    """

    charged: tuple[Line, ...] = ()
    credited: tuple[Line, ...] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        return (*self.credited, *self.charged)

    @property
    def charged_cents(self) -> int:
        return sum(line.gross_cents for line in self.charged)

    @property
    def credited_cents(self) -> int:
        return -sum(line.gross_cents for line in self.credited)

    @property
    def credited_parts(self) -> tuple[VatPart, ...]:
        """What is taken back, by rate, as positive sums."""
        return by_rate(VatPart(line.vat_rate, -line.net_cents, -line.vat_cents) for line in self.credited)

    @property
    def charged_parts(self) -> tuple[VatPart, ...]:
        return by_rate(VatPart(line.vat_rate, line.net_cents, line.vat_cents) for line in self.charged)


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A price with what an invoice says of it."""

    price: Price
    name: str
    vat_rate: Decimal


def prorated(
    before: Priced, after: Priced, *, period_start: date, period_end: date, anchor_day: int, on: date
) -> Proration:
    """The unused rest of the period, [on, period_end), credited at the price before and charged at the price after.

    A day of a plan costs its price divided by the days of one interval of it from `period_start`, as long as that month or
    year is: with `anchor_day` 31, a month from 28 February has 31 days. The rest may be longer than an interval of the plan
    before: one that was changed to within a year was charged for all that was left of the year.
    """
    days = (period_end - on).days
    if days <= 0:
        return Proration()

    def rest(plan: Priced) -> int:
        return share(plan.price.cents, days, plan.price.interval.days_from(period_start, anchor_day=anchor_day))

    until = f"{on} to {period_end}"
    unused = _line(f"{before.name}, unused {until}", -rest(before), before.vat_rate)
    wanted = _line(f"{after.name}, {until}", rest(after), after.vat_rate)
    return _settled(unused, wanted)


def share(cents: int, days: int, of_days: int) -> int:
    """`days` out of `of_days` of an amount, half-even."""
    return round(Fraction(cents * days, of_days))


def vat_rate_of(plan_rate: Decimal | None, country: str) -> Decimal:
    """The plan's own rate, else the standard rate of the tenant's country, else none, in percent."""
    if plan_rate is not None:
        return plan_rate
    return Decimal(LEGAL_RATES[country][0]) if country in LEGAL_RATES else Decimal(0)


def _settled(unused: Line, wanted: Line) -> Proration:
    """Set off against each other where they bear one rate; an invoice cannot charge at one and take back at another."""
    lines = _told((unused, wanted))
    if unused.vat_rate != wanted.vat_rate:
        return Proration(charged=_told((wanted,)), credited=_told((unused,)))
    total = sum(line.gross_cents for line in lines)
    return Proration(charged=lines if total > 0 else (), credited=lines if total < 0 else ())


def _told(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(line for line in lines if line.gross_cents)


def _line(description: str, net_cents: int, vat_rate: Decimal) -> Line:
    vat_cents = int((net_cents * vat_rate / 100).to_integral_value(ROUND_HALF_EVEN))
    return Line(description=description, net_cents=net_cents, vat_rate=vat_rate, vat_cents=vat_cents)
