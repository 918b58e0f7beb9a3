"""A call is asked about, booked, tried again, and in the end left with its problem."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from billing.money import Money
from procedures.take_in_event import WAITS, receive_event, take_in_events
from providers.refunding import NotExecuted, RefundOutcome, RefundState
from providers.webhooks import Event, PaymentFact, RefundFact
from tests.books import NOW
from tests.logs import capturing
from tests.movements.counter import PAID_AT, Counter


async def told(counter: Counter, kind: str, subject: str, *, event_id: str = "evt_1") -> None:
    """The provider calls, and the call is looked after."""
    event = Event(id=event_id, kind=kind, subject=subject)
    await receive_event("sandbox", event, at=NOW, books=counter.desk.books, jobs=counter.desk.jobs)
    await looked_after(counter)


async def looked_after(counter: Counter, *, after: timedelta = timedelta(0)) -> int:
    return await take_in_events(
        at=NOW + after, books=counter.desk.books, registry=counter.registry, jobs=counter.desk.jobs
    )


def outcome(counter: Counter) -> tuple[bool, str | None, int]:
    """Whether the one call was processed, its problem, and how often that was tried."""
    is_processed, problem, attempts = counter.one(
        "select processed_at is not null, problem, attempts from provider_event"
    )
    return is_processed, problem, attempts


async def test_a_pending_payment_succeeds_pays_its_invoice_and_is_booked(counter: Counter) -> None:
    payment = counter.paid("sb_1", 120_000, invoice_cents=100_000, fee=1_900, outcome="PENDING")

    await told(counter, "payment", "sb_1")

    assert outcome(counter) == (True, None, 1)
    row = counter.one(
        "select outcome, allocated_cents, credited_cents, fee_cents, paid_at from payment where id = %s", payment
    )
    assert row == ("SUCCEEDED", 100_000, 20_000, None, PAID_AT)
    assert counter.one("select status from invoice") == ("PAID",)
    assert [cents for _, _, cents in counter.journals("CHARGE")] == [120_000]
    assert counter.one("select actor, action from audit_event order by seq desc limit 1") == (
        "provider:sandbox", "payment.succeeded",
    )  # fmt: skip
    assert counter.desk.broken() == []


async def test_a_payment_that_succeeded_before_is_left_as_it_is(counter: Counter) -> None:
    counter.paid("sb_1", fee_cents=1_900)

    await told(counter, "payment", "sb_1")

    assert outcome(counter) == (True, None, 1)
    assert counter.one("select count(*) from audit_event") == (0,)


async def test_a_payment_of_another_amount_there_is_not_booked(counter: Counter) -> None:
    counter.gateway.charge(90_000, "SEK", id="sb_1", at=PAID_AT)
    counter.desk.paid(100_000, provider_reference="sb_1", outcome="PENDING")

    await told(counter, "payment", "sb_1")

    assert outcome(counter) == (False, "It is of 900.00 SEK there, and of 1\u00a0000.00 SEK here.", 1)
    assert counter.journals("CHARGE") == []


async def test_a_payment_that_nobody_knows_is_noted_tried_for_a_day_and_not_invented(counter: Counter) -> None:
    counter.gateway.charge(90_000, "SEK", id="sb_1", at=PAID_AT)

    await told(counter, "payment", "sb_1")
    waited = timedelta(0)
    for wait in WAITS:
        assert await looked_after(counter, after=waited + wait - timedelta(seconds=1)) == 0
        waited += wait
        assert await looked_after(counter, after=waited) == 1

    assert outcome(counter) == (False, "No payment sb_1 is known here.", 1 + len(WAITS))
    assert counter.one("select due_at from provider_event") == (None,)
    assert counter.one("select count(*) from payment") == (0,)


async def test_a_payment_that_comes_by_import_after_the_call_is_found_by_the_next_try(counter: Counter) -> None:
    counter.gateway.charge(90_000, "SEK", id="sb_1", at=PAID_AT)
    await told(counter, "payment", "sb_1")

    counter.desk.paid(90_000, provider_reference="sb_1", outcome="PENDING")
    await looked_after(counter, after=timedelta(minutes=1))

    assert outcome(counter) == (True, None, 2)
    assert counter.one("select outcome from payment") == ("SUCCEEDED",)


async def test_our_refund_that_settles_later_is_settled_by_its_call(counter: Counter) -> None:
    payment = counter.paid("sb_1")
    counter.gateway.settles_after = timedelta(hours=1)
    refund = (await counter.desk.refund(payment, 25_000)).refund_id
    reference = counter.one("select provider_reference from refund")[0]
    assert counter.desk.row(refund)[0] == "PENDING"

    counter.gateway.settles_after = timedelta(0)
    await told(counter, "refund", reference)

    assert counter.desk.row(refund)[0] == "SUCCEEDED"
    assert counter.one("select count(*) from refund") == (1,)
    assert counter.desk.broken() == []


async def test_a_call_whose_answer_to_us_was_lost_tells_what_became_of_our_refund(counter: Counter) -> None:
    payment = counter.paid("sb_1")
    counter.gateway._fails = "lost"
    refund = (await counter.desk.refund(payment, 25_000)).refund_id
    made = counter.gateway.find(key=refund.hex)
    assert made is not None

    await told(counter, "refund", made.id)

    assert counter.desk.row(refund)[:2] == ("SUCCEEDED", False)
    assert counter.one("select count(*) from refund") == (1,)
    assert counter.desk.broken() == []


async def test_a_dispute_is_booked_when_it_is_told_and_not_again_by_the_next_sync(counter: Counter) -> None:
    counter.paid("sb_1")
    dispute = counter.gateway.dispute("sb_1", fee_cents=15_000, at=NOW - timedelta(hours=3))

    await told(counter, "dispute", dispute)
    synced = await counter.sync()

    assert ([cents for _, _, cents in counter.journals("DISPUTE")], synced.problems) == ([-100_000], ())
    assert [cents for _, _, cents in counter.journals("FEE")] == [-15_000]


async def test_a_call_that_means_nothing_here_is_done_with(counter: Counter) -> None:
    await told(counter, "customer", "sb_cus_1")

    assert outcome(counter) == (True, None, 1)


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (NotExecuted("The sandbox is busy."), "The sandbox is busy."),
        (ZeroDivisionError("payer Anna"), "Its plugin failed with ZeroDivisionError."),
    ],
)
async def test_a_provider_that_cannot_be_asked_is_asked_again(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, error: Exception, problem: str
) -> None:
    def fail(_payment: str) -> None:
        raise error

    counter.paid("sb_1", outcome="PENDING")
    with monkeypatch.context() as patched, capturing() as logged:
        patched.setattr(counter.gateway, "charged", fail)
        await told(counter, "payment", "sb_1")
    assert outcome(counter) == (False, problem, 1)
    assert "Anna" not in logged.text

    await looked_after(counter, after=WAITS[0])

    assert outcome(counter) == (True, None, 2)


REFUNDED = RefundFact(
    provider_reference="re_1", payment_reference="sb_1", amount=Money(25_000, "SEK"), occurred_at=PAID_AT,
    outcome=RefundOutcome(state=RefundState.SUCCEEDED, provider_reference="re_1"),
)  # fmt: skip
PAID = PaymentFact(provider_reference="sb_1", amount=Money(100_000, "SEK"), fee=None, occurred_at=PAID_AT)


@pytest.mark.parametrize(
    "fact",
    [
        None,
        "refunded",
        replace(REFUNDED, amount=25_000),  # type: ignore[arg-type]
        replace(REFUNDED, amount=Money(-25_000, "SEK")),
        replace(REFUNDED, amount=Money(0, "SEK")),
        replace(REFUNDED, outcome="SUCCEEDED"),  # type: ignore[arg-type]
        replace(REFUNDED, outcome=RefundOutcome(state=RefundState.FAILED, failure_reason="No\0")),
        replace(REFUNDED, provider_reference="re\0"),
        replace(REFUNDED, occurred_at=PAID_AT.replace(tzinfo=None)),
        replace(REFUNDED, key=7),  # type: ignore[arg-type]
        replace(PAID, fee=Money(-1, "SEK")),
        replace(PAID, payment_aliases=(None,)),  # type: ignore[arg-type]
        replace(PAID, payment_aliases=None),  # type: ignore[arg-type]
        replace(REFUNDED, payment_aliases="sb_2"),  # type: ignore[arg-type]
    ],
)
async def test_what_is_no_fact_is_not_booked_and_does_not_stop_the_next_call(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, fact: Any
) -> None:
    counter.paid("sb_1")

    async def facts(_self: object, event: Event) -> list[Any]:
        return [fact] if event.subject == "odd" else [REFUNDED]

    monkeypatch.setattr("sandbox_provider.calls.SandboxWebhooks.facts", facts)
    for number, subject in enumerate(("odd", "re_1")):
        event = Event(id=f"evt_{number}", kind="refund", subject=subject)
        await receive_event("sandbox", event, at=NOW, books=counter.desk.books, jobs=counter.desk.jobs)
    await looked_after(counter)

    assert counter.one("select problem, attempts from provider_event where event_id = 'evt_0'") == (
        "What its plugin tells is no fact that can be booked.", 1,
    )  # fmt: skip
    assert counter.one("select problem, processed_at from provider_event where event_id = 'evt_1'") == (None, NOW)
    assert [cents for _, _, cents in counter.journals("REFUND")] == [-25_000]
    assert counter.desk.broken() == []


async def test_a_provider_that_went_away_leaves_its_calls_waiting(counter: Counter) -> None:
    event = Event(id="evt_1", kind="payment", subject="x")
    await receive_event("gone", event, at=NOW, books=counter.desk.books, jobs=counter.desk.jobs)

    await looked_after(counter)

    assert outcome(counter) == (False, "There is no provider gone. There are: sandbox.", 1)
