"""PaymentIntents, balance transactions and signed calls of a server that has them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from typing import Any

import pytest

from billing.money import Money
from providers.ledger_lines import LedgerLine, MovementKind
from providers.refunding import NotExecuted, RefundState
from providers.stripe.gateway import StripeRefunds
from providers.stripe.settlements import StripeLedger
from providers.stripe.webhooks import StripeWebhooks
from providers.webhooks import Event, PaymentFact, RefundFact
from tests.providers.stripe_plugin import SECRET, account_at, order
from tests.providers.third_party import openapi
from tests.providers.third_party.localstripe import FEE_CENTS, PAGE, Shim, localstripe

pytestmark = pytest.mark.third_party


@pytest.fixture(scope="module")
def upstream() -> Iterator[int]:
    with localstripe() as port:
        yield port


@pytest.fixture(scope="module")
def specification() -> dict[str, Any]:
    return openapi.paths()


@pytest.fixture
def server(upstream: int, specification: dict[str, Any]) -> Iterator[Shim]:
    """The server behind the shim; every request of ours is held against Stripe's OpenAPI."""
    with Shim(upstream).opened() as shim:
        yield shim
    for request in shim.requests:
        assert openapi.objections(specification, request) == [], request


async def listed(server: Shim, start: datetime, end: datetime) -> list[LedgerLine]:
    async with account_at(server.url) as account:
        return [line async for line in StripeLedger(account).lines(start, end)]


async def test_a_payment_intent_is_refunded_and_the_refund_found(server: Shim) -> None:
    intent = server.paid(10_000)
    asked_for = order(intent["id"], 2_500)
    async with account_at(server.url) as account:
        refunds = StripeRefunds(account)
        outcome = await refunds.refund(asked_for)
        assert outcome.state is RefundState.SUCCEEDED
        assert await refunds.refund(asked_for) == outcome
        assert await refunds.find(asked_for) == outcome
        assert await refunds.find(order(intent["id"], 2_500)) is None


async def test_the_ledger_lists_gross_amounts_fees_and_refunds_by_every_name_of_the_payment(server: Shim) -> None:
    start = datetime.now(UTC) - timedelta(seconds=1)
    intent = server.paid(10_000, "SEK")
    charge = intent["latest_charge"]["id"] if isinstance(intent["latest_charge"], dict) else intent["latest_charge"]
    async with account_at(server.url) as account:
        refund = await StripeRefunds(account).refund(order(intent["id"], 2_500, "SEK"))
    lines = await listed(server, start, datetime.now(UTC) + timedelta(seconds=5))

    names = (intent["id"], charge)
    ours = {(line.kind, line.amount): line for line in lines if line.amount.currency == "SEK"}
    assert set(ours) == {
        (MovementKind.CHARGE, Money(10_000, "SEK")),
        (MovementKind.FEE, Money(-FEE_CENTS, "SEK")),
        (MovementKind.REFUND, Money(-2_500, "SEK")),
    }
    charged = ours[MovementKind.CHARGE, Money(10_000, "SEK")]
    fee = ours[MovementKind.FEE, Money(-FEE_CENTS, "SEK")]
    assert (charged.subject_reference, *charged.subject_aliases) == names
    assert fee.reference == charged.reference
    assert ours[MovementKind.REFUND, Money(-2_500, "SEK")].subject_reference == refund.provider_reference


async def test_every_page_is_asked_for(server: Shim) -> None:
    start = datetime.now(UTC) - timedelta(seconds=1)
    intents = [server.paid(1_000 + nth)["id"] for nth in range(2 * PAGE + 1)]
    lines = await listed(server, start, datetime.now(UTC) + timedelta(seconds=5))
    assert {line.subject_reference for line in lines if line.kind is MovementKind.CHARGE} >= set(intents)
    assert len(server.requests) >= 3


async def test_a_list_that_breaks_off_between_pages_is_not_taken_for_all(server: Shim) -> None:
    start = datetime.now(UTC) - timedelta(seconds=1)
    for nth in range(PAGE + 1):
        server.paid(2_000 + nth)
    async with account_at(server.url) as account:
        lines = StripeLedger(account).lines(start, datetime.now(UTC) + timedelta(seconds=5))
        seen = [await anext(lines)]
        server.lists_fail_with = "500"
        with pytest.raises(NotExecuted, match="an error of its own"):
            seen += [line async for line in lines]
        assert account.health() == "Stripe has an error of its own."
    assert len(seen) < 2 * (PAGE + 1)


@contextmanager
def receiver() -> Iterator[tuple[str, "Queue[tuple[dict[str, str], bytes]]"]]:
    """Where calls arrive: its address, and the calls with their raw bytes."""
    calls: Queue[tuple[dict[str, str], bytes]] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            calls.put((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", calls
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def test_a_call_that_the_server_signed_is_taken_and_its_payment_asked_for(server: Shim) -> None:
    with receiver() as (url, calls):
        hook = {"url": url, "secret": SECRET, "events": ["payment_intent.succeeded"]}
        server.asked("POST", "/_config/webhooks/ours", hook)
        intent = server.paid(10_000)
        headers, body = next(
            call for call in iter(lambda: calls.get(timeout=30), None) if intent["id"].encode() in call[1]
        )
    async with account_at(server.url) as account:
        webhooks = StripeWebhooks(account)
        event = webhooks.verify(headers, body, now=datetime.now(UTC))
        assert (event.kind, event.subject) == ("payment_intent.succeeded", intent["id"])
        [fact] = await webhooks.facts(event)
    assert isinstance(fact, PaymentFact)
    assert (fact.provider_reference, fact.amount, fact.fee) == (intent["id"], Money(10_000, "EUR"), Money(0, "EUR"))
    assert [alias[:3] for alias in fact.payment_aliases] == ["ch_"]


@pytest.mark.parametrize("kind", ["refund.updated", "charge.refund.updated", "charge.refunded"])
async def test_a_refund_made_elsewhere_is_told_without_a_key_and_ours_with_it(server: Shim, kind: str) -> None:
    intent = server.paid(10_000)
    async with account_at(server.url) as account:
        theirs = server.asked("POST", "/v1/refunds", {"payment_intent": intent["id"], "amount": 1_000})
        ours = order(intent["id"], 2_000)
        made = await StripeRefunds(account).refund(ours)
        webhooks = StripeWebhooks(account)
        subjects = [theirs["charge"]] if kind == "charge.refunded" else [theirs["id"], made.provider_reference or ""]
        facts = [fact for s in subjects for fact in await webhooks.facts(Event(id="evt_1", kind=kind, subject=s))]

    told = {fact.provider_reference: fact for fact in facts if isinstance(fact, RefundFact)}
    assert {reference: (fact.key, fact.amount.cents) for reference, fact in told.items()} == {
        theirs["id"]: (None, 1_000),
        made.provider_reference: (ours.key, 2_000),
    }
    assert all(intent["id"] in (f.payment_reference, *f.payment_aliases) for f in told.values() if f.key)
    assert all(theirs["charge"] in (f.payment_reference, *f.payment_aliases) for f in told.values())


async def test_what_stripe_no_longer_has_and_kinds_of_no_meaning_have_no_facts(server: Shim) -> None:
    async with account_at(server.url) as account:
        webhooks = StripeWebhooks(account)
        assert not await webhooks.facts(Event(id="evt_1", kind="payout.paid", subject="po_1"))
        assert not await webhooks.facts(Event(id="evt_1", kind="customer.created", subject="cus_1"))
        server.lists_fail_with = "500"
        with pytest.raises(NotExecuted):
            await webhooks.facts(Event(id="evt_1", kind="refund.updated", subject="re_1"))
