"""A provider that settles in EUR what payers paid in SEK: the money moves between the clearing accounts, once."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from billing.journals import PaymentRef, charged
from billing.money import Money
from procedures.sync_movements import ProviderUnavailable
from providers.ledger_lines import LedgerLine, MovementKind
from providers.webhooks import Event
from tests.books import NOW
from tests.movements.calls import all_taken_in, received
from tests.movements.counter import PAID_AT, Counter

PAID_ON = date(2026, 11, 18)
AT_THE_RATE = 8_889  # 1 000.00 SEK at 11.25
CHARGE = LedgerLine(
    reference="tx_1", kind=MovementKind.CHARGE, amount=Money(8_800, "EUR"), occurred_at=PAID_AT, description="Charge",
    subject_reference="sb_1", presented=Money(100_000, "SEK"),
)  # fmt: skip
FEE = replace(CHARGE, kind=MovementKind.FEE, amount=Money(-170, "EUR"), description="Fee", presented=None)


def line_of(kind: MovementKind, reference: str, cents: int, paid_cents: int, **more: Any) -> LedgerLine:
    return replace(
        CHARGE, kind=kind, reference=reference, amount=Money(cents, "EUR"), presented=Money(paid_cents, "SEK"),
        payment_references=("sb_1",), occurred_at=NOW - timedelta(hours=2), **more,
    )  # fmt: skip


def clearing(counter: Counter) -> dict[str, int]:
    """What is on the clearing account, by currency."""
    return dict(
        counter.desk.little.connection.execute(
            "select currency, sum(amount_cents)::bigint from accounting_entry where account = '1580'"
            " group by currency having sum(amount_cents) <> 0"
        ).fetchall()
    )


def exchange(counter: Counter) -> dict[str, int]:
    """What exchange gains and losses weigh in EUR cents, debit positive."""
    return dict(
        counter.desk.little.connection.execute(
            "select account, sum(amount_eur_cents)::bigint from accounting_entry where account in ('3960', '7960')"
            " group by account"
        ).fetchall()
    )


@pytest.mark.parametrize(
    ("settled", "difference"),
    [(8_800, {"7960": AT_THE_RATE - 8_800}), (9_000, {"3960": AT_THE_RATE - 9_000}), (8_889, {"3960": 0})],
)
async def test_a_charge_moves_to_the_currency_in_which_it_settles_and_only_the_difference_stays(
    counter: Counter, settled: int, difference: dict[str, int]
) -> None:
    counter.paid("sb_1")
    charge = replace(CHARGE, amount=Money(settled, "EUR"))

    first, again = await counter.told(charge), await counter.told(charge)

    assert (first.booked, again.booked) == (1, 0)
    assert clearing(counter) == {"EUR": settled}
    assert exchange(counter) == difference
    assert counter.journals("CONVERSION_OUT") == [("sb_1", PAID_ON, -100_000)]
    assert counter.journals("CONVERSION_IN") == [("sb_1", PAID_ON, settled)]
    assert counter.one("select count(*) from audit_event where action = 'provider.movements_converted'") == (1,)
    assert counter.desk.broken() == []


async def test_a_fee_that_came_with_the_payment_gives_way_to_the_one_that_was_taken(counter: Counter) -> None:
    little = counter.desk.little
    club = little.tenant()
    payment = little.payment(club, None, 100_000, provider_reference="sb_1", paid_at=PAID_AT, fee_cents=2_000)
    facts = PaymentRef(
        id=payment, tenant_id=club, currency="SEK", allocated_cents=0, credited_cents=100_000, occurred_on=PAID_ON,
        provider="sandbox", provider_reference="sb_1",
    )  # fmt: skip
    little._post(charged(facts, fee_cents=2_000))

    first, again = await counter.told(CHARGE, FEE), await counter.told(CHARGE, FEE)

    assert (first.booked, again.booked) == (2, 0)
    assert clearing(counter) == {"EUR": 8_800 - 170}
    assert (counter.one("select fee_cents from payment"), little.balance("6040")) == ((2_000,), 2_000)
    assert counter.desk.broken() == []


async def test_a_charge_of_another_amount_than_is_booked_moves_nothing(counter: Counter) -> None:
    counter.paid("sb_1")

    told = await counter.told(replace(CHARGE, presented=Money(90_000, "SEK")))

    assert (told.booked, clearing(counter), exchange(counter)) == (0, {"SEK": 100_000}, {})


async def test_a_second_line_of_the_same_charge_moves_nothing_more(counter: Counter) -> None:
    counter.paid("sb_1")

    told = await counter.told(CHARGE, replace(CHARGE, reference="tx_2"))

    assert (told.booked, clearing(counter)) == (1, {"EUR": 8_800})
    assert (await counter.told(replace(CHARGE, reference="tx_3"))).booked == 0


async def test_a_line_without_the_payers_amount_moves_nothing(counter: Counter) -> None:
    counter.paid("sb_1")

    told = await counter.told(replace(CHARGE, presented=None))

    assert (told.booked, clearing(counter)) == (0, {"SEK": 100_000})


async def test_our_refund_moves_too_and_back_again_when_its_money_comes_back(counter: Counter) -> None:
    payment = counter.paid("sb_1")
    refund = (await counter.desk.refund(payment, 25_000)).refund_id
    taken = line_of(
        MovementKind.REFUND, "tx_2", -2_210, -25_000, subject_reference="re_1", subject_aliases=(refund.hex,)
    )  # fmt: skip
    back = replace(taken, reference="tx_3", amount=Money(2_190, "EUR"), presented=Money(25_000, "SEK"))

    await counter.told(CHARGE, taken)

    assert clearing(counter) == {"EUR": 8_800 - 2_210}
    assert counter.one("select count(*) from refund") == (1,)

    await counter.told(CHARGE, taken, back)
    await counter.told(CHARGE, taken, back)

    assert counter.desk.row(refund)[0] == "FAILED"
    assert clearing(counter) == {"EUR": 8_800 - 2_210 + 2_190}
    assert counter.desk.little.balance("3001") == -80_000
    assert counter.desk.broken() == []


async def test_a_refund_made_at_the_provider_is_one_of_what_the_payer_got_back(counter: Counter) -> None:
    counter.paid("sb_1")
    taken = line_of(MovementKind.REFUND, "tx_2", -2_210, -25_000, subject_reference="re_1")

    told = await counter.told(CHARGE, taken)

    assert (told.problems, counter.one("select amount_cents, status from refund")) == ((), (25_000, "SUCCEEDED"))
    assert clearing(counter) == {"EUR": 8_800 - 2_210}
    assert counter.desk.broken() == []


async def test_a_dispute_takes_what_the_payer_paid_and_gives_it_back_when_it_is_won(counter: Counter) -> None:
    counter.paid("sb_1")
    taken = line_of(MovementKind.DISPUTE, "tx_2", -8_850, -100_000, subject_reference="dp_1")
    given_back = replace(taken, reference="tx_3", amount=Money(8_820, "EUR"), presented=Money(100_000, "SEK"))

    told = await counter.told(CHARGE, taken)

    assert told.problems == ()
    assert (counter.desk.little.balance("3001"), clearing(counter)) == (0, {"EUR": 8_800 - 8_850})
    assert counter.desk.broken() == []

    await counter.told(CHARGE, taken, given_back)
    await counter.told(CHARGE, taken, given_back)

    assert (counter.desk.little.balance("3001"), clearing(counter)) == (-80_000, {"EUR": 8_800 - 8_850 + 8_820})
    assert counter.desk.broken() == []


async def test_what_a_call_is_about_moves_at_once(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    counter.paid("sb_1")

    async def facts(_self: object, _event: Event) -> list[LedgerLine]:
        return [line_of(MovementKind.DISPUTE, "tx_2", -8_850, -100_000, subject_reference="dp_1")]

    monkeypatch.setattr("sandbox_provider.calls.SandboxWebhooks.facts", facts)
    await received(counter, Event(id="evt_1", kind="dispute", subject="dp_1"), NOW)
    await all_taken_in(counter)

    assert clearing(counter) == {"SEK": 100_000, "EUR": -8_850}
    assert counter.journals("DISPUTE") == [("dp_1", date(2026, 11, 20), -100_000)]
    assert counter.desk.broken() == []


@pytest.mark.parametrize(
    "presented",
    [Money(100_000, "EUR"), Money(-100_000, "SEK"), Money(0, "SEK"), 100_000],
)
async def test_a_payers_amount_that_cannot_be_one_is_no_line(counter: Counter, presented: Any) -> None:
    counter.paid("sb_1")
    with pytest.raises(ProviderUnavailable, match="no line of a ledger"):
        await counter.told(replace(CHARGE, presented=presented))
    assert counter.one("select count(*) from provider_movement") == (0,)
