"""Writes bank files for tests: the same deposits as BgMax and as camt, and camt in any shape."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from xml.sax.saxutils import escape

from stdnum import luhn

DAY = date(2026, 3, 2)
BANKGIRO = "9912346"
ACCOUNT = "58411009823"


@dataclass(frozen=True, kw_only=True)
class Part:
    """An extra reference; `cents` is its part of the payment, negative for a credit note, 0 where nobody says."""

    reference: str
    cents: int = 0
    code: str = "2"


@dataclass(frozen=True, kw_only=True)
class Paid:
    """A payment (or a deduction) as the payer sent it; `code` is Bankgirot's word on the reference."""

    cents: int
    reference: str = ""
    code: str = "3"
    is_deduction: bool = False
    payer_bankgiro: str = ""
    serial: str = ""
    name: str = ""
    street: str = ""
    organisation: str = ""
    texts: Sequence[str] = ()
    parts: Sequence[Part] = ()


@dataclass(frozen=True, kw_only=True)
class PaidIn:
    """One deposit on the account."""

    payments: Sequence[Paid]
    serial: int = 1
    day: date = DAY
    currency: str = "SEK"
    bankgiro: str = BANKGIRO

    @property
    def cents(self) -> int:
        return sum(-paid.cents if paid.is_deduction else paid.cents for paid in self.payments)


def ocr(number: int) -> str:
    """A reference with its check digit."""
    return f"{number}{luhn.calc_check_digit(str(number))}"


def many(count: int, *, in_a_deposit: int = 500) -> list[PaidIn]:
    """Deposits of `count` payments with names, references and addresses, each payment unlike the others."""
    payments = [
        Paid(
            cents=10_000 + number,
            reference=ocr(number),
            code="2",
            payer_bankgiro="3783511",
            serial=f"{number:012}",
            name=f"Provbolaget {number} AB",
            street="Provgatan 1",
            organisation="005590000009",
        )
        for number in range(1, count + 1)
    ]
    return [
        PaidIn(payments=payments[at : at + in_a_deposit], serial=place, day=DAY + timedelta(days=place % 200))
        for place, at in enumerate(range(0, count, in_a_deposit), 1)
    ]


def bgmax(*deposits: PaidIn, mark: str = "P", newline: str = "\r\n", encoding: str = "iso-8859-1") -> bytes:
    """A BgMax file with its trailer."""
    lines = [f"01{'BGMAX':<20}01{'20260302173035010331'}{mark}"]
    for deposit in deposits:
        lines += _section(deposit)
    counts = [sum(line[:2] in types for line in lines) for types in (("20",), ("21",), ("22", "23"), ("15",))]
    lines.append("70" + "".join(f"{count:08}" for count in counts))
    return "".join(f"{line:<80}{newline}" for line in lines).encode(encoding)


def _section(deposit: PaidIn) -> list[str]:
    lines = [f"05{deposit.bankgiro:0>10}{'':10}{deposit.currency}"]
    for paid in deposit.payments:
        lines += _payment(paid)
    account = f"{ACCOUNT[:4]}{ACCOUNT[4:]:0>12}"
    lines.append(
        f"15{account:0>35}{deposit.day:%Y%m%d}{deposit.serial:05}{deposit.cents:018}{deposit.currency}"
        f"{len(deposit.payments):08}"
    )
    return lines


def _payment(paid: Paid) -> list[str]:
    payer, tail = f"{paid.payer_bankgiro:0>10}", f"1{paid.serial:>12}0"
    reference = f"{paid.reference:>25}" if paid.code == "2" else f"{paid.reference:<25}"
    kind = "21" if paid.is_deduction else "20"
    lines = [f"{kind}{payer}{reference}{paid.cents:018}{paid.code}{tail}{'0' if paid.is_deduction else ' '}"]
    for part in paid.parts:
        kind = "23" if part.cents < 0 else "22"
        lines.append(f"{kind}{payer}{part.reference:>25}{abs(part.cents):018}{part.code}{tail}")
    lines += [f"25{text}" for text in paid.texts]
    lines += [f"26{paid.name}"] if paid.name else []
    lines += [f"27{paid.street:<35}12345"] if paid.street else []
    lines += [f"28{'Provstad'}"] if paid.street else []
    lines += [f"29{paid.organisation}"] if paid.organisation else []
    return lines


def camt054(*deposits: PaidIn, version: str = "02") -> bytes:
    """The deposits as the bank notifies them, each an entry of `NtryRef` bankgiro and deposit serial."""
    return camt(notification(*(_entry(deposit, version) for deposit in deposits)), version=version)


def _entry(deposit: PaidIn, version: str) -> str:
    return entry(
        _amount(deposit.cents),
        *(_transaction(paid, deposit, place, version) for place, paid in enumerate(deposit.payments, 1)),
        reference=f"BG{deposit.bankgiro} {deposit.serial:05}-0000001",
        servicer_reference=f"E{deposit.bankgiro}{deposit.day:%Y%m%d}{deposit.serial:05}",
        currency=deposit.currency,
        day=deposit.day,
        version=version,
    )


def _transaction(paid: Paid, deposit: PaidIn, place: int, version: str) -> str:
    parts = paid.parts or ([Part(reference=paid.reference, code=paid.code)] if paid.reference else [])
    return transaction(
        _amount(paid.cents),
        *(_remittance(part, deposit.currency) for part in parts),
        *(f"<Ustrd>{escape(text)}</Ustrd>" for text in paid.texts),
        currency=deposit.currency,
        side="DBIT" if paid.is_deduction else None,
        servicer_reference=f"P{deposit.day:%Y%m%d}{deposit.serial:05}{place:06}",
        payee=deposit.bankgiro,
        payer=paid.payer_bankgiro,
        name=paid.name,
        version=version,
    )


def _remittance(part: Part, currency: str) -> str:
    return structured(part.reference, is_ocr=part.code == "2", cents=part.cents, currency=currency)


def _amount(cents: int) -> str:
    return f"{cents / 100:.2f}"


def structured(reference: str, *, is_ocr: bool = True, cents: int = 0, currency: str = "SEK") -> str:
    """A Strd: an OCR reference as SCOR, anything else as the number of a document."""
    kind = "RmtdAmt" if cents > 0 else "CdtNoteAmt"
    part = f'<RfrdDocAmt><{kind} Ccy="{currency}">{_amount(abs(cents))}0</{kind}></RfrdDocAmt>' if cents else ""
    text = escape(reference)
    if is_ocr:
        creditor = f"<Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>{text}</Ref>"
        return f"<Strd>{part}<CdtrRefInf>{creditor}</CdtrRefInf></Strd>"
    document = f"<Tp><CdOrPrtry><Cd>CINV</Cd></CdOrPrtry></Tp><Nb>{text}</Nb>"
    return f"<Strd><RfrdDocInf>{document}</RfrdDocInf>{part}</Strd>"


def transaction(
    amount: str | None,
    *remittance: str,
    currency: str = "SEK",
    side: str | None = None,
    servicer_reference: str | None = None,
    end_to_end_id: str | None = None,
    unique_id: str | None = None,
    instruction_id: str | None = None,
    payee: str = BANKGIRO,
    payer: str = "",
    name: str = "",
    more: str = "",
    version: str = "02",
) -> str:
    """A TxDtls; from version 03 on its amount stands before AmtDtls, from 07 on a party in Pty."""
    own = f'<Amt Ccy="{currency}">{amount}</Amt>'
    amounts = "" if amount is None else f"<AmtDtls><TxAmt>{own}</TxAmt></AmtDtls>"
    if amount is not None and version > "02":
        amounts = own + _optional("CdtDbtInd", side) + amounts
    elif side is not None:
        amounts = _optional("CdtDbtInd", side) + amounts
    party = f"<Nm>{escape(name)}</Nm>"
    return (
        "<TxDtls><Refs>"
        + _optional("AcctSvcrRef", servicer_reference)
        + _optional("InstrId", instruction_id)
        + _optional("EndToEndId", end_to_end_id)
        + _optional("UETR", unique_id)
        + f"</Refs>{amounts}<RltdPties>"
        + (f"<Dbtr>{f'<Pty>{party}</Pty>' if version > '06' else party}</Dbtr>" if name else "")
        + (f"<DbtrAcct>{_giro(payer)}</DbtrAcct>" if payer else "")
        + f"<CdtrAcct>{_giro(payee)}</CdtrAcct></RltdPties><RmtInf>{''.join(remittance)}</RmtInf>{more}</TxDtls>"
    )


def entry(
    amount: str,
    *transactions: str,
    reference: str | None = None,
    servicer_reference: str | None = None,
    side: str = "CRDT",
    status: str = "BOOK",
    is_reversal: bool = False,
    currency: str = "SEK",
    day: date = DAY,
    subfamily: str = "ATXN",
    text: str | None = None,
    version: str = "02",
) -> str:
    """An Ntry; from version 07 on its status is a code."""
    return (
        "<Ntry>"
        + _optional("NtryRef", reference)
        + f'<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
        + ("<RvslInd>true</RvslInd>" if is_reversal else "")
        + f"<Sts>{f'<Cd>{status}</Cd>' if version > '06' else status}</Sts><BookgDt><Dt>{day}</Dt></BookgDt>"
        + _optional("AcctSvcrRef", servicer_reference)
        + f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>{subfamily}</SubFmlyCd></Fmly></Domn></BkTxCd>"
        + (f"<NtryDtls>{''.join(transactions)}</NtryDtls>" if transactions else "")
        + _optional("AddtlNtryInf", text)
        + "</Ntry>"
    )


def notification(*entries: str, head: str = "", account: str = ACCOUNT, id: str = "N1") -> str:
    """What stands in a Ntfctn or a Stmt; `head` is what comes between the account and the entries."""
    number = f"<Othr><Id>{account}</Id><SchmeNm><Cd>BBAN</Cd></SchmeNm></Othr>"
    identified = f"<IBAN>{account}</IBAN>" if account[:2].isalpha() else number
    return f"<Id>{id}</Id><Acct><Id>{identified}</Id><Ccy>SEK</Ccy></Acct>{head}{''.join(entries)}"


def balance(kind: str, amount: str, *, side: str = "CRDT", currency: str = "SEK", day: date = DAY) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{amount}</Amt>'
        f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def camt(*notifications: str, message: str = "054", version: str = "02", head: str = "") -> bytes:
    """A whole message of its statements or notifications; `head` ends the header of the group."""
    root, part = ("BkToCstmrDbtCdtNtfctn", "Ntfctn") if message == "054" else ("BkToCstmrStmt", "Stmt")
    body = "".join(f"<{part}>{one}</{part}>" for one in notifications)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{message}.001.{version}">'
        f"<{root}><GrpHdr><MsgId>M1</MsgId>{head}</GrpHdr>{body}</{root}></Document>"
    ).encode()


def _optional(name: str, text: str | None) -> str:
    return "" if text is None else f"<{name}>{escape(text)}</{name}>"


def _giro(number: str) -> str:
    return f"<Id><Othr><Id>{number}</Id><SchmeNm><Prtry>BGNR</Prtry></SchmeNm></Othr></Id>"
