"""The price list of the platform."""

from dataclasses import dataclass
from datetime import date

from graphql_api.demo.months import months_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`eur_cents` for `months`, without tax."""

    code: str
    name: str
    tier: int
    eur_cents: int
    months: int = 1

    def period_start(self, anchor: date, number: int) -> date:
        """The first day of a billing period; the one that begins on `anchor` is number 0."""
        return months_after(anchor, number * self.months)

    @property
    def interval(self) -> tuple[str, int]:
        return ("year", self.months // 12) if self.months % 12 == 0 else ("month", self.months)


TRIAL = Plan(code="trial", name="Free trial", tier=0, eur_cents=0)
CLUB = Plan(code="club", name="Club", tier=1, eur_cents=4_900)
SEASON = Plan(code="season", name="Season", tier=1, eur_cents=13_900, months=3)
CLUB_YEAR = Plan(code="club_year", name="Club, yearly", tier=1, eur_cents=49_000, months=12)
CLUB_PLUS = Plan(code="club_plus", name="Club Plus", tier=2, eur_cents=9_900)
FEDERATION = Plan(code="federation", name="Federation", tier=3, eur_cents=49_000)
FEDERATION_YEAR = Plan(code="federation_year", name="Federation, yearly", tier=3, eur_cents=490_000, months=12)

PLANS = (TRIAL, CLUB, SEASON, CLUB_YEAR, CLUB_PLUS, FEDERATION, FEDERATION_YEAR)
