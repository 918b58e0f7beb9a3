"""Returning a transfer through the API: from the inbox to the bank's file and back."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from providers.registry import Registry
from schema.ids import to_global
from storage.engine import Database
from tests.books import LittleBooks
from tests.graphql.api import Api, served
from tests.providers.bank_orders import settings
from tests.refunds.bank import Bank
from tests.refunds.desk import desk_over

RETURN = """
mutation ($input: ReturnTransferInput!) { returnTransfer(input: $input) {
  accountingEntries { account amount { amountCents } }
  transfer { status returns { id status account actor reason problem orderedAt settledAt } } } }"""
IMPORT = """
mutation ($input: ImportBankFileInput!) { importBankFile(input: $input) { bankFile { format warnings transferCount } } }"""
TRANSFER = """
query ($id: ID!) { bankTransfer(id: $id) {
  status returns { id status problem settledAt } accountingEntries { account amount { amountCents } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { __typename id ... on TransferReturn { status account } } }"


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    folder = tmp_path / "outbox"
    folder.mkdir()
    return folder


@pytest.fixture
async def api(database: Database, tmp_path: Path, outbox: Path) -> AsyncIterator[Api]:
    """The whole service, with the bank's outbox."""
    async with served(database, tmp_path, registry=Registry.load(settings=settings(outbox))) as made:
        yield made


@pytest.fixture
async def bank(database: Database, little: LittleBooks, outbox: Path) -> AsyncIterator[Bank]:
    async with desk_over(database, little) as desk:
        yield Bank.beside(desk, outbox)


def asked(transfer: Any, **more: Any) -> dict[str, Any]:
    return {"transferId": to_global("BankTransfer", transfer), "reason": "Meant for somebody else", **more}


async def import_file(api: Api, content: bytes) -> Any:
    given = {
        "provider": "bankgirot", "fileName": "bank.xml", "reason": "Fetched by hand",
        "contentBase64": base64.b64encode(content).decode(),
    }  # fmt: skip
    return (await api.ask(IMPORT, input=given))["importBankFile"]["bankFile"]


async def test_a_transfer_is_returned_refused_returned_again_and_confirmed(api: Api, bank: Bank) -> None:
    transfer = bank.paid_in(80_000)

    answer = (await api.ask(RETURN, input=asked(transfer)))["returnTransfer"]

    [made] = answer["transfer"]["returns"]
    assert answer["accountingEntries"] == []
    assert (answer["transfer"]["status"], made["status"], made["account"]) == ("RETURNED", "PENDING", "BG 991-2346")
    assert (made["actor"], made["reason"]) == ("finance@example.org", "Meant for somebody else")
    assert (made["problem"], made["settledAt"]) == (None, None)
    node = (await api.ask(NODE, id=made["id"]))["node"]
    assert node == {"__typename": "TransferReturn", "id": made["id"], "status": "PENDING", "account": "BG 991-2346"}

    [key] = bank.orders
    file = await import_file(api, bank.refused(key))
    assert (file["format"], file["transferCount"]) == ("pain.002.001.03", 0)
    found = (await api.ask(TRANSFER, id=to_global("BankTransfer", transfer)))["bankTransfer"]
    assert found["status"] == "UNMATCHED"
    assert [(one["status"], one["problem"]) for one in found["returns"]] == [
        ("FAILED", "The bank refused it: the account is closed (AC04).")
    ]

    iban = {"iban": "SE35 5000 0000 0549 1000 0003"}
    await api.ask(RETURN, input=asked(transfer, payerAccount=iban))
    [second] = bank.orders.keys() - {key}
    await import_file(api, bank.debited(second, 80_000))

    found = (await api.ask(TRANSFER, id=to_global("BankTransfer", transfer)))["bankTransfer"]
    assert (found["status"], [one["status"] for one in found["returns"]]) == ("RETURNED", ["FAILED", "SUCCEEDED"])
    entries = [(one["account"], one["amount"]["amountCents"]) for one in found["accountingEntries"]]
    assert entries == [("1930", 80_000), ("2999", -80_000), ("2999", 80_000), ("1930", -80_000)]
    assert bank.desk.broken() == []


@pytest.mark.parametrize(
    ("account", "written"),
    [
        ({"plusgiro": "4105468-5"}, "PG 4105468-5"),
        ({"clearing": "5000", "account": "1234567"}, "5000, 1234567"),
        ({"iban": "se3550000000054910000003"}, "SE3550000000054910000003"),
    ],
)
async def test_the_account_is_shown_as_people_write_it(
    api: Api, bank: Bank, account: dict[str, str], written: str
) -> None:
    answer = (await api.ask(RETURN, input=asked(bank.paid_in(), payerAccount=account)))["returnTransfer"]

    assert [one["account"] for one in answer["transfer"]["returns"]] == [written]


async def test_what_is_refused_says_why(api: Api, bank: Bank) -> None:
    nameless, known = bank.paid_in(counterparty_account=None), bank.paid_in()
    assert await api.refused(RETURN, input=asked(nameless)) == (
        "PAYER_ACCOUNT_NEEDED",
        "The bank's file does not say whose account the money came from: name payerAccount.",
    )
    wrong = {"bankgiro": "991-2347"}
    assert await api.refused(RETURN, input=asked(known, payerAccount=wrong)) == (
        "BAD_USER_INPUT",
        "The bankgiro number's check digit is wrong.",
    )
    await api.ask(RETURN, input=asked(known))
    assert (await api.refused(RETURN, input=asked(known)))[0] == "TRANSFER_NOT_UNMATCHED"
    assert list(bank.orders.values()) == [125_000]
