"""What the kit is told of a provider under test, and how it runs one behaviour after the other."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar
from uuid import uuid4

import pytest

from billing.money import Money
from providers.ledger_lines import LedgerLines
from providers.offer import Offer
from providers.refunding import PayerAccount, RefundOrder, Refunds
from providers.registry import Registry
from providers.settlement_files import SettlementFiles
from providers.webhooks import Webhooks

DEFAULT_AMOUNT = Money(10_000, "EUR")

Suite = TypeVar("Suite", bound="Conformance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A provider's test environment.

    `payment` makes a payment that succeeded and gives its reference; `amount` is what payments are of, at least 1,000
    minor units. `settings` are whole variables (BILLING_ACME_KEY). `knows_payments` is false for a bank
    that only carries orders out and cannot tell what was paid. `decline` makes a payment and gives its reference and an
    amount of it whose refund is declined. `sign` gives the headers of a call with this body made at this instant;
    `refund_call` the body of the call that tells of a refund, by the provider's reference. `page_lines`: how many lines
    a page of the provider's ledger holds. `settlement_file`: a whole bank file with a deposit. `close` is given the offer in the end.
    """

    provider: str
    payment: Callable[[Money], Awaitable[str]] | None = None
    amount: Money = DEFAULT_AMOUNT
    settings: Mapping[str, str] = field(default_factory=dict)
    payer_account: PayerAccount | None = None
    knows_payments: bool = True
    decline: Callable[[], Awaitable[tuple[str, Money]]] | None = None
    sign: Callable[[bytes, datetime], Mapping[str, str]] | None = None
    refund_call: Callable[[str], bytes] | None = None
    page_lines: int = 3
    settlement_file: bytes | None = None
    close: Callable[[Offer], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A trial, and the offer as the host's registry loaded it."""

    trial: Trial
    offer: Offer

    @property
    def refunds(self) -> Refunds:
        return self.offer.refunds or pytest.skip(f"{self.offer.name} sends no money back.")

    @property
    def ledger(self) -> LedgerLines:
        return self.offer.ledger or pytest.skip(f"{self.offer.name} lists no ledger.")

    @property
    def settlement_files(self) -> SettlementFiles:
        return self.offer.settlement_files or pytest.skip(f"{self.offer.name} reads no bank files.")

    @property
    def webhooks(self) -> Webhooks:
        return self.offer.webhooks or pytest.skip(f"{self.offer.name} makes no calls.")

    def order(self, payment: str, amount: Money, *, key: str | None = None) -> RefundOrder:
        """An order as the host makes them; with a new key if none is named."""
        return RefundOrder(
            key=key or f"kit-{uuid4().hex[:28]}",
            payment_reference=payment,
            amount=amount,
            reason="Conformance",
            ordered_at=datetime.now(UTC),
            payer_account=self.trial.payer_account,
        )

    async def paid_order(self, amount: Money | None = None) -> RefundOrder:
        """An order for a part of a new payment, or for the whole of it."""
        assert self.refunds
        return self.order(await self.payment(), amount or self.trial.amount)

    async def overdrawn_order(self) -> RefundOrder:
        """An order for one minor unit more than was paid."""
        assert self.refunds
        if not self.trial.knows_payments:
            pytest.skip(f"{self.offer.name} does not know what was paid.")
        amount = self.trial.amount
        return await self.paid_order(Money(amount.cents + 1, amount.currency))

    async def payment(self) -> str:
        """A new payment of the trial's amount."""
        if self.trial.payment is None:
            pytest.fail("The trial must say how a payment is made (payment).")
        return await self.trial.payment(self.trial.amount)

    def part(self, of: int) -> Money:
        """One of so many equal parts of the trial's amount."""
        return Money(self.trial.amount.cents // of, self.trial.amount.currency)


class Conformance:
    """Runs each behaviour in an event loop of its own, against a plugin that was loaded for it."""

    def trial(self) -> AbstractAsyncContextManager[Trial]:
        """The provider's test environment while one behaviour is looked at."""
        raise NotImplementedError("Say in trial() how the provider is reached.")


def behaviour(check: Callable[[Suite, Bench], Awaitable[None]]) -> Callable[[Suite], None]:
    """A test method of the check."""

    async def carried_out(suite: Suite) -> None:
        async with suite.trial() as trial:
            offer = Registry.load(settings=trial.settings).offer(trial.provider)
            try:
                await check(suite, Bench(trial=trial, offer=offer))
            finally:
                if trial.close is not None:
                    await trial.close(offer)

    def test(self: Suite) -> None:
        asyncio.run(carried_out(self))

    test.__name__, test.__qualname__, test.__doc__ = check.__name__, check.__qualname__, check.__doc__
    return test
