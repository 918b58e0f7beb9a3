"""What the platform spends each month, in proportion to what it earns, and what it had when the books began."""

from collections.abc import Iterator
from datetime import date, timedelta

from billing.fx import Rates
from graphql_api.demo.months import first_of_month, months_after
from graphql_api.demo.tally import Month, Tally

SPENT_PERCENT = 130  # of the revenue of late
SMOOTHED_MONTHS = 3
RUNWAY_MONTHS = 21
# account, what, currency, per cent of all costs
BUDGET = (
    ("4010", "Hosting", "EUR", 16), ("4020", "Text messages and mail", "EUR", 4), ("5010", "Office in Lund", "SEK", 7),
    ("5410", "Computers", "SEK", 3), ("5910", "Advertising", "EUR", 8), ("5930", "Fairs and tournaments", "SEK", 5),
    ("6212", "Telephone", "SEK", 1), ("6530", "Accounting", "SEK", 4), ("7010", "Salaries", "SEK", 39),
    ("7510", "Social security", "SEK", 13),
)  # fmt: skip

Cost = dict[str, object]


def costs(tally: Tally, *, first: date, today: date) -> Iterator[tuple[int, Cost]]:
    """Each cost with its weight in EUR cents, on the days they fall due until yesterday."""
    for month in _months(first, today):
        spent = _spent(tally, month)
        for place, (account, what, currency, percent) in enumerate(BUDGET):
            booked_on = month + timedelta(days=24 if account.startswith("7") else 2 + 2 * place)
            if booked_on < today and (eur_cents := spent * percent // 100):
                cents = _cents(eur_cents, currency, booked_on, tally.rates)
                row: Cost = {
                    "booked_on": booked_on, "account": account, "amount_cents": cents, "currency": currency,
                    "description": f"{what} {month:%Y-%m}",
                }  # fmt: skip
                yield eur_cents, row


def opening_balances(tally: Tally, *, spent_eur_cents: int, first: date, today: date) -> Iterator[Cost]:
    """What is in the bank at first, so that what is left today lasts for the runway."""
    last = [months_after(first_of_month(today), -back) for back in (1, 2, 3)]
    burn = sum(_spent(tally, month) + tally.lost[_key(month)] - tally.revenue[_key(month)] for month in last) // len(
        last
    )
    needed = RUNWAY_MONTHS * burn + spent_eur_cents - tally.cash
    share = {"SEK": needed * 8 // 10, "EUR": needed - needed * 8 // 10}
    for currency, eur_cents in share.items():
        cents = _cents(eur_cents, currency, first, tally.rates)
        yield {"on": first, "account": "1930", "amount_cents": cents, "currency": currency}


def _spent(tally: Tally, month: date) -> int:
    """In EUR cents: in proportion to the revenue of the last months, so that a yearly invoice moves it little."""
    back = [_key(months_after(month, -n)) for n in range(SMOOTHED_MONTHS)]
    known = [tally.revenue[month] for month in back if month in tally.revenue]
    return sum(known) * SPENT_PERCENT // (100 * len(known)) if known else 0


def _months(first: date, last: date) -> Iterator[date]:
    month = first_of_month(first)
    while month <= last:
        yield month
        month = months_after(month, 1)


def _key(month: date) -> Month:
    return month.year, month.month


def _cents(eur_cents: int, currency: str, on: date, rates: Rates) -> int:
    """EUR cents in another currency."""
    return eur_cents * 1_000_000 // rates.eur_cents(1_000_000, currency, on)
