"""SIE files, read back as the standard says a reader does."""

import re
import zlib
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from billing.sie import Company, SieFile, TooManyDecimals, Voucher, code_page_text

FIELD = re.compile(r'"((?:\\"|[^"])*)"|(\{[^}]*\})|(\S+)')


def read(content: bytes) -> tuple[dict[str, list[list[str]]], list[list[tuple[str, int]]]]:
    """The records by their labels, and the vouchers' rows in cents. Its checksum must be right."""
    records: dict[str, list[list[str]]] = {}
    vouchers: list[list[tuple[str, int]]] = []
    summed, summing = "", False
    for line in content.decode("cp437").split("\n"):
        if line in {"", "{", "}"}:
            continue
        found = [
            (bare or objects or quoted.replace('\\"', '"'), objects) for quoted, objects, bare in FIELD.findall(line)
        ]
        label, *fields = (field for field, _ in found)
        if label == "#KSUMMA":
            if fields:
                assert int(fields[0]) == zlib.crc32(summed.encode("cp437"))
            summing = not fields
            continue
        if summing:
            summed += "".join(field for field, objects in found if not objects)
        records.setdefault(label, []).append(fields)
        if label == "#VER":
            vouchers.append([])
        elif label == "#TRANS":
            account, objects, amount = fields
            assert objects == "{}"
            assert re.fullmatch(r"-?\d+\.\d\d", amount)
            vouchers[-1].append((account, int(amount.replace(".", ""))))
    assert not summing
    return records, vouchers


def written(company: Company, *vouchers: Voucher) -> bytes:
    file = SieFile(company)
    head = file.head(program="petanque-billing", version="1", on=date(2026, 11, 1), accounts=[("1930", "Bank")])
    return head + b"".join(file.voucher(voucher) for voucher in vouchers) + file.end()


def test_a_file_is_what_the_standard_says_record_by_record() -> None:
    voucher = Voucher(
        number=1, on=date(2026, 10, 5), text='Invoice "A" \N{EN DASH} 5 €', rows=[("1510", 125_00), ("3001", -125_00)]
    )

    content = written(Company(name="Örnens Boule", currency="EUR", organisation_number="802000-1234"), voucher)

    assert content.decode("cp437").split("\n") == [
        "#FLAGGA 0", "#KSUMMA", "#PROGRAM petanque-billing 1", "#FORMAT PC8", "#GEN 20261101", "#SIETYP 4",
        "#ORGNR 802000-1234", '#FNAMN "Örnens Boule"', "#KPTYP EUBAS97", "#VALUTA EUR", "#KONTO 1930 Bank",
        '#VER A 1 20261005 "Invoice \\"A\\" - 5 EUR"', "{", "#TRANS 1510 {} 125.00", "#TRANS 3001 {} -125.00", "}",
        content.decode("cp437").split("\n")[-2], "",
    ]  # fmt: skip
    records, vouchers = read(content)
    assert vouchers == [[("1510", 12_500), ("3001", -12_500)]]
    assert records["#VER"] == [["A", "1", "20261005", 'Invoice "A" - 5 EUR']]


def test_letters_that_the_code_page_lacks_are_written_as_people_would() -> None:
    assert (
        code_page_text("Ærø bådelaug § 4 \N{EN DASH} Łódź \N{RIGHT SINGLE QUOTATION MARK}s")
        == "Ærö bådelaug par. 4 - Lódz 's"
    )
    assert code_page_text("漢字\tx\\y") == "?? x/y"
    assert code_page_text("e\N{COMBINING ACUTE ACCENT}") == "é"


@example("{", [0])
@given(
    st.text(max_size=30),
    st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=6),
)
def test_any_text_and_any_amounts_are_read_back(text: str, cents: list[int]) -> None:
    rows = [("1510", amount) for amount in cents] + [("3001", -sum(cents))]
    voucher = Voucher(number=7, on=date(2026, 1, 31), text=text, rows=rows)

    records, vouchers = read(written(Company(name="Å" + text, currency="SEK"), voucher))

    assert vouchers == [rows]
    assert records["#VER"] == [["A", "7", "20260131", code_page_text(text)]]


def test_an_unbalanced_voucher_cannot_be_made() -> None:
    with pytest.raises(AssertionError):
        Voucher(number=1, on=date(2026, 1, 1), text="", rows=[("1510", 1)])


def test_a_currency_of_three_decimals_is_refused() -> None:
    with pytest.raises(TooManyDecimals, match="KWD has 3 decimals, and SIE takes 2; take CSV instead"):
        SieFile(Company(name="x", currency="KWD"))
