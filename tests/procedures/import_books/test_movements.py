"""What an imported history did to monthly recurring revenue: the same rules as for one change, over all of it at once."""

from typing import Any

from tests.procedures.import_books.conftest import Platform
from tests.procedures.import_books.platform_files import Row

BEGINNING: dict[str, Any] = {
    "tenants": [{}, {"external_id": "T2"}],
    "plans": [{}, {"code": "plus", "name": "Plus", "tier": 2, "amount_cents": 20000},
              {"code": "year", "name": "Year", "amount_cents": 100000, "interval": "year"}],
}  # fmt: skip
PLUS: Row = {"plan": "plus", "amount_cents": 20000, "amount_eur_cents": 2000}


def movements(platform: Platform) -> list[tuple[Any, ...]]:
    return platform.rows(
        "select occurred_on::text, kind, p.code, eur_cents, subscription_delta, tenant_delta from mrr_movement m"
        " join plan p on p.id = m.plan_id order by m.id"
    )


def test_a_life_is_told_in_movements(platform: Platform) -> None:
    platform.load(
        **BEGINNING,
        subscriptions=[PLUS | {"trial_ends_on": "2024-01-15"}],
        plan_history=[
            {},
            {"effective_on": "2024-01-15", "kind": "trial_ended"},
            PLUS | {"effective_on": "2024-02-01", "kind": "plan_changed"},
            PLUS | {"effective_on": "2024-02-10", "kind": "paused"},
            PLUS | {"effective_on": "2024-02-20", "kind": "resumed"},
            PLUS | {"effective_on": "2024-03-01", "kind": "cancelled"},
            PLUS | {"effective_on": "2024-04-01", "kind": "reactivated"},
        ],
    )

    assert movements(platform) == [
        ("2024-01-15", "NEW", "club", 1000, 1, 1),
        ("2024-02-01", "EXPANSION", "club", -1000, -1, 0),
        ("2024-02-01", "EXPANSION", "plus", 2000, 1, 0),
        ("2024-02-10", "PAUSED", "plus", -2000, -1, -1),
        ("2024-02-20", "RESUMED", "plus", 2000, 1, 1),
        ("2024-03-01", "CHURN", "plus", -2000, -1, -1),
        ("2024-04-01", "REACTIVATION", "plus", 2000, 1, 1),
    ]


def test_one_of_several_is_no_churn_and_a_second_one_is_not_new(platform: Platform) -> None:
    gone = {"external_id": "S2", "started_on": "2024-02-01", "status": "cancelled", "cancelled_on": "2024-03-01"}

    platform.load(**BEGINNING, subscriptions=[{}, gone])

    assert [(kind, eur_cents, tenants) for _, kind, _, eur_cents, _, tenants in movements(platform)] == [
        ("NEW", 1000, 1), ("EXPANSION", 1000, 0), ("CONTRACTION", -1000, 0),
    ]  # fmt: skip


def test_who_swaps_one_subscription_for_another_on_a_day_has_not_left(platform: Platform) -> None:
    gone = {"status": "cancelled", "cancelled_on": "2024-03-01"}
    come = {"external_id": "S2", "started_on": "2024-03-01", **PLUS}

    platform.load(**BEGINNING, subscriptions=[gone, come])

    assert movements(platform)[1:] == [
        ("2024-03-01", "EXPANSION", "plus", 2000, 1, 0),
        ("2024-03-01", "CONTRACTION", "club", -1000, -1, 0),
    ]


def test_only_what_is_new_moves_anything(platform: Platform) -> None:
    platform.load(**BEGINNING, subscriptions=[{}], plan_history=[{}])

    platform.load(
        subscriptions=[PLUS, {"external_id": "S3", "tenant": "T2", "plan": "year", "amount_cents": 100000,
                              "amount_eur_cents": 10000}],
        plan_history=[{}, PLUS | {"effective_on": "2024-04-01", "kind": "plan_changed"}],
    )  # fmt: skip

    assert sorted(movements(platform)) == [
        ("2024-01-01", "NEW", "club", 1000, 1, 1),
        ("2024-01-01", "NEW", "year", 833, 1, 1),
        ("2024-04-01", "EXPANSION", "club", -1000, -1, 0),
        ("2024-04-01", "EXPANSION", "plus", 2000, 1, 0),
    ]


def test_a_cancellation_locks_what_left_with_it(platform: Platform) -> None:
    platform.load(
        **BEGINNING,
        subscriptions=[
            {"status": "cancelled", "cancelled_on": "2024-03-01"},
            {"external_id": "S2", "status": "cancelled", "cancelled_on": "2024-01-20", "trial_ends_on": "2024-02-01"},
        ],
        cancellations=[{}, {"subscription": "S2", "cancelled_on": "2024-01-20"}],
    )

    assert platform.rows(
        "select amount_cents, currency, amount_eur_cents, mrr_eur_cents from subscription_cancellation order by cancelled_on"
    ) == [(10000, "SEK", 1000, 0), (10000, "SEK", 1000, 1000)]
