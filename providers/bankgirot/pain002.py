"""pain.002 of ISO 20022, versions 03 to 15: what the bank says of payment orders before any money moves.

A status may be of a transaction, of a payment information or of a whole message; the innermost counts. Only a debit on
the account proves that money left, so that what is not a refusal says no more than that the bank has the order.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from providers.bankgirot import reasons
from providers.bankgirot.inspection import Inspection
from providers.bankgirot.xml_parts import Held, Part, Streamed, Text, Texts, namespace, parts
from providers.settlement_files import Item, OrderReport

ROOT: Final = "Document"
NAMESPACE: Final = re.compile(r"pain\.002\.001\.(?:0[3-9]|1[0-5])(?!\d)")
REFUSED: Final = frozenset({"RJCT", "CANC"})
IN_PARTS: Final = "PART"
TAKEN: Final = frozenset(
    {"RCVD", "PDNG", "PATC", "ACTC", "ACCP", "ACFC", "ACSP", "ACWC", "ACWP", "ACSC", "ACCC", "ACIS"}
)


class Reason(Part):
    """Why something has its status."""

    __slots__ = ()
    code = Text("Rsn/Cd", "Rsn/Prtry")
    notes = Texts("AddtlInf")


class Transaction(Part):
    __slots__ = ()
    end_to_end_id = Text("OrgnlEndToEndId", "OrgnlInstrId")
    status = Text("TxSts")
    reasons = Held(Reason, "StsRsnInf")


class Payment(Part):
    """A payment information block of the order."""

    __slots__ = ()
    id = Text("OrgnlPmtInfId")
    status = Text("PmtInfSts")
    reasons = Held(Reason, "StsRsnInf")
    transactions = Streamed(Transaction, "TxInfAndSts")


class Message(Part):
    __slots__ = ()
    id = Text("CstmrPmtStsRpt/GrpHdr/MsgId")
    original_id = Text("CstmrPmtStsRpt/OrgnlGrpInfAndSts/OrgnlMsgId")
    status = Text("CstmrPmtStsRpt/OrgnlGrpInfAndSts/GrpSts")
    reasons = Held(Reason, "CstmrPmtStsRpt/OrgnlGrpInfAndSts/StsRsnInf")
    payments = Streamed(Payment, "CstmrPmtStsRpt/OrgnlPmtInfAndSts")


def message_name(head: bytes) -> str | None:
    """Which message a file is ("pain.002.001.03") whose first bytes are `head`; None when it is none that is read here.

    Raises `BankFileInvalid` where the head shows XML that is not safe to read.
    """
    message = NAMESPACE.search(namespace(head, ROOT) or "")
    return message[0] if message else None


def read_pain002(stream: BinaryIO) -> Iterator[Item]:
    """A report for each order of which something is said. Raises `BankFileInvalid`."""
    inspection = Inspection()
    reading = _Reading(inspection)
    last: Part | None = None
    for last in parts(stream, root=Message, name=ROOT, inspection=inspection):
        yield from reading.of(last)
    if not isinstance(last, Message) or last.original_id is None:
        inspection.fault("file", "it reports on no message")
    yield from inspection.conclude()


class _Reading:
    """Follows one file: transactions end before their payment, payments before the message."""

    def __init__(self, inspection: Inspection) -> None:
        self._inspection = inspection
        self._told_of_payment = self._told = False

    def of(self, part: Part) -> Iterator[OrderReport]:
        match part:
            case Transaction():
                yield from self._report(part.end_to_end_id, part, part.parent, part.parent and part.parent.parent)
            case Payment():
                if not self._told_of_payment:
                    yield from self._report(part.id, part)
                self._told_of_payment = False
            case Message():
                if not self._told:
                    yield from self._report(part.original_id, part)

    def _report(self, key: str | None, part: Part, *above: Part | None) -> Iterator[OrderReport]:
        """What is said of an order by the innermost part that has a status."""
        said = next((one for one in (part, *above) if one is not None and _status(one) is not None), None)
        status = None if said is None else _status(said)
        if said is None or status is None or status == IN_PARTS:
            return
        where = f"line {part.line}, order {key or 'without identification'}"
        if key is None:
            self._inspection.fault(where, "it does not say which order it reports on")
            return
        self._told = self._told_of_payment = True
        codes, notes = _why(said)
        if status in REFUSED and reasons.DUPLICATES.intersection(codes):
            self._inspection.warn(f"Order {key} came to the bank twice: it refused the repetition and keeps the first.")
        elif status in REFUSED:
            yield OrderReport(
                order_key=key, is_refused=True, said=f"The bank refused it: {reasons.in_words(codes, notes)}."
            )
        elif status in TAKEN:
            yield OrderReport(order_key=key, is_refused=False, said=f"The bank has it ({status}).")
        else:
            self._inspection.warn(f"Order {key} has the status {status}, of which nothing is known here.")


def _status(part: Part) -> str | None:
    assert isinstance(part, Transaction | Payment | Message)
    return part.status


def _why(part: Part) -> tuple[list[str], list[str]]:
    assert isinstance(part, Transaction | Payment | Message)
    codes = [reason.code for reason in part.reasons if reason.code is not None]
    return codes, [note for reason in part.reasons for note in reason.notes]
