"""The sandbox keeps to what the host relies on: settling at once, and later."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from sandbox_provider.calls import signed
from sandbox_provider.gateway import Gateway

from providers import Money
from providers.conformance import ProviderConformance, Trial

SECRET = "kit-secret"


class TestSandbox(ProviderConformance):
    settles_after_seconds = 0

    @asynccontextmanager
    async def trial(self) -> AsyncIterator[Trial]:
        with TemporaryDirectory() as folder:
            gateway, file = Gateway(), str(Path(folder) / "gateway.jsonl")
            gateway.configure(file=file)

            async def payment(amount: Money) -> str:
                return gateway.charge(amount.cents, amount.currency, fee_cents=175)

            async def decline() -> tuple[str, Money]:
                return gateway.charge(10_000, "EUR"), Money(402, "EUR")

            yield Trial(
                provider="sandbox",
                settings={
                    "BILLING_SANDBOX_FILE": file,
                    "BILLING_SANDBOX_WEBHOOK_SECRET": SECRET,
                    "BILLING_SANDBOX_SETTLES_AFTER_SECONDS": str(self.settles_after_seconds),
                },
                payment=payment,
                decline=decline,
                sign=sign,
                refund_call=refund_call,
            )


class TestSandboxThatSettlesLater(TestSandbox):
    settles_after_seconds = 3600


def sign(body: bytes, at: datetime) -> Mapping[str, str]:
    return signed(SECRET, body, str(int(at.timestamp())))


def refund_call(refund: str) -> bytes:
    return json.dumps({"id": uuid4().hex, "kind": "refund", "subject": refund}).encode()
