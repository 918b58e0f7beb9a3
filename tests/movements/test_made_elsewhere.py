"""Refunds and disputes that happened at the provider: taken into the books from its ledger, once."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from billing.refunds import PaymentNotRefundable
from tests.books import NOW
from tests.movements.counter import Counter

TODAY, YESTERDAY = date(2026, 11, 20), date(2026, 11, 19)


def refunded_there(counter: Counter, payment: str, cents: int) -> str:
    """Somebody refunds in the provider's own dashboard."""
    return counter.gateway.refund(key=f"dashboard {uuid4()}", payment=payment, cents=cents, currency="SEK").id


@pytest.fixture(autouse=True)
def _now_is_the_time_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox_provider.gateway._now", lambda: NOW - timedelta(days=1))


async def test_a_refund_made_in_the_dashboard_becomes_a_refund_here_with_all_that_belongs_to_it(
    counter: Counter,
) -> None:
    payment = counter.paid("sb_1")
    made = refunded_there(counter, "sb_1", 25_000)

    await counter.sync()
    await counter.sync()

    refund = counter.one(
        "select payment_id, amount_cents, tax_cents, status, actor, provider_reference, credit_note, settled_at from refund"
    )
    at = NOW - timedelta(days=1)
    assert refund == (payment, 25_000, 5_000, "SUCCEEDED", "provider:sandbox", made, "CN-2026-000001", at)
    assert counter.journals("REFUND") == [(made, YESTERDAY, -25_000)]
    assert counter.one("select status, refunded_cents from payment") == ("PARTIALLY_REFUNDED", 25_000)
    assert counter.one("select count(*) from audit_event where action = 'refund.succeeded'") == (1,)
    assert counter.one("select count(*) from refund") == (1,)
    assert counter.desk.broken() == []


async def test_two_refunds_of_the_same_amount_in_the_dashboard_are_two(counter: Counter) -> None:
    counter.paid("sb_1")
    made = {refunded_there(counter, "sb_1", 10_000), refunded_there(counter, "sb_1", 10_000)}

    await counter.sync()

    assert {reference for reference, _, _ in counter.journals("REFUND")} == made
    assert counter.one("select refunded_cents from payment") == (20_000,)


async def test_our_own_refund_is_recognised_in_the_ledger_of_the_provider(counter: Counter) -> None:
    payment = counter.paid("sb_1")
    await counter.desk.refund(payment, 25_000)

    await counter.sync()

    assert counter.one("select count(*) from refund") == (1,)
    assert [(on, cents) for _, on, cents in counter.journals("REFUND")] == [(TODAY, -25_000)]


async def test_our_own_refund_whose_answer_is_still_out_is_not_taken_for_another(counter: Counter) -> None:
    payment = counter.paid("sb_1")
    counter.gateway._fails = "lost"
    await counter.desk.refund(payment, 25_000)

    synced = await counter.sync()

    assert (synced.problems, counter.one("select status, provider_reference from refund")) == ((), ("PENDING", None))
    assert counter.one("select count(*) from refund") == (1,)


async def test_a_refund_that_does_not_say_whose_order_it_is_waits_while_one_like_it_is_under_way(
    counter: Counter,
) -> None:
    payment = counter.paid("sb_1")
    counter.gateway._fails = "down"
    await counter.desk.refund(payment, 25_000)
    counter.gateway._fails = ""
    made = refunded_there(counter, "sb_1", 25_000)

    synced = await counter.sync()

    assert synced.problems == (
        f"Refund {made}: A refund of the same amount is under way here: it may be the same one.",
    )
    assert counter.one("select count(*) from refund") == (1,)


async def test_what_is_left_of_a_payment_is_never_exceeded_by_a_refund_made_elsewhere(counter: Counter) -> None:
    counter.gateway.charge(200_000, "SEK", id="sb_1", at=NOW - timedelta(days=2))
    counter.desk.paid(100_000, provider_reference="sb_1")
    made = refunded_there(counter, "sb_1", 150_000)

    synced = await counter.sync()

    assert synced.problems == (
        f"Refund {made}: 1\u00a0500.00 SEK was asked back, but only 1\u00a0000.00 SEK is left on this payment.",
    )
    assert counter.journals("REFUND") == []
    assert counter.desk.broken() == []


async def test_a_dispute_takes_back_revenue_and_tax_without_a_credit_note_and_costs_a_fee(counter: Counter) -> None:
    payment = counter.paid("sb_1")
    dispute = counter.gateway.dispute("sb_1", fee_cents=15_000, at=NOW - timedelta(hours=3))

    await counter.sync()
    await counter.sync()

    assert counter.journals("DISPUTE") == [(dispute, TODAY, -100_000)]
    assert counter.journals("FEE") == [(dispute, TODAY, -15_000)]
    little = counter.desk.little
    assert (little.balance("3001"), little.balance("2611"), little.balance("6040")) == (0, 0, 15_000)
    assert counter.one("select count(*) from refund") == (0,)
    assert counter.one("select fee_cents from payment") == (None,)  # the dispute's fee is not the payment's
    assert counter.one("select count(*) from audit_event where action = 'payment.disputed'") == (1,)
    with pytest.raises(PaymentNotRefundable, match="disputed"):
        await counter.desk.preview(payment)
    assert counter.desk.broken() == []


async def test_a_dispute_of_a_tenants_invoice_is_the_tenants_loss(counter: Counter) -> None:
    counter.paid("sb_1", issuer_type="TENANT")
    counter.gateway.dispute("sb_1", at=NOW - timedelta(hours=3))

    await counter.sync()

    [tenant] = counter.one("select id from tenant")
    little = counter.desk.little
    assert (little.balance("2899"), little.balance("1689", book=tenant), little.balance("3001", book=tenant)) == (
        0,
        0,
        0,
    )
    assert counter.desk.broken() == []


async def test_a_dispute_that_is_won_is_undone_but_for_its_fee(counter: Counter) -> None:
    payment = counter.paid("sb_1")
    dispute = counter.gateway.dispute("sb_1", fee_cents=15_000, at=NOW - timedelta(hours=3))
    counter.gateway.win(dispute, at=NOW - timedelta(hours=1))

    await counter.sync()
    await counter.sync()

    assert counter.journals("REVERSAL") == [(dispute, TODAY, 100_000)]
    assert (counter.desk.little.balance("3001"), counter.desk.little.balance("6040")) == (-80_000, 15_000)
    assert (await counter.desk.preview(payment)).terms.amount.cents == 100_000
    assert counter.desk.broken() == []


async def test_a_dispute_takes_the_surplus_first_and_what_was_refunded_already_is_a_loss(counter: Counter) -> None:
    payment = counter.paid("sb_1", 120_000, invoice_cents=100_000, credited=20_000)
    await counter.desk.refund(payment, 50_000)  # 20 000 of it the surplus
    dispute = counter.gateway.dispute("sb_1", at=NOW - timedelta(hours=3))

    await counter.sync()

    little = counter.desk.little
    assert (little.balance("3001"), little.balance("2611"), little.balance("2420")) == (0, 0, 0)
    assert little.balance("6351") == 50_000
    assert counter.journals("DISPUTE") == [(dispute, TODAY, -120_000)]
    assert counter.desk.broken() == []


async def test_a_refund_after_a_dispute_that_was_won_still_ends_on_exactly_the_tax_of_the_invoice(
    counter: Counter,
) -> None:
    payment = counter.paid("sb_1", 99_999)
    dispute = counter.gateway.dispute("sb_1", at=NOW - timedelta(hours=3))
    counter.gateway.win(dispute, at=NOW - timedelta(hours=1))
    await counter.sync()

    await counter.desk.refund(payment, 33_333)
    await counter.desk.refund(payment, 66_666)

    assert (counter.desk.little.balance("3001"), counter.desk.little.balance("2611")) == (0, 0)
    assert counter.desk.broken() == []


async def test_disputes_and_refunds_of_payments_that_nobody_knows_are_left_alone(counter: Counter) -> None:
    counter.gateway.charge(50_000, "SEK", id="sb_unknown", at=NOW - timedelta(days=2))
    counter.gateway.dispute("sb_unknown", at=NOW - timedelta(hours=3))
    counter.gateway.charge(50_000, "SEK", id="sb_other", at=NOW - timedelta(days=2))
    refunded_there(counter, "sb_other", 1_000)

    synced = await counter.sync()

    assert synced.problems == ()
    assert (counter.journals("DISPUTE"), counter.journals("REFUND")) == ([], [])


async def test_a_disputed_surplus_is_taken_out_of_the_tenants_credit_and_given_back_when_it_is_won(
    counter: Counter,
) -> None:
    counter.paid("sb_1", 120_000, invoice_cents=100_000, credited=20_000)
    dispute = counter.gateway.dispute("sb_1", at=NOW - timedelta(hours=3))

    await counter.sync()

    little = counter.desk.little
    assert (little.balance("2420"), little.balance("3001"), little.balance("6351")) == (0, 0, 0)
    assert counter.desk.broken() == []

    counter.gateway.win(dispute, at=NOW - timedelta(hours=1))
    await counter.sync()

    assert (little.balance("2420"), little.balance("3001")) == (-20_000, -80_000)
    assert counter.desk.broken() == []
