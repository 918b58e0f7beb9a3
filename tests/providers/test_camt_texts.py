"""What a camt file says of a payment: references, text, parties."""

import pytest

from providers import SettledPayment
from tests.providers.bank_files import entry, ocr, structured, transaction
from tests.providers.camt_items import OCR, RF, TEXT, findings, notified, of, payment, references


def test_a_structured_reference_is_ocr_only_with_a_right_check_digit() -> None:
    assert references(structured(ocr(98547))) == [(ocr(98547), OCR, None)]
    assert references(structured("985470")) == [("985470", TEXT, None)]


def test_the_number_of_a_document_is_an_ocr_number_where_its_check_digit_is_right() -> None:
    assert references(structured(ocr(98547), is_ocr=False)) == [(ocr(98547), OCR, None)]
    assert references(structured("985470", is_ocr=False)) == [("985470", TEXT, None)]
    assert references(structured("1154602 3288-26 NAMN", is_ocr=False)) == [("1154602 3288-26 NAMN", TEXT, None)]
    credit_note = structured(ocr(98547), is_ocr=False).replace("CINV", "CREN")
    assert references(credit_note) == [(ocr(98547), TEXT, None)]


@pytest.mark.parametrize("type_", ["<Cd>SCOR</Cd>", "<Prtry>OCR</Prtry>", None])
def test_a_creditor_reference_is_an_ocr_number_however_it_is_called_and_spaced(type_: str | None) -> None:
    spaced = f"{ocr(98547)[:3]} {ocr(98547)[3:]}"
    known = "<Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>"
    called = "" if type_ is None else f"<Tp><CdOrPrtry>{type_}</CdOrPrtry></Tp>"
    written = structured(spaced)
    assert known in written
    assert references(written.replace(known, called)) == [(ocr(98547), OCR, None)]


def test_a_reference_of_another_document_is_text() -> None:
    assert references(structured(ocr(98547)).replace("SCOR", "RADM")) == [(ocr(98547), TEXT, None)]


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
