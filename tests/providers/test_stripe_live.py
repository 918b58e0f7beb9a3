"""Against Stripe itself, in test mode: only where somebody gives a key (STRIPE_TEST_KEY=sk_test_...)."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from providers.ledger_lines import MovementKind
from providers.refunding import RefundState
from providers.stripe.account import Account
from providers.stripe.gateway import StripeRefunds
from providers.stripe.settlements import StripeLedger
from tests.providers.stripe_plugin import order

TEST_KEY = os.environ.get("STRIPE_TEST_KEY", "")

pytestmark = pytest.mark.skipif(not TEST_KEY.startswith("sk_test_"), reason="STRIPE_TEST_KEY is not set.")


async def test_a_payment_intent_is_refunded_once_found_and_listed() -> None:
    account = Account()
    account.configure({"api_key": TEST_KEY})
    start = datetime.now(UTC) - timedelta(minutes=5)
    try:
        intent = await account.client.v1.payment_intents.create_async(
            {
                "amount": 10_000,
                "currency": "eur",
                "payment_method": "pm_card_bypassPending",
                "confirm": True,
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            }
        )
        refunds, asked_for = StripeRefunds(account), order(intent.id, 2_500)
        outcome = await refunds.refund(asked_for)
        assert outcome.state is RefundState.SUCCEEDED
        assert await refunds.refund(asked_for) == outcome
        assert await refunds.find(asked_for) == outcome
        assert (await refunds.refund(order(intent.id, 7_501))).state is RefundState.FAILED
        lines = [line async for line in StripeLedger(account).lines(start, datetime.now(UTC) + timedelta(minutes=1))]
        assert intent.id in {line.subject_reference for line in lines if line.kind is MovementKind.CHARGE}
    finally:
        await account.close()
