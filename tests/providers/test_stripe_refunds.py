"""Refunds at a server that keeps keys as Stripe does, with everything that goes wrong on the way."""

from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from providers.refunding import NotExecuted, RefundOutcome, RefundState
from providers.stripe.gateway import StripeRefunds
from providers.stripe.refund_objects import RefundNotUnderstood
from tests.providers.stripe_plugin import account_at, order, refunds_at
from tests.providers.third_party import openapi
from tests.providers.third_party.proxy import Proxy
from tests.providers.third_party.serving import free_port
from tests.providers.third_party.stateful_mock import asked, charged, refunds_of, stateful_mock

pytestmark = pytest.mark.third_party

SECONDS = 0.5


@pytest.fixture(scope="module")
def mock() -> Iterator[int]:
    with stateful_mock() as port:
        yield port


@pytest.fixture(scope="module")
def specification() -> dict[str, Any]:
    return openapi.paths()


@pytest.fixture
def server(mock: int, specification: dict[str, Any]) -> Iterator[Proxy]:
    """The server behind the proxy; every request of ours is held against Stripe's OpenAPI."""
    with Proxy(mock).opened() as proxy:
        yield proxy
    for request in proxy.requests:
        assert openapi.objections(specification, request) == [], request


async def test_a_refund_is_made_once_with_the_orders_key(server: Proxy) -> None:
    charge = charged(server, 10_000)
    asked_for = order(charge, 2_500)
    async with refunds_at(server.url) as refunds:
        outcome = await refunds.refund(asked_for)
        assert await refunds.refund(asked_for) == outcome

    [made] = refunds_of(server, charge)
    assert outcome == RefundOutcome(state=RefundState.SUCCEEDED, provider_reference=made["id"])
    assert (made["amount"], made["metadata"]) == (2_500, {"refund_id": asked_for.key})
    assert [r.headers["Idempotency-Key"] for r in server.requests] == [asked_for.key] * 2


# What is raised, how many refunds the server made, what the next try with the same key comes to.
UNKNOWN = {
    "dropped": (stripe.APIConnectionError, 0),
    "reply lost": (stripe.APIConnectionError, 1),
    "late": (stripe.APIConnectionError, 1),
    "cut": (stripe.APIConnectionError, 1),
    "200 HTML": (stripe.APIError, 1),
    "502 HTML": (stripe.APIError, 0),
    "500": (stripe.APIError, 0),
    "409": (stripe.StripeError, 0),
}


@pytest.mark.parametrize("fault", UNKNOWN)
async def test_what_is_not_definite_is_raised_as_it_is_and_the_same_key_makes_one_refund(
    server: Proxy, fault: str
) -> None:
    raised, made = UNKNOWN[fault]
    charge = charged(server, 10_000)
    asked_for = order(charge, 10_000)
    server.faults.append(fault)
    async with refunds_at(server.url, seconds=SECONDS) as refunds:
        with pytest.raises(raised) as unknown:
            await refunds.refund(asked_for)
        assert not isinstance(unknown.value, NotExecuted)
        assert len(refunds_of(server, charge)) == made
        assert (await refunds.find(asked_for) is not None) == bool(made)

        outcome = await refunds.refund(asked_for)
        assert outcome.state is RefundState.SUCCEEDED
        assert await refunds.find(asked_for) == outcome
    assert len(refunds_of(server, charge)) == 1


@pytest.mark.parametrize("fault", ["401", "403", "429"])
async def test_what_was_certainly_not_carried_out_may_be_tried_again(server: Proxy, fault: str) -> None:
    charge = charged(server, 10_000)
    asked_for = order(charge, 10_000)
    server.faults.append(fault)
    async with refunds_at(server.url) as refunds:
        with pytest.raises(NotExecuted):
            await refunds.refund(asked_for)
        assert refunds_of(server, charge) == []
        assert (await refunds.refund(asked_for)).state is RefundState.SUCCEEDED


async def test_an_answer_that_comes_byte_by_byte_is_not_waited_for_for_ever(server: Proxy) -> None:
    charge = charged(server, 10_000)
    asked_for = order(charge, 10_000)
    server.faults.append("dribbled")
    async with refunds_at(server.url, seconds=SECONDS) as refunds:
        with pytest.raises(TimeoutError):
            await refunds.refund(asked_for)
        server.lists_fail_with = "dribbled"
        with pytest.raises(NotExecuted, match="did not answer in time"):
            await refunds.find(asked_for)
        server.lists_fail_with = None
        assert await refunds.find(asked_for) == await refunds.refund(asked_for)
    assert len(refunds_of(server, charge)) == 1


async def test_a_server_that_is_not_there_is_certain_to_have_done_nothing() -> None:
    async with refunds_at(f"http://127.0.0.1:{free_port()}") as refunds:
        with pytest.raises(NotExecuted, match="could not be reached"):
            await refunds.refund(order("ch_1", 100))
        with pytest.raises(NotExecuted):
            await refunds.find(order("ch_1", 100))


@pytest.mark.parametrize(
    ("fault", "reason"), [("402", "Your card was declined."), ("400", "Something is wrong with this.")]
)
async def test_a_decline_is_told_with_stripes_reason(server: Proxy, fault: str, reason: str) -> None:
    charge = charged(server, 10_000)
    server.faults.append(fault)
    async with refunds_at(server.url) as refunds:
        outcome = await refunds.refund(order(charge, 10_000))
    assert outcome == RefundOutcome(state=RefundState.FAILED, failure_reason=f"Stripe declined: {reason}")
    assert refunds_of(server, charge) == []


async def test_a_request_that_arrives_twice_makes_one_refund(server: Proxy) -> None:
    charge = charged(server, 10_000)
    server.faults.append("duplicate")
    async with refunds_at(server.url) as refunds:
        outcome = await refunds.refund(order(charge, 2_500))
    assert [made["id"] for made in refunds_of(server, charge)] == [outcome.provider_reference]


async def test_a_refusal_after_our_own_lost_refund_is_that_refund(server: Proxy) -> None:
    charge = charged(server, 10_000)
    asked_for = order(charge, 10_000)
    server.faults.extend(["reply lost", "400"])
    async with refunds_at(server.url) as refunds:
        with pytest.raises(stripe.APIConnectionError):
            await refunds.refund(asked_for)
        outcome = await refunds.refund(asked_for)
    [made] = refunds_of(server, charge)
    assert outcome == RefundOutcome(state=RefundState.SUCCEEDED, provider_reference=made["id"])


async def test_a_refusal_that_cannot_be_looked_into_is_not_definite(server: Proxy) -> None:
    charge = charged(server, 10_000)
    server.faults.append("400")
    server.lists_fail_with = "500"
    async with refunds_at(server.url) as refunds:
        with pytest.raises(stripe.InvalidRequestError):
            await refunds.refund(order(charge, 10_000))


async def test_more_than_is_left_is_declined_in_words(server: Proxy) -> None:
    charge = charged(server, 10_000)
    async with refunds_at(server.url) as refunds:
        outcome = await refunds.refund(order(charge, 10_001))
        assert outcome.state is RefundState.FAILED
        assert "is greater than unrefunded amount" in (outcome.failure_reason or "")
        assert (await refunds.refund(order(charge, 10_000))).state is RefundState.SUCCEEDED
        again = await refunds.refund(order(charge, 1))
    assert again.failure_reason == f"Stripe declined: Charge {charge} has already been refunded."


async def test_a_disputed_charge_is_not_refunded_as_well(server: Proxy) -> None:
    charge = charged(server, 10_000, source="tok_createDispute")
    async with refunds_at(server.url) as refunds:
        outcome = await refunds.refund(order(charge, 10_000))
    assert outcome.state is RefundState.FAILED
    assert "has been charged back" in (outcome.failure_reason or "")


async def test_a_key_used_with_another_amount_is_no_decline(server: Proxy) -> None:
    charge = charged(server, 10_000)
    first = order(charge, 1_000)
    async with refunds_at(server.url) as refunds:
        await refunds.refund(first)
        with pytest.raises(stripe.IdempotencyError):
            await refunds.refund(order(charge, 2_000, key=first.key))
    assert [made["amount"] for made in refunds_of(server, charge)] == [1_000]


@pytest.mark.parametrize("reference", [None, "", "bgi-000000001", "cs_test_1"])
async def test_a_payment_that_is_no_charge_is_refused_before_anything_is_sent(
    server: Proxy, reference: str | None
) -> None:
    async with refunds_at(server.url) as refunds:
        outcome = await refunds.refund(order(reference, 100))
        assert await refunds.find(order(reference, 100)) is None
    assert outcome.state is RefundState.FAILED
    assert (outcome.failure_reason or "").endswith("names no charge and no PaymentIntent at Stripe.")
    assert server.requests == []


async def test_a_charge_that_stripe_does_not_have_is_declined_and_nothing_of_it_is_found(server: Proxy) -> None:
    async with refunds_at(server.url) as refunds:
        assert (await refunds.refund(order("ch_unknown", 100))).state is RefundState.FAILED
        assert await refunds.find(order("ch_unknown", 100)) is None


async def test_an_order_is_found_on_the_last_page_of_the_charges_refunds(server: Proxy) -> None:
    charge = charged(server, 10_000)
    for nth in range(101):
        asked(server, "POST", "/v1/refunds", {"charge": charge, "amount": 1, "metadata[refund_id]": f"rf-{nth}"})
    last = refunds_of(server, charge)[-1]
    async with refunds_at(server.url) as refunds:
        outcome = await refunds.find(order(charge, 1, key=last["metadata"]["refund_id"]))
    assert outcome == RefundOutcome(state=RefundState.SUCCEEDED, provider_reference=last["id"])
    assert len(server.requests) == 2


async def test_the_yen_has_no_decimals_and_the_krona_of_iceland_has_two_at_stripe(server: Proxy) -> None:
    async with refunds_at(server.url) as refunds:
        for currency, sent in (("JPY", 500), ("ISK", 50_000)):
            charge = charged(server, 90_000, currency)
            outcome = await refunds.refund(order(charge, 500, currency))
            assert outcome.state is RefundState.SUCCEEDED
            assert [made["amount"] for made in refunds_of(server, charge)] == [sent]


async def test_a_refund_of_another_currency_than_was_ordered_is_never_taken_for_it(server: Proxy) -> None:
    charge = charged(server, 10_000, "USD")
    async with refunds_at(server.url) as refunds:
        with pytest.raises(RefundNotUnderstood, match="USD"):
            await refunds.refund(order(charge, 100, "EUR"))


async def test_health_tells_what_the_last_call_ran_into(server: Proxy) -> None:
    charge = charged(server, 10_000)
    async with account_at(server.url) as account:
        refunds = StripeRefunds(account)
        assert account.health() is None
        server.faults.append("401")
        with pytest.raises(NotExecuted):
            await refunds.refund(order(charge, 100))
        assert account.health() == "Stripe refused the API key, or it may not do this."
        await refunds.refund(order(charge, 100))
        assert account.health() is None
