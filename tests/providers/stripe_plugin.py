"""The plugin as the host loads it, with orders as the host makes them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import httpx

from billing.money import Money
from providers.refunding import RefundOrder
from providers.stripe.account import Account
from providers.stripe.gateway import StripeRefunds
from tests.providers.third_party.stateful_mock import KEY

SECRET = "whsec_of_nobody"


@asynccontextmanager
async def account_at(url: str, *, seconds: float = 10, key: str = KEY) -> AsyncIterator[Account]:
    """Our account at a server, closed in the end."""
    account = Account(timeout=httpx.Timeout(seconds), deadline_seconds=2 * seconds)
    account.configure({"api_key": key, "api_base": url, "webhook_secret": SECRET})
    try:
        yield account
    finally:
        await account.close()


@asynccontextmanager
async def refunds_at(url: str, *, seconds: float = 10) -> AsyncIterator[StripeRefunds]:
    async with account_at(url, seconds=seconds) as account:
        yield StripeRefunds(account)


def order(payment: str | None, cents: int, currency: str = "EUR", *, key: str | None = None) -> RefundOrder:
    return RefundOrder(
        key=key or f"rf-{uuid4().hex[:30]}",
        payment_reference=payment,
        amount=Money(cents, currency),
        reason="Charged twice",
        ordered_at=datetime.now(UTC),
    )
