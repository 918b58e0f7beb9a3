"""Amounts and days of a camt file: how entries and their transactions add up, and what refuses the file."""

import pytest

from providers import Debit, Deposit, Money, Reference, SettledPayment
from providers import Warning as Told
from tests.providers.bank_files import DAY, camt, entry, ocr, structured, transaction
from tests.providers.camt_items import OCR, findings, notified, of, read, warnings


@pytest.mark.parametrize(
    ("text", "currency", "cents"),
    [
        ("8625.000", "SEK", 862_500),
        ("8625", "SEK", 862_500),
        ("0.50000", "EUR", 50),
        ("1250", "JPY", 1_250),
        ("1.234", "KWD", 1_234),
    ],
)
def test_amounts_are_exact_in_the_minor_units_of_their_currency(text: str, currency: str, cents: int) -> None:
    assert of(Deposit, notified(entry(text, currency=currency)))[0].amount == Money(cents, currency)


@pytest.mark.parametrize(
    ("text", "currency", "found"),
    [
        ("1.005", "SEK", "the amount 1.005 has more decimals than SEK has"),
        ("1.5", "JPY", "the amount 1.5 has more decimals than JPY has"),
        ("1,50", "SEK", "'1,50' is no amount"),
        ("-1.50", "SEK", "'-1.50' is no amount"),
        ("NaN", "SEK", "'NaN' is no amount"),
        ("1E5", "SEK", "'1E5' is no amount"),
        ("", "SEK", "it states no amount"),
        ("1.50", "sek", "'sek' is no currency"),
        ("1.50", "", "the amount 1.50 has no currency"),
        ("10000000000000.00", "SEK", "the amount 10000000000000.00 is larger than any that can be booked"),
    ],
)
def test_an_amount_that_is_none_refuses_the_file(text: str, currency: str, found: str) -> None:
    assert findings(notified(entry(text, currency=currency))) == [found]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("<BookgDt><Dt>2026-03-02</Dt></BookgDt>", "", "it states no date"),
        ("2026-03-02", "2026-02-30", "'2026-02-30' is no date"),
        ("2026-03-02", "20260302", "'20260302' is no date"),
        ("CRDT", "CREDIT", "its mark CdtDbtInd is 'CREDIT', neither CRDT nor DBIT"),
        ("BOOK", "BOOKED", "its status is 'BOOKED', none of BOOK, PDNG, INFO, FUTR"),
        ("<Sts>BOOK</Sts>", "", "its status is None, none of BOOK, PDNG, INFO, FUTR"),
        ("<BookgDt>", '<Amt Ccy="SEK">2.00</Amt><BookgDt>', "it states Amt more than once"),
    ],
)
def test_an_entry_that_lacks_what_it_needs_refuses_the_file(old: str, new: str, found: str) -> None:
    assert findings(notified(entry("1.00").replace(old, new))) == [found]


def test_a_statement_without_an_account_refuses_the_file() -> None:
    assert findings(camt("<Id>1</Id>" + entry("1.00"))) == ["its statement names no account"]


def test_the_value_day_counts_where_there_is_no_booking_day() -> None:
    content = notified(entry("1.00").replace("BookgDt", "ValDt"))
    assert of(Deposit, content)[0].booked_on == DAY


def test_a_pending_entry_is_left_out_and_told() -> None:
    content = notified(entry("1.00", transaction("1.00"), status="PDNG", reference="R1"), entry("2.00"))
    assert [deposit.amount for deposit in of(Deposit, content)] == [Money(200, "SEK")]
    assert len(of(SettledPayment, content)) == 1
    assert warnings(content) == ["Entry R1: 1.00 SEK has the status PDNG, not BOOK: it was left out."]


def test_an_entry_of_nothing_is_left_out_and_told() -> None:
    assert read(notified(entry("0.00", reference="R1"))) == [Told(text="Entry R1: an entry of 0.00 was left out.")]
    euro = [transaction("10.00", currency="EUR"), transaction("10.00", currency="EUR", side="DBIT")]
    for transactions in (euro[:1], euro):
        assert read(notified(entry("0.00", *transactions, reference="R1"))) == [
            Told(text="Entry R1: an entry of 0.00 was left out with its transactions.")
        ]


def test_a_payment_and_a_deduction_of_one_amount_are_a_deposit_of_nothing() -> None:
    both = [transaction("10.00", side="CRDT"), transaction("10.00", side="DBIT")]
    content = notified(entry("1.00"), entry("0.00", *both, servicer_reference="E1"), entry("0.00"), entry("2.00"))
    assert [(paid.deposit, paid.amount.cents) for paid in of(SettledPayment, content)] == [
        (1, 100), (2, 1_000), (2, -1_000), (3, 200),
    ]  # fmt: skip
    assert [(deposit.number, deposit.amount.cents, deposit.payment_count) for deposit in of(Deposit, content)] == [
        (1, 100, 1), (2, 0, 2), (3, 200, 1),
    ]  # fmt: skip
    assert findings(notified(entry("0.00", both[0], both[0]))) == [
        "the entry is 0.00 SEK, its transactions add up to 20.00 SEK"
    ]


def test_transactions_of_nothing_make_no_deposit() -> None:
    content = notified(entry("0.00", transaction("0.00"), transaction("0.00"), reference="R1"))
    assert read(content) == [Told(text="Entry R1: a transaction of 0.00 was left out.")] * 2


def test_transactions_must_add_up_to_their_entry() -> None:
    content = notified(entry("100.00", transaction("60.00"), transaction("39.99"), reference="R1"))
    assert findings(content) == ["the entry is 100.00 SEK, its transactions add up to 99.99 SEK"]
    assert findings(notified(entry("100.00", transaction("99.99")))) == [
        "its transaction is of 99.99 SEK, the entry of 100.00 SEK"
    ]


def test_an_only_transaction_need_not_state_its_amount() -> None:
    assert of(SettledPayment, notified(entry("100.00", transaction(None))))[0].amount == Money(10_000, "SEK")


def test_one_of_several_transactions_must_state_its_amount() -> None:
    content = notified(entry("100.00", transaction("60.00"), transaction(None)))
    assert findings(content)[0] == "it states no amount"


def test_an_entry_without_transactions_is_one_payment() -> None:
    content = notified(entry("100.00", reference="BG9912346 00001-1", servicer_reference="E1", text="Insättning"))
    assert of(SettledPayment, content) == [
        SettledPayment(
            deposit=1,
            ordinal=1,
            amount=Money(10_000, "SEK"),
            message="Insättning",
            payee="BG 991-2346",
            bank_reference="E1",
        )
    ]


def test_charges_that_the_bank_kept_explain_a_smaller_entry() -> None:
    charges = "<Chrgs><TtlChrgsAndTaxAmt Ccy='SEK'>5.00</TtlChrgsAndTaxAmt></Chrgs>"
    content = notified(
        entry("95.00", transaction("100.00", structured(ocr(1), cents=10_000), more=charges), reference="R1")
    )
    assert [(one.amount, one.references) for one in of(SettledPayment, content)] == [
        (Money(9_500, "SEK"), (Reference(text=ocr(1), kind=OCR),))
    ]
    assert warnings(content) == ["Entry R1: the bank kept 5.00 SEK of 100.00 SEK as charges."]


def test_a_charge_for_a_payout_is_a_debit_of_its_own() -> None:
    charges = "<Chrgs><TtlChrgsAndTaxAmt Ccy='SEK'>5.00</TtlChrgsAndTaxAmt></Chrgs>"
    only = transaction("100.00", end_to_end_id="REFUND-1", more=charges)
    content = notified(entry("105.00", only, side="DBIT", servicer_reference="E1"))
    assert [(one.amount.cents, one.is_charge, one.end_to_end_id) for one in of(Debit, content)] == [
        (-10_000, False, "REFUND-1"),
        (-500, True, None),
    ]


@pytest.mark.parametrize(
    ("booked", "side"), [("105.00", "CRDT"), ("95.00", "DBIT"), ("96.00", "CRDT"), ("104.00", "DBIT")]
)
def test_charges_that_do_not_explain_the_difference_refuse_the_file(booked: str, side: str) -> None:
    charges = "<Chrgs><TtlChrgsAndTaxAmt Ccy='SEK'>5.00</TtlChrgsAndTaxAmt></Chrgs>"
    content = notified(entry(booked, transaction("100.00", more=charges), side=side))
    assert findings(content) == [f"its transaction is of 100.00 SEK, the entry of {booked} SEK"]


def test_charges_may_come_one_by_one() -> None:
    charges = "<Chrgs><Rcrd><Amt Ccy='SEK'>2.00</Amt></Rcrd><Rcrd><Amt Ccy='SEK'>3.00</Amt></Rcrd></Chrgs>"
    assert of(SettledPayment, notified(entry("95.00", transaction("100.00", more=charges))))[0].amount.cents == 9_500


def test_a_payment_in_another_currency_counts_as_what_was_booked() -> None:
    only = transaction("10.00", structured(ocr(1), cents=1_000, currency="EUR"), currency="EUR")
    content = notified(entry("112.50", only, reference="R1"))
    assert [(one.amount, one.references) for one in of(SettledPayment, content)] == [
        (Money(11_250, "SEK"), (Reference(text=ocr(1), kind=OCR),))
    ]
    assert warnings(content) == ["Entry R1: the entry is in SEK, its transactions are in EUR."]


def test_several_payments_in_another_currency_are_one_with_all_their_references() -> None:
    two = [
        transaction("10.00", structured(ocr(number)), f"<Ustrd>{number}</Ustrd>", currency="EUR") for number in (1, 2)
    ]
    content = notified(entry("225.00", *two))
    found = of(SettledPayment, content)
    assert [(one.amount.cents, one.message, [reference.text for reference in one.references]) for one in found] == [
        (22_500, "1 2", [ocr(1), ocr(2)])
    ]


def test_a_debit_of_several_payments_in_another_currency_is_booked_whole() -> None:
    two = [transaction("10.00", currency="EUR", end_to_end_id=f"REFUND-{number}") for number in (1, 2)]
    content = notified(entry("225.00", *two, side="DBIT", reference="R1"))
    assert [(debit.amount.cents, debit.end_to_end_id) for debit in of(Debit, content)] == [(-22_500, None)]
    assert warnings(content) == ["Entry R1: the entry is in SEK, its transactions are in EUR."]


def test_more_payments_in_another_currency_than_can_be_held_refuse_the_file() -> None:
    content = notified(entry("1.00", *[transaction("1.00", currency="EUR")] * 1_001))
    assert findings(content) == ["more than 1000 transactions are in another currency"]


def test_a_transaction_of_nothing_is_left_out_and_told() -> None:
    content = notified(entry("1.00", transaction("1.00"), transaction("0.00"), reference="R1"))
    assert [deposit.payment_count for deposit in of(Deposit, content)] == [1]
    assert warnings(content) == ["Entry R1: a transaction of 0.00 was left out."]


def test_transactions_in_several_currencies_refuse_the_file() -> None:
    content = notified(entry("100.00", transaction("60.00"), transaction("4.00", currency="EUR")))
    assert findings(content) == ["its transactions are in several currencies"]
