"""Reconciliation through the API: a gateway's own lines held against the ledger, as a finance person asks for it."""

from dataclasses import replace
from datetime import date

import pytest
from uuid_utils.compat import uuid7

from billing.journals import MovementRef, payout_arrived
from billing.money import Money
from providers.ledger_lines import MovementKind
from schema.ids import to_global
from tests.graphql.api import Api
from tests.graphql.till import ASKED, RECONCILIATION, Till, api, figures, gateway, lines, reconciled, till

__all__ = ["api", "gateway", "till"]


async def test_what_both_sides_hold_is_matched_by_reference_and_kind(api: Api, till: Till) -> None:
    charge = till.charge(100_00, fee=2_50)
    till.refunded(charge, 30_00)
    till.told("REFUND", -30_00, "re_1")
    told = await reconciled(api)
    assert sorted(lines(told)) == [
        ("MATCHED", "CHARGE", charge, 100_00, 100_00),
        ("MATCHED", "FEE", charge, -2_50, -2_50),
        ("MATCHED", "REFUND", "re_1", -30_00, -30_00),
    ]
    assert figures(told) == [
        ("CHARGE", 100_00, 100_00, 0, 0, 0, False),
        ("FEE", -2_50, -2_50, 0, 0, 0, False),
        ("REFUND", -30_00, -30_00, 0, 0, 0, False),
    ]
    [currency] = told["currencies"]
    assert (currency["currency"], currency["providerTotal"]) == ("SEK", {"amountCents": 67_50, "currency": "SEK"})
    assert (told["hasDrift"], told["toleranceCents"], told["provider"], told["from"], told["to"]) == (
        False, 100, "sandbox", "2026-11-01", "2026-11-15")  # fmt: skip
    assert told["computedAt"] == "2026-11-20T12:00:00Z"
    assert {line["payment"]["id"] for line in told["lines"]["nodes"]} == {
        to_global("Payment", till.little.one("select id from payment")[0])}  # fmt: skip


async def test_what_settles_in_another_currency_is_held_against_what_was_settled(api: Api, till: Till) -> None:
    charge = till.booked(100_00, fee=2_00)
    till.told("CHARGE", 8_80, charge, currency="EUR", presented=Money(100_00, "SEK"))
    till.gateway.movements.append(
        replace(till.gateway.movements[-1], kind=MovementKind.FEE, amount=Money(-17, "EUR"), presented=None)
    )

    told = await reconciled(api)

    assert sorted(lines(told)) == [("MATCHED", "CHARGE", charge, 8_80, 8_80), ("MATCHED", "FEE", charge, -17, -17)]
    assert [currency["currency"] for currency in told["currencies"]] == ["EUR"]
    assert told["hasDrift"] is False


async def test_a_charge_that_settles_for_another_payment_than_is_booked_is_drift_in_both_currencies(
    api: Api, till: Till
) -> None:
    charge = till.booked(100_00)
    till.told("CHARGE", 8_80, charge, currency="EUR", presented=Money(90_00, "SEK"))

    told = await reconciled(api)

    assert sorted(lines(told), key=str) == [
        ("MISSING_AT_PROVIDER", "CHARGE", charge, None, 100_00),
        ("MISSING_IN_LEDGER", "CHARGE", charge, 8_80, None),
    ]
    assert told["hasDrift"] is True


async def test_what_one_side_lacks_is_named_with_its_amount(api: Api, till: Till) -> None:
    till.told("CHARGE", 40_00, "ch_unknown")
    till.booked(70_00, reference="ch_ours")
    nameless = till.told("UNCLASSIFIED", -5_00, None)
    told = await reconciled(api)
    assert sorted(lines(told)) == [
        ("MISSING_AT_PROVIDER", "CHARGE", "ch_ours", None, 70_00),
        ("MISSING_IN_LEDGER", "CHARGE", "ch_unknown", 40_00, None),
        ("MISSING_IN_LEDGER", "UNCLASSIFIED", nameless, -5_00, None),
    ]
    assert figures(told) == [
        ("CHARGE", 40_00, 70_00, -30_00, 0, -30_00, True),
        ("UNCLASSIFIED", -5_00, 0, -5_00, 0, -5_00, True),
    ]
    assert told["hasDrift"] is True


async def test_two_errors_that_cancel_each_other_out_are_still_two_errors(api: Api, till: Till) -> None:
    till.charge(100_00, theirs=101_01)
    till.charge(100_00, theirs=98_99)
    told = await reconciled(api)
    assert [line[0] for line in lines(told)] == ["AMOUNT_DIFFERS", "AMOUNT_DIFFERS"]
    assert figures(told) == [("CHARGE", 200_00, 200_00, 0, 0, 0, True)]
    assert (told["hasDrift"], told["currencies"][0]["exceedsTolerance"]) == (True, True)


@pytest.mark.parametrize(("off", "too_much"), [(1_00, False), (1_01, True), (-1_00, False), (-1_01, True)])
async def test_a_line_may_be_off_by_the_tolerance_and_not_a_cent_more(
    api: Api, till: Till, off: int, too_much: bool
) -> None:
    till.charge(100_00, theirs=100_00 + off)
    told = await reconciled(api)
    assert [line[0] for line in lines(told)] == ["AMOUNT_DIFFERS"]
    assert told["hasDrift"] is too_much


async def test_a_line_that_the_other_side_has_on_a_day_outside_is_timing(api: Api, till: Till) -> None:
    late = till.charge(100_00, on=date(2026, 11, 15), told_on=date(2026, 11, 16))
    early = till.charge(60_00, on=date(2026, 11, 1), told_on=date(2026, 10, 31))
    told = await reconciled(api)
    assert lines(told) == [("TIMING", "CHARGE", early, 60_00, 60_00), ("TIMING", "CHARGE", late, 100_00, 100_00)]
    assert figures(told) == [("CHARGE", 0, 160_00, -160_00, -160_00, 0, False)]
    assert told["hasDrift"] is False


async def test_a_second_line_of_the_same_is_a_duplicate_on_whichever_side(api: Api, till: Till) -> None:
    twice_there = till.charge(100_00)
    till.told("CHARGE", 100_00, twice_there)
    told = await reconciled(api)
    assert sorted(lines(told)) == [
        ("DUPLICATE", "CHARGE", twice_there, 100_00, None),
        ("MATCHED", "CHARGE", twice_there, 100_00, 100_00),
    ]
    assert figures(told) == [("CHARGE", 200_00, 100_00, 100_00, 0, 100_00, True)]


async def test_a_payout_is_held_against_its_arrival_at_the_bank(api: Api, till: Till) -> None:
    for name, day in (
        ("po_arrived", date(2026, 11, 2)),
        ("po_lost", date(2026, 11, 3)),
        ("po_going", date(2026, 11, 14)),
    ):
        till.told("PAYOUT", -500_00, name, on=day)
    movement = MovementRef(
        id=uuid7(), cents=-500_00, currency="SEK", occurred_on=date(2026, 11, 4), provider="sandbox",
        reference="po_arrived",
    )  # fmt: skip
    till.little._post(payout_arrived(movement))
    told = await reconciled(api)
    assert lines(told) == [
        ("MATCHED", "PAYOUT", "po_arrived", -500_00, -500_00),
        ("MISSING_IN_LEDGER", "PAYOUT", "po_lost", -500_00, None),
        ("TIMING", "PAYOUT", "po_going", -500_00, None),
    ]
    assert figures(told) == [("PAYOUT", -1500_00, -500_00, -1000_00, -500_00, -500_00, True)]


async def test_a_payout_that_came_back_is_explained_without_an_arrival(api: Api, till: Till) -> None:
    till.told("PAYOUT", -500_00, "po_1", on=date(2026, 11, 2))
    till.told("PAYOUT", 500_00, "po_1", on=date(2026, 11, 4))
    told = await reconciled(api)
    assert lines(told) == [
        ("MATCHED", "PAYOUT", "po_1", -500_00, -500_00), ("MATCHED", "PAYOUT", "po_1", 500_00, 500_00)]  # fmt: skip
    assert till.little.balance("1589") == 0


async def test_amounts_of_different_currencies_never_meet(api: Api, till: Till) -> None:
    charge = till.booked(100_00)
    till.told("CHARGE", 9_00, charge, currency="EUR")
    told = await reconciled(api)
    assert [(one["currency"], one["drift"]["amountCents"]) for one in told["currencies"]] == [
        ("EUR", 9_00), ("SEK", -100_00)]  # fmt: skip
    assert {line[0] for line in lines(told)} == {"MISSING_IN_LEDGER", "MISSING_AT_PROVIDER"}


async def test_lines_are_filtered_by_state_and_paged(api: Api, till: Till) -> None:
    for day in range(2, 7):
        till.charge(100_00 + day, on=date(2026, 11, day))
    till.told("CHARGE", 1_00, "ch_unknown")
    page = (await reconciled(api, state=["MATCHED"], first=3))["lines"]
    assert (page["totalCount"], len(page["nodes"]), page["pageInfo"]["hasNextPage"]) == (5, 3, True)
    cursor = page["pageInfo"]["endCursor"]
    rest = (await reconciled(api, state=["MATCHED"], first=3, after=cursor))["lines"]
    assert [one["occurredOn"] for one in page["nodes"] + rest["nodes"]] == [f"2026-11-0{day}" for day in range(2, 7)]
    assert [line[0] for line in lines(await reconciled(api, state=["MISSING_IN_LEDGER"]))] == ["MISSING_IN_LEDGER"]
    assert (await api.refused(RECONCILIATION, **ASKED, first=3, after=cursor))[0] == "BAD_USER_INPUT"
