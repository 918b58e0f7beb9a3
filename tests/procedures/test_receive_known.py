"""What came before is recognised, in whatever file or format it comes again, and not booked twice."""

from dataclasses import replace
from datetime import date

import pytest

from billing.money import Money
from billing.ocr import ocr_of
from procedures.receive_transfers import BankFileDuplicate
from providers import BankFileInvalid, Debit
from storage.engine import Database
from tests.books import LittleBooks
from tests.procedures.intake import (
    DAY,
    Partner,
    assert_sound,
    by_ocr,
    counts,
    deposit,
    know_rate,
    partner_items,
    received,
)
from tests.providers.bank_files import Paid, PaidIn, bgmax, camt, camt054, entry, notification, structured, transaction
from tests.providers.camt_items import of

OCR = ocr_of("145488")
DEPOSIT = PaidIn(
    payments=[by_ocr(125_000, OCR), Paid(cents=45_000, reference="avgift", code="3", name="Anna")],
    day=DAY,
    serial=70,
)


def test_the_same_bytes_again_are_refused_with_when_and_by_whom_they_came(
    database: Database, little: LittleBooks
) -> None:
    received(database, bgmax(DEPOSIT), file_name="monday.txt")
    before = counts(little.connection)

    with pytest.raises(BankFileDuplicate) as refused:
        received(database, bgmax(DEPOSIT), file_name="tuesday.txt")

    assert str(refused.value) == (
        "The same file came before, as monday.txt, on 2026-11-20 12:00 UTC by finance@example.org. Nothing was booked."
    )
    assert counts(little.connection) == before


def test_a_deposit_in_three_formats_is_booked_once(database: Database, little: LittleBooks) -> None:
    know_rate(little)
    little.invoice(little.tenant(), 125_000, ocr=OCR)
    parts = [transaction("1250.00", structured(OCR)), transaction("450.00", structured("avgift", is_ocr=False))]
    both = entry("1700.00", *parts, reference="BG9912346 00070-0000001", servicer_reference="E1", day=DAY)
    # The statement does not know the bankgiro's serial number: it shares only the bank's own reference with camt.054.
    alone = entry("1700.00", servicer_reference="E1", day=DAY, text="Bankgiro")

    first = received(database, bgmax(DEPOSIT), file_name="bgmax.txt")
    notified = received(database, camt(notification(both)), file_name="054.xml")
    stated = received(database, camt(notification(alone), message="053"), file_name="053.xml")

    assert (first.transfer_count, first.matched_count, first.known_count) == (2, 1, 0)
    assert (notified.transfer_count, notified.known_count, notified.totals) == (0, 2, ())
    [warning] = notified.warnings
    assert warning.startswith("Deposit BG9912346 00070-0000001 of 2026-11-19, 1\N{NO-BREAK SPACE}700.00 SEK, is known")
    assert warning.endswith("known from bgmax.txt: its 2 payments were not booked again.")
    assert (stated.transfer_count, stated.known_count) == (0, 1)
    assert "is known from bgmax.txt: its 1 payment was not booked again." in stated.warnings[0]
    assert little.balance("1930") == 170_000
    assert [counts(little.connection)[table] for table in ("bank_file", "bank_deposit", "bank_transfer")] == [3, 1, 2]
    assert_sound(little.connection)


def test_the_other_way_round_it_is_known_too(database: Database, little: LittleBooks) -> None:
    received(database, camt054(DEPOSIT))
    again = received(database, bgmax(DEPOSIT))

    assert (again.transfer_count, again.known_count) == (0, 2)
    assert little.balance("1930") == 170_000


def test_a_deposit_of_nothing_is_booked_once_from_either_format(database: Database, little: LittleBooks) -> None:
    nothing = replace(DEPOSIT, payments=[by_ocr(125_000, OCR), Paid(cents=125_000, is_deduction=True)])

    noticed = received(database, camt054(nothing))
    again = received(database, bgmax(nothing))

    assert (noticed.transfer_count, again.transfer_count, again.known_count) == (2, 0, 2)
    assert little.one("select amount_cents, payment_count from bank_deposit") == (0, 2)
    assert_sound(little.connection)


def test_a_file_with_known_and_new_deposits_books_the_new_ones(database: Database, little: LittleBooks) -> None:
    received(database, bgmax(DEPOSIT))

    file = received(database, bgmax(DEPOSIT, replace(DEPOSIT, serial=71)))

    assert (file.transfer_count, file.known_count) == (2, 2)
    assert little.balance("1930") == 340_000
    assert_sound(little.connection)


def test_the_pages_of_a_statement_are_all_booked_though_the_bank_gave_their_entries_no_reference(
    database: Database, little: LittleBooks
) -> None:
    first, second = (
        camt(
            notification(
                entry("1250.00", transaction("1250.00", name=name), day=DAY),
                head=f"<StmtPgntn><PgNb>{page}</PgNb><LastPgInd>{is_last}</LastPgInd></StmtPgntn>",
            ),
            message="053",
        )
        for page, is_last, name in ((1, "false", "Anna"), (2, "true", "Bo"))
    )

    assert [received(database, content).transfer_count for content in (first, second)] == [1, 1]
    assert [received(database, content + b"\n").known_count for content in (first, second)] == [1, 1]
    assert little.balance("1930") == 250_000


def test_equal_payments_of_different_deposits_are_both_booked(database: Database, little: LittleBooks) -> None:
    received(database, bgmax(DEPOSIT))

    assert received(database, bgmax(replace(DEPOSIT, day=date(2026, 11, 20), serial=72))).transfer_count == 2


def test_a_payment_known_by_itself_is_left_out_of_a_new_deposit(database: Database, little: LittleBooks) -> None:
    know_rate(little)
    received(database, b"1", file_name="first", registry=Partner(partner_items(100, 200)))
    known, new = partner_items(200, 300, number=1, identities=("d2",))[:2]
    items = [replace(known, identities=("d1/2",)), new, deposit(500, identities=("d2",))]

    file = received(database, b"2", registry=Partner(items))

    assert (file.transfer_count, file.known_count, file.totals) == (1, 1, (Money(300, "SEK"),))
    assert file.warnings == (
        "Of deposit Deposit 1 of 2026-11-19, 5.00 SEK, 1 payment is known from first and not booked again.",
    )
    amounts = little.connection.execute("select amount_cents, payment_count from bank_deposit order by id").fetchall()
    assert amounts == [(300, 2), (300, 1)]
    assert little.balance("1930") == 600
    assert_sound(little.connection)


def test_a_deposit_whose_payments_are_all_known_is_known_from_then_on(database: Database, little: LittleBooks) -> None:
    received(database, b"1", file_name="first", registry=Partner(partner_items(100, 200)))
    regrouped = partner_items(100, 200, identities=("d1", "other"))[:2]

    again = received(database, b"2", registry=Partner([*regrouped, deposit(300, identities=("d2",))]))
    later = received(database, b"3", registry=Partner(partner_items(300, identities=("d2", "more"))))

    assert (again.transfer_count, again.known_count) == (0, 2)
    assert (later.transfer_count, later.known_count) == (0, 1)
    assert "Deposit Deposit 1 of 2026-11-19, 3.00 SEK, is known from first" in later.warnings[0]
    assert counts(little.connection)["bank_deposit"] == 1


def test_a_debit_is_booked_once(database: Database, little: LittleBooks) -> None:
    know_rate(little)
    debit = Debit(
        amount=Money(-4_500, "SEK"),
        booked_on=DAY,
        reference="C1",
        identities=("c1",),
        description="Fee",
        is_charge=True,
    )

    received(database, b"1", registry=Partner([debit]))
    again = received(database, b"2", registry=Partner([debit]))

    assert again.warnings == ("Debit C1 of 2026-11-19, -45.00 SEK, is known and was not booked again.",)
    assert (little.balance("6570"), little.balance("1930")) == (4_500, -4_500)


CHARGES = "<Chrgs><TtlChrgsAndTaxAmt Ccy='SEK'>5.00</TtlChrgsAndTaxAmt></Chrgs>"
ITEMISED = {
    "one": ("300.00", [transaction("300.00", servicer_reference="P1")]),
    "batch": ("500.00", [transaction(f"{part}.00", servicer_reference=f"P{part}") for part in (300, 200)]),
    "unnamed batch": ("500.00", [transaction("300.00"), transaction("200.00")]),
    "charged": ("105.00", [transaction("100.00", servicer_reference="P1", more=CHARGES)]),
}


@pytest.mark.parametrize(("amount", "itemised"), ITEMISED.values(), ids=ITEMISED)
@pytest.mark.parametrize("is_itemised_first", [True, False])
def test_a_debit_is_booked_once_whether_the_bank_itemises_it_or_not(
    database: Database, little: LittleBooks, amount: str, itemised: list[str], is_itemised_first: bool
) -> None:
    know_rate(little)
    files = [
        camt(
            notification(entry(amount, *parts, side="DBIT", servicer_reference="E1", day=DAY), id=number), message=name
        )
        for parts, number, name in ((itemised, "N1", "054"), ([], "S1", "053"))
    ]
    first, second = files if is_itemised_first else files[::-1]
    received(database, first)
    before = counts(little.connection)

    again = received(database, second)

    assert all(warning.endswith("is known and was not booked again.") for warning in again.warnings)
    assert len(again.warnings) == (1 if is_itemised_first else len(of(Debit, second)))
    assert {table: count for table, count in counts(little.connection).items() if count != before[table]}.keys() <= {
        "bank_file",
        "bank_identity",
        "audit_event",
    }
    assert little.balance("1930") == -Money.parse(amount, "SEK").cents
    assert_sound(little.connection)


def test_two_debits_of_one_entry_reference_in_one_file_are_two(database: Database, little: LittleBooks) -> None:
    same = entry("300.00", side="DBIT", servicer_reference="E1", day=DAY)

    received(database, camt(notification(same, same)))

    assert little.balance("1930") == -60_000


def test_debits_that_are_another_sum_than_their_entry_was_are_refused(database: Database, little: LittleBooks) -> None:
    debit = Debit(
        amount=Money(-100, "SEK"),
        booked_on=DAY,
        reference="C1",
        identities=("c1",),
        description="Fee",
        is_charge=True,
        entry="e1",
    )
    received(database, b"1", registry=Partner([debit]))
    before = counts(little.connection)

    with pytest.raises(BankFileInvalid) as refused:
        received(database, b"2", registry=Partner([debit, replace(debit, identities=("c2",))]))

    assert refused.value.findings[0] == "charge C1: it is of -2.00 SEK, but was of -1.00 SEK when it was booked"
    assert counts(little.connection) == before


def test_another_amount_under_a_known_identity_is_refused(database: Database, little: LittleBooks) -> None:
    received(database, b"1", registry=Partner(partner_items(100, 200)))
    before = counts(little.connection)

    with pytest.raises(BankFileInvalid) as refused:
        received(database, b"2", registry=Partner(partner_items(100, 250)))

    assert refused.value.findings == [
        "payment 2: it is of 2.50 SEK, but was of 2.00 SEK when it was booked",
        "deposit Deposit 1: it is of 3.50 SEK, but was of 3.00 SEK when it was booked",
    ]
    assert counts(little.connection) == before


def test_another_providers_identities_are_its_own(database: Database, little: LittleBooks) -> None:
    received(database, b"1", registry=Partner(partner_items(100)), provider="one")

    assert received(database, b"2", registry=Partner(partner_items(999)), provider="two").transfer_count == 1


def test_only_fifty_recognised_deposits_are_listed(database: Database, little: LittleBooks) -> None:
    know_rate(little)
    items = [item for number in range(1, 54) for item in partner_items(100, number=number, identities=(f"d{number}",))]
    received(database, b"1", registry=Partner(items))

    again = received(database, b"2", registry=Partner(items))

    assert again.known_count == 53
    assert len(again.warnings) == 51
    assert again.warnings[0].startswith("Deposit Deposit 1 of")
    assert again.warnings[-1] == "3 more of these are not listed."
