"""What is true now of the subject of an event, fetched from Stripe."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import stripe

from billing.money import Money
from providers.stripe import refund_objects
from providers.stripe.account import Account
from providers.stripe.amounts import money
from providers.stripe.settlements import lines_of
from providers.webhooks import Event, Fact, PaymentFact

PAGE = 100
NOT_FOUND = 404


async def facts_of(account: Account, event: Event) -> Sequence[Fact]:
    """Nothing for kinds that mean nothing here, and for subjects that Stripe no longer has. Raises NotExecuted."""
    try:
        with account.reading():
            return [fact async for fact in _asked(account.client, event)]
    except stripe.InvalidRequestError as invalid:
        if invalid.http_status != NOT_FOUND:
            raise
        return ()


async def _asked(client: stripe.StripeClient, event: Event) -> AsyncIterator[Fact]:
    match event.kind.split("."):
        case ["refund", _] | ["charge", "refund", _]:
            facts = _refund(client, event.subject)
        case ["charge", "refunded"]:
            facts = _refunds(client, event.subject)
        case ["charge", "dispute", _]:
            facts = _dispute(client, event.subject)
        case ["payout", _]:
            facts = _payout(client, event.subject)
        case ["payment_intent", "succeeded"]:
            facts = _payment(client, event.subject)
        case _:
            return
    async for fact in facts:
        yield fact


async def _refund(client: stripe.StripeClient, refund_id: str) -> AsyncIterator[Fact]:
    refund = await client.v1.refunds.retrieve_async(refund_id)
    if fact := refund_objects.fact(refund):
        yield fact


async def _refunds(client: stripe.StripeClient, charge_id: str) -> AsyncIterator[Fact]:
    page = await client.v1.refunds.list_async({"charge": charge_id, "limit": PAGE})
    async for refund in page.auto_paging_iter():
        if fact := refund_objects.fact(refund):
            yield fact


async def _dispute(client: stripe.StripeClient, dispute_id: str) -> AsyncIterator[Fact]:
    dispute = await client.v1.disputes.retrieve_async(dispute_id)
    for transaction in dispute.balance_transactions:
        for line in lines_of(transaction, dispute):
            yield line


async def _payout(client: stripe.StripeClient, payout_id: str) -> AsyncIterator[Fact]:
    payout = await client.v1.payouts.retrieve_async(
        payout_id, {"expand": ["balance_transaction", "failure_balance_transaction"]}
    )
    for moved in (payout.balance_transaction, payout.failure_balance_transaction):
        for line in lines_of(moved, payout) if isinstance(moved, stripe.BalanceTransaction) else ():
            yield line


async def _payment(client: stripe.StripeClient, intent_id: str) -> AsyncIterator[Fact]:
    intent = await client.v1.payment_intents.retrieve_async(
        intent_id, {"expand": ["latest_charge.balance_transaction"]}
    )
    if intent.status == "succeeded":
        yield payment_fact(intent)


def payment_fact(intent: stripe.PaymentIntent) -> PaymentFact:
    """The fee is told once the charge has its balance transaction, if it settles in the currency of the payment."""
    charge = intent.latest_charge if isinstance(intent.latest_charge, stripe.Charge) else None
    return PaymentFact(
        provider_reference=intent.id,
        payment_aliases=(charge.id,) if charge is not None else (),
        amount=money(intent.amount_received, intent.currency),
        fee=_fee(charge, intent.currency) if charge is not None else None,
        occurred_at=datetime.fromtimestamp(charge.created if charge is not None else intent.created, UTC),
    )


def _fee(charge: stripe.Charge, currency: str) -> Money | None:
    settled = charge.balance_transaction
    if not isinstance(settled, stripe.BalanceTransaction) or settled.currency != currency:
        return None
    return money(settled.fee, settled.currency)
