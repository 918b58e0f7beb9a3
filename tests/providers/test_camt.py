"""camt.054 and camt.053: every version, and XML as it may come."""

from dataclasses import replace
from datetime import date

import pytest

from providers import Deposit, Money, Reference, SettledPayment
from providers.bankgirot.plugin import BankgirotFiles
from tests.providers.bank_files import DAY, Paid, PaidIn, Part, camt, camt054, notification, ocr
from tests.providers.camt_items import OCR, VERSIONS, findings, of, payment, read, warnings

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
        (b"<Dt>2026-03-02</Dt>", b"<DtTm>2026-03-02T22:59:59.999Z</DtTm>"),
        (b"<Dt>2026-03-02</Dt>", b"<Dt>\n 2026-03-02 </Dt>"),
        (b">100.00<", b"> +100.00000 <"),
    ],
)
def test_how_the_xml_is_written_changes_nothing(old: bytes, new: bytes) -> None:
    content = camt054(DEPOSIT)
    assert old in content
    assert read(content.replace(old, new)) == read(content)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-03-01T23:30:00Z", date(2026, 3, 2)),
        ("2026-07-01T21:59:59Z", date(2026, 7, 1)),
        ("2026-03-02T00:30:00+02:00", date(2026, 3, 2)),
        ("2026-03-02T23:59:59", date(2026, 3, 2)),
    ],
)
def test_an_instant_is_of_the_banks_day(instant: str, day: date) -> None:
    content = camt054(DEPOSIT).replace(b"<Dt>2026-03-02</Dt>", f"<DtTm>{instant}</DtTm>".encode())
    assert {item.booked_on for item in read(content) if isinstance(item, Deposit)} == {day}


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
