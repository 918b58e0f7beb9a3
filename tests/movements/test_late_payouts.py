"""A payout that the bank reports before the provider does: it waits in the inbox until its line is known, and no longer."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from billing.money import Money
from procedures.unassign_transfer import BroughtBack, unassign
from providers.ledger_lines import LedgerLine, MovementKind
from tests.books import NOW, TODAY
from tests.movements.counter import ORDER, Counter

ARRIVED_ON = TODAY - timedelta(days=1)
PAYOUT = LedgerLine(
    reference="tx_po", kind=MovementKind.PAYOUT, amount=Money(-98_100, "SEK"), occurred_at=NOW - timedelta(days=2),
    description="Payout", subject_reference="sb_po_1", payout_reference="sb_po_1",
)  # fmt: skip


def arrived(counter: Counter, message: str = "SANDBOX payout", *, on: date = ARRIVED_ON, cents: int = 98_100) -> UUID:
    return counter.desk.little.transfer(cents, message=message, booked_on=on)


def balances(counter: Counter) -> tuple[int, int, int]:
    """On the way, at the bank, waiting for a person."""
    little = counter.desk.little
    return little.balance("1589"), little.balance("1930"), little.balance("2999")


def status(counter: Counter, transfer: UUID) -> str:
    [found] = counter.one("select status from bank_transfer where id = %s", transfer)
    return str(found)


@pytest.mark.parametrize("message", ["SANDBOX payout", "Utbetalning sb_po_1"])
async def test_it_leaves_the_inbox_once_its_line_is_known(counter: Counter, message: str) -> None:
    transfer = arrived(counter, message)

    first, again = await counter.told(PAYOUT), await counter.told(PAYOUT)

    assert (first.booked, again.booked) == (2, 0)
    assert (status(counter, transfer), balances(counter)) == ("MATCHED", (0, 98_100, 0))
    assert counter.one(
        "select occurred_on, provider_reference, bank_transfer_id from journal where kind = 'PAYOUT_ARRIVAL'"
    ) == (ARRIVED_ON, "sb_po_1", transfer)
    assert counter.one("select count(*) from audit_event where action = 'transfer.payout_arrived'") == (1,)
    assert counter.desk.broken() == []


@pytest.mark.parametrize(
    ("message", "cents", "on"),
    [
        ("Anna Andersson", 98_100, ARRIVED_ON),
        ("SANDBOXES", 98_100, ARRIVED_ON),
        ("SANDBOX payout", 98_101, ARRIVED_ON),
        ("SANDBOX payout", 98_100, TODAY - timedelta(days=4)),
    ],
)
async def test_what_only_resembles_it_waits_for_a_person(counter: Counter, message: str, cents: int, on: date) -> None:
    transfer = arrived(counter, message, cents=cents, on=on)

    await counter.told(PAYOUT)

    assert (status(counter, transfer), balances(counter)) == ("UNMATCHED", (98_100, cents, -cents))
    assert counter.desk.broken() == []


async def test_of_two_alike_one_is_the_payout_and_the_other_waits(counter: Counter) -> None:
    arrived(counter), arrived(counter)

    await counter.told(PAYOUT)
    await counter.told(PAYOUT)

    assert sorted(counter.desk.little.connection.execute("select status from bank_transfer").fetchall()) == [
        ("MATCHED",), ("UNMATCHED",)
    ]  # fmt: skip
    assert balances(counter) == (0, 196_200, -98_100)
    assert counter.desk.broken() == []


async def test_two_payouts_alike_are_two_transfers(counter: Counter) -> None:
    arrived(counter), arrived(counter)

    await counter.told(PAYOUT, replace(PAYOUT, reference="tx_po_2", subject_reference="sb_po_2"))

    assert balances(counter) == (0, 196_200, 0)
    assert counter.desk.broken() == []


async def test_what_somebody_has_parked_stays_parked(counter: Counter) -> None:
    transfer = arrived(counter)
    counter.desk.little.connection.execute("update bank_transfer set status = 'IGNORED' where id = %s", [transfer])

    await counter.told(PAYOUT)

    assert (status(counter, transfer), balances(counter)) == ("IGNORED", (98_100, 98_100, -98_100))


async def test_nobody_can_unassign_it(counter: Counter) -> None:
    transfer = arrived(counter)
    await counter.told(PAYOUT)

    with pytest.raises(BroughtBack, match="a gateway's payout"):
        await unassign(transfer, order=ORDER, books=counter.desk.books)
    assert (status(counter, transfer), balances(counter)) == ("MATCHED", (0, 98_100, 0))
