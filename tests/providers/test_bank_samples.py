"""The public bank files, read exactly as EXPECTED.json beside them says. They are not ours to copy: a folder holds them."""

import io
import json
import os
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from providers import Debit, Deposit, SettledPayment, Warning  # noqa: A004 - the contract's word
from providers.bankgirot import bgmax, camt
from providers.bankgirot.control_totals import checked
from providers.bankgirot.inspection import Inspection
from providers.registry import Registry

FOLDER = os.environ.get("BANK_SAMPLES")
NAMES = sorted(path.name for path in Path(FOLDER or "missing").glob("*") if path.name.startswith(("bgmax", "camt")))

pytestmark = pytest.mark.skipif(
    FOLDER is None, reason="set BANK_SAMPLES to the folder of public bank files with their EXPECTED.json"
)


def expected(name: str) -> Any:
    return json.loads((Path(FOLDER or "") / "EXPECTED.json").read_text())[name]


def content(name: str) -> bytes:
    return (Path(FOLDER or "") / name).read_bytes()


def read(name: str) -> list[Any]:
    _, recognised = Registry.load(settings={}).recognise(None, content(name)[:4096])
    return list(recognised.read(io.BytesIO(content(name))))


def test_the_folder_holds_the_public_files() -> None:
    assert len(NAMES) == 11


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("bgmax")])
def test_every_field_of_every_bgmax_record_is_kept(name: str) -> None:
    assert _bgmax(name) == {key: expected(name)[key] for key in ("header", "sections", "trailer")}


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("camt")])
def test_every_field_of_every_camt_part_is_kept(name: str) -> None:
    assert _camt(name) == {key: expected(name)[key] for key in ("message", "msg_id", "statements")}


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("bgmax")])
def test_deposits_of_a_bgmax_file_add_up_per_currency(name: str) -> None:
    totals: dict[str, int] = {}
    items = read(name)
    for deposit in items:
        if isinstance(deposit, Deposit):
            totals[deposit.amount.currency] = totals.get(deposit.amount.currency, 0) + deposit.amount.cents
    payments = [item for item in items if isinstance(item, SettledPayment)]

    assert totals == expected(name)["deposit_totals"]
    assert sum(payment.amount.cents > 0 for payment in payments) == expected(name)["computed"]["payments"]
    assert sum(payment.amount.cents < 0 for payment in payments) == expected(name)["computed"]["deductions"]


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("camt")])
def test_credits_and_debits_of_a_camt_file_add_up(name: str) -> None:
    items = read(name)
    credited = sum(item.amount.cents for item in items if isinstance(item, Deposit))
    debited = sum(-item.amount.cents for item in items if isinstance(item, Debit))

    assert credited == sum(Decimal(statement["credits"]) * 100 for statement in expected(name)["statements"])
    assert debited == sum(Decimal(statement["debits"]) * 100 for statement in expected(name)["statements"])


@pytest.mark.parametrize("name", NAMES)
def test_every_oddity_is_told_and_no_other(name: str) -> None:
    """The one that is told here alone is a deposit dated in the year 1010."""
    told = [item.text for item in read(name) if isinstance(item, Warning)]

    assert sorted(filter(None, map(_oddity, told))) == sorted(
        _expected_oddity(issue) for issue in expected(name)["issues"]
    )


def _oddity(text: str) -> str | None:
    """What a warning is about, without the place; nothing for the doubtful date."""
    text = re.sub(r"^(Line \d+|Entry \S+): (the )?|\.$", "", text)
    return None if "1010-03-24" in text else text.lower()


def _expected_oddity(issue: str) -> str:
    issue = re.sub(r"^(line \d+|payment \d*|entry None): ", "", issue)
    issue = re.sub(r"TAB characters \(expand to (.*)\)", r"TAB characters were expanded to \1", issue)
    issue = re.sub(r"(line lengths \[.*\]) .*", r"\1: short lines were padded to 80 columns", issue)
    return re.sub(r"transactions in \['(\w+)'\]", r"its transactions are in \1", issue).lower()


def _bgmax(name: str) -> dict[str, Any]:
    told: dict[str, Any] = {"sections": []}
    for record in checked(io.BytesIO(content(name)), Inspection()):
        match record:
            case bgmax.Header():
                told["header"] = {
                    "layout": record.layout,
                    "mark": record.mark,
                    "timestamp": record.written_at,
                    "version": record.version,
                }
            case bgmax.Opening():
                section: dict[str, Any] = {
                    "currency": record.currency,
                    "payee_bg": record.payee_bankgiro,
                    "payee_pg": record.payee_plusgiro,
                    "payments": [],
                    "computed_amount": 0,
                }
                told["sections"].append(section)
            case bgmax.Payment():
                section["payments"].append(_payment(record))
                section["computed_amount"] += -record.amount if record.is_deduction else record.amount
            case bgmax.Deposit():
                section["deposit"] = _deposit(record)
            case bgmax.Trailer():
                told["trailer"] = {
                    "deductions": record.deductions,
                    "deposits": record.deposits,
                    "extra_refs": record.extra_references,
                    "payments": record.payments,
                }
    return told


def _payment(record: bgmax.Payment) -> dict[str, Any]:
    by_type = {one.type: one for one in record.payer}
    names, streets, towns, organisations = (by_type.get(kind) for kind in ("26", "27", "28", "29"))
    told = {
        "amount": record.amount,
        "bgc_serial": record.serial,
        "channel": record.channel,
        "country": getattr(towns, "country", None),
        "country_code": getattr(towns, "country_code", None),
        "extra_name": getattr(names, "extra_name", None),
        "extra_refs": [
            {"amount": extra.part, "ref": extra.reference, "ref_code": extra.code} for extra in record.extra_references
        ],
        "image": record.image,
        "info": [information.text for information in record.information],
        "kind": "deduction" if record.is_deduction else "payment",
        "name": getattr(names, "name", None),
        "orgnr": getattr(organisations, "organisation_number", None),
        "payer_bg": record.payer_bankgiro,
        "ref": record.reference,
        "ref_code": record.code,
        "ref_raw": record.line[12:37].rstrip(),
        "street": getattr(streets, "street", None),
        "town": getattr(towns, "town", None),
        "zip": getattr(streets, "post_code", None),
    }
    return told | ({"deduction_code": record.deduction_code} if record.is_deduction else {})


def _deposit(record: bgmax.Deposit) -> dict[str, Any]:
    return {
        "account": record.account_number,
        "account_raw": record.account_columns,
        "amount": record.amount,
        "clearing": record.clearing,
        "count": record.count,
        "currency": record.currency,
        "date": f"{record.paid_on:%Y%m%d}".zfill(8),
        "serial": record.serial,
        "type": record.kind,
    }


def _camt(name: str) -> dict[str, Any]:
    told: dict[str, Any] = {"statements": [], "message": camt.message_name(content(name)[:4096])}
    transactions: list[Any] = []
    entries: list[Any] = []
    for part in camt.read(io.BytesIO(content(name)), Inspection()):
        match part:
            case camt.Transaction():
                transactions.append(_transaction(part))
            case camt.Entry():
                entries.append(_entry(part, transactions))
                transactions = []
            case camt.Statement():
                told["statements"].append(_statement(part, entries))
                entries = []
            case camt.Message():
                told["msg_id"] = part.id
    return told


def _statement(part: camt.Statement, entries: list[Any]) -> dict[str, Any]:
    sides = {side: [entry["amount"] for entry in entries if entry["side"] == side] for side in ("CRDT", "DBIT")}
    return {
        "account": _account(part.iban, part.account, part.account_scheme),
        "balances": {balance.type: balance.amount for balance in part.balances},
        "credits": str(sum(map(Decimal, sides["CRDT"]))),
        "currency": part.currency,
        "debits": str(sum(map(Decimal, sides["DBIT"]))),
        "entries": entries,
        "id": part.id,
        "n_credits": len(sides["CRDT"]),
        "n_debits": len(sides["DBIT"]),
        "seq": part.sequence,
    }


def _entry(part: camt.Entry, transactions: list[Any]) -> dict[str, Any]:
    domain = "/".join(code or "-" for code in (part.domain, part.family, part.subfamily))
    return {
        "acct_svcr_ref": part.servicer_reference,
        "amount": part.amount,
        "booking": part.booked_on,
        "code": f"{domain} prtry={part.proprietary_code}",
        "currency": part.currency,
        "ref": part.reference,
        "side": part.side,
        "status": part.status,
        "tx": transactions,
        "value": part.value_on,
    }


def _transaction(part: camt.Transaction) -> dict[str, Any]:
    references = {
        "MsgId": part.message_id,
        "AcctSvcrRef": part.servicer_reference,
        "PmtInfId": part.payment_information_id,
        "InstrId": part.instruction_id,
        "EndToEndId": part.end_to_end_id,
        "UETR": part.unique_id,
        "TxId": part.transaction_id,
    }
    return {
        "amount": part.amount,
        "creditor": part.creditor,
        "creditor_acct": _account(part.creditor_iban, part.creditor_account, part.creditor_scheme),
        "currency": part.currency,
        "debtor": part.debtor,
        "debtor_acct": _account(part.debtor_iban, part.debtor_account, part.debtor_scheme),
        "refs": {name: text for name, text in references.items() if text is not None},
        "strd": [_remittance(remittance) for remittance in part.remittances],
        "ustrd": part.free_texts,
    }


def _remittance(part: camt.Remittance) -> dict[str, Any]:
    return {
        "add": part.additional,
        "amount": part.amount,
        "credit_note": part.credit_note,
        "doc": part.document_number,
        "doc_type": part.document_type,
        "ocr": part.creditor_reference,
        "ocr_type": part.creditor_reference_type,
    }


def _account(iban: str | None, other: str | None, scheme: str | None) -> dict[str, str | None] | None:
    if iban is not None:
        return {"id": iban, "scheme": "IBAN"}
    return None if other is None else {"id": other, "scheme": scheme}
