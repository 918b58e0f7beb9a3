"""camt.054 (notification) and camt.053 (statement) of ISO 20022, versions 02 to 13, part by part, as the bank wrote it.

What differs between the versions: the status is text or a code, a party stands by itself or in Pty, an amount of a
transaction stands in AmtDtls only (02) or before it, the page of a statement is its message's (02) or its own.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from providers.bankgirot.inspection import Inspection
from providers.bankgirot.xml_parts import Held, Part, Streamed, Text, Texts, namespace, parts

ROOT = "Document"
NAMESPACE = re.compile(r"camt\.05[34]\.001\.(?:0[2-9]|1[0-3])(?!\d)")


class Remittance(Part):
    """One structured reference of a payment, with its part of the amount where the payer said so."""

    __slots__ = ()
    creditor_reference = Text("CdtrRefInf/Ref")
    creditor_reference_type = Text("CdtrRefInf/Tp/CdOrPrtry/Cd", "CdtrRefInf/Tp/CdOrPrtry/Prtry")
    document_number = Text("RfrdDocInf/Nb")
    document_type = Text("RfrdDocInf/Tp/CdOrPrtry/Cd", "RfrdDocInf/Tp/CdOrPrtry/Prtry")
    amount = Text("RfrdDocAmt/RmtdAmt")
    currency = Text("RfrdDocAmt/RmtdAmt/@Ccy")
    credit_note = Text("RfrdDocAmt/CdtNoteAmt")
    credit_note_currency = Text("RfrdDocAmt/CdtNoteAmt/@Ccy")
    additional = Texts("AddtlRmtInf")


class Transaction(Part):
    """One payment of an entry."""

    __slots__ = ()
    message_id = Text("Refs/MsgId")
    servicer_reference = Text("Refs/AcctSvcrRef")
    payment_information_id = Text("Refs/PmtInfId")
    instruction_id = Text("Refs/InstrId")
    end_to_end_id = Text("Refs/EndToEndId")
    unique_id = Text("Refs/UETR")
    transaction_id = Text("Refs/TxId")
    amount = Text("Amt", "AmtDtls/TxAmt/Amt")
    currency = Text("Amt/@Ccy", "AmtDtls/TxAmt/Amt/@Ccy")
    side = Text("CdtDbtInd")
    charges_total = Text("Chrgs/TtlChrgsAndTaxAmt")
    charges = Texts("Chrgs/Rcrd/Amt", "Chrgs/Amt")
    family = Text("BkTxCd/Domn/Fmly/Cd")
    subfamily = Text("BkTxCd/Domn/Fmly/SubFmlyCd")
    debtor = Text("RltdPties/Dbtr/Nm", "RltdPties/Dbtr/Pty/Nm")
    ultimate_debtor = Text("RltdPties/UltmtDbtr/Nm", "RltdPties/UltmtDbtr/Pty/Nm")
    debtor_iban = Text("RltdPties/DbtrAcct/Id/IBAN")
    debtor_account = Text("RltdPties/DbtrAcct/Id/Othr/Id", "RltdPties/DbtrAcct/Prxy/Id")
    debtor_scheme = Text(
        "RltdPties/DbtrAcct/Id/Othr/SchmeNm/Prtry",
        "RltdPties/DbtrAcct/Id/Othr/SchmeNm/Cd",
        "RltdPties/DbtrAcct/Prxy/Tp/Prtry",
        "RltdPties/DbtrAcct/Prxy/Tp/Cd",
    )
    creditor = Text("RltdPties/Cdtr/Nm", "RltdPties/Cdtr/Pty/Nm")
    creditor_iban = Text("RltdPties/CdtrAcct/Id/IBAN")
    creditor_account = Text("RltdPties/CdtrAcct/Id/Othr/Id", "RltdPties/CdtrAcct/Prxy/Id")
    creditor_scheme = Text(
        "RltdPties/CdtrAcct/Id/Othr/SchmeNm/Prtry",
        "RltdPties/CdtrAcct/Id/Othr/SchmeNm/Cd",
        "RltdPties/CdtrAcct/Prxy/Tp/Prtry",
        "RltdPties/CdtrAcct/Prxy/Tp/Cd",
    )
    remittances = Held(Remittance, "RmtInf/Strd")
    free_texts = Texts("RmtInf/Ustrd")
    return_reason = Text("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry", "RtrInf/AddtlInf")
    additional = Text("AddtlTxInf")

    @property
    def entry(self) -> "Entry":
        """Its entry, read up to this transaction."""
        assert isinstance(self.parent, Entry)
        return self.parent


class Entry(Part):
    """One movement on the account."""

    __slots__ = ()
    reference = Text("NtryRef")
    amount = Text("Amt")
    currency = Text("Amt/@Ccy")
    side = Text("CdtDbtInd")
    reversal = Text("RvslInd")
    status = Text("Sts", "Sts/Cd", "Sts/Prtry")
    booked_on = Text("BookgDt/Dt", "BookgDt/DtTm")
    value_on = Text("ValDt/Dt", "ValDt/DtTm")
    servicer_reference = Text("AcctSvcrRef")
    domain = Text("BkTxCd/Domn/Cd")
    family = Text("BkTxCd/Domn/Fmly/Cd")
    subfamily = Text("BkTxCd/Domn/Fmly/SubFmlyCd")
    proprietary_code = Text("BkTxCd/Prtry/Cd")
    charges_total = Text("Chrgs/TtlChrgsAndTaxAmt")
    charges = Texts("Chrgs/Rcrd/Amt", "Chrgs/Amt")
    transactions = Streamed(Transaction, "NtryDtls/TxDtls")
    additional = Text("AddtlNtryInf")

    @property
    def statement(self) -> "Statement":
        """Its statement, read up to this entry."""
        assert isinstance(self.parent, Statement)
        return self.parent


class Balance(Part):
    __slots__ = ()
    type = Text("Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry")
    amount = Text("Amt")
    currency = Text("Amt/@Ccy")
    side = Text("CdtDbtInd")
    day = Text("Dt/Dt", "Dt/DtTm")


class Statement(Part):
    """The movements of one account: a Stmt of camt.053, a Ntfctn of camt.054."""

    __slots__ = ()
    id = Text("Id")
    sequence = Text("ElctrncSeqNb", "LglSeqNb")
    own_page = Text("StmtPgntn/PgNb", "NtfctnPgntn/PgNb")
    is_own_last_page = Text("StmtPgntn/LastPgInd", "NtfctnPgntn/LastPgInd")
    iban = Text("Acct/Id/IBAN")
    account = Text("Acct/Id/Othr/Id")
    account_scheme = Text("Acct/Id/Othr/SchmeNm/Cd", "Acct/Id/Othr/SchmeNm/Prtry")
    currency = Text("Acct/Ccy")
    balances = Held(Balance, "Bal")
    entries_count = Text("TxsSummry/TtlNtries/NbOfNtries")
    entries_sum = Text("TxsSummry/TtlNtries/Sum")
    net = Text("TxsSummry/TtlNtries/TtlNetNtry/Amt", "TxsSummry/TtlNtries/TtlNetNtryAmt")
    net_side = Text("TxsSummry/TtlNtries/TtlNetNtry/CdtDbtInd", "TxsSummry/TtlNtries/CdtDbtInd")
    credits_count = Text("TxsSummry/TtlCdtNtries/NbOfNtries")
    credits_sum = Text("TxsSummry/TtlCdtNtries/Sum")
    debits_count = Text("TxsSummry/TtlDbtNtries/NbOfNtries")
    debits_sum = Text("TxsSummry/TtlDbtNtries/Sum")
    entries = Streamed(Entry, "Ntry")

    @property
    def page(self) -> str:
        """The number of its page, "1" where none is stated."""
        return (self.own_page or self.message.page or "1").lstrip("0")

    @property
    def is_whole(self) -> bool:
        """Whether it is the only page."""
        if self.own_page is None and self.message.page is None:
            return True
        is_last = self.is_own_last_page if self.own_page else self.message.is_last_page
        return self.page == "1" and is_last in ("true", "1")

    @property
    def message(self) -> "Message":
        """Its message, read up to this statement."""
        assert isinstance(self.parent, Message)
        return self.parent


class Message(Part):
    __slots__ = ()
    id = Text("BkToCstmrDbtCdtNtfctn/GrpHdr/MsgId", "BkToCstmrStmt/GrpHdr/MsgId")
    page = Text("BkToCstmrDbtCdtNtfctn/GrpHdr/MsgPgntn/PgNb", "BkToCstmrStmt/GrpHdr/MsgPgntn/PgNb")
    is_last_page = Text("BkToCstmrDbtCdtNtfctn/GrpHdr/MsgPgntn/LastPgInd", "BkToCstmrStmt/GrpHdr/MsgPgntn/LastPgInd")
    statements = Streamed(Statement, "BkToCstmrDbtCdtNtfctn/Ntfctn", "BkToCstmrStmt/Stmt")


def message_name(head: bytes) -> str | None:
    """Which message a file is ("camt.054.001.08") whose first bytes are `head`; None when it is none that is read here.

    Raises `BankFileInvalid` where the head shows XML that is not safe to read.
    """
    message = NAMESPACE.search(namespace(head, ROOT) or "")
    return message[0] if message else None


def read(stream: BinaryIO, inspection: Inspection) -> Iterator[Part]:
    """`Transaction`, `Entry`, `Statement` and `Message`, each when it ends: transactions before their entry."""
    part: Part | None = None
    for part in parts(stream, root=Message, name=ROOT, inspection=inspection):
        yield part
    if not isinstance(part, Message):
        inspection.fault("file", "it holds no camt message")
