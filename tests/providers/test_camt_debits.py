"""Debits of a camt file: charges, payouts, and what is taken or comes back."""

import pytest

from providers import Debit, Deposit, Money, SettledPayment
from tests.providers.bank_files import DAY, entry, transaction
from tests.providers.camt_items import findings, notified, of, warnings


def test_a_charge_is_told_from_a_payout() -> None:
    content = notified(
        entry("12.50", side="DBIT", subfamily="CHRG", servicer_reference="E1", text="Månadsavgift"),
        entry("500.00", transaction("500.00", end_to_end_id="REFUND-1"), side="DBIT", servicer_reference="E2"),
    )
    assert of(Debit, content) == [
        Debit(
            amount=Money(-1_250, "SEK"),
            booked_on=DAY,
            reference="E1",
            identities=("debit:58411009823:2026-03-02:-1250:SEK:E1/1",),
            description="Månadsavgift",
            is_charge=True,
            entry="debit:58411009823:2026-03-02:-1250:SEK:E1/1",
        ),
        Debit(
            amount=Money(-50_000, "SEK"),
            booked_on=DAY,
            reference="E2",
            identities=("debit:58411009823:2026-03-02:-50000:SEK:E2/1",),
            description="PMNT/RCDT/ATXN",
            is_charge=False,
            entry="debit:58411009823:2026-03-02:-50000:SEK:E2/1",
            end_to_end_id="REFUND-1",
        ),
    ]
    assert of(SettledPayment, content) == []
    assert of(Deposit, content) == []


def test_a_batch_of_payouts_is_one_debit_for_each() -> None:
    two = [
        transaction(amount, end_to_end_id=f"REFUND-{amount}", servicer_reference=f"P{amount}")
        for amount in ("300.00", "200.00")
    ]
    content = notified(entry("500.00", *two, side="DBIT", servicer_reference="E1"))
    whole = "debit:58411009823:2026-03-02:-50000:SEK:E1/1"
    assert [(debit.amount.cents, debit.end_to_end_id, debit.entry) for debit in of(Debit, content)] == [
        (-30_000, "REFUND-300.00", whole),
        (-20_000, "REFUND-200.00", whole),
    ]
    (alone,) = of(Debit, notified(entry("500.00", side="DBIT", servicer_reference="E1")))
    assert (alone.identities, alone.entry) == ((whole,), whole)


def test_debits_among_credits_do_not_disturb_the_numbers_of_deposits() -> None:
    content = notified(entry("1.00"), entry("5.00", side="DBIT"), entry("2.00"))
    assert [deposit.number for deposit in of(Deposit, content)] == [1, 2]
    assert [paid.deposit for paid in of(SettledPayment, content)] == [1, 2]


@pytest.mark.parametrize("amount", ["100.00", "20.00"])
def test_a_debit_cannot_mix_credits_and_debits(amount: str) -> None:
    mixed = [transaction("60.00", side="DBIT"), transaction("40.00", side="CRDT")]
    assert findings(notified(entry(amount, *mixed, side="DBIT"))) == [
        "a debit entry has credits and debits as transactions"
    ]


def test_a_deposit_that_is_taken_back_is_a_debit_and_told() -> None:
    content = notified(
        entry("100.00", side="DBIT", is_reversal=True, subfamily="CHRG", reference="R1", text="Rättelse")
    )
    assert [(debit.is_reversal, debit.is_charge, debit.description) for debit in of(Debit, content)] == [
        (True, False, "Reversal: Rättelse")
    ]
    assert warnings(content) == ["Entry R1: -100.00 SEK reverses an earlier entry."]


def test_a_payout_that_comes_back_says_which_order_it_was() -> None:
    reason = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
    returned = transaction("100.00", end_to_end_id="REFUND-1", more=reason)
    content = notified(entry("100.00", returned, reference="R1"))
    assert [(one.comes_back, one.end_to_end_id, one.message) for one in of(SettledPayment, content)] == [
        (True, "REFUND-1", "Returned: the account is closed (AC04).")
    ]
    assert warnings(content) == ["Entry R1: 100.00 SEK is a payment returned to us (AC04)."]


def test_a_payout_that_is_reversed_says_which_order_it_was() -> None:
    content = notified(entry("100.00", transaction("100.00", end_to_end_id="REFUND-1"), is_reversal=True))
    assert of(SettledPayment, content)[0].end_to_end_id == "REFUND-1"


def test_the_end_to_end_id_of_a_payer_is_not_taken_for_ours() -> None:
    (payment,) = of(SettledPayment, notified(entry("100.00", transaction("100.00", end_to_end_id="THEIRS-1"))))
    assert (payment.comes_back, payment.end_to_end_id) == (False, None)


def test_an_entry_that_is_reversed_comes_back_with_or_without_transactions() -> None:
    content = notified(
        entry("100.00", is_reversal=True),
        entry("9.00", *(transaction("100.00", currency="EUR") for _ in range(2)), is_reversal=True),
    )
    assert [payment.comes_back for payment in of(SettledPayment, content)] == [True, True]
