"""The whole demo as files: `books` is what `billing import` takes, `bank` what `billing ingest` takes, and `today` a bank
file that is left to be taken in."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

from billing.fx import Rates
from graphql_api.demo.bank_files import Transfer, bgmax, camt054
from graphql_api.demo.claims import PlatformNumbers, member_claims, platform_claim
from graphql_api.demo.costs import costs, opening_balances
from graphql_api.demo.months import first_of_month, months_after
from graphql_api.demo.plans import PLANS
from graphql_api.demo.plots import tell
from graphql_api.demo.price import Price, PriceList
from graphql_api.demo.rates import Rate, rates
from graphql_api.demo.scale import Scale
from graphql_api.demo.settlement import Settlement
from graphql_api.demo.sheets import Sheets
from graphql_api.demo.story import Story
from graphql_api.demo.tally import Tally
from graphql_api.demo.tenants import MONTHS, Tenant, tenant
from graphql_api.demo.transfers import transfers

GROWTH_PERCENT = 4  # of MRR, this month
PREPAID_EVERY = 25
TELLER = "platform@petanque.example"


def write_demo(folder: Path, *, scale: Scale, today: date) -> None:
    """Write the demo as it looks on a day; the same day gives the same bytes. Memory does not grow with the scale."""
    books, bank, left = folder / "books", folder / "bank", folder / "today"
    for made in (books, bank, left):
        made.mkdir(parents=True)
    with Sheets(books) as sheets:
        writer = _Writer(sheets, scale, today)
        writer.write_books()
        sent = transfers(writer.settlement.waiting, federation=writer.federation, how_many=scale.transfers, today=today)
        writer.write_costs(sent)
    _write_bank_files(bank, [transfer for transfer in sent if transfer.booked_on < today])
    _write_bank_files(left, [transfer for transfer in sent if transfer.booked_on >= today])


class _Writer:
    def __init__(self, sheets: Sheets, scale: Scale, today: date) -> None:
        self.sheets, self.scale, self.today = sheets, scale, today
        self.first = months_after(first_of_month(today), -MONTHS)
        self.known_rates: list[Rate] = list(rates(self.first - timedelta(days=15), today))
        self.tally = Tally(rates=Rates((c, day, rate) for c, day, rate in self.known_rates))
        self.numbers = PlatformNumbers()
        self.settlement = Settlement(sheets=sheets, tally=self.tally, today=today, waiting_max=3 * scale.transfers)
        self.federation = tenant(0, scale=scale, today=today)
        self.mrr_before = self.mrr_now = 0

    def write_books(self) -> None:
        for currency, day, rate in self.known_rates:
            self.sheets.add("fx_rate", on=day, currency=currency, rate=rate)
        for plan in PLANS:
            interval, count = plan.interval
            self.sheets.add(
                "plan", code=plan.code, name=plan.name, tier=plan.tier, amount_cents=plan.eur_cents, currency="EUR",
                interval=interval, interval_count=count, vat_rate=25,
            )  # fmt: skip
        for number in range(1, self.scale.tenants):
            self._write(tenant(number, scale=self.scale, today=self.today))
        self._write(self.federation)

    def write_costs(self, sent: Sequence[Transfer]) -> None:
        """Costs and opening balances, made to fit what came in and what the bank files bring."""
        for transfer in sent:
            if not transfer.owed:
                self.tally.move(transfer.cents, transfer.currency, transfer.booked_on)
        spent = 0
        for eur_cents, row in costs(self.tally, first=self.first, today=self.today):
            self.sheets.add("cost", **row)
            spent += eur_cents
        for row in opening_balances(self.tally, spent_eur_cents=spent, first=self.first, today=self.today):
            self.sheets.add("balance", **row)

    def _write(self, tenant: Tenant) -> None:
        self.sheets.add("tenant", **tenant.row())
        prices = PriceList(country=tenant.country, rates=self.tally.rates)
        story = tell(tenant, prices, today=self.today)
        if tenant == self.federation:
            self._fit_growth(story, prices)
        self._count(story)
        self._write_subscription(tenant, story)
        bills = list(story.bills())
        for bill in bills:
            claim = platform_claim(tenant, bill, subscription=tenant.external_id, numbers=self.numbers)
            twice = tenant == self.federation and bill == bills[-2]
            self.settlement.settle(claim, is_open=bill.is_open, paid_on=bill.paid_on, twice=twice)
        to_members = list(member_claims(tenant, scale=self.scale, today=self.today))
        for claim in to_members:
            self.settlement.settle(claim)
        if to_members and tenant.number % PREPAID_EVERY == 1:
            self.settlement.prepay(to_members[-1])

    def _count(self, story: Story) -> None:
        self.mrr_before += story.mrr_eur_cents(first_of_month(self.today) - timedelta(days=1))
        self.mrr_now += story.mrr_eur_cents(self.today)

    def _fit_growth(self, story: Story, prices: PriceList) -> None:
        """The first federation agrees on a price that makes MRR grow by about what it should, if a fair price can."""
        on = first_of_month(self.today)
        before = self.mrr_before + story.mrr_eur_cents(on - timedelta(days=1))
        wanted = before * (100 + GROWTH_PERCENT) // 100 - self.mrr_now
        percent = 100 * wanted // prices.of(story.plan, on=on).eur_cents
        if 50 <= percent <= 150:  # noqa: PLR2004 - a fair price
            price = prices.of(story.plan, on=on, percent=percent)
            story.then(on, "plan_changed", price=price, reason="New agreement")

    def _write_subscription(self, tenant: Tenant, story: Story) -> None:
        status, price = story.standing(self.today)
        begin, end = story.current_period
        key = tenant.external_id
        self.sheets.add(
            "subscription", external_id=key, tenant=key, status=status, currency=tenant.country.currency,
            started_on=story.started_on, trial_ends_on=story.trial_ends_on, current_period_start=begin,
            current_period_end=end, cancelled_on=story.cancelled_on, **_cells(price),
        )  # fmt: skip
        for entry in story.entries:
            self.sheets.add(
                "plan_history", subscription=key, effective_on=entry.on, kind=entry.kind, actor=TELLER, reason=entry.reason,
                **_cells(entry.price),
            )  # fmt: skip
        for ended in story.cancellations:
            self.sheets.add(
                "cancellation", subscription=key, cancelled_on=ended.on, mode=ended.mode, reason=ended.reason,
                requested_on=ended.requested_on,
            )  # fmt: skip


def _cells(price: Price) -> dict[str, object]:
    return {"plan": price.plan.code, "amount_cents": price.cents, "amount_eur_cents": price.eur_cents}


def _write_bank_files(folder: Path, sent: Sequence[Transfer]) -> None:
    """A file a day and format, as banks send them in the evening."""
    for day, of_day in groupby(sent, key=lambda transfer: transfer.booked_on):
        together = list(of_day)
        if by_bankgiro := [transfer for transfer in together if transfer.currency == "SEK"]:
            (folder / f"{day}-bgmax.txt").write_bytes(bgmax(by_bankgiro))
        if by_account := [transfer for transfer in together if transfer.currency != "SEK"]:
            (folder / f"{day}-camt054.xml").write_bytes(camt054(by_account))
