"""The real Stripe plugin over a server that speaks as Stripe does: its calls in many orders, and its ledger after them.

Every tenth of the 120 orders of five calls is tried here; all of them are tried with the sandbox.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from procedures.books import Order
from procedures.sync_movements import Window, sync
from procedures.take_in_event import receive_event, take_in_events
from providers.offer import Offer
from providers.registry import Registry, _Plugin
from providers.stripe.account import Account
from providers.stripe.gateway import StripeRefunds
from providers.stripe.settlements import StripeLedger
from providers.stripe.webhooks import StripeWebhooks
from providers.webhooks import Event
from tests.movements.counter import Counter
from tests.providers.stripe_plugin import account_at
from tests.providers.third_party.localstripe import Shim, localstripe

pytestmark = pytest.mark.third_party

ORDERS = tuple(permutations(range(5)))[::10]


@pytest.fixture(scope="module")
def upstream() -> Iterator[int]:
    with localstripe() as port:
        yield port


@pytest.fixture
def server(upstream: int) -> Iterator[Shim]:
    with Shim(upstream).opened() as shim:
        yield shim


@pytest.fixture
async def registry(server: Shim) -> AsyncIterator[Registry]:
    async with account_at(server.url) as account:
        yield Registry([_Plugin(name="stripe", version="1", offer=offer(account))])


def offer(account: Account) -> Offer:
    return Offer(
        name="stripe", display_name="Stripe", version="1", refunds=StripeRefunds(account), ledger=StripeLedger(account),
        webhooks=StripeWebhooks(account),
    )  # fmt: skip


def happened(counter: Counter, server: Shim, number: int) -> tuple[UUID, Sequence[Event]]:
    """A charge that succeeded and was refunded twice in part in the dashboard; here it is pending."""
    intent = server.paid(10_000, "SEK")
    charge = intent["latest_charge"]["id"] if isinstance(intent["latest_charge"], dict) else intent["latest_charge"]
    payment = counter.desk.paid(10_000, provider="stripe", provider_reference=charge, outcome="PENDING")
    first, second = (_refunded(server, intent, cents) for cents in (1_001, 2_000))
    told = [
        ("payment_intent.succeeded", intent["id"]), ("refund.created", first), ("refund.updated", second),
        ("charge.refunded", charge), ("charge.refund.updated", first),
    ]  # fmt: skip
    return payment, [
        Event(id=f"evt_{number}_{n}", kind=kind, subject=subject) for n, (kind, subject) in enumerate(told)
    ]


def _refunded(server: Shim, intent: dict[str, Any], cents: int) -> str:
    made = server.asked("POST", "/v1/refunds", {"payment_intent": intent["id"], "amount": cents})
    return str(made["id"])


async def test_calls_of_stripe_in_many_orders_end_in_one_state_that_its_ledger_agrees_with(
    counter: Counter, server: Shim, registry: Registry
) -> None:
    now = datetime.now(UTC)
    known = {"books": counter.desk.books, "jobs": counter.desk.jobs}
    made = [happened(counter, server, number) for number in range(len(ORDERS))]
    for (_, events), order in zip(made, ORDERS, strict=True):
        for place, which in enumerate(order):
            at = now + timedelta(seconds=place)
            for _ in range(3):
                await receive_event("stripe", events[which], at=at, **known)

    day = now + timedelta(days=1)
    while (due := counter.one("select min(due_at) from provider_event where due_at < %s", day)[0]) is not None:
        await take_in_events(at=due, registry=registry, **known)
    window = Window(start=now - timedelta(minutes=1), end=now + timedelta(minutes=5))
    who = Order(actor="system:worker", reason="Test", at=now + timedelta(minutes=5))
    synced = await sync("stripe", window, order=who, registry=registry, **known)

    assert (synced.problems, synced.booked) == ((), 0)
    states = counter.desk.little.connection.execute(
        "select distinct p.status, p.refunded_cents, (select count(*) from refund r where r.payment_id = p.id),"
        "       (select string_agg(kind, ' ' order by kind) from journal j where j.payment_id = p.id) from payment p"
    ).fetchall()
    assert states == [("PARTIALLY_REFUNDED", 3_001, 2, "CHARGE REFUND REFUND")]
    assert counter.one("select count(*) from provider_event where processed_at is null") == (0,)
    assert counter.one("select count(*) from provider_event") == (5 * len(ORDERS),)
    assert counter.desk.broken() == []
