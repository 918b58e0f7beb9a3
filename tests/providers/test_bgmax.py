"""BgMax: every rule of structure and totals, every way a file may look odd and be booked all the same."""

import io
from datetime import date

import pytest

from providers import BankFileInvalid, Deposit, Item, Money, Reference, ReferenceKind, SettledPayment
from providers import Warning as Told
from providers.bankgirot.bgmax_settlements import read_bgmax
from providers.bankgirot.plugin import BankgirotFiles
from tests.providers.bank_files import DAY, Paid, PaidIn, Part, bgmax, ocr

OCR, RF, TEXT = ReferenceKind.OCR, ReferenceKind.RF, ReferenceKind.TEXT


def read(content: bytes) -> list[Item]:
    return list(read_bgmax(io.BytesIO(content)))


def findings(content: bytes) -> list[str]:
    with pytest.raises(BankFileInvalid) as raised:
        read(content)
    return raised.value.findings


def warnings(content: bytes) -> list[str]:
    return [item.text for item in read(content) if isinstance(item, Told)]


def payment(paid: Paid) -> SettledPayment:
    """The payment as it is read, when it is alone in its file."""
    first = read(bgmax(PaidIn(payments=[paid])))[0]
    assert isinstance(first, SettledPayment)
    return first


def references(paid: Paid) -> list[tuple[str, ReferenceKind, int | None]]:
    return [(one.text, one.kind, one.amount.cents if one.amount else None) for one in payment(paid).references]


def edited(content: bytes, line: int, columns: tuple[int, int], text: str) -> bytes:
    """The file with other text in columns `first` to `last` (as the manual counts) of a line (from 1)."""
    lines = content.split(b"\r\n")
    first, last = columns
    assert len(text) == last - first + 1
    lines[line - 1] = lines[line - 1][: first - 1] + text.encode("latin-1") + lines[line - 1][last:]
    return b"\r\n".join(lines)


def without(content: bytes, line: int) -> bytes:
    lines = content.split(b"\r\n")
    del lines[line - 1]
    return b"\r\n".join(lines)


ONE = PaidIn(
    payments=[Paid(cents=110_000, reference=ocr(65086), code="2", payer_bankgiro="97012333", serial="000000000012")]
)
TWO = PaidIn(serial=2, payments=[Paid(cents=500), Paid(cents=700)])
FILE = bgmax(ONE, TWO)  # lines: 01, 05 20 15, 05 20 20 15, 70


def test_a_payment_and_its_deposit_are_read_with_all_they_say() -> None:
    assert read(bgmax(ONE)) == [
        SettledPayment(
            deposit=1,
            ordinal=1,
            amount=Money(110_000, "SEK"),
            references=(Reference(text=ocr(65086), kind=OCR),),
            counterparty_account="BG 9701-2333",
            payee="BG 991-2346",
            bank_reference="000000000012",
        ),
        Deposit(
            number=1,
            amount=Money(110_000, "SEK"),
            booked_on=DAY,
            payment_count=1,
            reference="BG 991-2346 00001",
            identities=("bgmax:9912346:2026:00001:SEK", "bankgiro:9912346:2026-03-02:110000:SEK:00001"),
            payee="BG 991-2346",
            account="58411009823",
        ),
    ]


def test_a_payer_is_named_and_told_by_the_bankgiro_number() -> None:
    paid = payment(Paid(cents=1, name="Övningsbolaget AB", street="Provgatan 1", payer_bankgiro="3783511"))
    assert (paid.counterparty_name, paid.counterparty_account) == ("Övningsbolaget AB", "BG 378-3511")


def test_deposits_are_numbered_in_the_file_and_payments_in_their_deposit() -> None:
    places = [(item.deposit, item.ordinal) for item in read(FILE) if isinstance(item, SettledPayment)]
    assert places == [(1, 1), (2, 1), (2, 2)]


def test_two_equal_payments_are_two_payments() -> None:
    twice = PaidIn(payments=[Paid(cents=500, reference=ocr(1))] * 2)
    assert [item.amount for item in read(bgmax(twice)) if isinstance(item, SettledPayment)] == [Money(500, "SEK")] * 2


def test_a_deduction_is_a_negative_payment_and_lowers_the_deposit() -> None:
    items = read(bgmax(PaidIn(payments=[Paid(cents=900), Paid(cents=500, is_deduction=True)])))
    assert [item.amount.cents for item in items if isinstance(item, SettledPayment | Deposit)] == [900, -500, 400]


def test_a_deposit_of_nothing_is_read_when_a_deduction_eats_the_payment() -> None:
    items = read(bgmax(PaidIn(payments=[Paid(cents=900), Paid(cents=900, is_deduction=True)])))
    assert [item.amount.cents for item in items if isinstance(item, Deposit)] == [0]


def test_each_currency_is_a_section_of_its_own() -> None:
    items = read(bgmax(ONE, PaidIn(payments=[Paid(cents=100)], currency="EUR")))
    assert [item.amount for item in items if isinstance(item, Deposit)] == [Money(110_000, "SEK"), Money(100, "EUR")]


# ---------------------------------------------------------------- references and text


def test_a_reference_that_the_bank_checked_is_an_ocr_reference() -> None:
    assert references(Paid(cents=1, reference=ocr(65086), code="2")) == [(ocr(65086), OCR, None)]


def test_so_is_one_that_is_right_by_the_registration_of_the_payee() -> None:
    assert references(Paid(cents=1, reference=ocr(65086), code="4")) == [(ocr(65086), OCR, None)]
    assert references(Paid(cents=1, reference="F 17", code="4")) == [("F 17", TEXT, None)]


def test_a_reference_that_was_typed_is_text_whatever_it_looks_like() -> None:
    assert references(Paid(cents=1, reference=ocr(65086), code="3")) == [(ocr(65086), TEXT, None)]


def test_a_creditor_reference_of_iso_11649_is_known_by_its_check_digits() -> None:
    assert references(Paid(cents=1, reference="RF18 5390 0754 7034", code="3")) == [("RF18539007547034", RF, None)]
    assert references(Paid(cents=1, reference="RF19 5390 0754 7034", code="3")) == [("RF19 5390 0754 7034", TEXT, None)]


def test_extra_references_come_once_each_and_the_list_of_them_is_dropped() -> None:
    parts = [Part(reference=ocr(6578)), Part(reference=ocr(6587)), Part(reference=ocr(6578))]
    paid = Paid(cents=1, reference=f"{ocr(6578)}, {ocr(6587)}", code="3", parts=parts)
    assert references(paid) == [(ocr(6578), OCR, None), (ocr(6587), OCR, None)]


def test_a_text_that_says_more_than_the_extra_references_is_kept_after_them() -> None:
    paid = Paid(cents=1, reference=f"{ocr(6578)} kund 17", code="3", parts=[Part(reference=ocr(6578))])
    assert references(paid) == [(ocr(6578), OCR, None), (f"{ocr(6578)} kund 17", TEXT, None)]


def test_part_amounts_stay_with_their_references_and_credit_notes_are_negative() -> None:
    parts = [
        Part(reference=ocr(74), cents=1_000),
        Part(reference="8988", cents=900, code="5"),
        Part(reference=ocr(75), cents=-500),
    ]
    assert references(Paid(cents=1_400, code="0", parts=parts)) == [
        (ocr(74), OCR, 1_000),
        (ocr(75), OCR, -500),
        ("8988", TEXT, 900),
    ]


def test_parts_of_the_same_reference_are_added() -> None:
    parts = [Part(reference=ocr(74), cents=300), Part(reference=ocr(74), cents=700)]
    assert references(Paid(cents=1_000, code="0", parts=parts)) == [(ocr(74), OCR, 1_000)]


def test_parts_of_a_deduction_are_negative_like_it() -> None:
    deduction = Paid(cents=300, code="0", is_deduction=True, parts=[Part(reference=ocr(74), cents=300)])
    second = read(bgmax(PaidIn(payments=[Paid(cents=900), deduction])))[1]
    assert isinstance(second, SettledPayment)
    assert [one.amount for one in second.references] == [Money(-300, "SEK")]


def test_a_typed_text_goes_on_in_the_next_record_without_a_blank() -> None:
    paid = Paid(cents=1, reference="faktura 146048 kund nr 88", code="3", texts=["49", "tack"])
    assert references(paid) == [("faktura 146048 kund nr 8849", TEXT, None)]
    assert payment(paid).message == "tack"


def test_a_shorter_typed_text_does_not_go_on() -> None:
    paid = payment(Paid(cents=1, reference="faktura 146048", code="3", texts=["49"]))
    assert ([one.text for one in paid.references], paid.message) == (["faktura 146048"], "49")


def test_an_ocr_reference_of_all_25_digits_does_not_go_on() -> None:
    number = ocr(123456789012345678901234)
    paid = payment(Paid(cents=1, reference=number, code="2", texts=["49"]))
    assert ([one.text for one in paid.references], paid.message) == ([number], "49")


def test_a_full_line_of_text_goes_on_in_the_next() -> None:
    assert payment(Paid(cents=1, texts=["x" * 49 + "1", "23 tack", "hej"])).message == "x" * 49 + "123 tack hej"


def test_text_that_only_repeats_a_reference_is_no_message() -> None:
    assert payment(Paid(cents=1, reference="145569 8619", code="3", texts=["145569 8619"])).message is None


# ---------------------------------------------------------------- totals and structure


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (edited(FILE, 4, (68, 68), "1"), ["line 4: the deposit is 1\xa0100.01 SEK, its payments add up to 1\xa0100.00 SEK"]),
        (edited(FILE, 8, (79, 79), "3"), ["line 8: it counts 3 payments, there are 2"]),
        (edited(FILE, 4, (69, 71), "EUR"), ["line 4: its currency is EUR, its section's SEK"]),
        (edited(FILE, 9, (10, 10), "4"), ["line 9: the trailer counts 4 payments (20), there are 3"]),
        (edited(FILE, 9, (18, 18), "1"), ["line 9: the trailer counts 1 deductions (21), there are 0"]),
        (edited(FILE, 9, (26, 26), "1"), ["line 9: the trailer counts 1 extra references (22, 23), there are 0"]),
        (edited(FILE, 9, (34, 34), "1"), ["line 9: the trailer counts 1 deposits (15), there are 2"]),
        (edited(FILE, 1, (45, 45), "T"), ["line 1: the file is marked as a test (T)"]),
        (edited(FILE, 1, (45, 45), " "), ["line 1: the file is marked '', not as production (P)"]),
        (edited(FILE, 1, (23, 24), "02"), ["line 1: the layout is BGMAX 02, not BGMAX 01"]),
        (edited(FILE, 2, (23, 25), "NOK"), ["line 2: currency 'NOK' is not one of SEK, EUR", "line 4: its currency is SEK, its section's NOK"]),
        (edited(FILE, 2, (3, 12), "0000000000"), ["line 2: there is no payee bankgiro number"]),
        (edited(FILE, 4, (38, 45), "20260230"), ["line 4: columns 38-45 must be a date (CCYYMMDD), not '20260230'"]),
        (edited(FILE, 4, (38, 45), "2026 302"), ["line 4: columns 38-45 must be a date (CCYYMMDD), not '2026 302'"]),
        (edited(FILE, 4, (46, 50), "     "), ["line 4: the deposit's serial number must be digits, not ''"]),
        (edited(FILE, 8, (46, 50), "00001"), ["line 8: deposit 00001 of the same payee and year comes twice"]),
        (edited(FILE, 3, (3, 12), "000X783511"), ["line 3: columns 3-12 must be a giro number, not '000X783511'"]),
        (without(FILE, 9), ["end of file: the trailer (70) is missing: the file is cut off"]),
        (without(FILE, 1), ["line 1: the first record is 05, not the header (01)"]),
        (FILE + FILE.split(b"\r\n")[0], ["line 10: a record 01 comes after the trailer (70)", "line 10: there is a second header (01)"]),
    ],
)  # fmt: skip
def test_a_total_or_mark_that_does_not_hold_refuses_the_file(content: bytes, found: list[str]) -> None:
    assert findings(content) == found


def test_an_amount_that_is_no_number_refuses_the_file() -> None:
    assert findings(edited(FILE, 3, (38, 55), "000000000000 10000")) == [
        "line 3: columns 38-55 must be digits, not '000000000000 10000'",
        "line 4: the deposit is 1\xa0100.00 SEK, its payments add up to 0.00 SEK",
    ]


def test_a_section_must_be_closed_before_the_next_opens() -> None:
    assert findings(without(FILE, 4))[0] == "line 4: the section of line 2 is not closed by a deposit (15)"
    assert findings(without(FILE, 8)) == [
        "line 8: the trailer counts 2 deposits (15), there are 1",
        "line 5: this section is not closed by a deposit (15)",
    ]


def test_payments_and_deposits_outside_of_a_section_refuse_the_file() -> None:
    assert findings(without(FILE, 2)) == [
        "line 2: a record 20 stands outside of a section",
        "line 3: a deposit (15) closes no section",
    ]


def test_a_section_without_a_payment_refuses_the_file() -> None:
    found = findings(bgmax(PaidIn(payments=[])))
    assert found == ["line 3: its section holds no payment (20)"]


def test_a_file_without_sections_refuses_itself() -> None:
    assert findings(bgmax()) == ["file: it holds no section (05)"]


def test_text_that_belongs_to_no_payment_refuses_the_file() -> None:
    lines = FILE.split(b"\r\n")
    lines.insert(2, b"25" + b"text".ljust(78))
    assert findings(b"\r\n".join(lines)) == ["line 3: a record 25 belongs to no payment"]


def test_parts_that_do_not_add_up_refuse_the_file() -> None:
    paid = Paid(cents=1_000, code="0", parts=[Part(reference=ocr(1), cents=900), Part(reference=ocr(2), cents=-100)])
    assert findings(bgmax(PaidIn(payments=[paid]))) == ["line 3: its parts add up to 8.00 SEK, not to 10.00 SEK"]


def test_a_file_cut_off_in_a_payment_is_refused() -> None:
    cut = b"\r\n".join(bgmax(PaidIn(payments=[Paid(cents=1, name="A AB")])).split(b"\r\n")[:4])
    assert findings(cut) == [
        "line 2: this section is not closed by a deposit (15)",
        "end of file: the trailer (70) is missing: the file is cut off",
    ]


def test_records_that_ran_together_are_refused() -> None:
    assert findings(FILE.replace(b"\r\n70", b"70"))[0] == "line 8: it has text after column 80"


def test_a_file_of_blank_lines_holds_no_records() -> None:
    assert findings(b"\r\n \r\n")[0] == "file: it holds no records"


def test_all_faults_are_told_at_once() -> None:
    content = edited(edited(edited(FILE, 1, (45, 45), "T"), 4, (68, 68), "1"), 8, (79, 79), "9")
    assert [found.split(":")[0] for found in findings(content)] == ["line 1", "line 4", "line 8"]


# ---------------------------------------------------------------- odd, told, and booked


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (FILE.replace(b"\r\n", b"\n"), []),
        (FILE.removesuffix(b"\r\n"), []),
        (b"\xef\xbb\xbf" + FILE, []),
        (FILE + b"\r\n\r\n", []),
        (FILE + b"\x1a", []),
        (FILE.replace(b"\r\n", b"\r\n\r\n"), []),
        (b"\r\n".join(line.rstrip() for line in FILE.split(b"\r\n")), ["Line lengths [25, 34, 45, 70, 79]: short lines were padded to 80 columns."]),
        (FILE.replace(b"P" + b" " * 35, b"P\t" + b" " * 32, 1), ["Line 1: TAB characters were expanded to stops of 8.", "Line lengths [78, 80]: short lines were padded to 80 columns."]),
        (FILE.replace(b"\r\n70", b"\r\n42 something new".ljust(82) + b"\r\n70"), ["Line 9: record type '42' is not known; it was skipped."]),
    ],
)  # fmt: skip
def test_what_tools_do_to_a_file_changes_nothing_but_the_warnings(content: bytes, told: list[str]) -> None:
    assert [item for item in read(content) if not isinstance(item, Told)] == read(FILE)
    assert warnings(content) == told


@pytest.mark.parametrize(
    ("encoding", "twice", "told"),
    [
        ("iso-8859-1", False, []),
        ("utf-8", False, ["Bytes are UTF-8, not ISO 8859-1."]),
        ("utf-8", True, ["Bytes are UTF-8 encoded twice, not ISO 8859-1."]),
    ],
)
def test_names_are_read_right_in_every_encoding(encoding: str, twice: bool, told: list[str]) -> None:
    content = bgmax(PaidIn(payments=[Paid(cents=1, name="Åkerööäpple é AB")]), encoding=encoding)
    if twice:
        content = content.decode("iso-8859-1").encode("utf-8")
    items = read(content)
    assert isinstance(items[0], SettledPayment)
    assert items[0].counterparty_name == "Åkerööäpple é AB"
    assert warnings(content) == told


def test_a_checked_reference_with_a_wrong_check_digit_is_told_and_kept() -> None:
    paid = Paid(cents=1, reference="655968", code="2")
    assert references(paid) == [("655968", OCR, None)]
    assert warnings(bgmax(PaidIn(payments=[paid]))) == ["Line 3: reference code 2 but '655968' fails modulus 10."]


def test_an_extra_reference_of_another_serial_number_is_told() -> None:
    paid = Paid(cents=1, serial="000000000016", parts=[Part(reference=ocr(1))])
    content = edited(bgmax(PaidIn(payments=[paid])), 4, (58, 69), "000000000017")
    assert warnings(content) == ["Line 4: serial 000000000017 differs from its payment's, 000000000016."]


def test_an_extra_reference_without_a_reference_is_none() -> None:
    assert references(Paid(cents=1, reference="17", parts=[Part(reference="", code="0")])) == [("17", TEXT, None)]


def test_an_odd_organisation_number_is_told() -> None:
    content = bgmax(PaidIn(payments=[Paid(cents=1, organisation="00559000009")]))
    assert warnings(content) == ["Line 4: organisation number field has 11 digits, not 12."]


def test_a_serial_number_that_comes_again_is_told_and_both_payments_are_read() -> None:
    twice = PaidIn(payments=[Paid(cents=1, serial="000000000016"), Paid(cents=2, serial="000000000016")])
    assert warnings(bgmax(twice)) == ["BGC serial 000000000016 is on 2 payment/deduction records."]
    assert len([item for item in read(bgmax(twice)) if isinstance(item, SettledPayment)]) == 2


def test_a_deposit_dated_in_another_millennium_is_told() -> None:
    content = edited(bgmax(ONE), 4, (38, 45), "10100324")
    assert warnings(content) == ["Line 4: the deposit is dated 1010-03-24; look at the day before relying on it."]
    assert [item.booked_on for item in read(content) if isinstance(item, Deposit)] == [date(1010, 3, 24)]


def test_a_payment_of_nothing_is_left_out_and_told() -> None:
    content = bgmax(PaidIn(payments=[Paid(cents=100), Paid(cents=0)]))
    assert warnings(content) == ["Line 4: a payment of 0.00 is left out."]
    assert [item.payment_count for item in read(content) if isinstance(item, Deposit)] == [1]


def test_a_name_that_comes_again_is_told() -> None:
    lines = bgmax(PaidIn(payments=[Paid(cents=1, name="A AB")])).split(b"\r\n")
    lines.insert(4, b"26B AB".ljust(80))
    assert warnings(b"\r\n".join(lines)) == ["Line 5: a record 26 comes again or out of its order."]


def test_warnings_beyond_a_hundred_are_counted() -> None:
    content = bgmax(PaidIn(payments=[Paid(cents=1, reference="655968", code="2")] * 130))
    assert len(warnings(content)) == 101
    assert warnings(content)[-1] == "There are 30 more warnings."


def test_the_format_is_recognised_by_its_first_record() -> None:
    for head in (FILE, b"\xef\xbb\xbf" + FILE, b"\r\n" + FILE):
        recognised = BankgirotFiles().recognise(head[:4096])
        assert recognised is not None
        assert recognised.name == "BgMax 01"
