from dataclasses import replace
from datetime import date
from random import Random
from uuid import UUID

import pytest

from billing.matching import InvoiceCandidate, SignalKind, Suggestion, TransferFacts, suggestions
from billing.money import Money
from tests.billing.matching_facts import INVOICE, invoice, ocr, rf, transfer


def only(told: TransferFacts, candidate: InvoiceCandidate = INVOICE) -> Suggestion:
    [suggestion] = suggestions(told, [candidate])
    return suggestion


def evidence(suggestion: Suggestion) -> dict[SignalKind, str]:
    return {signal.kind: signal.evidence.replace("\N{NO-BREAK SPACE}", " ") for signal in suggestion.signals}


def scores(suggestion: Suggestion) -> dict[SignalKind, float]:
    return {signal.kind: signal.score for signal in suggestion.signals}


def test_a_checked_reference_the_whole_amount_and_a_fitting_day_score_one() -> None:
    suggestion = only(transfer(references=(ocr("14605182"),)))

    assert suggestion.score == 1.0
    assert evidence(suggestion) == {
        SignalKind.OCR: "OCR 14605182 of the transfer is the invoice's OCR 14605182, check digit right.",
        SignalKind.AMOUNT: "1 200.00 SEK is exactly what is outstanding.",
        SignalKind.DUE_WINDOW: "Paid 2 days before the due date 2026-10-31.",
    }


def test_an_equal_amount_alone_never_exceeds_six_tenths() -> None:
    suggestion = only(transfer())

    assert suggestion.score == 0.6
    assert set(scores(suggestion)) == {SignalKind.AMOUNT, SignalKind.DUE_WINDOW}


def test_without_a_reference_even_the_right_name_account_text_and_history_stay_under_nine_tenths() -> None:
    told = transfer(
        message="Ekby Boule",
        counterparty_name="Åsa Öberg",
        counterparty_account="5000-1111",
        earlier_assigned=3,
    )

    assert only(told, replace(INVOICE, customer_account="50001111", earlier_assigned=3)).score == 0.85


@pytest.mark.parametrize(
    ("text", "score", "how"),
    [
        ("OCR 14605182", 1.0, "14605182 of the transfer is the invoice's OCR 14605182, check digit right."),
        ("1460 5182", 1.0, "1460 5182 of the transfer is the invoice's OCR 14605182, check digit right."),
        ("faktura 146051", 0.95, "146051 of the transfer is the invoice's number 146051."),
        ("1460518", 0.9, "1460518 of the transfer is the invoice's OCR 14605182 without its check digit."),
        ("1460512", 0.9, "1460512 of the transfer is the invoice's OCR 14605182 without its length digit."),
        ("14605192", 0.8, "14605192 of the transfer is the invoice's OCR 14605182 with one wrong digit."),
        ("14650182", 0.8, "14650182 of the transfer is the invoice's OCR 14605182 with two digits swapped."),
        ("1405182", 0.8, "1405182 of the transfer is the invoice's OCR 14605182 with one digit missing."),
        ("faktura 146015", 0.7, "146015 of the transfer is the invoice's number 146051 with two digits swapped."),
        ("faktura 999999", 0.0, "999999 is not like OCR 14605182."),
        ("9914605182", 0.0, "9914605182 is not like OCR 14605182."),
    ],
)
def test_what_was_typed_is_told_beside_what_was_meant(text: str, score: float, how: str) -> None:
    suggestion = only(transfer(text))

    assert (scores(suggestion)[SignalKind.OCR], evidence(suggestion)[SignalKind.OCR]) == (score, how)


def test_a_creditor_reference_that_wraps_the_ocr_means_the_invoice() -> None:
    suggestion = only(transfer(references=(rf("RF10 1460 5182"),)))

    assert scores(suggestion)[SignalKind.OCR] == 1.0


def test_a_creditor_reference_is_the_invoices_own_reference() -> None:
    suggestion = only(transfer("RF18 5390 0754 7034"), replace(INVOICE, ocr="RF18539007547034"))

    assert scores(suggestion)[SignalKind.OCR] == 1.0


def test_a_reference_the_bank_has_checked_is_taken_at_its_word() -> None:
    """The two numbers differ by a swap of 0 and 9, which the check digit does not see."""
    candidate = invoice("190051")
    swapped = str(candidate.ocr).replace("90", "09", 1)

    assert scores(only(transfer(references=(ocr(swapped),)), candidate))[SignalKind.OCR] == 0.0
    assert scores(only(transfer(swapped), candidate))[SignalKind.OCR] == 0.8


def test_a_number_that_several_open_invoices_bear_says_less_of_each() -> None:
    same = [invoice("2026-0043", id=UUID(int=n), tenant_id=UUID(int=n), ocr=f"9000{n}") for n in (1, 2, 3)]
    found = suggestions(transfer("2026-0043"), same)

    assert [scores(suggestion)[SignalKind.OCR] for suggestion in found] == [0.76, 0.76, 0.76]
    assert evidence(found[0])[SignalKind.OCR].endswith("number 2026-0043; 2 other open invoices are as like it.")
    assert all(suggestion.score <= 0.9 for suggestion in found)


def test_the_name_decides_between_invoices_of_one_number() -> None:
    one = invoice("2026-0043", id=UUID(int=1), tenant_id=UUID(int=1), customer_name="Karl Jönsson")
    two = invoice("2026-0043", id=UUID(int=2), tenant_id=UUID(int=2), customer_name="Åsa Öberg")

    assert suggestions(transfer("2026-0043", counterparty_name="OBERG, ASA"), [one, two])[0].invoice_id == two.id


def test_a_miswritten_number_is_overruled_by_the_name() -> None:
    """146015 is another open invoice, of the same amount; the payer's own is 146051."""
    another = invoice("146015", customer_name="Karl Jönsson")
    found = suggestions(transfer("146015", counterparty_name="Åsa Öberg"), [another, INVOICE])

    assert [suggestion.invoice_id for suggestion in found] == [INVOICE.id, another.id]
    assert all(suggestion.score <= 0.9 for suggestion in found)


def test_two_numbers_in_one_text_suggest_both_invoices_high() -> None:
    one, two = invoice("146051"), invoice("146060", outstanding_cents=45_000)
    found = suggestions(transfer("Faktura 146051 och 146060", cents=165_000), [invoice("146070"), one, two])

    assert [(s.invoice_id, s.score) for s in found[:2]] == [(one.id, 0.97), (two.id, 0.97)]
    assert evidence(found[0])[SignalKind.AMOUNT] == (
        "1 200.00 SEK is outstanding, and together with 146060 that makes exactly 1 650.00 SEK."
    )


def test_a_part_amount_is_compared_with_the_invoice_it_is_for() -> None:
    one, two = invoice("146051"), invoice("146060", outstanding_cents=45_000)
    told = transfer(cents=160_000, references=(ocr(str(one.ocr), 120_000), ocr(str(two.ocr), 40_000)))
    found = {suggestion.invoice_id: evidence(suggestion) for suggestion in suggestions(told, [one, two])}

    assert found[one.id][SignalKind.AMOUNT] == "The part 1 200.00 SEK is exactly what is outstanding."
    assert found[two.id][SignalKind.AMOUNT] == "The part 400.00 SEK is 50.00 SEK less than the 450.00 SEK outstanding."


@pytest.mark.parametrize(
    ("cents", "score", "how"),
    [
        (120_000, 1.0, "1 200.00 SEK is exactly what is outstanding."),
        (119_950, 0.95, "1 199.50 SEK is 0.50 SEK less than the 1 200.00 SEK outstanding."),
        (117_500, 0.7, "1 175.00 SEK is 25.00 SEK less than the 1 200.00 SEK outstanding."),
        (126_000, 0.7, "1 260.00 SEK is 60.00 SEK more than the 1 200.00 SEK outstanding."),
        (100_000, 0.4, "1 000.00 SEK is 200.00 SEK less than the 1 200.00 SEK outstanding."),
        (75_000, 0.2, "750.00 SEK is 450.00 SEK less than the 1 200.00 SEK outstanding."),
        (240_000, 0.1, "2 400.00 SEK is 1 200.00 SEK more than the 1 200.00 SEK outstanding."),
    ],
)
def test_the_amount_is_told_to_the_cent(cents: int, score: float, how: str) -> None:
    suggestion = only(transfer("14605182", cents=cents))

    assert (scores(suggestion)[SignalKind.AMOUNT], evidence(suggestion)[SignalKind.AMOUNT]) == (score, how)


def test_a_payment_short_by_a_fee_still_finds_its_invoice_first() -> None:
    found = suggestions(
        transfer("faktura 146051", cents=117_500), [invoice("146060", outstanding_cents=117_500), INVOICE]
    )

    assert found[0].invoice_id == INVOICE.id


@pytest.mark.parametrize(
    ("booked_on", "score", "how"),
    [
        (date(2026, 8, 1), 0.0, "Paid 61 days before the invoice was issued."),
        (date(2026, 9, 30), 0.5, "Paid 1 day before the invoice was issued."),
        (date(2026, 10, 1), 1.0, "Paid 30 days before the due date 2026-10-31."),
        (date(2026, 10, 31), 1.0, "Paid on the due date 2026-10-31."),
        (date(2026, 11, 30), 1.0, "Paid 30 days after the due date 2026-10-31."),
        (date(2027, 2, 13), 0.65, "Paid 105 days after the due date 2026-10-31."),
        (date(2028, 1, 1), 0.3, "Paid 427 days after the due date 2026-10-31."),
    ],
)
def test_the_day_of_payment_is_set_against_issue_and_due_date(booked_on: date, score: float, how: str) -> None:
    suggestion = only(transfer("14605182", booked_on=booked_on))

    assert (scores(suggestion)[SignalKind.DUE_WINDOW], evidence(suggestion)[SignalKind.DUE_WINDOW]) == (score, how)


def test_the_payer_is_compared_with_the_customer() -> None:
    assert evidence(only(transfer(counterparty_name="OBERG, ASA")))[SignalKind.COUNTERPARTY] == (
        "The payer OBERG, ASA is the customer Åsa Öberg."
    )
    unlike = only(transfer(counterparty_name="Karl Jönsson"))
    assert evidence(unlike)[SignalKind.COUNTERPARTY] == "The payer Karl Jönsson is not like the customer Åsa Öberg."
    assert scores(unlike)[SignalKind.COUNTERPARTY] == 0


def test_paid_by_another_club_that_names_the_customer_speaks_for_the_invoice() -> None:
    suggestion = only(transfer("14605182 avser Åsa Öberg", counterparty_name="NORRVIK BOULE"))

    assert evidence(suggestion)[SignalKind.COUNTERPARTY] == "The text names the customer Åsa Öberg."
    assert suggestion.score == 1.0


def test_what_ties_the_transfer_to_the_tenant_is_told_and_silence_is_not_held_against_it() -> None:
    tenants = replace(INVOICE, tenant_bankgiro="9912346")

    assert SignalKind.TENANT not in scores(only(transfer("14605182"), tenants))
    assert evidence(only(transfer("Medlemsavgift Ekby Boule")))[SignalKind.TENANT] == "The text names Ekby Boule."
    assert evidence(only(transfer(payee="991-2346"), tenants))[SignalKind.TENANT] == (
        "Paid to 991-2346, the bankgiro of Ekby Boule."
    )
    assert evidence(only(transfer(counterparty_account="9912346"), tenants))[SignalKind.TENANT] == (
        "Paid from 9912346, that of Ekby Boule."
    )
    assert evidence(only(transfer(counterparty_name="EKBY BOULE")))[SignalKind.TENANT] == (
        "The payer EKBY BOULE is Ekby Boule."
    )


def test_history_is_evidence_for_and_against() -> None:
    told = transfer(earlier_assigned=4)
    usual, other = (
        invoice("146051", earlier_assigned=3),
        invoice("146060", earlier_assigned=0, due_on=date(2026, 10, 1)),
    )

    found = suggestions(told, [other, usual])
    assert [suggestion.invoice_id for suggestion in found] == [usual.id, other.id]
    assert evidence(found[0])[SignalKind.HISTORY] == "3 of 4 earlier transfers of this payer went to Ekby Boule."
    assert scores(found[1])[SignalKind.HISTORY] == 0
    assert SignalKind.HISTORY not in scores(only(transfer()))


def test_ties_go_to_the_earlier_due_date_then_the_number_whatever_the_order_asked_in() -> None:
    later, b, a = invoice("146070", due_on=date(2026, 11, 1)), invoice("146062"), invoice("146061")
    candidates = [later, b, a]
    for seed in range(10):
        Random(seed).shuffle(candidates)
        assert [s.invoice_id for s in suggestions(transfer(), candidates)] == [a.id, b.id, later.id]


def test_at_most_five_are_suggested_or_fewer_if_fewer_are_asked_for() -> None:
    candidates = [invoice(str(146_100 + n)) for n in range(9)]

    assert len(suggestions(transfer(), candidates)) == 5
    assert len(suggestions(transfer(), candidates, limit=2)) == 2


def test_another_currency_a_paid_invoice_and_a_deduction_give_no_suggestion() -> None:
    assert suggestions(transfer("14605182"), [replace(INVOICE, currency="EUR")]) == []
    assert suggestions(transfer("14605182"), [replace(INVOICE, outstanding_cents=0)]) == []
    assert suggestions(transfer("14605182", cents=-120_000), [INVOICE]) == []
    assert suggestions(transfer("14605182"), []) == []


def test_an_invoice_that_nothing_speaks_for_is_not_suggested() -> None:
    unlike = transfer("faktura 999999", cents=5_000_000, counterparty_name="Karl Jönsson")

    assert suggestions(unlike, [INVOICE]) == []


def test_currencies_without_decimals_are_told_in_their_own_units() -> None:
    told = replace(transfer("14605182"), amount=Money(120_000, "JPY"))
    suggestion = only(told, replace(INVOICE, currency="JPY"))

    assert evidence(suggestion)[SignalKind.AMOUNT] == "120 000 JPY is exactly what is outstanding."
