"""What every provider keeps to that calls us."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from providers.conformance.trial import Bench, Conformance, behaviour
from providers.refunding import RefundState
from providers.webhooks import Event, RefundFact, WebhookRefused

ALLOWED = timedelta(seconds=280)
REFUSED = (timedelta(seconds=310), timedelta(days=1))
NO_EVENTS = (b"", b"not JSON", b"[]", b"null", b'"x"', b"{}", b"\xff\xfe", b"[" * 100_000)


class WebhookConformance(Conformance):
    @behaviour
    async def test_a_genuine_call_is_taken_and_named_the_same_each_time_it_comes(self, bench: Bench) -> None:
        body, now = _body(bench), _now()
        headers = _signed(bench, body, now)
        event = bench.webhooks.verify(headers, body, now=now)
        assert all((event.id, event.kind, event.subject))
        assert bench.webhooks.verify(headers, body, now=now + SECOND) == event

    @behaviour
    async def test_names_of_headers_may_come_in_any_case(self, bench: Bench) -> None:
        body, now = _body(bench), _now()
        for case in (str.lower, str.upper):
            headers = {case(name): value for name, value in _signed(bench, body, now).items()}
            assert bench.webhooks.verify(headers, body, now=now).id

    @behaviour
    async def test_a_call_is_good_for_five_minutes_before_and_after_its_instant(self, bench: Bench) -> None:
        body, now = _body(bench), _now()
        for sign in (-1, 1):
            assert bench.webhooks.verify(_signed(bench, body, now + sign * ALLOWED), body, now=now).id
            for away in REFUSED:
                _assert_refused(bench, _signed(bench, body, now + sign * away), body, now)

    @behaviour
    async def test_a_call_whose_bytes_were_changed_is_refused(self, bench: Bench) -> None:
        body, now = _body(bench), _now()
        headers = _signed(bench, body, now)
        for changed in (body + b" ", body[:-1], body.replace(b'"', b"'", 1), b""):
            _assert_refused(bench, headers, changed, now)

    @behaviour
    async def test_a_call_without_a_whole_signature_is_refused(self, bench: Bench) -> None:
        body, now = _body(bench), _now()
        headers = _signed(bench, body, now)
        _assert_refused(bench, {}, body, now)
        for spoilt in ("", "garbage", "t=,v1=", "t=x,v1=\u00e5", "0." * 3_000):
            _assert_refused(bench, dict.fromkeys(headers, spoilt), body, now)

    @behaviour
    async def test_a_signed_call_that_is_no_event_is_refused(self, bench: Bench) -> None:
        assert bench.webhooks
        now = _now()
        for body in NO_EVENTS:
            _assert_refused(bench, _signed(bench, body, now), body, now)

    @behaviour
    async def test_the_facts_of_a_refund_are_what_the_provider_says_by_now(self, bench: Bench) -> None:
        webhooks = bench.webhooks
        order = await bench.paid_order(bench.part(of=2))
        outcome = await bench.refunds.refund(order)
        body, now = _body(bench, outcome.provider_reference or ""), _now()
        event = webhooks.verify(_signed(bench, body, now), body, now=now)
        [fact] = [fact for fact in await webhooks.facts(event) if isinstance(fact, RefundFact)]
        assert (fact.key, fact.amount, fact.provider_reference) == (order.key, order.amount, outcome.provider_reference)
        assert order.payment_reference in (fact.payment_reference, *fact.payment_aliases)
        assert fact.outcome.state in (outcome.state, RefundState.SUCCEEDED)

    @behaviour
    async def test_events_that_mean_nothing_here_have_no_facts(self, bench: Bench) -> None:
        assert not await bench.webhooks.facts(Event(id="kit", kind="kit.of.no.meaning", subject="kit"))


SECOND = timedelta(seconds=1)


def _now() -> datetime:
    return datetime.now(UTC)


def _body(bench: Bench, refund: str = "kit-refund") -> bytes:
    assert bench.webhooks
    if bench.trial.refund_call is None:
        pytest.fail("The plugin offers webhooks; the trial must say what a call about a refund is (refund_call).")
    return bench.trial.refund_call(refund)


def _signed(bench: Bench, body: bytes, at: datetime) -> Mapping[str, str]:
    if bench.trial.sign is None:
        pytest.fail("The plugin offers webhooks; the trial must say how calls are signed (sign).")
    return bench.trial.sign(body, at)


def _assert_refused(bench: Bench, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    with pytest.raises(WebhookRefused):
        bench.webhooks.verify(headers, body, now=now)
