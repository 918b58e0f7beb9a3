"""What a plan costs a tenant: a price in its own currency, with its weight in EUR locked on the day it was agreed."""

from dataclasses import dataclass
from datetime import date

from billing.fx import Rates
from graphql_api.demo.countries import Country
from graphql_api.demo.plans import Plan

UNIT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    plan: Plan
    cents: int
    eur_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """The plans in the currency of a country, whole crowns and euros."""

    country: Country
    rates: Rates

    def of(self, plan: Plan, *, on: date, percent: int = 100) -> Price:
        """`percent` of the list price, as agreed on a day."""
        cents = plan.eur_cents * self.country.factor * percent // (100 * UNIT) * UNIT
        return Price(plan=plan, cents=cents, eur_cents=self.rates.eur_cents(cents, self.country.currency, on))
