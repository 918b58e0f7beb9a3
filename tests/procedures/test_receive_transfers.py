"""Receiving a bank file: what of it is booked, and how."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any

import pytest

from billing import journals
from billing.fx import FxRateMissing
from billing.journals import InvoiceRef, PaymentRef
from billing.money import Money
from billing.ocr import ocr_of
from billing.refusals import BadInput
from storage.engine import Database
from tests.books import NOW, LittleBooks
from tests.procedures.intake import DAY, assert_sound, by_ocr, counts, received
from tests.providers.bank_files import Paid, PaidIn, Part, bgmax, camt, entry, notification, structured, transaction

OCR = ocr_of("145488")

TWICE = [transaction("350.00", structured("avgift", is_ocr=False), servicer_reference="P1", name="Olles")] * 2

LEGS = """
select j.kind, j.book_id, e.account, e.amount_cents
  from journal j join accounting_entry e on e.journal_id = j.id
 where j.kind <> 'INVOICE'
 order by j.id, e.leg"""


def one_deposit(*payments: Paid, day: date = DAY, serial: int = 70, **values: str) -> bytes:
    return bgmax(PaidIn(payments=payments, day=day, serial=serial, **values))


def test_a_certain_payment_pays_its_invoice_and_is_booked_from_the_bank_to_the_receivable(
    database: Database, little: LittleBooks
) -> None:
    tenant = little.tenant()
    invoice = little.invoice(tenant, 125_000, ocr=OCR)

    file = received(database, one_deposit(by_ocr(125_000, OCR, serial="490630174260", name="Anna")))

    assert (file.transfer_count, file.matched_count, file.unmatched_count) == (1, 1, 0)
    assert (file.provider, file.format, file.totals) == ("bankgirot", "BgMax 01", (Money(125_000, "SEK"),))
    assert little.one("select status, paid_cents, outstanding_cents from invoice") == ("PAID", 125_000, 0)
    transfer, *facts = little.one(
        "select id, status, amount_cents, currency, booked_on, ocr_text, refs, counterparty_name, bank_reference"
        "  from bank_transfer"
    )
    reference = {"text": OCR, "kind": "ocr", "amount_cents": None}
    assert facts == ["MATCHED", 125_000, "SEK", DAY, OCR, [reference], "Anna", "490630174260"]
    assert little.one(
        "select tenant_id, invoice_id, bank_transfer_id, method, provider, provider_reference, amount_cents,"
        "       allocated_cents, credited_cents, fee_cents, currency, status from payment"
    ) == (tenant, invoice, transfer, "BANKGIRO", "bankgirot", "490630174260", 125_000, 125_000, 0, None, "SEK", "SUCCEEDED")  # fmt: skip
    assert little.connection.execute(LEGS).fetchall() == [
        ("RECEIPT", None, "1930", 125_000),
        ("RECEIPT", None, "2999", -125_000),
        ("MATCH", None, "2999", 125_000),
        ("MATCH", None, "1510", -125_000),
    ]
    assert little.one("select distinct occurred_on, booked_on from journal where kind <> 'INVOICE'") == (DAY, DAY)
    assert_sound(little.connection)


def test_money_for_a_tenants_invoice_is_owed_to_the_tenant(database: Database, little: LittleBooks) -> None:
    tenant = little.tenant()
    little.invoice(tenant, 45_000, issuer_type="TENANT", ocr=OCR)

    received(database, one_deposit(by_ocr(45_000, OCR)))

    assert little.connection.execute(LEGS).fetchall() == [
        ("RECEIPT", None, "1930", 45_000),
        ("RECEIPT", None, "2999", -45_000),
        ("MATCH", None, "2999", 45_000),
        ("MATCH", None, "2899", -45_000),
        ("MATCH", tenant, "1689", 45_000),
        ("MATCH", tenant, "1510", -45_000),
    ]
    assert_sound(little.connection)


def test_a_payment_counts_from_the_beginning_of_its_day_where_the_books_are_kept(
    database: Database, little: LittleBooks
) -> None:
    tenant = little.tenant()
    little.invoice(tenant, 100, ocr=OCR)
    little.invoice(tenant, 200, ocr=ocr_of("145489"))

    received(database, one_deposit(by_ocr(100, OCR), day=date(2026, 3, 29)))
    received(database, one_deposit(by_ocr(200, ocr_of("145489")), day=date(2026, 3, 30), serial=71))

    paid = little.connection.execute("select paid_at::text from payment order by amount_cents").fetchall()
    assert paid == [("2026-03-28 23:00:00+00",), ("2026-03-29 22:00:00+00",)]


def test_what_nobody_can_be_sure_of_waits_in_the_inbox(database: Database, little: LittleBooks) -> None:
    file = received(database, one_deposit(Paid(cents=125_000, reference="faktura 145488", code="3")))

    assert (file.matched_count, file.unmatched_count) == (0, 1)
    assert little.one("select status, ocr_text, refs from unmatched_bank_transfer") == (
        "UNMATCHED",
        "faktura 145488",
        [{"text": "faktura 145488", "kind": "text", "amount_cents": None}],
    )
    assert counts(little.connection)["payment"] == 0
    assert_sound(little.connection)


def test_every_reference_of_a_payment_is_kept_with_its_part(database: Database, little: LittleBooks) -> None:
    parts = (Part(reference="8988777", cents=-40_000, code="5"), Part(reference="7495575", cents=100_000))

    received(database, one_deposit(Paid(cents=60_000, code="0", parts=parts)))

    assert little.one("select ocr_text, refs from bank_transfer") == (
        "7495575, 8988777",
        [
            {"text": "7495575", "kind": "ocr", "amount_cents": 100_000},
            {"text": "8988777", "kind": "text", "amount_cents": -40_000},
        ],
    )


def test_every_reference_that_a_payer_typed_is_shown(database: Database, little: LittleBooks) -> None:
    parts = (Part(reference="F-101", code="3"), Part(reference="F-99", code="3"))

    received(database, one_deposit(Paid(cents=60_000, code="0", parts=parts)))

    assert little.one("select ocr_text from bank_transfer") == ("F-101, F-99",)


def test_a_deduction_is_a_negative_transfer_that_no_machine_matches(database: Database, little: LittleBooks) -> None:
    little.invoice(little.tenant(), 50_000, ocr=OCR)

    file = received(
        database,
        one_deposit(by_ocr(140_000, ocr_of("9")), by_ocr(50_000, OCR, is_deduction=True)),
    )

    assert (file.transfer_count, file.matched_count, file.totals) == (2, 0, (Money(90_000, "SEK"),))
    assert little.connection.execute("select amount_cents from bank_transfer order by ordinal").fetchall() == [
        (140_000,),
        (-50_000,),
    ]
    assert little.one("select amount_cents, payment_count from bank_deposit") == (90_000, 2)
    assert (little.balance("1930"), little.balance("2999")) == (90_000, -90_000)
    assert_sound(little.connection)


def test_the_largest_amount_is_booked(database: Database, little: LittleBooks) -> None:
    received(database, one_deposit(Paid(cents=10**15 - 1)))

    assert little.balance("1930") == 10**15 - 1
    assert_sound(little.connection)


def test_two_equal_payments_in_one_file_are_two_payments(database: Database, little: LittleBooks) -> None:
    same = Paid(cents=35_000, reference="avgift", code="3", serial="000000000016", name="Olles")

    for content in (one_deposit(same, same), camt(notification(entry("700.00", *TWICE, day=DAY)))):
        file = received(database, content)
        assert (file.transfer_count, file.known_count) == (2, 0)

    assert little.one("select count(*), sum(amount_cents)::bigint from bank_transfer") == (4, 140_000)


def test_transfers_in_several_currencies_are_booked_each_in_its_own(database: Database, little: LittleBooks) -> None:
    krona = PaidIn(payments=[Paid(cents=112_500, code="0")], day=DAY, serial=1)
    euro = PaidIn(payments=[Paid(cents=400_000, code="0")], day=DAY, serial=2, currency="EUR")

    file = received(database, bgmax(krona, euro))

    assert file.totals == (Money(400_000, "EUR"), Money(112_500, "SEK"))
    legs = little.connection.execute(
        "select currency, amount_cents, amount_eur_cents from accounting_entry where account = '1930' order by currency"
    )
    assert legs.fetchall() == [("EUR", 400_000, 400_000), ("SEK", 112_500, 10_000)]
    assert_sound(little.connection)


def test_without_an_exchange_rate_nothing_is_booked(database: Database, little: LittleBooks) -> None:
    before = counts(little.connection)

    with pytest.raises(FxRateMissing) as refused:
        received(database, one_deposit(Paid(cents=100, code="0"), day=date(2023, 12, 31)))

    assert (refused.value.currency, refused.value.day) == ("SEK", date(2023, 12, 31))
    assert counts(little.connection) == before


def test_an_old_exchange_rate_is_used_and_named(database: Database, little: LittleBooks) -> None:
    file = received(database, one_deposit(Paid(cents=100, code="0"), day=date(2026, 3, 2)))

    assert file.warnings == ("The exchange rate of SEK used for 2026-03-02 is more than 10 days old.",)


def test_many_transfers_are_booked_exactly_as_the_table_of_events_books_one(
    database: Database, little: LittleBooks
) -> None:
    tenant = little.tenant()
    payments = [
        Paid(cents=45_000, reference="avgift", code="3"),
        Paid(cents=333, reference=OCR, code="2", is_deduction=True),
    ]
    for place in range(40):
        cents, ocr = 100_003 + 977 * place, ocr_of(f"{200_000 + place}")
        little.invoice(tenant, cents, ocr=ocr, issuer_type=("PLATFORM", "TENANT")[place % 2])
        payments.append(by_ocr(cents, ocr, serial=f"{place:012}"))
    euro = PaidIn(payments=[Paid(cents=401, code="0")], day=DAY, serial=2, currency="EUR")

    received(database, bgmax(PaidIn(payments=payments, day=DAY, serial=1), euro))

    rows = little.connection.execute(BOOKED).fetchall()
    assert len(rows) == 43 + 20 * 1 + 20 * 2
    assert sorted(rows, key=str) == sorted(booked_one_by_one(little), key=str)


BOOKED = """
select j.kind, j.subject_id::text, coalesce(j.book_id::text, ''), j.currency, j.occurred_on, j.description,
       j.tenant_id::text, j.invoice_id::text, j.payment_id::text, j.bank_transfer_id::text, j.provider, j.provider_reference,
       array_agg(array[e.account, e.amount_cents::text, e.amount_eur_cents::text] order by e.leg)
  from journal j join accounting_entry e on e.journal_id = j.id
 where j.kind <> 'INVOICE'
 group by j.id"""
USED = """
select t.id, t.amount_cents, t.currency, t.bank_reference, p.id, i.id, i.tenant_id, i.issuer_type, i.number
  from bank_transfer t left join payment p on p.bank_transfer_id = t.id left join invoice i on i.id = p.invoice_id"""


def booked_one_by_one(little: LittleBooks) -> Iterator[tuple[Any, ...]]:
    """What `billing.journals` says of each transfer in the database, in the columns of `BOOKED`."""
    for transfer, cents, currency, reference, payment, *invoice in little.connection.execute(USED).fetchall():
        postings = journals.received(
            transfer_id=transfer, cents=cents, currency=currency, on=DAY, provider="bankgirot", reference=reference
        )
        if payment is not None:
            key, tenant, issuer_type, number = invoice
            ref = InvoiceRef(id=key, tenant_id=tenant, issuer_type=issuer_type, number=number, currency=currency)
            postings += journals.matched(
                PaymentRef(
                    id=payment, tenant_id=tenant, currency=currency, allocated_cents=cents, credited_cents=0,
                    occurred_on=DAY, invoice=ref, bank_transfer_id=transfer, provider="bankgirot",
                    provider_reference=reference,
                )
            )  # fmt: skip
        for one in postings:
            named = (one.tenant_id, one.invoice_id, one.payment_id, one.bank_transfer_id)
            weights = one.eur_cents(little.rates)
            yield (
                one.kind, str(one.subject_id), str(one.book_id or ""), currency, DAY, one.description,
                *(str(key) if key else None for key in named), one.provider, one.provider_reference,
                [[leg.account, str(leg.cents), str(eur)] for leg, eur in zip(one.legs, weights, strict=True)],
            )  # fmt: skip


def test_debits_are_booked_and_named(database: Database, little: LittleBooks) -> None:
    charge = entry("45.00", side="DBIT", servicer_reference="CHRG1", subfamily="CHRG", text="Monthly fee", day=DAY)
    payout = entry("300.00", side="DBIT", servicer_reference="OUT1", text="Utbetalning", day=DAY)

    file = received(database, camt(notification(charge, payout)))

    assert (file.transfer_count, file.totals) == (0, ())
    assert [warning for warning in file.warnings if warning.startswith("Debit")] == [
        "Debit CHRG1 of 2026-11-19, -45.00 SEK (Monthly fee), is booked as a bank charge.",
        "Debit OUT1 of 2026-11-19, -300.00 SEK (Utbetalning), is booked as unmatched: nothing here ordered it.",
    ]
    assert little.connection.execute(LEGS).fetchall() == [
        ("DEBIT", None, "6570", 4_500),
        ("DEBIT", None, "1930", -4_500),
        ("DEBIT", None, "2999", 30_000),
        ("DEBIT", None, "1930", -30_000),
    ]
    assert_sound(little.connection)


def test_the_file_and_one_audit_event_say_what_came(database: Database, little: LittleBooks) -> None:
    little.invoice(little.tenant(), 125_000, ocr=OCR)
    content = one_deposit(by_ocr(125_000, OCR), Paid(cents=100, code="0"))

    file = received(
        database, content, file_name="Överföringar\N{NO-BREAK SPACE}21.txt", provider="bankgirot", reason="Came by mail"
    )

    assert little.one(
        "select id, provider, format, file_name, imported_at, imported_by, transfer_count, matched_count, unmatched_count"
        "  from bank_file"
    ) == (
        file.bank_file_id,
        "bankgirot",
        "BgMax 01",
        "Överföringar\N{NO-BREAK SPACE}21.txt",
        NOW,
        "finance@example.org",
        2,
        1,
        1,
    )
    actor, action, subject, reason, details = little.one(
        "select actor, action, subject_id, reason, details::jsonb from audit_event"
    )
    assert (actor, action, subject, reason) == (
        "finance@example.org",
        "bank_file.received",
        file.bank_file_id,
        "Came by mail",
    )
    assert details == {
        "provider": "bankgirot",
        "format": "BgMax 01",
        "sha256": little.one("select sha256 from bank_file")[0],
        "transfers": 2,
        "matched": 1,
        "unmatched": 1,
        "known": 0,
        "totals": {"SEK": 125_100},
    }


def test_a_source_that_cannot_go_back_is_read_from_where_it_stands(database: Database, little: LittleBooks) -> None:
    class Pipe(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 100, 100))

        def seek(self, *_arguments: int) -> int:
            raise OSError("A pipe does not go back.")

    assert received(database, Pipe(one_deposit(Paid(cents=100, code="0")))).transfer_count == 1


@pytest.mark.parametrize("file_name", ["", "x" * 256, "a\0b", "a\nb", "a\udcffb"])
def test_a_file_name_that_is_none_is_refused(database: Database, little: LittleBooks, file_name: str) -> None:
    with pytest.raises(BadInput, match="1 to 255 characters"):
        received(database, one_deposit(Paid(cents=100, code="0")), file_name=file_name)
