"""The platform fee report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated, Self
from uuid import UUID

import strawberry

from billing.codes import country_name
from billing.reports.platform_fees import FeeGroup, FeeTotals, totals
from resolvers.authority import finance_query
from resolvers.context import Info
from schema.bounds import report_window
from schema.ids import to_global
from schema.money import Amount
from schema.platform_fees import FeeGrouping, PlatformFeeReport
from storage.platform_fees import fee_groups


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTotals:
    """The sums of a currency, as they are read."""

    currency: str
    invoice_count: int
    gross: Amount
    paid: Amount
    outstanding: Amount

    @classmethod
    def of(cls, sums: FeeTotals) -> Self:
        return cls(
            currency=sums.currency,
            invoice_count=sums.invoice_count,
            gross=Amount(amount_cents=sums.gross_cents, currency=sums.currency),
            paid=Amount(amount_cents=sums.paid_cents, currency=sums.currency),
            outstanding=Amount(amount_cents=sums.outstanding_cents, currency=sums.currency),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownGroup:
    """A group, as it is read."""

    key: str
    label: str
    currency: str
    invoice_count: int
    gross: Amount
    paid: Amount
    outstanding: Amount
    booked: Amount
    difference: Amount

    @classmethod
    def of(cls, group: FeeGroup, by: FeeGrouping) -> Self:
        sums = ShownTotals.of(group)
        return cls(
            key=to_global("Tenant", UUID(group.key)) if by is FeeGrouping.TENANT else group.key,
            label=country_name(group.label) if by is FeeGrouping.COUNTRY else group.label,
            currency=sums.currency,
            invoice_count=sums.invoice_count,
            gross=sums.gross,
            paid=sums.paid,
            outstanding=sums.outstanding,
            booked=Amount(amount_cents=group.booked_cents, currency=group.currency),
            difference=Amount(amount_cents=group.difference_cents, currency=group.currency),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReport:
    """The report, as it is read."""

    from_: date
    to: date
    groups: Sequence[ShownGroup]
    totals: Sequence[ShownTotals]


@strawberry.type
class PlatformFeeQueries:
    @finance_query(
        description="What the platform invoiced its tenants for, what of it is paid, and what the ledger holds for it.",
        answers=PlatformFeeReport,
    )
    async def platform_fee_report(
        self,
        info: Info,
        from_: Annotated[date, strawberry.argument(name="from")],
        to: date,
        group_by: FeeGrouping = FeeGrouping.TENANT,
    ) -> ShownReport:
        context = info.context
        window = report_window(from_, to, today=context.books.day(context.now))
        groups = await context.books.report(partial(fee_groups, issued=window, by=group_by.name))
        return ShownReport(
            from_=from_,
            to=to,
            groups=[ShownGroup.of(group, group_by) for group in groups],
            totals=[ShownTotals.of(sums) for sums in totals(groups)],
        )
