"""Files that arrive damaged, or were made to do harm: each is refused with its findings, or read; nothing else happens."""

import io
import os
import random
from pathlib import Path

import pytest

from providers import BankFileInvalid, Debit, Deposit, Item, Money, SettledPayment
from providers.bankgirot.camt_settlements import read_camt
from providers.bankgirot.plugin import BankgirotFiles
from tests.providers.bank_files import (
    Paid,
    PaidIn,
    Part,
    balance,
    bgmax,
    camt,
    camt054,
    entry,
    notification,
    ocr,
    structured,
    transaction,
)

VARIANTS = 1_000
FILES = BankgirotFiles()

DEPOSITS = [
    PaidIn(
        payments=[
            Paid(
                cents=180_000,
                code="0",
                texts=["Betalning av flera"],
                parts=[Part(reference=ocr(6657)), Part(reference="1")],
            ),
            Paid(cents=50_000, reference="faktura 146048 kund nr 88", code="3", texts=["49"], name="Provköping AB"),
            Paid(
                cents=20_000,
                reference="8985",
                code="3",
                is_deduction=True,
                payer_bankgiro="3783511",
                serial="000000000019",
            ),
        ]
    ),
    PaidIn(
        serial=2,
        currency="EUR",
        payments=[
            Paid(
                cents=90_000,
                code="0",
                name="Övningsbolaget",
                street="Provgatan 1",
                organisation="005590000009",
                parts=[Part(reference=ocr(7449), cents=140_000), Part(reference=ocr(7445), cents=-50_000)],
            )
        ],
    ),
]


def statement() -> bytes:
    payments = (
        transaction("60.00", structured(ocr(12345)), servicer_reference="P1", version="08"),
        transaction("40.00", "<Ustrd>Hyra åäö</Ustrd>", servicer_reference="P2", version="08"),
    )
    return camt(
        notification(
            entry("100.00", *payments, reference="BG9912346 00001-0000001", servicer_reference="E1", version="08"),
            entry("12.50", side="DBIT", subfamily="CHRG", servicer_reference="E2", version="08"),
            head=balance("OPBD", "1000.00") + balance("CLBD", "1087.50"),
        ),
        message="053",
        version="08",
    )


def samples() -> dict[str, bytes]:
    """The public files where their folder is known, and files of our own."""
    folder = os.environ.get("BANK_SAMPLES")
    public = (
        [path for path in sorted(Path(folder).glob("*")) if path.name.startswith(("bgmax", "camt"))] if folder else []
    )
    messages = {"camt.054.02": camt054(*DEPOSITS), "camt.053.08": statement()}
    own = {"bgmax": bgmax(*DEPOSITS)} | {name: one.replace(b"><", b">\n<") for name, one in messages.items()}
    return own | {path.name: path.read_bytes() for path in public}


SAMPLES = samples()


def read(content: bytes) -> list[Item]:
    recognised = FILES.recognise(content[:4096])
    return [] if recognised is None else list(recognised.read(io.BytesIO(content)))


def refusal(content: bytes) -> BankFileInvalid:
    with pytest.raises(BankFileInvalid) as raised:
        read(content)
    return raised.value


def money(items: list[Item]) -> list[str]:
    return sorted(str(item.amount) for item in items if isinstance(item, Deposit | Debit))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_thousand_damaged_variants_are_refused_or_read_soundly(name: str) -> None:
    """A seeded walk: bytes flipped, digits changed, lines lost, doubled and swapped, ends cut off, tags put in.

    What is read all the same adds up; of BgMax, whose totals leave no amount unchecked, it is the very same money.
    """
    dice = random.Random(name)
    was_bgmax = name.startswith("bgmax")
    refused = 0
    for _ in range(VARIANTS):
        content = SAMPLES[name]
        for _ in range(dice.choice((1, 1, 1, 2, 5))):
            content = dice.choice(DAMAGES)(content, dice)
        try:
            items = read(content)
        except BankFileInvalid:
            refused += 1
            continue
        assert_sound(items)
        assert not was_bgmax or not items or money(items) == money(read(SAMPLES[name]))
    assert refused > VARIANTS // 5


def assert_sound(items: list[Item]) -> None:
    """Every deposit is the sum of its payments, and no identity comes twice."""
    payments = [item for item in items if isinstance(item, SettledPayment)]
    deposits = [item for item in items if isinstance(item, Deposit)]
    sums = {deposit.number: Money(0, deposit.amount.currency) for deposit in deposits}
    for payment in payments:
        sums[payment.deposit] += payment.amount
    identities = [key for item in [*payments, *deposits] for key in item.identities]
    assert sums == {deposit.number: deposit.amount for deposit in deposits}
    assert len(identities) == len(set(identities))


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE Document SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE Document [<!ENTITY x SYSTEM "http://127.0.0.1:9/">]>',
        '<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
    ],
)
def test_a_document_type_is_refused_before_any_entity_is_looked_at(declared: str) -> None:
    head, rest = statement().split(b"?>", 1)
    invalid = refusal(head + b"?>" + declared.encode() + rest)
    assert invalid.findings == ["line 1: it declares a document type (DTD), which bank files never do"]


def test_a_document_type_after_a_long_comment_is_refused_too() -> None:
    """Past the first 4 kB it is the reader that meets it, not the recognition."""
    head, rest = statement().split(b"?>", 1)
    content = head + b"?><!--" + b" " * 5_000 + b"--><!DOCTYPE a>" + rest
    with pytest.raises(BankFileInvalid, match="document type"):
        list(read_camt(io.BytesIO(content)))


def test_a_hundred_thousand_nested_elements_are_refused_at_the_sixty_fourth() -> None:
    opened = statement().replace(b"<Ntry>", b"<Ntry>" + b"<a>" * 100_000, 1)
    assert "elements are nested more than 64 deep" in refusal(opened).findings[0]


@pytest.mark.parametrize("characters", [2_000, 2_000_000])
def test_a_text_without_end_is_refused(characters: int) -> None:
    invalid = refusal(statement().replace(b"Hyra", b"x" * characters))
    assert "text is longer than 1000 characters" in invalid.findings[0]


def test_a_tag_without_end_is_refused_before_it_fills_the_memory() -> None:
    endless = statement().replace(b"<Ntry>", b'<Ntry a="' + b"x" * 1_000_000, 1)
    assert "a tag or comment is longer than" in refusal(endless).findings[0]


def test_a_payment_of_countless_references_is_refused() -> None:
    many = structured(ocr(1)) * 6_000
    content = camt(notification(entry("1.00", transaction("1.00", many))))
    assert "an element has more than 5000 details" in refusal(content).findings[0]


def test_parts_that_are_larger_than_any_amount_do_no_harm() -> None:
    huge = [Part(reference=ocr(1), cents=sign * (10**18 - 1)) for sign in (1,) * 20 + (-1,) * 20]
    paid = Paid(cents=100, code="0", parts=[*huge, Part(reference=ocr(2), cents=100)])
    items = read(bgmax(PaidIn(payments=[paid])))
    assert [str(one.amount) for one in items[0].references] == ["None", "1.00 SEK"]


def test_a_payment_of_countless_lines_is_refused() -> None:
    paid = Paid(cents=100, reference=ocr(1), texts=["x"] * 1_001)
    assert "goes on for more than 1000 lines" in refusal(bgmax(PaidIn(payments=[paid]))).findings[0]


def test_a_line_without_end_is_refused() -> None:
    assert "longer than 1000 bytes" in refusal(b"01BGMAX" + b" " * 50_000).findings[0]


def test_a_file_of_faults_alone_is_given_up_after_a_thousand() -> None:
    header = bgmax().splitlines(keepends=True)[0]
    invalid = refusal(header + b"15\n" * 5_000)
    assert len(invalid.findings) == 100
    assert "(and 999 more)" in str(invalid)


@pytest.mark.parametrize("encoding", ["utf-7", "hex", "cp037", "no-such-encoding"])
def test_an_encoding_that_no_bank_uses_is_refused(encoding: str) -> None:
    content = statement().replace(b"UTF-8", encoding.encode())
    assert refusal(content).findings == [f"line 1: the encoding {encoding} is none that banks use"]


def test_a_file_cut_off_in_a_tag_is_refused() -> None:
    content = statement()
    assert "no well-formed XML" in refusal(content[: len(content) // 2]).findings[0]


def test_nul_bytes_are_refused() -> None:
    content = bgmax(*DEPOSITS)
    at = content.index(b"Provk")
    assert "control character '\\x00'" in refusal(content[:at] + b"\x00" + content[at + 1 :]).findings[0]
    assert "no well-formed XML" in refusal(statement().replace(b"Hyra", b"Hy\x00a")).findings[0]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 100,
        b"%PDF-1.7",
        b"HDGR;Date;Amount",
        b"PK\x03\x04",
        b"02BGMAX",
        b'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.02"/>',
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.052.001.08"/>',
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.14"/>',
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.01"/>',
        b"<Document/>",
    ],
)
def test_what_is_no_bank_file_of_ours_is_not_recognised(content: bytes) -> None:
    assert FILES.recognise(content) is None


def flipped(content: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(content) or 1)
    return content[:at] + bytes([dice.randrange(256)]) + content[at + 1 :]


def digit_changed(content: bytes, dice: random.Random) -> bytes:
    digits = [at for at, byte in enumerate(content) if 48 <= byte <= 57] or [0]
    at = dice.choice(digits)
    return content[:at] + bytes([dice.randrange(48, 58)]) + content[at + 1 :]


def cut_off(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randrange(len(content) or 1)]


def line_lost(content: bytes, dice: random.Random) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    del lines[dice.randrange(len(lines))]
    return b"".join(lines)


def line_doubled(content: bytes, dice: random.Random) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    at = dice.randrange(len(lines))
    return b"".join(lines[: at + 1] + lines[at:])


def lines_swapped(content: bytes, dice: random.Random) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def put_in(content: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(content) + 1)
    return content[:at] + dice.choice(INSERTS) + content[at:]


INSERTS = (
    b"<Amt Ccy='SEK'>1</Amt>", b"</Ntry>", b"<TxDtls>", b"<Ntry/>", b"<!-- note -->", b"<?pi x?>", b"<![CDATA[5]]>",
    b"&lt;", b"&x;", b"&#0;", b"<!DOCTYPE a>", b"\x00", b"\t", b"\xff", b"\xef\xbb\xbf", b"\n", b"20", b"9" * 90,
)  # fmt: skip
DAMAGES = (flipped, digit_changed, cut_off, line_lost, line_doubled, lines_swapped, put_in)
