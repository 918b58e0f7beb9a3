"""The kit, on the Stripe plugin: refunds at the server that keeps keys, the rest at the one that keeps books."""

import hmac
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from datetime import datetime
from typing import Any, ClassVar
from uuid import uuid4

import pytest

from billing.money import Money
from providers.conformance import (
    LedgerConformance,
    OfferConformance,
    RefundConformance,
    Trial,
    WebhookConformance,
)
from providers.offer import Offer
from providers.stripe.gateway import StripeRefunds
from tests.providers.stripe_plugin import SECRET
from tests.providers.third_party.localstripe import PAGE, Shim, localstripe
from tests.providers.third_party.proxy import Proxy
from tests.providers.third_party.stateful_mock import KEY, charged, stateful_mock

pytestmark = pytest.mark.third_party


def settings(url: str) -> Mapping[str, str]:
    return {
        "BILLING_STRIPE_API_KEY": KEY,
        "BILLING_STRIPE_API_BASE": url,
        "BILLING_STRIPE_WEBHOOK_SECRET": SECRET,
    }


def sign(body: bytes, at: datetime) -> Mapping[str, str]:
    stamp = str(int(at.timestamp()))
    return {
        "Stripe-Signature": f"t={stamp},v1={hmac.digest(SECRET.encode(), stamp.encode() + b'.' + body, 'sha256').hex()}"
    }


def refund_call(refund: str) -> bytes:
    event = {"object": "event", "type": "refund.updated", "livemode": False, "data": {"object": {"id": refund}}}
    return json.dumps({"id": f"evt_{uuid4().hex}", **event}).encode()


async def close(offer: Offer) -> None:
    assert isinstance(offer.refunds, StripeRefunds)
    await offer.refunds._account.close()


class AtServer:
    """One server for all behaviours of a class."""

    server: ClassVar[Any]
    stack: ClassVar[ExitStack]

    @classmethod
    def teardown_class(cls) -> None:
        cls.stack.close()


class TestStripeWhereKeysAreKept(AtServer, OfferConformance, RefundConformance):
    @classmethod
    def setup_class(cls) -> None:
        cls.stack = ExitStack()
        cls.server = cls.stack.enter_context(Proxy(cls.stack.enter_context(stateful_mock())).opened())

    @asynccontextmanager
    async def trial(self) -> AsyncIterator[Trial]:
        async def payment(amount: Money) -> str:
            return charged(self.server, amount.cents, amount.currency)

        async def decline() -> tuple[str, Money]:
            return charged(self.server, 10_000, source="tok_createDispute"), Money(10_000, "EUR")

        yield Trial(
            provider="stripe", settings=settings(self.server.url), payment=payment, decline=decline, close=close
        )


class TestStripeWhereBooksAreKept(AtServer, LedgerConformance, WebhookConformance):
    @classmethod
    def setup_class(cls) -> None:
        cls.stack = ExitStack()
        cls.server = cls.stack.enter_context(Shim(cls.stack.enter_context(localstripe())).opened())

    @asynccontextmanager
    async def trial(self) -> AsyncIterator[Trial]:
        async def payment(amount: Money) -> str:
            return str(self.server.paid(amount.cents, amount.currency)["id"])

        yield Trial(
            provider="stripe",
            settings=settings(self.server.url),
            payment=payment,
            sign=sign,
            refund_call=refund_call,
            page_lines=PAGE,
            close=close,
        )
