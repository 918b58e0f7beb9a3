"""What a provider reports is kept once and booked once, whoever reported it first."""

from datetime import date, timedelta

import pytest

from billing.refusals import BadInput
from procedures.sync_movements import Window, sync_due
from tests.books import NOW
from tests.movements.counter import PAID_AT, WEEK, Counter

PAID_ON = date(2026, 11, 18)


async def test_lines_are_kept_once_however_often_they_are_listed(counter: Counter) -> None:
    counter.paid("sb_1", fee=1_900)

    first = await counter.sync()
    again = await counter.sync()

    assert (first.lines, first.new) == (3, 3)  # charge, fee, and the payout of the next midnight
    assert (again.lines, again.new, again.booked) == (3, 0, 0)
    kept = counter.one(
        "select provider, reference, subject_reference, payment_references, amount_cents, currency, occurred_at, occurred_on"
        " from provider_movement where kind = 'CHARGE'"
    )
    assert kept == ("sandbox", "tx_sb_1", "sb_1", ["sb_1"], 100_000, "SEK", PAID_AT, PAID_ON)
    assert counter.desk.broken() == []


async def test_the_fee_that_only_the_provider_knows_is_booked_once_and_becomes_the_payments(counter: Counter) -> None:
    payment = counter.paid("sb_1", fee=1_900)

    await counter.sync()
    await counter.sync()

    assert counter.journals("FEE") == [("sb_1", PAID_ON, -1_900)]
    assert counter.one("select fee_cents from payment where id = %s", payment) == (1_900,)
    assert counter.one("select payment_id from journal where kind = 'FEE'") == (payment,)
    assert counter.desk.little.balance("6040") == 1_900
    assert counter.desk.broken() == []


async def test_a_fee_that_was_booked_with_its_payment_is_not_booked_again(counter: Counter) -> None:
    counter.paid("sb_1", fee=1_900, fee_cents=1_850)

    await counter.sync()

    assert counter.journals("FEE") == []
    assert counter.one("select fee_cents from payment") == (1_850,)


async def test_of_a_payment_that_nobody_knows_here_neither_amount_nor_fee_is_booked(counter: Counter) -> None:
    counter.gateway.charge(50_000, "SEK", fee_cents=900, id="sb_unknown", at=PAID_AT)

    synced = await counter.sync()

    assert (synced.new, synced.booked) == (3, 1)  # the payout went out all the same
    assert counter.journals("FEE") == []
    assert counter.one("select count(*) from payment") == (0,)


async def test_a_payout_moves_from_the_clearing_account_into_transit(counter: Counter) -> None:
    counter.paid("sb_1", fee=1_900)

    await counter.sync()

    assert counter.journals("PAYOUT") == [("sb_po_20261119_SEK", date(2026, 11, 19), -98_100)]
    assert (counter.desk.little.balance("1589"), counter.desk.little.balance("1580")) == (98_100, 0)


async def test_the_window_that_is_known_grows_where_it_is_touched_and_is_never_said_to_have_gaps(
    counter: Counter,
) -> None:
    def known() -> tuple[int, int]:
        start, end = counter.one("select synced_from, synced_through from provider_sync where provider = 'sandbox'")
        return (NOW - start).days, (NOW - end).days

    async def fetched(days_from: int, days_to: int) -> tuple[int, int]:
        await counter.sync(Window(start=NOW - timedelta(days=days_from), end=NOW - timedelta(days=days_to)))
        return known()

    assert await fetched(20, 10) == (20, 10)
    assert await fetched(12, 5) == (20, 5)
    assert await fetched(40, 30) == (20, 5)
    assert await fetched(25, 20) == (25, 5)
    assert await fetched(3, 1) == (3, 1)
    await counter.sync(WEEK)
    assert known() == (7, 0)


async def test_each_provider_is_asked_once_an_hour_from_some_days_back(counter: Counter) -> None:
    counter.paid("sb_1", fee=1_900, at=NOW - timedelta(days=30))
    asked = {"books": counter.desk.books, "registry": counter.registry, "jobs": counter.desk.jobs}

    assert await sync_due(at=NOW, **asked) == 3
    late = counter.gateway.charge(5_000, "SEK", id="sb_late", at=NOW - timedelta(days=2))
    assert await sync_due(at=NOW + timedelta(minutes=59), **asked) == 0
    assert await sync_due(at=NOW + timedelta(hours=1), **asked) == 2
    assert counter.one("select count(*) from provider_movement where subject_reference = %s", late) == (1,)


async def test_a_window_that_is_none_or_has_not_begun_is_refused(counter: Counter) -> None:
    with pytest.raises(BadInput, match="ends before it begins"):
        Window(start=NOW, end=NOW)
    with pytest.raises(BadInput, match="lies in the future"):
        await counter.sync(Window(start=NOW + timedelta(days=1), end=NOW + timedelta(days=2)))

    assert counter.one("select count(*) from provider_sync") == (0,)
