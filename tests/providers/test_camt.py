"""camt.054 and camt.053: what becomes a payment, a deposit, a debit or a balance, and what refuses the file."""

import io
from dataclasses import replace
from datetime import date
from typing import TypeVar

import pytest

from providers import (
    BankFileInvalid,
    Debit,
    Deposit,
    Item,
    Money,
    Reference,
    ReferenceKind,
    SettledPayment,
    StatementBalance,
)
from providers import Warning as Told
from providers.bankgirot.camt_settlements import read_camt
from providers.bankgirot.plugin import BankgirotFiles
from tests.providers.bank_files import (
    ACCOUNT,
    BANKGIRO,
    DAY,
    Paid,
    PaidIn,
    Part,
    balance,
    camt,
    camt054,
    entry,
    notification,
    ocr,
    structured,
    transaction,
)

OCR, RF, TEXT = ReferenceKind.OCR, ReferenceKind.RF, ReferenceKind.TEXT
VERSIONS = [f"{number:02}" for number in range(2, 14)]
Kind = TypeVar("Kind", SettledPayment, Deposit, Debit, StatementBalance)


def read(content: bytes) -> list[Item]:
    return list(read_camt(io.BytesIO(content)))


def of(kind: type[Kind], content: bytes) -> list[Kind]:
    return [item for item in read(content) if isinstance(item, kind)]


def warnings(content: bytes) -> list[str]:
    return [item.text for item in read(content) if isinstance(item, Told)]


def findings(content: bytes) -> list[str]:
    with pytest.raises(BankFileInvalid) as raised:
        read(content)
    return [found.partition(": ")[2] for found in raised.value.findings]


def notified(*entries: str, head: str = "") -> bytes:
    return camt(notification(*entries, head=head))


def stated(*entries: str, head: str = "") -> bytes:
    return camt(notification(*entries, head=head), message="053")


def payment(
    *remittance: str, amount: str = "100.00", more: str = "", instruction_id: str | None = None
) -> SettledPayment:
    """The payment of an entry with one transaction of this remittance information."""
    only = transaction(amount, *remittance, more=more, instruction_id=instruction_id)
    return of(SettledPayment, notified(entry(amount, only, reference="R1")))[0]


def references(*remittance: str) -> list[tuple[str, ReferenceKind, int | None]]:
    found = payment(*remittance).references
    return [(one.text, one.kind, one.amount.cents if one.amount else None) for one in found]


DEPOSIT = PaidIn(
    payments=[
        Paid(cents=10_000, reference=ocr(12345), code="2", name="Övningsbolaget AB", payer_bankgiro="3783511"),
        Paid(
            cents=150_00, code="0", parts=[Part(reference=ocr(74), cents=200_00), Part(reference=ocr(75), cents=-50_00)]
        ),
        Paid(cents=20_00, is_deduction=True, texts=["avdrag"]),
    ]
)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_deposit_reads_the_same_in_every_version(version: str) -> None:
    assert read(camt054(DEPOSIT, version=version)) == [
        SettledPayment(
            deposit=1,
            ordinal=1,
            amount=Money(10_000, "SEK"),
            references=(Reference(text=ocr(12345), kind=OCR),),
            counterparty_name="Övningsbolaget AB",
            counterparty_account="BG 378-3511",
            payee="BG 991-2346",
            bank_reference="P2026030200001000001",
            identities=("payment:58411009823:2026-03-02:10000:SEK:P2026030200001000001",),
        ),
        SettledPayment(
            deposit=1,
            ordinal=2,
            amount=Money(15_000, "SEK"),
            references=(
                Reference(text=ocr(74), kind=OCR, amount=Money(20_000, "SEK")),
                Reference(text=ocr(75), kind=OCR, amount=Money(-5_000, "SEK")),
            ),
            payee="BG 991-2346",
            bank_reference="P2026030200001000002",
            identities=("payment:58411009823:2026-03-02:15000:SEK:P2026030200001000002",),
        ),
        SettledPayment(
            deposit=1,
            ordinal=3,
            amount=Money(-2_000, "SEK"),
            message="avdrag",
            payee="BG 991-2346",
            bank_reference="P2026030200001000003",
            identities=("payment:58411009823:2026-03-02:-2000:SEK:P2026030200001000003",),
        ),
        Deposit(
            number=1,
            amount=Money(23_000, "SEK"),
            booked_on=DAY,
            payment_count=3,
            reference="BG9912346 00001-0000001",
            identities=(
                "deposit:58411009823:2026-03-02:23000:SEK:E99123462026030200001",
                "bankgiro:9912346:2026-03-02:23000:SEK:00001",
            ),
            payee="BG 991-2346",
            account="58411009823",
        ),
    ]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("message", ["053", "054"])
def test_every_version_is_recognised_by_its_namespace(message: str, version: str) -> None:
    recognised = BankgirotFiles().recognise(camt(notification(), message=message, version=version)[:4096])
    assert recognised is not None
    assert recognised.name == f"camt.{message}.001.{version}"


# ---------------------------------------------------------------- XML as it may come


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<Ntry>", b"<!-- a comment --><Ntry><!-- another -->"),
        (b"<Ntry>", b"<?instruction?><Ntry>"),
        (b"><", b">\r\n\t<"),
        (b"<GrpHdr>", b"<SplmtryData><Envlp><Amt>1</Amt></Envlp></SplmtryData><GrpHdr>"),
        (b'encoding="UTF-8"', b""),
        (b"avdrag", b"<![CDATA[avdrag]]>"),
        (b"2026-03-02</Dt>", b"2026-03-02+01:00</Dt>"),
        (b"<Dt>2026-03-02</Dt>", b"<DtTm>2026-03-02T23:59:59.999Z</DtTm>"),
        (b"<Dt>2026-03-02</Dt>", b"<Dt>\n 2026-03-02 </Dt>"),
        (b">100.00<", b"> +100.00000 <"),
    ],
)
def test_how_the_xml_is_written_changes_nothing(old: bytes, new: bytes) -> None:
    content = camt054(DEPOSIT)
    assert old in content
    assert read(content.replace(old, new)) == read(content)


def test_a_prefixed_namespace_and_an_envelope_change_nothing() -> None:
    content = camt054(DEPOSIT).decode()
    head, body = content.split("?>\n")
    prefixed = body.replace("</", "</b:").replace("<", "<b:").replace("<b:/b:", "</b:").replace("xmlns=", "xmlns:b=")
    enveloped = f"{head}?><Envelope><AppHdr><Id>1</Id></AppHdr>{prefixed}</Envelope>".encode()
    recognised = BankgirotFiles().recognise(enveloped)
    assert recognised is not None
    assert recognised.name == "camt.054.001.02"
    assert read(enveloped) == read(content.encode())


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "utf-16"])
def test_names_are_read_right_in_every_declared_encoding(encoding: str) -> None:
    content = camt054(DEPOSIT).decode().replace("UTF-8", encoding)
    assert read(content.encode(encoding)) == read(camt054(DEPOSIT))


def test_text_that_was_encoded_twice_is_set_right_and_told() -> None:
    content = camt054(DEPOSIT).decode("iso-8859-1").encode("utf-8")
    assert warnings(content) == ["Text that was encoded twice as UTF-8 was set right."]
    assert of(SettledPayment, content)[0].counterparty_name == "Övningsbolaget AB"


def test_text_that_only_looks_encoded_twice_is_left_alone() -> None:
    content = camt054(replace(DEPOSIT, payments=[Paid(cents=1, name="Ã och 漢字 AB")]))
    assert of(SettledPayment, content)[0].counterparty_name == "Ã och 漢字 AB"
    assert warnings(content) == []


def test_text_on_several_lines_becomes_one() -> None:
    assert payment("<Ustrd>hyra\n\t mars</Ustrd>").message == "hyra mars"


def test_xml_without_a_message_refuses_itself() -> None:
    assert findings(b"<a/>") == ["it holds no camt message"]


def test_an_entry_in_the_wrong_place_is_not_passed_over() -> None:
    content = camt054(DEPOSIT).replace(b"<Ntry>", b"<Other><Ntry>").replace(b"</Ntry>", b"</Ntry></Other>")
    assert findings(content) == ["an element Ntry stands where none may"]


# ---------------------------------------------------------------- references, text, parties


def test_a_structured_reference_is_ocr_only_with_a_right_check_digit() -> None:
    assert references(structured(ocr(98547))) == [(ocr(98547), OCR, None)]
    assert references(structured("985470")) == [("985470", TEXT, None)]


def test_the_number_of_a_document_is_text_as_it_was_typed() -> None:
    assert references(structured(ocr(98547), is_ocr=False)) == [(ocr(98547), TEXT, None)]
    assert references(structured("1154602 3288-26 NAMN", is_ocr=False)) == [("1154602 3288-26 NAMN", TEXT, None)]


def test_a_creditor_reference_of_iso_11649_is_known_by_its_check_digits() -> None:
    assert references(structured("RF18 5390 0754 7034")) == [("RF18539007547034", RF, None)]


def test_a_reference_and_a_document_number_are_both_kept_and_the_part_stands_once() -> None:
    both = structured(ocr(1), cents=10_000).replace(
        "<CdtrRefInf>", "<RfrdDocInf><Nb>F 17</Nb></RfrdDocInf><CdtrRefInf>"
    )
    assert references(both) == [(ocr(1), OCR, 10_000), ("F 17", TEXT, None)]


def test_one_payment_for_ten_references_keeps_them_all() -> None:
    ten = [structured(ocr(number), cents=1_000) for number in range(100, 110)]
    assert references(*ten) == [(ocr(number), OCR, 1_000) for number in range(100, 110)]


def test_parts_that_all_stand_there_must_add_up() -> None:
    content = notified(
        entry("100.00", transaction("100.00", structured(ocr(1), cents=9_000), structured(ocr(2), cents=900)))
    )
    assert findings(content) == ["its parts add up to 99.00 SEK, not to 100.00 SEK"]


def test_parts_that_do_not_all_stand_there_need_not_add_up() -> None:
    assert references(structured(ocr(1), cents=9_000), structured(ocr(2))) == [
        (ocr(1), OCR, 9_000),
        (ocr(2), OCR, None),
    ]


def test_what_the_payer_typed_as_instruction_is_a_reference_where_there_is_no_other() -> None:
    assert [one.text for one in payment(instruction_id="5431832 1469").references] == ["5431832 1469"]
    assert payment(instruction_id="NOTPROVIDED").references == ()
    assert payment("<Ustrd>hyra</Ustrd>", instruction_id="5431832").references == ()
    assert [one.text for one in payment(structured("7", is_ocr=False), instruction_id="5431832").references] == ["7"]


def test_free_text_is_the_message_in_the_order_of_the_file() -> None:
    more = structured("7", is_ocr=False).replace("</Strd>", "<AddtlRmtInf>och</AddtlRmtInf></Strd>")
    found = payment("<Ustrd>hyra</Ustrd>", "<Ustrd>mars</Ustrd>", more, more="<AddtlTxInf>april</AddtlTxInf>")
    assert found.message == "hyra mars och april"


def test_the_text_of_the_entry_is_the_message_where_there_is_no_other() -> None:
    content = notified(entry("1.00", transaction("1.00"), text="Insättning"))
    assert of(SettledPayment, content)[0].message == "Insättning"


@pytest.mark.parametrize(
    ("account", "written"),
    [
        ("<IBAN>SE35 5000 0000 0549 1000 0003</IBAN>", "SE3550000000054910000003"),
        ("<Othr><Id>0009912346</Id><SchmeNm><Prtry>BGNR</Prtry></SchmeNm></Othr>", "BG 991-2346"),
        ("<Othr><Id>58056201</Id><SchmeNm><Cd>BGNR</Cd></SchmeNm></Othr>", "BG 5805-6201"),
        ("<Othr><Id>4821</Id><SchmeNm><Prtry>PGNR</Prtry></SchmeNm></Othr>", "PG 482-1"),
        ("<Othr><Id>54401060156</Id><SchmeNm><Cd>BBAN</Cd></SchmeNm></Othr>", "54401060156"),
        ("<Othr><Id>54401060156</Id></Othr>", "54401060156"),
    ],
)
def test_an_account_is_written_one_way_whatever_the_format(account: str, written: str) -> None:
    party = f"<RltdPties><DbtrAcct><Id>{account}</Id></DbtrAcct></RltdPties>"
    content = notified(entry("1.00", f"<TxDtls>{party}</TxDtls>"))
    assert of(SettledPayment, content)[0].counterparty_account == written


def test_a_bankgiro_number_may_come_as_the_alias_of_an_account() -> None:
    alias = "<Prxy><Tp><Prtry>BGNR</Prtry></Tp><Id>9912346</Id></Prxy>"
    content = notified(entry("1.00", f"<TxDtls><RltdPties><CdtrAcct>{alias}</CdtrAcct></RltdPties></TxDtls>"))
    assert of(SettledPayment, content)[0].payee == "BG 991-2346"


def test_the_ultimate_debtor_is_named_where_no_debtor_is() -> None:
    parties = "<RltdPties><UltmtDbtr><Pty><Nm>Provbolaget</Nm></Pty></UltmtDbtr></RltdPties>"
    content = notified(entry("1.00", f"<TxDtls>{parties}</TxDtls>"))
    assert of(SettledPayment, content)[0].counterparty_name == "Provbolaget"


# ---------------------------------------------------------------- amounts, days, marks


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
        ("999999999999999999", "SEK", "the amount 999999999999999999 is larger than any that can be booked"),
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


# ---------------------------------------------------------------- entries and their transactions


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


# ---------------------------------------------------------------- debits


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
        ),
        Debit(
            amount=Money(-50_000, "SEK"),
            booked_on=DAY,
            reference="E2",
            identities=("debit:58411009823:2026-03-02:-50000:SEK:E2/1",),
            description="PMNT/RCDT/ATXN",
            is_charge=False,
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
    content = notified(entry("500.00", *two, side="DBIT"))
    assert [(debit.amount.cents, debit.end_to_end_id) for debit in of(Debit, content)] == [
        (-30_000, "REFUND-300.00"),
        (-20_000, "REFUND-200.00"),
    ]


def test_debits_among_credits_do_not_disturb_the_numbers_of_deposits() -> None:
    content = notified(entry("1.00"), entry("5.00", side="DBIT"), entry("2.00"))
    assert [deposit.number for deposit in of(Deposit, content)] == [1, 2]
    assert [paid.deposit for paid in of(SettledPayment, content)] == [1, 2]


def test_a_debit_cannot_mix_credits_and_debits() -> None:
    mixed = [transaction("60.00", side="DBIT"), transaction("40.00", side="CRDT")]
    assert findings(notified(entry("100.00", *mixed, side="DBIT"))) == [
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
    assert [(one.end_to_end_id, one.message) for one in of(SettledPayment, content)] == [
        ("REFUND-1", "Returned: the account is closed (AC04).")
    ]
    assert warnings(content) == ["Entry R1: 100.00 SEK is a payment returned to us (AC04)."]


def test_a_payout_that_is_reversed_says_which_order_it_was() -> None:
    content = notified(entry("100.00", transaction("100.00", end_to_end_id="REFUND-1"), is_reversal=True))
    assert of(SettledPayment, content)[0].end_to_end_id == "REFUND-1"


def test_the_end_to_end_id_of_a_payer_is_not_taken_for_ours() -> None:
    content = notified(entry("100.00", transaction("100.00", end_to_end_id="THEIRS-1")))
    assert of(SettledPayment, content)[0].end_to_end_id is None


# ---------------------------------------------------------------- summaries and balances


def summary(side: str, count: int, total: str) -> str:
    return f"<TxsSummry><{side}><NbOfNtries>{count}</NbOfNtries><Sum>{total}</Sum></{side}></TxsSummry>"


@pytest.mark.parametrize(
    ("side", "count", "total"),
    [("TtlNtries", 3, "8"), ("TtlNtries", 2, "4.00"), ("TtlCdtNtries", 2, "3.00"), ("TtlCdtNtries", 2, "3"), ("TtlDbtNtries", 1, "5.00"), ("TtlDbtNtries", 0, "0")],
)  # fmt: skip
def test_a_summary_may_count_what_is_booked_or_all_that_is_listed(side: str, count: int, total: str) -> None:
    pending = entry("5.00", side="DBIT", status="PDNG")
    entries = (
        (entry("1.00"), entry("2.00"), pending) if (side, count) != ("TtlNtries", 2) else (entry("1.00"), entry("3.00"))
    )
    assert of(Deposit, notified(*entries, head=summary(side, count, total)))


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (summary("TtlCdtNtries", 3, "3.00"), "the number of credits is stated as 3, it is 2"),
        (summary("TtlCdtNtries", 2, "3.01"), "the sum of credits is stated as 3.01, it is 3.00"),
        (summary("TtlDbtNtries", 1, "5"), "the number of debits is stated as 1, it is 0"),
        (summary("TtlNtries", 2, "9"), "the sum of entries is stated as 9, it is 3.00"),
        (summary("TtlNtries", 2, "three"), "'three' in the summary is no number"),
    ],
)
def test_a_summary_that_does_not_hold_refuses_the_file(head: str, found: str) -> None:
    assert findings(notified(entry("1.00"), entry("2.00"), head=head))[0] == found


def test_balances_are_read_with_their_days() -> None:
    head = (
        balance("OPBD", "100.00", side="DBIT")
        + balance("CLBD", "20.00", day=date(2026, 3, 3))
        + balance("CLAV", "7.00")
    )
    content = stated(entry("130.00"), entry("10.00", side="DBIT"), entry("9.00", status="PDNG"), head=head)
    assert of(StatementBalance, content) == [
        StatementBalance(
            account=ACCOUNT,
            opening=Money(-10_000, "SEK"),
            closing=Money(2_000, "SEK"),
            from_day=DAY,
            to_day=date(2026, 3, 3),
        )
    ]


def test_balances_that_the_entries_do_not_explain_refuse_the_file() -> None:
    content = stated(entry("130.00"), head=balance("PRCD", "100.00") + balance("CLBD", "230.01"))
    assert findings(content) == ["opening balance and entries make 230.00 SEK, the closing balance is 230.01 SEK"]


def test_a_balance_alone_is_none() -> None:
    assert of(StatementBalance, stated(entry("1.00"), head=balance("CLBD", "230.01"))) == []


def test_balances_of_several_days_in_one_statement_are_not_guessed_at() -> None:
    days = [balance(kind, "1.00", day=date(2026, 3, day)) for day in (2, 3) for kind in ("OPBD", "CLBD")]
    assert of(StatementBalance, stated(head="".join(days))) == []


def test_a_page_of_a_longer_statement_is_read_without_its_totals() -> None:
    page = "<StmtPgntn><PgNb>2</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>"
    content = stated(entry("1.00"), head=page + balance("OPBD", "100.00") + balance("CLBD", "500.00"))
    assert [deposit.amount.cents for deposit in of(Deposit, content)] == [100]
    assert of(StatementBalance, content) == []
    assert warnings(content) == ["Statement N1 is one of several pages: no totals or balances were read."]


def test_accounts_and_currencies_of_one_file_are_kept_apart() -> None:
    kronor = notification(entry("1.00"), head=balance("OPBD", "0.00") + balance("CLBD", "1.00"))
    euro = notification(
        entry("2.00", currency="EUR"),
        account="SE3550000000054910000003",
        head=balance("OPBD", "0.00", currency="EUR") + balance("CLBD", "2.00", currency="EUR"),
    )
    content = camt(kronor, euro, message="053")
    assert [(item.account, item.amount) for item in of(Deposit, content)] == [
        (ACCOUNT, Money(100, "SEK")),
        ("SE3550000000054910000003", Money(200, "EUR")),
    ]
    assert [(item.account, item.closing) for item in of(StatementBalance, content)] == [
        (ACCOUNT, Money(100, "SEK")),
        ("SE3550000000054910000003", Money(200, "EUR")),
    ]


def test_a_gap_between_the_statements_of_an_account_is_told() -> None:
    statements = [notification(head=f"<ElctrncSeqNb>{number}</ElctrncSeqNb>") for number in (7, 8, 10)]
    assert warnings(camt(*statements, message="053")) == [
        f"Statements of account {ACCOUNT} are missing between 8 and 10."
    ]


# ---------------------------------------------------------------- identities


def test_a_repeated_bank_reference_does_not_lose_a_payment() -> None:
    same = transaction("50.00", servicer_reference="SAME", unique_id="6E1D0A9C-0000-4000-8000-000000000001")
    content = notified(
        entry("100.00", same, same, servicer_reference="E"), entry("100.00", same, same, servicer_reference="E")
    )
    identities = [key for paid in of(SettledPayment, content) for key in paid.identities]
    assert len(identities) == len(set(identities)) == 8
    assert [paid.identities for paid in of(SettledPayment, content)][:2] == [
        ("payment:58411009823:2026-03-02:5000:SEK:SAME", "uetr:6e1d0a9c-0000-4000-8000-000000000001"),
        ("payment:58411009823:2026-03-02:5000:SEK:SAME#2", "uetr:6e1d0a9c-0000-4000-8000-000000000001#2"),
    ]
    assert [deposit.identities for deposit in of(Deposit, content)] == [
        ("deposit:58411009823:2026-03-02:10000:SEK:E",),
        ("deposit:58411009823:2026-03-02:10000:SEK:E#2",),
    ]


def test_a_reference_that_only_says_there_is_none_is_no_identity() -> None:
    content = notified(entry("1.00", transaction("1.00", servicer_reference="NOTPROVIDED")))
    assert of(SettledPayment, content)[0].identities == ()


def test_a_reference_of_any_length_makes_a_key_of_bounded_length() -> None:
    content = notified(entry("1.00", transaction("1.00", servicer_reference="P" * 900), servicer_reference="E" * 900))
    assert {len(key) for item in of(SettledPayment, content) for key in item.identities} == {
        8 + 11 + 1 + 10 + 1 + 7 + 1 + 64
    }


def test_an_entry_without_references_is_told_by_its_place_in_the_statement() -> None:
    content = notified(entry("1.00"), entry("1.00"))
    assert [deposit.identities for deposit in of(Deposit, content)] == [
        ("deposit:58411009823:2026-03-02:100:SEK:N1 1",),
        ("deposit:58411009823:2026-03-02:100:SEK:N1 2",),
    ]


def test_a_payment_that_is_notified_alone_and_listed_in_a_batch_is_the_same() -> None:
    one, other = (transaction(amount, servicer_reference=f"P{amount}") for amount in ("60.00", "40.00"))
    alone = of(SettledPayment, notified(entry("60.00", one, servicer_reference="E1")))
    batch = of(SettledPayment, stated(entry("100.00", one, other, servicer_reference="E2")))
    assert alone[0].identities == batch[0].identities


def test_the_payee_of_a_deposit_is_named_when_there_is_one() -> None:
    several = notified(entry("2.00", transaction("1.00", payee=BANKGIRO), transaction("1.00", payee="58056201")))
    assert [deposit.payee for deposit in of(Deposit, several)] == [None]
