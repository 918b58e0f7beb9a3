"""What plan_history.csv tells of days to come, and of pauses that go on."""

from typing import Any

import pytest

from tests.procedures.import_books.conftest import Platform
from tests.procedures.import_books.platform_files import Row

BEGINNING: dict[str, Any] = {
    "tenants": [{}],
    "plans": [{}, {"code": "plus", "name": "Plus", "tier": 2, "amount_cents": 20000}],
    "fx_rates": [{}],
}
AHEAD: Row = {"effective_on": "2024-05-01", "kind": "plan_change_scheduled", "plan": "plus", "amount_cents": 20000,
              "amount_eur_cents": 1800}  # fmt: skip
END: Row = {"effective_on": "2024-05-01", "kind": "cancel_scheduled"}
PLANNED = (
    "select planned_kind, planned_on::text, p.code, planned_amount_cents from subscription s"
    " left join plan p on p.id = s.planned_plan_id"
)
NOTHING = (None, None, None, None)


@pytest.mark.parametrize(
    ("entries", "planned"),
    [
        ([AHEAD], ("PLAN_CHANGE_SCHEDULED", "2024-05-01", "plus", 20000)),
        ([END], ("CANCEL_SCHEDULED", "2024-05-01", None, None)),
        ([AHEAD, {"effective_on": "2024-04-10", "kind": "schedule_revoked"}], NOTHING),
        ([END, {"effective_on": "2024-04-10", "kind": "schedule_revoked"}, AHEAD],
         ("PLAN_CHANGE_SCHEDULED", "2024-05-01", "plus", 20000)),
        ([END | {"effective_on": "2024-04-14"}], NOTHING),
    ],
)  # fmt: skip
def test_what_is_planned_and_not_taken_back_lies_ahead(
    platform: Platform, entries: list[Row], planned: tuple[Any, ...]
) -> None:
    platform.load(**BEGINNING, subscriptions=[{}], plan_history=[{}, *entries])

    assert platform.rows(PLANNED) == [planned]


def test_a_later_file_takes_a_planned_change_back(platform: Platform) -> None:
    platform.load(**BEGINNING, subscriptions=[{}], plan_history=[{}, END])

    platform.load(plan_history=[{"effective_on": "2024-04-15", "kind": "schedule_revoked"}])

    assert platform.rows(PLANNED) == [NOTHING]


def test_the_same_file_again_plans_nothing_anew(platform: Platform) -> None:
    files: dict[str, Any] = {"subscriptions": [{}], "plan_history": [{}, END]}
    platform.load(**BEGINNING, **files)
    platform.books.execute("update subscription set planned_kind = null, planned_on = null")

    platform.load(**files)

    assert platform.rows(PLANNED) == [NOTHING]


def test_a_pause_goes_on_since_its_entry(platform: Platform) -> None:
    platform.load(
        **BEGINNING,
        subscriptions=[{"status": "paused"}],
        plan_history=[{}, {"effective_on": "2024-04-02", "kind": "paused"}],
    )

    assert platform.rows("select paused_on::text, paused_until from subscription") == [("2024-04-02", None)]


def test_only_plans_lie_ahead(platform: Platform) -> None:
    [problem] = platform.refused(
        **BEGINNING, subscriptions=[{}], plan_history=[{}, {"effective_on": "2024-05-01", "kind": "paused"}]
    )

    assert problem.startswith("plan_history.csv:3: paused on 2024-05-01 is in the future; only what is planned ")


def test_a_trial_stays_one(platform: Platform) -> None:
    platform.load(**BEGINNING, subscriptions=[{}])

    assert platform.refused(subscriptions=[{"trial_ends_on": "2024-02-01"}]) == [
        "subscriptions.csv:2: it has a trial here, but has none in the books"
    ]


def test_a_price_is_planned_in_a_currency_with_a_rate(platform: Platform) -> None:
    without = {name: rows for name, rows in BEGINNING.items() if name != "fx_rates"}

    assert platform.refused(**without, subscriptions=[{}], plan_history=[{}, AHEAD]) == [
        "plan_history.csv:3: there is no rate of SEK for 2024-05-01 or any day before; add one to fx_rates.csv"
    ]
