"""Value added tax: which rate an invoice without lines was made at, and the parts of an invoice by rate."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

# Legal rates in percent, highest first: the Nordic countries as of 2026 with the rates still found on older invoices.
LEGAL_RATES = {
    "SE": ("25", "12", "6"),
    "NO": ("25", "15", "12"),
    "DK": ("25",),
    "FI": ("25.5", "24", "14", "13.5", "10"),
    "IS": ("24", "11"),
    "EE": ("24", "22", "20", "13", "9"),
    "LV": ("21", "12", "5"),
    "LT": ("21", "12", "9", "5"),
    "DE": ("19", "7"),
    "FR": ("20", "10", "5.5"),
}


@dataclass(frozen=True, slots=True)
class VatPart:
    """What of an invoice was sold at one rate: `rate` in percent, None for a rate that is not the country's."""

    rate: Decimal | None
    net_cents: int
    vat_cents: int


def implied_rate(*, total_cents: int, tax_cents: int, country: str) -> Decimal | None:
    """The legal rate of `country` at which `tax_cents` is the VAT in `total_cents` to within a cent; None: another."""
    if tax_cents == 0:
        return Decimal(0)
    for text in LEGAL_RATES.get(country, ()):
        rate = Decimal(text)
        if abs(tax_cents * (100 + rate) - total_cents * rate) <= 100 + rate:
            return rate
    return None


def single_part(*, total_cents: int, tax_cents: int, country: str) -> tuple[VatPart, ...]:
    """The parts of an invoice without lines."""
    rate = implied_rate(total_cents=total_cents, tax_cents=tax_cents, country=country)
    return (VatPart(rate, total_cents - tax_cents, tax_cents),)


def by_rate(lines: Iterable[VatPart]) -> tuple[VatPart, ...]:
    """Lines summed by rate, in the order in which the rates first appear."""
    sums: dict[Decimal | None, tuple[int, int]] = {}
    for line in lines:
        net, vat = sums.get(line.rate, (0, 0))
        sums[line.rate] = (net + line.net_cents, vat + line.vat_cents)
    return tuple(VatPart(rate, net, vat) for rate, (net, vat) in sums.items())


def refund_parts(parts: tuple[VatPart, ...], *, refunded_before: int, refunded_after: int) -> tuple[VatPart, ...]:
    """The net and VAT that a refund takes back, when it raises what was refunded of the invoice from one sum to another.

    Proportional to the parts; each share is a difference of running sums rounded once, so that the shares of any
    sequence of refunds add up to exactly the invoice's net and VAT when all of it is refunded.
    """
    before, after = _running(parts, refunded_before), _running(parts, refunded_after)
    return tuple(
        VatPart(part.rate, now.net_cents - then.net_cents, now.vat_cents - then.vat_cents)
        for part, then, now in zip(parts, before, after, strict=True)
    )


def _running(parts: tuple[VatPart, ...], refunded: int) -> list[VatPart]:
    """What of each part is refunded once `refunded` of the whole is: no share ever shrinks as `refunded` grows.

    Each part takes its share of what the parts before it left. Parts below zero (a rounding of the total, a discount at a
    rate of its own) come first, so that what is left to share out is never negative.
    """
    left, rest = refunded, sum(_gross(part) for part in parts)
    running: dict[int, VatPart] = {}
    for i, part in sorted(enumerate(parts), key=lambda numbered: _gross(numbered[1])):
        size = _gross(part)
        gross = left * size // rest if rest else 0
        left, rest = left - gross, rest - size
        vat = (2 * gross * part.vat_cents + size) // (2 * size) if size else 0
        running[i] = VatPart(part.rate, gross - vat, vat)
    return [running[i] for i in range(len(parts))]


def _gross(part: VatPart) -> int:
    return part.net_cents + part.vat_cents
