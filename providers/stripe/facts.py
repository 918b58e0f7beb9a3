"""What is true now of the subject of an event, fetched from Stripe."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import stripe

from billing.money import Money
from providers.stripe import refund_objects
from providers.stripe.account import Account
from providers.stripe.amounts import money
from providers.stripe.refund_objects import reference
from providers.webhooks import DisputeFact, Event, Fact, PaymentFact

PAGE = 100
NOT_FOUND = 404
WON = frozenset({"won", "warning_closed", "prevented"})


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
            refund = await client.v1.refunds.retrieve_async(event.subject)
            if fact := refund_objects.fact(refund):
                yield fact
        case ["charge", "refunded"]:
            page = await client.v1.refunds.list_async({"charge": event.subject, "limit": PAGE})
            async for refund in page.auto_paging_iter():
                if fact := refund_objects.fact(refund):
                    yield fact
        case ["charge", "dispute", _]:
            yield dispute_fact(await client.v1.disputes.retrieve_async(event.subject))
        case ["payment_intent", "succeeded"]:
            intent = await client.v1.payment_intents.retrieve_async(
                event.subject, {"expand": ["latest_charge.balance_transaction"]}
            )
            if intent.status == "succeeded":
                yield payment_fact(intent)


def dispute_fact(dispute: stripe.Dispute) -> DisputeFact:
    """Its balance transactions say what was taken and given back, in the currency in which they settle."""
    moved = dispute.balance_transactions
    currency = (moved[0].currency if moved else dispute.currency).upper()
    taken = sum((money(-line.amount, line.currency) for line in moved), Money(0, currency))
    names = [name for name in map(reference, (dispute.payment_intent, dispute.charge)) if name]
    return DisputeFact(
        provider_reference=dispute.id,
        payment_reference=names[0],
        payment_aliases=tuple(names[1:]),
        withdrawn=taken,
        fee=sum((money(line.fee, line.currency) for line in moved), Money(0, currency)),
        is_won=dispute.status in WON,
        occurred_at=datetime.fromtimestamp(dispute.created, UTC),
    )


def payment_fact(intent: stripe.PaymentIntent) -> PaymentFact:
    """The fee is told once the charge has its balance transaction."""
    charge = intent.latest_charge if isinstance(intent.latest_charge, stripe.Charge) else None
    transaction = charge.balance_transaction if charge is not None else None
    return PaymentFact(
        provider_reference=intent.id,
        payment_aliases=(charge.id,) if charge is not None else (),
        amount=money(intent.amount_received, intent.currency),
        fee=money(transaction.fee, transaction.currency)
        if isinstance(transaction, stripe.BalanceTransaction)
        else None,
        occurred_at=datetime.fromtimestamp(charge.created if charge is not None else intent.created, UTC),
    )
