"""The rules by which lines of a provider and of the ledger are held against each other."""

from datetime import date, timedelta
from itertools import count
from uuid import UUID

import pytest

from billing.periods import Period
from billing.reports.reconciliation import Asked, Fact, Line, reconcile, summed

OCTOBER = Period(start=date(2026, 10, 1), end=date(2026, 11, 1))
ASKED = Asked(window=OCTOBER, today=date(2026, 11, 7), known=Period(start=date(2026, 9, 1), end=date(2026, 11, 7)))
DAY = date(2026, 10, 10)
NUMBERS = count(1)


def fact(cents: int, *names: str, kind: str = "CHARGE", on: date = DAY, currency: str = "EUR") -> Fact:
    return Fact(id=UUID(int=next(NUMBERS)), kind=kind, names=names or ("a",), currency=currency, cents=cents, on=on)


def short(lines: list[Line]) -> list[tuple[str, int, int, int]]:
    """State, counted amounts of both sides, and what is unexplained."""
    return sorted((line.state.value, line.provider_cents, line.ledger_cents, line.unexplained_cents) for line in lines)


def test_lines_meet_by_any_name_that_the_ledger_knows() -> None:
    lines = reconcile([fact(100, "intent", "charge")], [fact(100, "charge")], ASKED)
    assert short(lines) == [("MATCHED", 100, 100, 0)]


def test_lines_of_different_kinds_currencies_or_directions_do_not_meet() -> None:
    for other in (fact(100, kind="FEE"), fact(100, currency="SEK"), fact(-100)):
        assert {line.state.value for line in reconcile([fact(100)], [other], ASKED)} == {
            "MISSING_IN_LEDGER",
            "MISSING_AT_PROVIDER",
        }


def test_equal_amounts_meet_before_others() -> None:
    lines = reconcile([fact(100), fact(70)], [fact(70), fact(99)], ASKED)
    assert short(lines) == [("AMOUNT_DIFFERS", 100, 99, 1), ("MATCHED", 70, 70, 0)]


def test_of_three_equal_lines_against_one_two_are_duplicates() -> None:
    assert short(reconcile([fact(5), fact(5), fact(5)], [fact(5)], ASKED)) == [
        ("DUPLICATE", 5, 0, 5), ("DUPLICATE", 5, 0, 5), ("MATCHED", 5, 5, 0)]  # fmt: skip
    assert short(reconcile([fact(5)], [fact(5), fact(5)], ASKED)) == [("DUPLICATE", 0, 5, -5), ("MATCHED", 5, 5, 0)]


def test_what_happened_wholly_outside_the_window_is_left_out() -> None:
    november = date(2026, 11, 1)
    assert reconcile([fact(5, on=november)], [fact(5, on=november)], ASKED) == []


def test_a_difference_across_the_windows_edge_is_part_timing_and_part_unexplained() -> None:
    [line] = reconcile([fact(103)], [fact(100, on=date(2026, 11, 1))], ASKED)
    assert short([line]) == [("AMOUNT_DIFFERS", 103, 0, 3)]
    [sums] = summed([line], tolerance_cents=2)
    assert (sums.drift_cents, sums.timing_cents, sums.unexplained_cents, sums.over_tolerance) == (103, 100, 3, 1)


@pytest.mark.parametrize(("days", "state"), [(0, "TIMING"), (7, "TIMING"), (8, "MISSING_IN_LEDGER")])
def test_a_payout_has_seven_days_to_arrive(days: int, state: str) -> None:
    sent = fact(-500, kind="PAYOUT", on=OCTOBER.end - timedelta(days=1))
    asked = Asked(window=OCTOBER, today=sent.on + timedelta(days=days), known=ASKED.known)
    assert [line.state.value for line in reconcile([sent], [], asked)] == [state]


def test_a_payout_that_came_back_is_never_on_its_way() -> None:
    [line] = reconcile([fact(500, kind="PAYOUT", on=date(2026, 10, 31))], [], ASKED)
    assert line.state.value == "MISSING_IN_LEDGER"


@pytest.mark.parametrize("known", [None, Period(start=date(2026, 10, 11), end=date(2026, 11, 1))])
def test_nothing_is_missing_at_a_provider_on_days_that_are_not_known(known: Period | None) -> None:
    asked = Asked(window=OCTOBER, today=ASKED.today, known=known)
    assert short(reconcile([], [fact(5)], asked)) == [("TIMING", 0, 5, 0)]


def test_lines_that_cancel_each_other_out_are_each_over_the_tolerance() -> None:
    lines = reconcile([fact(1100, "a"), fact(900, "b")], [fact(1000, "a"), fact(1000, "b")], ASKED)
    [sums] = summed(lines, tolerance_cents=99)
    assert (sums.drift_cents, sums.unexplained_cents, sums.over_tolerance) == (0, 0, 2)
    assert [one.over_tolerance for one in summed(lines, tolerance_cents=100)] == [0]


def test_sums_are_a_row_a_currency_and_kind() -> None:
    facts = [fact(5, currency="SEK"), fact(7), fact(-1, kind="FEE")]
    assert [(one.currency, one.kind, one.provider_cents) for one in summed(reconcile(facts, [], ASKED), tolerance_cents=0)] == [
        ("EUR", "CHARGE", 7), ("EUR", "FEE", -1), ("SEK", "CHARGE", 5)]  # fmt: skip
