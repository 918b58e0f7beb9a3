"""Platform fees: what the platform invoiced its tenants for, group by group, and what the ledger holds for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeTotals:
    """Sums of the invoices of one currency, in minor units of it. `gross` is with VAT."""

    currency: str
    invoice_count: int
    gross_cents: int
    paid_cents: int
    outstanding_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeGroup(FeeTotals):
    """The invoices of one tenant, country or plan in one currency; `booked_cents` is their claim by the ledger."""

    key: str
    label: str
    booked_cents: int

    @property
    def difference_cents(self) -> int:
        """0 unless an invoice and its journals disagree."""
        return self.booked_cents - self.gross_cents


def totals(groups: Iterable[FeeGroup]) -> Sequence[FeeTotals]:
    """The sums of all groups, a row a currency, by its code."""
    by_currency = attrgetter("currency")
    return [_sum(currency, list(of)) for currency, of in groupby(sorted(groups, key=by_currency), key=by_currency)]


def _sum(currency: str, groups: Sequence[FeeGroup]) -> FeeTotals:
    return FeeTotals(
        currency=currency,
        invoice_count=sum(group.invoice_count for group in groups),
        gross_cents=sum(group.gross_cents for group in groups),
        paid_cents=sum(group.paid_cents for group in groups),
        outstanding_cents=sum(group.outstanding_cents for group in groups),
    )
