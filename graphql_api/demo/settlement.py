"""How invoices are paid: most of them in time, some late, twice, in part, not at all, and some back again.

Who is next in line decides what happens, not chance: so that everything happens in the smallest demo too.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from random import Random

from graphql_api.demo.claims import Claim
from graphql_api.demo.dice import die
from graphql_api.demo.sheets import Sheets
from graphql_api.demo.tally import Tally

RIPE_DAYS = 10
ACTOR = "finance@petanque.example"
REASONS = ("Paid for too many members", "The club closed early", "Invoiced by mistake", "Agreed on the phone")
BANK_METHODS = frozenset({"bankgiro", "bank_transfer"})


@dataclass(slots=True, kw_only=True)
class Settlement:
    """Writes invoices with what became of them. `waiting` collects invoices that bank files may still pay."""

    sheets: Sheets
    tally: Tally
    today: date
    waiting_max: int
    waiting: list[Claim] = field(default_factory=list)
    _ripe: Iterator[int] = field(default_factory=count, init=False)
    _recent: defaultdict[tuple[str, bool], Iterator[int]] = field(
        default_factory=lambda: defaultdict(count), init=False
    )
    _payments: Iterator[int] = field(default_factory=lambda: count(1), init=False)
    _draw: Random = field(default_factory=lambda: die("settlement"), init=False)

    def settle(self, claim: Claim, *, is_open: bool = False, paid_on: date | None = None, twice: bool = False) -> None:
        """Write the invoice and its payments. What the story of its subscription tells comes first."""
        if is_open:
            self._issue(claim)
        elif paid_on or twice:
            self._issue(claim)
            self._pay(claim, on=paid_on, twice=twice)
        elif claim.due_on <= self.today - timedelta(days=RIPE_DAYS):
            self._settle_ripe(claim, next(self._ripe))
        else:
            self._settle_recent(claim, next(self._recent[claim.tenant.country.code, claim.is_platforms]))

    def prepay(self, claim: Claim) -> None:
        """The customer pays before there is an invoice."""
        self._payment(claim, cents=claim.total_cents, method="card", on=self._day_of(claim), invoice=None)

    def _settle_ripe(self, claim: Claim, place: int) -> None:
        match place % 60:
            case 11:
                self._issue(claim, status="void")
            case 23:
                self._write_off(claim, paid_cents=0)
            case 47:
                self._write_off(claim, paid_cents=claim.total_cents // 2)
            case 35:
                self._issue(claim)
                self._pay(claim, cents=claim.total_cents // 3)
            case 5:
                self._issue(claim)
                self._refund(claim, *self._pay(claim), share=3)
            case 25:
                self._issue(claim)
                self._refund(claim, *self._pay(claim), share=1)
            case 13:
                self._issue(claim)
                self._payment(claim, cents=claim.total_cents, method="card", on=claim.issued_on, status="failed")
                self._pay(claim)
            case 55:
                self._issue(claim)
                self._pay(claim, twice=place % 180 == 55)  # noqa: PLR2004 - a third of them
            case _:
                self._issue(claim)
                self._pay(claim)

    def _settle_recent(self, claim: Claim, place: int) -> None:
        part = place % 24
        if part == 3:  # noqa: PLR2004 - as in `_settle_ripe`
            self._issue(claim, status="draft")
            return
        self._issue(claim)
        if claim.issued_on >= self.today - timedelta(days=1):
            return
        match part:
            case 6 | 14:
                self._payment(
                    claim, cents=claim.total_cents, method="sepa_debit", on=self._day_of(claim), status="pending"
                )
            case 10 | 18 if claim.is_platforms:
                self._wait(claim)
            case 2 | 10 | 18:
                self._pay(claim)
            case 15:
                self._pay(claim, cents=claim.total_cents // 2)
            case _:
                self._wait(claim)

    def _wait(self, claim: Claim) -> None:
        if len(self.waiting) < self.waiting_max:
            self.waiting.append(claim)

    def _issue(self, claim: Claim, *, status: str = "") -> None:
        self.sheets.add("invoice", **claim.row(status))
        if claim.is_platforms:
            self.sheets.add("invoice_line", **claim.line())
            if status not in {"draft", "void"}:
                self.tally.sell(claim.net_cents, claim.tenant.country.currency, claim.issued_on)

    def _write_off(self, claim: Claim, *, paid_cents: int) -> None:
        self._issue(claim, status="uncollectible")
        if paid_cents:
            self._pay(claim, cents=paid_cents)
        if claim.is_platforms:
            self.tally.lose(claim.total_cents - paid_cents, claim.tenant.country.currency, claim.due_on)

    def _pay(
        self, claim: Claim, *, cents: int | None = None, on: date | None = None, twice: bool = False
    ) -> tuple[str, datetime, int]:
        method = "card" if twice else self._draw.choice(claim.tenant.country.methods)
        paid = self._payment(claim, cents=cents or claim.total_cents, method=method, on=on or self._day_of(claim))
        if twice:
            self._payment(claim, cents=cents or claim.total_cents, method=method, on=paid[1].date(), after=paid[1])
        return paid

    def _payment(
        self,
        claim: Claim,
        *,
        cents: int,
        method: str,
        on: date,
        status: str = "succeeded",
        after: datetime | None = None,
        invoice: str | None = "",
    ) -> tuple[str, datetime, int]:
        number = next(self._payments)
        paid_at = after + timedelta(minutes=2) if after else self._instant(on)
        external_id, by_bank = f"demo-P-{number:07}", method in BANK_METHODS
        fee = None if by_bank else self._fee(cents, claim.tenant.country.factor)
        currency = claim.tenant.country.currency
        self.sheets.add(
            "payment",
            external_id=external_id,
            tenant=claim.tenant.external_id,
            invoice=claim.external_id if invoice is not None else None,
            method=method,
            provider="bankgirot" if by_bank else "sandbox",
            provider_reference=f"bgi-{number:09}" if by_bank else f"sb_pay_{number:08x}",
            amount_cents=cents,
            fee_cents=fee,
            currency=currency,
            paid_at=paid_at.isoformat(),
            status=status,
        )
        if status == "succeeded":
            stays = claim.is_platforms or after is not None or invoice is None  # not owed to a tenant
            self.tally.move((cents if stays else 0) - (fee or 0), currency, on)
            self.tally.lose(fee or 0, currency, on)
        return external_id, paid_at, cents

    def _refund(self, claim: Claim, payment: str, paid_at: datetime, cents: int, *, share: int) -> None:
        """Send one `share`th of a payment back, some days after it came."""
        at = max(paid_at, min(paid_at + timedelta(days=self._draw.randint(2, 15)), self._instant(self._yesterday)))
        self.sheets.add(
            "refund",
            external_id=f"demo-R-{payment[-7:]}",
            payment=payment,
            amount_cents=cents // share,
            provider_reference=f"sb_re_{payment[-7:]}",
            refunded_at=at.isoformat(),
            actor=ACTOR,
            reason=self._draw.choice(REASONS),
        )
        if claim.is_platforms:
            currency = claim.tenant.country.currency
            self.tally.move(-(cents // share), currency, at.date())
            self.tally.sell(-(cents // share) * claim.net_cents // claim.total_cents, currency, at.date())

    @property
    def _yesterday(self) -> date:
        return self.today - timedelta(days=1)

    def _day_of(self, claim: Claim) -> date:
        """When it is paid: as a rule some days before it is due; never before it was issued, never after yesterday."""
        day = claim.due_on - timedelta(
            days=min(25, int(self._draw.expovariate(0.15))) - self._draw.choice((0, 0, 0, 4))
        )
        return min(max(day, claim.issued_on), self._yesterday)

    def _instant(self, day: date) -> datetime:
        """Some time of a day that is over wherever the books are kept once it is over in Europe."""
        return datetime.combine(day, time(5), UTC) + timedelta(seconds=self._draw.randrange(5 * 3600))

    def _fee(self, cents: int, factor: int) -> int:
        return min(cents, cents * 14 // 1000 + 15 * factor)
