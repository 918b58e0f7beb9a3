"""A gateway's payout that arrives at the bank is money that was on its way, and nobody's payment."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from billing.journals import MovementRef, paid_out
from procedures.receive_transfers import Received
from storage.engine import Database
from storage.invariants import snapshot, verify
from tests.books import LittleBooks
from tests.procedures.intake import DAY, know_rate, received
from tests.providers.bank_files import camt, entry, notification, structured, transaction

TWO_DAYS = timedelta(days=2)


def paid_out_by_the_sandbox(
    little: LittleBooks,
    cents: int = 98_100,
    payout: str = "sb_po_1",
    *,
    on: date = DAY - TWO_DAYS,
    currency: str = "SEK",
) -> UUID:
    know_rate(little) if little.one("select count(*) from fx_rate where on_day > '2026-01-01'") == (0,) else None
    [key] = little.one(
        "insert into provider_movement (provider, kind, reference, subject_reference, payout_reference, subject_aliases,"
        " payment_references, amount_cents, currency, occurred_at, occurred_on, description)"
        " values ('sandbox', 'PAYOUT', %s, %s, %s, '{}', '{}', %s, %s, %s, %s, 'Payout') returning id",
        f"tx_{payout}", payout, payout, -cents, currency, on, on,
    )  # fmt: skip
    ref = MovementRef(id=key, cents=-cents, currency=currency, occurred_on=on, provider="sandbox", reference=payout)
    little._post(paid_out(ref))
    return UUID(str(key))


def arrives(database: Database, *texts: str, amount: str = "981.00", servicer: str = "E1", **how: Any) -> Received:
    entries = [
        entry(
            amount, transaction(amount, structured(text, is_ocr=False)), servicer_reference=f"{servicer}-{n}", day=DAY
        )
        for n, text in enumerate(texts)
    ]
    return received(database, camt(notification(*entries), **how))


def balances(little: LittleBooks) -> tuple[int, int, int]:
    """On the way, at the bank, waiting for a person."""
    return little.balance("1589"), little.balance("1930"), little.balance("2999")


def assert_whole(database: Database) -> None:
    with database.connect() as connection, snapshot(connection):
        assert [checked.broken for checked in verify(connection) if checked.broken] == []


@pytest.mark.parametrize("text", ["SB_PO_1", "payout sb-po-1, november", "SANDBOX PAYMENTS", "Sandbox"])
def test_a_payout_that_is_named_or_whose_gateway_is_arrives_and_is_no_transfer(
    database: Database, little: LittleBooks, text: str
) -> None:
    paid_out_by_the_sandbox(little)

    arrived = arrives(database, text)

    assert balances(little) == (0, 98_100, 0)
    assert (arrived.transfer_count, arrived.known_count) == (0, 0)
    assert arrived.warnings[-1] == "Payout sb_po_1 of sandbox, 981.00 SEK, arrived on 2026-11-19."
    assert little.one("select count(*) from bank_transfer") == (0,)
    assert little.one("select occurred_on, provider, provider_reference from journal where kind = 'PAYOUT_ARRIVAL'") == (
        DAY, "sandbox", "sb_po_1",
    )  # fmt: skip
    assert_whole(database)


def test_a_debit_of_ours_that_the_bank_reverses_is_no_payout_that_arrives(
    database: Database, little: LittleBooks
) -> None:
    paid_out_by_the_sandbox(little)
    back = entry("981.00", transaction("981.00", structured("Sandbox", is_ocr=False)), is_reversal=True, day=DAY)

    received(database, camt(notification(back)))

    assert balances(little) == (98_100, 98_100, -98_100)
    assert_whole(database)


@pytest.mark.parametrize("text", ["SANDBOXES", "sb_po_12", "Anna Andersson", "xsb po 1"])
def test_a_payment_of_the_same_amount_that_names_neither_waits_for_a_person(
    database: Database, little: LittleBooks, text: str
) -> None:
    paid_out_by_the_sandbox(little)

    arrives(database, text)

    assert balances(little) == (98_100, 98_100, -98_100)
    assert_whole(database)


@pytest.mark.parametrize(
    "otherwise",
    [{"cents": 98_101}, {"currency": "EUR"}, {"on": DAY - timedelta(days=15)}, {"on": DAY + TWO_DAYS}],
    ids=["another amount", "another currency", "weeks ago", "not sent yet"],
)
def test_what_is_not_exactly_the_payout_waits_for_a_person(
    database: Database, little: LittleBooks, otherwise: dict[str, Any]
) -> None:
    paid_out_by_the_sandbox(little, **otherwise)

    arrived = arrives(database, "SANDBOX sb_po_1")

    assert arrived.transfer_count == 1
    assert little.balance("2999") == -98_100


def test_two_payouts_of_one_amount_are_two_arrivals_and_a_third_payment_is_nobodys(
    database: Database, little: LittleBooks
) -> None:
    paid_out_by_the_sandbox(little, payout="sb_po_1")
    paid_out_by_the_sandbox(little, payout="sb_po_2")

    arrived = arrives(database, "SANDBOX", "SANDBOX sb_po_1", "SANDBOX")

    assert arrived.transfer_count == 1
    assert balances(little) == (0, 3 * 98_100, -98_100)
    assert_whole(database)


def test_a_payout_arrives_once_whatever_file_reports_it_again(database: Database, little: LittleBooks) -> None:
    paid_out_by_the_sandbox(little)

    arrives(database, "SANDBOX sb_po_1")
    again = arrives(database, "SANDBOX sb_po_1", message="053")

    assert (again.transfer_count, again.known_count) == (0, 1)
    assert balances(little) == (0, 98_100, 0)


def test_a_payout_that_came_back_does_not_arrive(database: Database, little: LittleBooks) -> None:
    paid_out_by_the_sandbox(little)
    little.connection.execute(
        "insert into provider_movement (provider, kind, reference, subject_reference, subject_aliases, payment_references,"
        " amount_cents, currency, occurred_at, occurred_on, description)"
        " values ('sandbox', 'PAYOUT', 'tx_back', 'sb_po_1', '{}', '{}', 98100, 'SEK', now(), %s, 'Payout')",
        [DAY],
    )

    assert arrives(database, "SANDBOX sb_po_1").transfer_count == 1
