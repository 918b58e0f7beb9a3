"""Bank files as banks write them: BgMax for a bankgiro, camt.054 for accounts; and what a payer wrote."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from xml.sax.saxutils import escape

BANKGIRO = "9912346"
ACCOUNT = "58411009823"
IBANS = {
    "SEK": "SE4550000000058398257466",
    "EUR": "SE3550000000054910000003",
    "NOK": "NO9386011117947",
    "DKK": "DK5000400440116243",
}

CORRECT_OCR, FREE_TEXT = "2", "3"
REFERENCE_WIDTH, TEXT_WIDTH = 25, 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """What a payer sent. `reference` is what was typed; `is_ocr`: the bank found it right. `also`: further right ones.

    `deducted`: the payer takes a credit note off, the amount lowers the deposit. `owed`: it is a tenant's money.
    """

    cents: int
    currency: str
    booked_on: date
    reference: str = ""
    is_ocr: bool = False
    also: Sequence[str] = ()
    text: str = ""
    name: str = ""
    bankgiro: str = ""
    iban: str = ""
    town: str = ""
    deducted: bool = False
    owed: bool = False


def bgmax(transfers: Sequence[Transfer]) -> bytes:
    """A BgMax file of the last evening, one section a day; `transfers` in order of their days."""
    lines = [f"01{'BGMAX':<20}01{transfers[-1].booked_on:%Y%m%d}190000000000P"]
    for day, section in groupby(transfers, key=lambda transfer: transfer.booked_on):
        lines += _section(day, list(section))
    counts = [sum(line[:2] in kinds for line in lines) for kinds in (("20",), ("21",), ("22", "23"), ("15",))]
    lines.append("70" + "".join(f"{count:08}" for count in counts))
    return "".join(f"{line:<80}\r\n" for line in lines).encode("iso-8859-1", errors="replace")


def _section(day: date, transfers: list[Transfer]) -> Iterator[str]:
    yield f"05{BANKGIRO:0>10}{'':10}SEK"
    for place, transfer in enumerate(transfers, 1):
        yield from _payment(transfer, serial=f"{day:%y%m%d}{place:06}")
    total = sum(-transfer.cents if transfer.deducted else transfer.cents for transfer in transfers)
    account = f"{ACCOUNT[:4]}{ACCOUNT[4:]:0>12}"
    yield f"15{account:0>35}{day:%Y%m%d}{day.timetuple().tm_yday:05}{total:018}SEK{len(transfers):08}"


def _payment(transfer: Transfer, *, serial: str) -> Iterator[str]:
    payer, tail = f"{transfer.bankgiro:0>10}", f"1{serial:>12}0"
    code = CORRECT_OCR if transfer.is_ocr else FREE_TEXT if transfer.reference else "0"
    typed, rest = transfer.reference[:REFERENCE_WIDTH], transfer.reference[REFERENCE_WIDTH:]
    reference = f"{typed:>25}" if transfer.is_ocr else f"{typed:<25}"
    kind, mark = ("21", "0") if transfer.deducted else ("20", " ")
    yield f"{kind}{payer}{reference}{transfer.cents:018}{code}{tail}{mark}"
    for other in transfer.also:
        yield f"22{payer}{other:>25}{0:018}{CORRECT_OCR}{tail}"
    for text in filter(None, (rest, transfer.text)):
        yield f"25{text[:TEXT_WIDTH]}"
    if transfer.name:
        yield f"26{transfer.name[:35]}"
    if transfer.town:
        yield f"28{transfer.town[:35]}"


def camt054(transfers: Sequence[Transfer]) -> bytes:
    """A camt.054.001.02 file of the last evening, a notification an account and currency, an entry a transfer."""
    written_on = max(transfer.booked_on for transfer in transfers)
    by_currency = sorted(transfers, key=lambda transfer: transfer.currency)
    notifications = "".join(
        _notification(currency, list(group), written_on)
        for currency, group in groupby(by_currency, key=lambda transfer: transfer.currency)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.02"><BkToCstmrDbtCdtNtfctn>'
        f"<GrpHdr><MsgId>DEMO{written_on:%Y%m%d}</MsgId><CreDtTm>{written_on}T19:00:00</CreDtTm></GrpHdr>"
        f"{notifications}</BkToCstmrDbtCdtNtfctn></Document>\n"
    ).encode()


def _notification(currency: str, transfers: list[Transfer], written_on: date) -> str:
    total = f"<NbOfNtries>{len(transfers)}</NbOfNtries><Sum>{_amount(sum(t.cents for t in transfers))}</Sum>"
    entries = "".join(
        _entry(transfer, f"{transfer.booked_on:%Y%m%d}{currency}{place:06}")
        for place, transfer in enumerate(transfers, 1)
    )
    return (
        f"<Ntfctn><Id>{written_on:%Y%m%d}{currency}</Id><CreDtTm>{written_on}T19:00:00</CreDtTm>"
        f"<Acct><Id><IBAN>{IBANS[currency]}</IBAN></Id><Ccy>{currency}</Ccy></Acct>"
        f"<TxsSummry><TtlCdtNtries>{total}</TtlCdtNtries></TxsSummry>{entries}</Ntfctn>"
    )


def _entry(transfer: Transfer, key: str) -> str:
    amount = f'<Amt Ccy="{transfer.currency}">{_amount(transfer.cents)}</Amt>'
    day = f"<Dt>{transfer.booked_on}</Dt>"
    account = f"<DbtrAcct><Id><IBAN>{transfer.iban}</IBAN></Id></DbtrAcct>" if transfer.iban else ""
    parties = f"<RltdPties><Dbtr><Nm>{escape(transfer.name)}</Nm></Dbtr>{account}</RltdPties>" if transfer.name else ""
    return (
        f"<Ntry><NtryRef>{key}</NtryRef>{amount}<CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>"
        f"<BookgDt>{day}</BookgDt><ValDt>{day}</ValDt><AcctSvcrRef>{key}</AcctSvcrRef>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls><TxDtls><Refs><AcctSvcrRef>{key}-1</AcctSvcrRef></Refs>"
        f"<AmtDtls><TxAmt>{amount}</TxAmt></AmtDtls>{parties}{_remittance(transfer)}</TxDtls></NtryDtls></Ntry>"
    )


def _remittance(transfer: Transfer) -> str:
    creditor = "<Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>"
    found = (transfer.reference, *transfer.also) if transfer.is_ocr else transfer.also
    structured = "".join(f"<Strd><CdtrRefInf>{creditor}<Ref>{escape(ref)}</Ref></CdtrRefInf></Strd>" for ref in found)
    said = " ".join(filter(None, ("" if transfer.is_ocr else transfer.reference, transfer.text)))
    free = f"<Ustrd>{escape(said[:140])}</Ustrd>" if said else ""
    return f"<RmtInf>{free}{structured}</RmtInf>" if free or structured else ""


def _amount(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
