"""The log of a subscription: what plan_history.csv tells, and what follows from the subscription where it tells nothing."""

from typing import Any

import pytest

from tests.procedures.import_books.conftest import Platform
from tests.procedures.import_books.platform_files import Row

BEGINNING: dict[str, Any] = {
    "tenants": [{}],
    "plans": [{}, {"code": "plus", "name": "Plus", "tier": 2, "amount_cents": 20000}],
}
PLUS: Row = {"plan": "plus", "amount_cents": 20000, "amount_eur_cents": 1800}
STARTED = (1, "STARTED", "2024-01-01", "club", 1000)


def log(platform: Platform) -> list[tuple[Any, ...]]:
    return platform.rows(
        "select ordinal, kind, effective_on::text, p.code, h.amount_eur_cents from plan_history h"
        " join plan p on p.id = h.plan_id order by ordinal"
    )


@pytest.mark.parametrize(
    ("row", "then"),
    [
        ({}, []),
        ({"status": "trialing", "trial_ends_on": "2024-05-01"}, []),
        ({"status": "active", "trial_ends_on": "2024-02-01"}, [(2, "TRIAL_ENDED", "2024-02-01", "club", 1000)]),
        ({"status": "paused"}, [(2, "PAUSED", "2024-04-15", "club", 1000)]),
        ({"status": "past_due"}, [(2, "PAST_DUE", "2024-04-15", "club", 1000)]),
        ({"status": "cancelled", "cancelled_on": "2024-03-01"}, [(2, "CANCELLED", "2024-03-01", "club", 1000)]),
        ({"status": "cancelled", "cancelled_on": "2024-01-20", "trial_ends_on": "2024-02-01"},
         [(2, "CANCELLED", "2024-01-20", "club", 1000)]),
        ({"status": "cancelled", "cancelled_on": "2024-03-01", "trial_ends_on": "2024-02-01"},
         [(2, "TRIAL_ENDED", "2024-02-01", "club", 1000), (3, "CANCELLED", "2024-03-01", "club", 1000)]),
    ],
)  # fmt: skip
def test_without_history_the_log_follows_from_the_subscription(
    platform: Platform, row: Row, then: list[tuple[Any, ...]]
) -> None:
    platform.load(**BEGINNING, subscriptions=[row])

    assert log(platform) == [STARTED, *then]


def test_history_is_kept_in_the_order_of_its_days_then_of_the_file(platform: Platform) -> None:
    platform.load(
        **BEGINNING,
        subscriptions=[PLUS],
        plan_history=[
            PLUS | {"effective_on": "2024-03-01", "kind": "plan_changed", "actor": "anna@club.test", "reason": "More members"},
            {"effective_on": "2024-02-10", "kind": "paused"},
            {"effective_on": "2024-02-10", "kind": "resumed"},
            {},
        ],
    )  # fmt: skip

    assert log(platform) == [
        STARTED,
        (2, "PAUSED", "2024-02-10", "club", 1000),
        (3, "RESUMED", "2024-02-10", "club", 1000),
        (4, "PLAN_CHANGED", "2024-03-01", "plus", 1800),
    ]
    assert platform.rows("select actor, reason from plan_history order by ordinal")[2:] == [
        ("cli:test", None),
        ("anna@club.test", "More members"),
    ]


def test_a_status_that_the_history_explains_gets_no_second_entry(platform: Platform) -> None:
    platform.load(
        **BEGINNING,
        subscriptions=[{"status": "cancelled", "cancelled_on": "2024-03-01"}],
        plan_history=[{}, {"effective_on": "2024-03-01", "kind": "cancelled"}],
    )

    assert [kind for _, kind, *_ in log(platform)] == ["STARTED", "CANCELLED"]


def test_known_entries_are_recognised_and_new_ones_continue_the_log(platform: Platform) -> None:
    late: Row = {"effective_on": "2024-02-01", "kind": "past_due"}
    platform.load(**BEGINNING, subscriptions=[{"status": "past_due"}], plan_history=[{}, late])
    report = platform.load(
        subscriptions=[{"status": "past_due"} | PLUS],
        plan_history=[
            {},
            late,
            PLUS | {"effective_on": "2024-04-01", "kind": "plan_changed"},
        ],
    )

    assert [(file.new, file.changed, file.unchanged) for file in report.files] == [(0, 1, 0), (1, 0, 2)]
    assert log(platform)[-1] == (3, "PLAN_CHANGED", "2024-04-01", "plus", 1800)
    assert platform.rows(
        "select p.code, s.amount_cents, version from subscription s join plan p on p.id = s.plan_id"
    ) == [("plus", 20000, 2)]


@pytest.mark.parametrize(
    ("before", "after", "entry"),
    [
        ({}, {"status": "past_due"}, ("PAST_DUE", "2024-04-15")),
        ({}, {"status": "paused"}, ("PAUSED", "2024-04-15")),
        ({}, {"status": "cancelled", "cancelled_on": "2024-04-01"}, ("CANCELLED", "2024-04-01")),
        ({"status": "paused"}, {}, ("RESUMED", "2024-04-15")),
        ({"status": "past_due"}, {}, ("RECOVERED", "2024-04-15")),
        ({"status": "cancelled", "cancelled_on": "2024-03-01"}, {}, ("REACTIVATED", "2024-04-15")),
        ({"status": "trialing", "trial_ends_on": "2024-04-10"}, {"trial_ends_on": "2024-04-10"},
         ("TRIAL_ENDED", "2024-04-10")),
    ],
)  # fmt: skip
def test_a_status_that_is_taken_over_leaves_an_entry(
    platform: Platform, before: Row, after: Row, entry: tuple[str, str]
) -> None:
    platform.load(**BEGINNING, subscriptions=[before])
    platform.load(subscriptions=[after])
    platform.load(subscriptions=[after])

    assert log(platform)[-1][1:3] == entry
    assert len({kind for _, kind, *_ in log(platform)}) == len(log(platform))
    assert platform.rows("select version from subscription") == [(2,)]


def test_a_period_that_rolls_on_leaves_no_entry(platform: Platform) -> None:
    platform.load(**BEGINNING, subscriptions=[{}])
    platform.load(subscriptions=[{"current_period_start": "2024-04-01", "current_period_end": "2024-05-01"}])

    assert log(platform) == [STARTED]
    assert platform.rows("select current_period_end::text, version from subscription") == [("2024-05-01", 2)]


def test_a_cancellation_locks_the_price_that_held_then(platform: Platform) -> None:
    platform.load(
        **BEGINNING,
        subscriptions=[PLUS],
        plan_history=[
            {},
            {"effective_on": "2024-02-01", "kind": "cancelled"},
            {"effective_on": "2024-03-01", "kind": "reactivated"},
            PLUS | {"effective_on": "2024-03-15", "kind": "plan_changed"},
            PLUS | {"effective_on": "2024-06-01", "kind": "cancel_scheduled"},
        ],
        cancellations=[
            {"cancelled_on": "2024-02-01", "requested_on": "2024-01-25"},
            {"cancelled_on": "2024-06-01", "mode": "period_end", "reason": "closed_down"},
        ],
    )

    assert platform.rows(
        "select cancelled_on::text, requested_on::text, mode, reason, amount_eur_cents from subscription_cancellation"
        " order by cancelled_on"
    ) == [
        ("2024-02-01", "2024-01-25", "NOW", "TOO_EXPENSIVE", 1000),
        ("2024-06-01", None, "PERIOD_END", "CLOSED_DOWN", 1800),
    ]


def test_why_a_subscription_ended_is_not_rewritten(platform: Platform) -> None:
    ended: Row = {"status": "cancelled", "cancelled_on": "2024-03-01"}
    platform.load(**BEGINNING, subscriptions=[ended], cancellations=[{}])

    assert platform.refused(cancellations=[{"reason": "other"}]) == [
        "cancellations.csv:2: reason is OTHER here, but TOO_EXPENSIVE in the books; what is booked is not changed"
    ]


@pytest.mark.parametrize(
    ("subscription", "history", "problems"),
    [
        ({}, [{"kind": "plan_changed"}],
         [("plan_history.csv:2: the history of S1 begins with plan_changed on 2024-01-01; it must begin with started on"
          " 2024-01-01")]),
        ({}, [{"effective_on": "2024-01-02"}],
         ["plan_history.csv:2: the history of S1 begins with started on 2024-01-02; it must begin with started on 2024-01-01"]),
        ({}, [{}, {"effective_on": "2024-02-01"}], ["plan_history.csv:3: S1 has started already"]),
        ({}, [{}, PLUS | {"effective_on": "2024-03-01", "kind": "plan_changed"}],
         [("plan_history.csv:3: this is the newest price of S1 (plus at 20000 cents, 1800 EUR cents), but the subscription says"
          " club at 10000 cents, 1000 EUR cents")]),
        ({}, [{}, {"subscription": "S2"}, {"plan": "gold", "kind": "past_due", "effective_on": "2024-02-01"}],
         ["plan_history.csv:3: there is no subscription S2", "plan_history.csv:4: there is no plan gold",
          ("plan_history.csv:4: this is the newest price of S1 (gold at 10000 cents, 1000 EUR cents), but the subscription says"
          " club at 10000 cents, 1000 EUR cents")]),
    ],
)  # fmt: skip
def test_a_history_that_contradicts_its_subscription_is_refused(
    platform: Platform, subscription: Row, history: list[Row], problems: list[str]
) -> None:
    assert platform.refused(**BEGINNING, subscriptions=[subscription], plan_history=history) == problems


def test_a_change_of_plan_in_the_future_is_no_price_yet(platform: Platform) -> None:
    platform.load(
        **BEGINNING,
        subscriptions=[{}],
        plan_history=[{}, PLUS | {"effective_on": "2024-05-01", "kind": "plan_change_scheduled"}],
        fx_rates=[{}],
    )

    assert log(platform)[-1] == (2, "PLAN_CHANGE_SCHEDULED", "2024-05-01", "plus", 1800)


def test_what_is_planned_for_the_future_does_not_close_the_log(platform: Platform) -> None:
    planned: Row = {"effective_on": "2024-06-01", "kind": "cancel_scheduled"}
    platform.load(**BEGINNING, subscriptions=[{}], plan_history=[{}, planned])
    platform.load(subscriptions=[{"status": "paused"}], plan_history=[{"effective_on": "2024-04-01", "kind": "paused"}])

    assert log(platform)[-1] == (3, "PAUSED", "2024-04-01", "club", 1000)


def test_the_log_is_only_continued(platform: Platform) -> None:
    late: Row = {"effective_on": "2024-03-01", "kind": "past_due"}
    platform.load(**BEGINNING, subscriptions=[{"status": "past_due"}], plan_history=[{}, late])

    assert platform.refused(
        plan_history=[{"effective_on": "2024-02-01", "kind": "paused"}, {"kind": "started"}, {}]
    ) == [
        "plan_history.csv:4: S1 has started already",
        "plan_history.csv:2: the log of S1 in the books has an entry of 2024-03-01; what is new cannot be dated before it",
        "plan_history.csv:4: the log of S1 in the books has an entry of 2024-03-01; what is new cannot be dated before it",
    ]


def test_a_price_changes_only_with_its_entry(platform: Platform) -> None:
    platform.load(**BEGINNING, subscriptions=[{}])

    assert platform.refused(subscriptions=[PLUS]) == [
        (
            "subscriptions.csv:2: it is plus at 20000 cents (1800 EUR cents) here, but club at 10000 cents (1000 EUR cents) in the"
            " books; a price changes only with its entry in plan_history.csv"
        )
    ]
    assert platform.refused(plan_history=[PLUS | {"effective_on": "2024-04-01", "kind": "plan_changed"}]) == [
        (
            "plan_history.csv:2: this is the newest price of S1 (plus at 20000 cents, 1800 EUR cents), but the subscription says"
            " club at 10000 cents, 1000 EUR cents"
        )
    ]
