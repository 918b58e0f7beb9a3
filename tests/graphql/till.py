"""A gateway and the books beside it, and what reconciliation tells of them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from billing.journals import PaymentRef, charged, refunded
from billing.money import Money
from providers.ledger_lines import LedgerLine, MovementKind
from storage.engine import Database
from tests.books import LittleBooks
from tests.graphql.api import Api, served
from tests.refunds.gateway import Gateway, registry_of

ASKED = {"provider": "sandbox", "from": "2026-11-01", "to": "2026-11-15"}
DAY = date(2026, 11, 10)
RECONCILIATION = """
query ($provider: String!, $from: Date!, $to: Date!, $state: [LineState!], $first: Int! = 100, $after: String) {
  reconciliation(provider: $provider, from: $from, to: $to) {
    provider from to computedAt syncedThrough toleranceCents hasDrift
    currencies { currency providerTotal { amountCents currency } ledgerTotal { amountCents } drift { amountCents }
      timing { amountCents } unexplained { amountCents } exceedsTolerance
      byKind { kind providerTotal { amountCents } ledgerTotal { amountCents } drift { amountCents } timing { amountCents }
               unexplained { amountCents } exceedsTolerance } }
    lines(state: $state, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
      nodes { state kind occurredOn providerReference providerAmount { amountCents currency } ledgerAmount { amountCents }
              payment { id } } } } }"""


@dataclass(kw_only=True)
class Till:
    """A gateway and the books beside it: what is charged stands in one, in the other, or in both."""

    little: LittleBooks
    gateway: Gateway
    club: UUID
    numbers: int = 0

    def charge(
        self,
        cents: int = 100_00,
        *,
        theirs: int | None = None,
        fee: int = 0,
        on: date = DAY,
        told_on: date | None = None,
    ) -> str:
        """A charge on both sides; `theirs`: the provider's amount where it differs. Gives its reference."""
        reference = self.booked(cents, fee=fee, on=on)
        self.told("CHARGE", cents if theirs is None else theirs, reference, on=told_on or on)
        if fee:
            self.told("FEE", -fee, reference, on=told_on or on)
        return reference

    def booked(self, cents: int, *, fee: int = 0, on: date = DAY, reference: str | None = None) -> str:
        self.numbers += 1
        reference = reference or f"ch_{self.numbers}"
        payment = self.little.payment(
            self.club, None, cents, provider_reference=reference, fee_cents=fee, paid_at=noon(on)
        )  # fmt: skip
        self.little._post(charged(ref(payment, self.club, reference, cents, on), fee_cents=fee))
        return reference

    def told(
        self,
        kind: str,
        cents: int,
        subject: str | None,
        *,
        on: date = DAY,
        currency: str = "SEK",
        of: str | None = None,
        presented: Money | None = None,
    ) -> str:
        """A line of the gateway's; `of`: the charge that it is about."""
        self.numbers += 1
        line = LedgerLine(
            reference=f"txn_{self.numbers}", kind=MovementKind[kind], amount=Money(cents, currency), occurred_at=noon(on),
            description=kind.title(), subject_reference=subject, payment_references=(of,) if of else (), presented=presented,
        )  # fmt: skip
        self.gateway.movements.append(line)
        return line.reference

    def refunded(self, charge: str, cents: int, *, on: date = DAY, reference: str = "re_1") -> None:
        """A refund that is booked."""
        [payment] = self.little.one("select id from payment where provider_reference = %s", charge)
        refund = uuid7()
        self.little._insert(
            "refund", id=refund, payment_id=payment, amount_cents=cents, surplus_cents=cents, tax_cents=0,
            status="SUCCEEDED", actor="a@b.se", reason="Twice", provider_reference=reference, created_at=noon(on),
        )  # fmt: skip
        facts = ref(payment, self.club, reference, cents, on)
        self.little._post(refunded(facts, refund_id=refund, surplus_cents=cents, parts=(), on=on))


def ref(payment: UUID, club: UUID, reference: str, cents: int, on: date) -> PaymentRef:
    return PaymentRef(
        id=payment, tenant_id=club, currency="SEK", allocated_cents=0, credited_cents=cents, occurred_on=on,
        provider="sandbox", provider_reference=reference,
    )  # fmt: skip


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
async def api(database: Database, tmp_path: Path, gateway: Gateway) -> AsyncIterator[Api]:
    """The whole service, with a gateway that only this test knows."""
    async with served(database, tmp_path, registry=registry_of(gateway)) as made:
        yield made


@pytest.fixture
def till(little: LittleBooks, gateway: Gateway) -> Till:
    return Till(little=little, gateway=gateway, club=little.tenant())


async def reconciled(api: Api, **variables: Any) -> Any:
    return (await api.ask(RECONCILIATION, **ASKED | variables))["reconciliation"]


def lines(told: Any) -> list[tuple[Any, ...]]:
    """State, kind, reference, the provider's and the ledger's amount."""
    return [
        (line["state"], line["kind"], line["providerReference"], *(
            line[side] and line[side]["amountCents"] for side in ("providerAmount", "ledgerAmount")))
        for line in told["lines"]["nodes"]
    ]  # fmt: skip


def figures(told: Any) -> list[tuple[Any, ...]]:
    """Kind, the provider's total, the ledger's, drift, timing, unexplained, and whether it is too much."""
    names = ("providerTotal", "ledgerTotal", "drift", "timing", "unexplained")
    return [
        (kind["kind"], *(kind[name]["amountCents"] for name in names), kind["exceedsTolerance"])
        for currency in told["currencies"]
        for kind in currency["byKind"]
    ]
