"""SIE 4I: vouchers in the format that Swedish bookkeeping programs read in ("SIE filformat" 4B, 2008-09-30).

Every record is a line of code page 437. A `#KSUMMA` record before and after them holds a checksum over their characters.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from billing.money import decimal_amount, exponent
from billing.refusals import ErrorCode, Refusal

DECIMALS_MAX: Final = 2
SERIES: Final = "A"
# What code page 437 lacks and people write; whatever else it lacks loses its accents, or becomes a question mark.
WRITTEN_AS: Final = str.maketrans({
    "ø": "ö", "Ø": "Ö", "€": "EUR", "§": "par.", "\N{EN DASH}": "-", "—": "-", "\N{MINUS SIGN}": "-", "…": "...", "©": "(c)", "®": "(r)",
    "“": '"', "”": '"', "„": '"', "\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{LEFT SINGLE QUOTATION MARK}": "'",
     "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ",
    "\\": "/", "š": "s", "Š": "S", "ž": "z", "Ž": "Z", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "đ": "d", "ł": "l", "Ł": "L",
})  # fmt: skip
_BARE: Final = re.compile(r"[A-Za-z0-9.-]+")


class TooManyDecimals(Refusal):
    """SIE has amounts of at most two decimals, and the currency has more."""

    code = ErrorCode.CURRENCY_MISMATCH

    def __init__(self, currency: str) -> None:
        self.currency = currency
        super().__init__(
            f"{currency} has {exponent(currency)} decimals, and SIE takes {DECIMALS_MAX}; take CSV instead."
        )


class CurrenciesMixed(Refusal):
    """A SIE file is in one currency, and the book has vouchers of others. `others` are their codes."""

    code = ErrorCode.CURRENCY_MISMATCH

    def __init__(self, *, currency: str, others: Sequence[str]) -> None:
        self.currency, self.others = currency, list(others)
        super().__init__(
            f"A SIE file of this book is in {currency}, and these days hold vouchers in {', '.join(others)} too; take CSV, "
            "or other days."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Whose book it is; `organisation_number` as NNNNNN-NNNN where it is known. `currency`: of all amounts."""

    name: str
    currency: str
    organisation_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """One journal: `rows` are accounts with signed cents (debit positive) and sum to zero."""

    number: int
    on: date
    text: str
    rows: Sequence[tuple[str, int]]

    def __post_init__(self) -> None:
        assert sum(cents for _, cents in self.rows) == 0, self


@dataclass(slots=True)
class Checksum:
    """`#KSUMMA`: CRC-32 over labels and fields as they are meant, without blanks between them, quotes, braces, line ends."""

    crc: int = 0

    def record(self, label: str, *fields: str) -> bytes:
        """A record of plain fields and texts (fields that are no bare word are quoted), as it is written."""
        meant = [code_page_text(text) for text in fields]
        self.crc = zlib.crc32((label + "".join(meant)).encode("cp437"), self.crc)
        return (" ".join((label, *map(_written, meant))) + "\n").encode("cp437")


@dataclass(slots=True)
class SieFile:
    """One file, written from front to end."""

    company: Company
    _sum: Checksum = field(default_factory=Checksum)

    def __post_init__(self) -> None:
        if exponent(self.company.currency) > DECIMALS_MAX:
            raise TooManyDecimals(self.company.currency)

    def head(self, *, program: str, version: str, on: date, accounts: Iterable[tuple[str, str]]) -> bytes:
        """Everything before the vouchers. `accounts`: the number and name of each account that is used."""
        line, company = self._sum.record, self.company
        records = [
            line("#PROGRAM", program, version),
            line("#FORMAT", "PC8"),
            line("#GEN", _day(on)),
            line("#SIETYP", "4"),
        ]
        if company.organisation_number is not None:
            records.append(line("#ORGNR", company.organisation_number))
        records += [line("#FNAMN", company.name), line("#KPTYP", "EUBAS97"), line("#VALUTA", company.currency)]
        records += [line("#KONTO", account, name) for account, name in accounts]
        return b"#FLAGGA 0\n#KSUMMA\n" + b"".join(records)

    def voucher(self, voucher: Voucher) -> bytes:
        """A voucher with its rows."""
        on = _day(voucher.on)
        return b"".join(
            (
                self._sum.record("#VER", SERIES, str(voucher.number), on, voucher.text),
                b"{\n",
                *(self._row(account, cents) for account, cents in voucher.rows),
                b"}\n",
            )
        )

    def end(self) -> bytes:
        """The checksum over all that was written."""
        return f"#KSUMMA {self._sum.crc}\n".encode()

    def _row(self, account: str, cents: int) -> bytes:
        amount = f"{decimal_amount(cents, self.company.currency):f}"
        label, number, sum_ = self._sum.record("#TRANS", account, amount).split(b" ")
        return b" ".join((label, number, b"{}", sum_))


def code_page_text(text: str) -> str:
    """The text with nothing in it that code page 437 lacks."""
    translated = text.translate(WRITTEN_AS)
    return "".join(_known(letter) for letter in unicodedata.normalize("NFC", translated))


def _known(letter: str) -> str:
    if unicodedata.category(letter).startswith("C"):
        return " "
    without_accent = unicodedata.normalize("NFKD", letter)[0]
    return next((known for known in (letter, without_accent) if _in_code_page(known)), "?")


def _in_code_page(letter: str) -> bool:
    try:
        letter.encode("cp437")
    except UnicodeEncodeError:
        return False
    return True


def _written(meant: str) -> str:
    return meant if _BARE.fullmatch(meant) else '"' + meant.replace('"', '\\"') + '"'


def _day(on: date) -> str:
    return f"{on:%Y%m%d}"
