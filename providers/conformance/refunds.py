"""What every provider keeps to that sends money back."""

import asyncio
from datetime import timedelta

import pytest

from billing.money import Money
from providers.conformance.trial import Bench, Conformance, behaviour
from providers.refunding import RefundOrder, RefundOutcome, Refunds, RefundState

AT_ONCE = 5


class RefundConformance(Conformance):
    @behaviour
    async def test_a_refund_succeeds_at_once_or_is_pending_first_as_it_was_announced(self, bench: Bench) -> None:
        outcome = await bench.refunds.refund(await bench.paid_order())
        expected = RefundState.SUCCEEDED if bench.refunds.settles_immediately else RefundState.PENDING
        assert outcome.state is expected
        assert outcome.provider_reference
        assert outcome.failure_reason is None

    @behaviour
    async def test_a_key_sends_money_once_however_often_it_is_repeated(self, bench: Bench) -> None:
        order = await bench.paid_order(bench.part(of=2))
        first = await bench.refunds.refund(order)
        assert await bench.refunds.refund(order) == first
        rest = bench.order(order.payment_reference or "", bench.trial.amount - order.amount)
        assert (await bench.refunds.refund(rest)).state is not RefundState.FAILED

    @behaviour
    async def test_a_key_sends_money_once_when_it_is_used_several_times_at_once(self, bench: Bench) -> None:
        order = await bench.paid_order(bench.part(of=2))
        answers = await asyncio.gather(
            *(bench.refunds.refund(order) for _ in range(AT_ONCE)), return_exceptions=True
        )  # an answer may be that the key is in use: then nobody knows, and asks again
        outcomes = [answer for answer in answers if isinstance(answer, RefundOutcome)]
        assert len({outcome.provider_reference for outcome in outcomes}) == 1
        rest = bench.order(order.payment_reference or "", bench.trial.amount - order.amount)
        assert (await bench.refunds.refund(rest)).state is not RefundState.FAILED

    @behaviour
    async def test_a_key_that_comes_again_with_another_amount_sends_nothing(self, bench: Bench) -> None:
        order = await bench.paid_order(bench.part(of=4))
        first = await bench.refunds.refund(order)
        again = bench.order(order.payment_reference or "", bench.part(of=2), key=order.key)
        assert await _sends_nothing(bench.refunds, again), "The key was used a second time."
        assert await bench.refunds.find(order) == first

    @behaviour
    async def test_two_orders_of_the_same_amount_are_two_refunds(self, bench: Bench) -> None:
        order = await bench.paid_order(bench.part(of=4))
        twin = bench.order(order.payment_reference or "", order.amount)
        outcomes = [await bench.refunds.refund(order), await bench.refunds.refund(twin)]
        assert len({outcome.provider_reference for outcome in outcomes}) == len(outcomes)

    @behaviour
    async def test_an_order_is_found_by_its_key(self, bench: Bench) -> None:
        first, second = await bench.paid_order(bench.part(of=4)), await bench.paid_order(bench.part(of=2))
        outcomes = [await bench.refunds.refund(first), await bench.refunds.refund(second)]
        assert [await bench.refunds.find(first), await bench.refunds.find(second)] == outcomes

    @behaviour
    async def test_an_order_that_was_never_sent_is_not_found(self, bench: Bench) -> None:
        sent = await bench.paid_order(bench.part(of=2))
        await bench.refunds.refund(sent)
        assert await bench.refunds.find(bench.order(sent.payment_reference or "", sent.amount)) is None

    @behaviour
    async def test_more_than_was_paid_is_declined_and_moves_nothing(self, bench: Bench) -> None:
        order = await bench.overdrawn_order()
        _assert_declined(await bench.refunds.refund(order))
        whole = await bench.refunds.refund(bench.order(order.payment_reference or "", bench.trial.amount))
        assert whole.state is not RefundState.FAILED

    @behaviour
    async def test_parts_add_up_to_the_whole_and_not_beyond(self, bench: Bench) -> None:
        first = await bench.paid_order(bench.part(of=4))
        payment = first.payment_reference or ""
        rest = bench.trial.amount - first.amount
        outcomes = [await bench.refunds.refund(order) for order in (first, bench.order(payment, rest))]
        assert all(outcome.state is not RefundState.FAILED for outcome in outcomes)
        if bench.trial.knows_payments:
            _assert_declined(await bench.refunds.refund(bench.order(payment, Money(1, rest.currency))))

    @behaviour
    async def test_what_was_declined_is_not_found_as_anything_else(self, bench: Bench) -> None:
        order = await bench.overdrawn_order()
        await bench.refunds.refund(order)
        found = await bench.refunds.find(order)
        assert found is None or found.state is RefundState.FAILED

    @behaviour
    async def test_a_decline_is_told_with_its_reason(self, bench: Bench) -> None:
        refunds = bench.refunds
        if bench.trial.decline is None:
            pytest.skip("The trial knows no refund that is declined for its own sake.")
        payment, amount = await bench.trial.decline()
        _assert_declined(await refunds.refund(bench.order(payment, amount)))

    @behaviour
    async def test_keys_are_kept_for_an_hour_at_least(self, bench: Bench) -> None:
        assert bench.refunds.key_ttl >= timedelta(hours=1)


async def _sends_nothing(refunds: Refunds, order: RefundOrder) -> bool:
    """Whether it is refused, in whatever way."""
    [answer] = await asyncio.gather(refunds.refund(order), return_exceptions=True)
    return isinstance(answer, Exception) or (isinstance(answer, RefundOutcome) and answer.state is RefundState.FAILED)


def _assert_declined(outcome: RefundOutcome) -> None:
    assert outcome.state is RefundState.FAILED
    assert (outcome.failure_reason or "").strip(), "A decline needs a reason that finance people can read."
