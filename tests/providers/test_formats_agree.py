"""The same deposit in BgMax, camt.054 and camt.053 is recognised as the same, and says the same."""

import io
from dataclasses import replace

import pytest

from providers import Deposit, SettledPayment
from providers.bankgirot.bgmax_settlements import read_bgmax
from providers.bankgirot.camt_settlements import read_camt
from tests.providers.bank_files import PaidIn, bgmax, camt054, many

DEPOSITS = [
    replace(deposit, currency=currency)
    for deposit, currency in zip(many(7, in_a_deposit=3), ("SEK", "SEK", "EUR"), strict=True)
]


def as_statement(content: bytes) -> bytes:
    """The notification as the statement of the day, with references of the bank's other system."""
    for old, new in (
        (b"camt.054", b"camt.053"),
        (b"BkToCstmrDbtCdtNtfctn", b"BkToCstmrStmt"),
        (b"Ntfctn", b"Stmt"),
        (b">E9912346", b">X9912346"),
        (b">P2026", b">Y2026"),
    ):
        content = content.replace(old, new)
    return content


def items(*deposits: PaidIn) -> list[list[object]]:
    notification = camt054(*deposits)
    return [
        list(read_bgmax(io.BytesIO(bgmax(*deposits)))),
        list(read_camt(io.BytesIO(notification))),
        list(read_camt(io.BytesIO(as_statement(notification)))),
    ]


def test_every_format_shares_an_identity_of_the_deposit() -> None:
    keys = [[set(item.identities) for item in read if isinstance(item, Deposit)] for read in items(*DEPOSITS)]
    assert [len(one & other & third) for one, other, third in zip(*keys, strict=True)] == [1, 1, 1]


@pytest.mark.parametrize("changed", [{"serial": 9}, {"bankgiro": "58056201"}, {"currency": "EUR"}])
def test_another_deposit_shares_none(changed: dict[str, object]) -> None:
    other = replace(DEPOSITS[0], **changed)
    for one in items(DEPOSITS[0]):
        for another in items(other):
            keys = [
                {key for item in read if isinstance(item, Deposit) for key in item.identities}
                for read in (one, another)
            ]
            assert not keys[0] & keys[1]


def test_every_format_tells_the_same_payments() -> None:
    told = [
        [
            (paid.amount, paid.references, paid.counterparty_name, paid.counterparty_account, paid.payee)
            for paid in read
            if isinstance(paid, SettledPayment)
        ]
        for read in items(*DEPOSITS)
    ]
    assert told[0] == told[1] == told[2]
    assert len(told[0]) == 7
