"""Which transfers a machine matches on arrival: only where nothing is fuzzy."""

from typing import Any

import pytest

from billing.ocr import ocr_of, rf_of
from storage.engine import Database
from tests.books import LittleBooks
from tests.procedures.intake import DAY, assert_sound, by_ocr, received
from tests.providers.bank_files import Paid, PaidIn, Part, bgmax, camt, entry, notification, structured, transaction

OCR = ocr_of("145488")
OTHER = ocr_of("145489")


def file_of(*payments: Paid, currency: str = "SEK") -> bytes:
    return bgmax(PaidIn(payments=payments, day=DAY, currency=currency))


def statuses(little: LittleBooks) -> list[str]:
    found = little.connection.execute("select status from bank_transfer order by deposit_id, ordinal")
    return [status for (status,) in found.fetchall()]


UNSURE = {
    "an amount above what is outstanding": (by_ocr(125_001, OCR), "SEK"),
    "an amount below what is outstanding": (by_ocr(124_999, OCR), "SEK"),
    "another currency": (by_ocr(125_000, OCR), "EUR"),
    "a reference the bank did not check": (Paid(cents=125_000, reference=OCR, code="3"), "SEK"),
    "a reference whose check digit is wrong": (by_ocr(125_000, f"{OCR[:-1]}{(int(OCR[-1]) + 1) % 10}"), "SEK"),
    "no reference": (Paid(cents=125_000, code="0", texts=["faktura 145488"]), "SEK"),
    "an OCR number that no invoice bears": (by_ocr(125_000, ocr_of("999999")), "SEK"),
    "two references": (Paid(cents=125_000, code="0", parts=(Part(reference=OCR), Part(reference=OTHER))), "SEK"),
    "another number beside it": (Paid(cents=125_000, reference="faktura 145499", code="3", parts=(Part(reference=OCR),)), "SEK"),
}  # fmt: skip


@pytest.mark.parametrize(("payment", "currency"), UNSURE.values(), ids=UNSURE)
def test_what_is_not_certain_waits(database: Database, little: LittleBooks, payment: Paid, currency: str) -> None:
    little.invoice(little.tenant(), 125_000, ocr=OCR)

    received(database, file_of(payment, currency=currency))

    assert statuses(little) == ["UNMATCHED"]
    assert little.one("select paid_cents from invoice") == (0,)
    assert little.balance("2999") == -payment.cents
    assert_sound(little.connection)


@pytest.mark.parametrize(
    ("invoices_ocr", "reference"),
    [(OCR, f"000{OCR}"), (f"00{OCR}", OCR), ("1454 888-7", OCR)],
    ids=["zeros in the file", "zeros on the invoice", "an invoice with grouped digits"],
)
def test_a_number_is_the_same_however_it_is_written(
    database: Database, little: LittleBooks, invoices_ocr: str, reference: str
) -> None:
    little.invoice(little.tenant(), 125_000, ocr=invoices_ocr)

    received(database, camt_of(125_000, reference))

    assert statuses(little) == ["MATCHED"]


@pytest.mark.parametrize("invoices_ocr", [rf_of("145488"), OCR], ids=["the reference itself", "the OCR number in it"])
def test_a_creditor_reference_is_certain(database: Database, little: LittleBooks, invoices_ocr: str) -> None:
    little.invoice(little.tenant(), 125_000, ocr=invoices_ocr)

    received(database, camt_of(125_000, invoices_ocr if invoices_ocr.startswith("RF") else rf_of(OCR)))

    assert little.one("select ocr_text, status, refs->0->>'kind' from bank_transfer")[1:] == ("MATCHED", "rf")
    assert_sound(little.connection)


def test_two_open_invoices_with_one_reference_are_left_to_a_person(database: Database, little: LittleBooks) -> None:
    little.invoice(little.tenant(), 125_000, ocr=OCR)
    little.invoice(little.tenant(), 90_000, ocr=f"0{OCR}", currency="EUR")

    received(database, file_of(by_ocr(125_000, OCR)))

    assert statuses(little) == ["UNMATCHED"]


@pytest.mark.parametrize("paid", [{"declared_status": "VOID"}, {"declared_status": "DRAFT"}])
def test_an_invoice_that_cannot_be_paid_bears_no_reference(
    database: Database, little: LittleBooks, paid: dict[str, Any]
) -> None:
    tenant = little.tenant()
    little.invoice(tenant, 125_000, ocr=OCR, **paid)
    open_one = little.invoice(tenant, 125_000, ocr=OCR)

    received(database, file_of(by_ocr(125_000, OCR)))

    assert little.one("select invoice_id from payment") == (open_one,)


def test_only_the_first_fitting_transfer_for_an_invoice_pays_it(database: Database, little: LittleBooks) -> None:
    little.invoice(little.tenant(), 125_000, ocr=OCR)
    part, whole, again = (by_ocr(cents, OCR) for cents in (100_000, 125_000, 125_000))

    file = received(database, file_of(part, whole, again))

    assert statuses(little) == ["UNMATCHED", "MATCHED", "UNMATCHED"]
    assert (file.matched_count, file.unmatched_count) == (1, 2)
    assert_sound(little.connection)


def test_an_invoice_that_was_paid_meanwhile_is_not_paid_twice(database: Database, little: LittleBooks) -> None:
    little.invoice(little.tenant(), 125_000, ocr=OCR)

    received(database, file_of(by_ocr(125_000, OCR)))
    received(database, camt_of(125_000, OCR))

    assert little.one("select count(*), sum(paid_cents)::bigint from invoice join payment on true") == (1, 125_000)
    assert sorted(statuses(little)) == ["MATCHED", "UNMATCHED"]
    assert_sound(little.connection)


def test_money_to_an_account_that_is_no_bankgiro_is_a_bank_transfer(database: Database, little: LittleBooks) -> None:
    little.invoice(little.tenant(), 125_000, ocr=OCR)
    paid = transaction("1250.00", structured(OCR)).replace("BGNR", "BBAN")

    received(database, camt(notification(entry("1250.00", paid, day=DAY), account="SE3550000000054910000003")))

    assert little.one("select method from payment") == ("BANK_TRANSFER",)


@pytest.mark.parametrize(
    ("is_reversal", "more"),
    [(True, ""), (False, "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")],
    ids=["a debit reversed", "a payout returned"],
)
def test_money_of_ours_that_comes_back_pays_no_invoice_whose_reference_it_bears(
    database: Database, little: LittleBooks, is_reversal: bool, more: str
) -> None:
    little.invoice(little.tenant(), 125_000, ocr=OCR)
    back = transaction("1250.00", structured(OCR), more=more)

    received(database, camt(notification(entry("1250.00", back, is_reversal=is_reversal, day=DAY))))

    assert statuses(little) == ["UNMATCHED"]
    assert little.one("select paid_cents from invoice") == (0,)
    assert_sound(little.connection)


def camt_of(cents: int, reference: str) -> bytes:
    amount = f"{cents / 100:.2f}"
    return camt(notification(entry(amount, transaction(amount, structured(reference)), day=DAY)))
