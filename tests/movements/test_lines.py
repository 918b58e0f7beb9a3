"""Lines that the sandbox never lists: refunds that come back, fees in parts and in another currency, and many at once."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

from billing.money import Money
from procedures.take_in_event import receive_event, take_in_events
from providers.ledger_lines import LedgerLine, MovementKind
from providers.webhooks import Event
from tests.books import NOW
from tests.movements.counter import PAID_AT, Counter

PAID_ON, TODAY = date(2026, 11, 18), date(2026, 11, 20)
FEE = LedgerLine(
    reference="tx_1", kind=MovementKind.FEE, amount=Money(-900, "SEK"), occurred_at=PAID_AT, description="Fee",
    subject_reference="sb_1",
)  # fmt: skip


async def test_a_refund_that_came_back_is_undone_once(counter: Counter) -> None:
    payment = counter.paid("sb_1")
    refund = (await counter.desk.refund(payment, 25_000)).refund_id
    [reference] = counter.one("select provider_reference from refund")
    back = LedgerLine(
        reference="tx_back", kind=MovementKind.REFUND, amount=Money(25_000, "SEK"), occurred_at=NOW - timedelta(hours=1),
        description="Refund failure", subject_reference=reference, payment_references=("sb_1",),
    )  # fmt: skip

    first, again = await counter.told(back), await counter.told(back)

    assert (first.booked, again.booked) == (1, 0)
    assert counter.desk.row(refund)[0] == "FAILED"
    assert counter.one("select failure_reason from refund") == ("The provider reports that the money came back.",)
    assert (counter.desk.little.balance("3001"), counter.one("select refunded_cents from payment")) == (-80_000, (0,))
    assert counter.desk.broken() == []


async def test_the_fees_of_a_payment_that_was_charged_in_parts_add_up(counter: Counter) -> None:
    payment = counter.paid("sb_1")

    await counter.told(FEE)
    await counter.told(FEE, replace(FEE, reference="tx_2", amount=Money(-300, "SEK")))
    await counter.told(replace(FEE, reference="tx_3", amount=Money(200, "SEK")))  # some of it is given back

    assert counter.one("select fee_cents from payment where id = %s", payment) == (1_000,)
    assert sorted(cents for _, _, cents in counter.journals("FEE")) == [-900, -300, 200]
    assert counter.desk.little.balance("6040") == 1_000
    assert counter.desk.broken() == []


async def test_a_fee_in_another_currency_is_booked_in_it_and_cannot_be_the_payments(counter: Counter) -> None:
    counter.paid("sb_1")
    fee = replace(FEE, amount=Money(-80, "EUR"))

    await counter.told(fee)
    await counter.told(fee)

    assert counter.one("select currency from journal where kind = 'FEE'") == ("EUR",)
    assert counter.journals("FEE") == [("sb_1", PAID_ON, -80)]
    assert counter.one("select fee_cents from payment") == (None,)


async def test_a_fee_that_is_nobodys_is_the_platforms(counter: Counter) -> None:
    await counter.told(replace(FEE, subject_reference=None))

    assert counter.journals("FEE") == [("tx_1", PAID_ON, -900)]
    assert counter.one("select payment_id, tenant_id from journal where kind = 'FEE'") == (None, None)


async def test_a_dispute_that_settles_in_another_currency_is_left_to_a_person(counter: Counter) -> None:
    counter.paid("sb_1")
    dispute = replace(
        FEE,
        kind=MovementKind.DISPUTE,
        amount=Money(-8_800, "EUR"),
        subject_reference="dp_1",
        payment_references=("sb_1",),
    )

    told = await counter.told(dispute)

    assert told.problems == ("Dispute dp_1: It settles in EUR, and the payment is in SEK.",)
    assert counter.journals("DISPUTE") == []


async def test_what_is_given_back_of_a_dispute_in_part_is_left_to_a_person(counter: Counter) -> None:
    counter.paid("sb_1")
    taken = replace(
        FEE,
        kind=MovementKind.DISPUTE,
        amount=Money(-100_000, "SEK"),
        subject_reference="dp_1",
        payment_references=("sb_1",),
    )
    part = replace(taken, reference="tx_2", amount=Money(40_000, "SEK"), occurred_at=NOW - timedelta(hours=1))

    told = await counter.told(taken, part)

    assert told.problems == ("Dispute dp_1: What was given back is not what was taken: a person has to book it.",)
    assert counter.desk.little.balance("3001") == 0
    assert counter.desk.broken() == []


async def test_syncs_and_calls_at_the_same_time_book_everything_once(counter: Counter) -> None:
    for number in range(5):
        counter.paid(f"sb_{number}", fee=1_900)
    disputes = [
        counter.gateway.dispute(f"sb_{number}", fee_cents=15_000, at=NOW - timedelta(hours=3)) for number in range(5)
    ]
    for dispute in disputes:
        event = Event(id=f"evt {dispute}", kind="dispute", subject=dispute)
        await receive_event("sandbox", event, at=NOW, books=counter.desk.books, jobs=counter.desk.jobs)

    def called() -> object:
        return take_in_events(at=NOW, books=counter.desk.books, registry=counter.registry, jobs=counter.desk.jobs)

    await asyncio.gather(counter.sync(), called(), counter.sync(), called(), counter.sync())  # type: ignore[arg-type]

    assert [cents for _, _, cents in counter.journals("DISPUTE")] == [-100_000] * 5
    assert sorted(cents for _, _, cents in counter.journals("FEE")) == [-15_000] * 5 + [-1_900] * 5
    assert counter.one("select count(*) from provider_event where processed_at is null") == (0,)
    assert counter.desk.broken() == []
