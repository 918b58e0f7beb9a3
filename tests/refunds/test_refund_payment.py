"""Refunds as finance people order them: what moves, what is refused, and what a retry does."""

from tests.refunds.desk import Desk


async def test_a_refund_takes_back_revenue_and_vat_and_gets_a_credit_note(desk: Desk) -> None:
    payment = desk.paid(125_000)

    done = await desk.refund(payment, 50_000)

    assert not done.replayed
    assert desk.row(done.refund_id) == ("SUCCEEDED", False, 1, "CN-2026-000001")
    balances = {account: desk.little.balance(account) for account in ("1580", "3001", "2611", "1510", "2420")}
    assert balances == {"1580": 75_000, "3001": -60_000, "2611": -15_000, "1510": 0, "2420": 0}
    assert desk.little.one("select status, refunded_cents from payment") == ("PARTIALLY_REFUNDED", 50_000)
    assert desk.little.one("select status, refunded_cents from invoice") == ("PARTIALLY_REFUNDED", 50_000)
    assert desk.broken() == []
