"""Orders to the bank and its reports on them, for tests."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from billing.money import Money
from providers.refunding import PayerAccount, RefundOrder

BANKGIRO = PayerAccount(bankgiro="9912346", name="Björkens BK")
ACCOUNTS = {
    "bankgiro": BANKGIRO,
    "plusgiro": PayerAccount(plusgiro="41054685", name="Björkens BK"),
    "clearing": PayerAccount(clearing="5000", account="1234567", name="Åsa Öberg"),
    "iban": PayerAccount(iban="SE3550000000054910000003", name="Åsa Öberg"),
    "abroad": PayerAccount(iban="DE89370400440532013000"),
}
KEY = "0199aabbccdd7eef8001122334455667"


def settings(folder: Path, **more: str) -> Mapping[str, str]:
    """All that is needed to order payments, as variables."""
    section = {
        "outbox": str(folder),
        "debtor_name": "Petanque Platform AB",
        "debtor_iban": "SE45 5000 0000 0583 9825 7466",
        "debtor_bic": "ESSESESS",
    }
    return {f"BILLING_BANKGIROT_{name}".upper(): value for name, value in (section | more).items()}


def order(**values: Any) -> RefundOrder:
    """500 kronor to a bankgiro."""
    facts: dict[str, Any] = {
        "key": KEY,
        "payment_reference": "AGZ123",
        "amount": Money(50_000, "SEK"),
        "reason": "Paid twice, and angrily so",
        "ordered_at": datetime(2026, 11, 20, 23, 30, tzinfo=UTC),
        "payer_account": BANKGIRO,
    }
    return RefundOrder(**facts | values)


def pain002(
    *payments: str, of: str = KEY, group: str | None = None, reason: str | None = None, version: str = "03"
) -> bytes:
    """A report on the message `of`; `group`: its status as a whole."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}"><CstmrPmtStsRpt>'
        f"<GrpHdr><MsgId>S1</MsgId><CreDtTm>2026-11-21T08:00:00</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{of}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.03</OrgnlMsgNmId>"
        f"{_status('GrpSts', group, reason)}</OrgnlGrpInfAndSts>{''.join(payments)}</CstmrPmtStsRpt></Document>"
    ).encode()


def payment_status(
    *transactions: str, of: str = KEY, status: str | None = None, reason: str | None = None, note: str | None = None
) -> str:
    return (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{of}</OrgnlPmtInfId>{_status('PmtInfSts', status, reason, note)}"
        f"{''.join(transactions)}</OrgnlPmtInfAndSts>"
    )


def transaction_status(
    of: str = KEY, *, status: str | None = "RJCT", reason: str | None = None, note: str | None = None
) -> str:
    return f"<TxInfAndSts><OrgnlEndToEndId>{of}</OrgnlEndToEndId>{_status('TxSts', status, reason, note)}</TxInfAndSts>"


def _status(name: str, status: str | None, reason: str | None = None, note: str | None = None) -> str:
    said = "" if status is None else f"<{name}>{status}</{name}>"
    why = "" if reason is None else f"<Rsn><Cd>{reason}</Cd></Rsn>"
    why += "" if note is None else f"<AddtlInf>{note}</AddtlInf>"
    return said + (f"<StsRsnInf>{why}</StsRsnInf>" if why else "")
