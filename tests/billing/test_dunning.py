"""Which stage is next and when, and which stages can be followed at all."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.dunning import (
    DEFAULT_STAGES,
    Action,
    Stage,
    Status,
    checked_stages,
    is_frozen,
    next_step,
    status_of,
)
from billing.refusals import BadInput

DUE = date(2026, 1, 31)


def stage(code: str, days: int, action: Action = Action.REMINDER) -> Stage:
    return Stage(code=code, days_after_due=days, action=action)


def following(taken: list[str], acted_on: date | None, stages: tuple[Stage, ...] = DEFAULT_STAGES) -> tuple[str, date]:
    step = next_step(stages, taken, due_on=DUE, acted_on=acted_on)
    assert step is not None
    return step.stage.code, step.on


def test_stages_are_taken_so_many_days_after_the_invoice_was_due() -> None:
    assert following([], None) == ("REMINDER_1", date(2026, 2, 3))
    assert following(["REMINDER_1"], date(2026, 2, 3)) == ("REMINDER_2", date(2026, 2, 10))
    assert following(["REMINDER_1", "REMINDER_2"], date(2026, 2, 10)) == ("FINAL_NOTICE", date(2026, 2, 20))
    assert following(["REMINDER_1", "REMINDER_2", "FINAL_NOTICE"], date(2026, 2, 20)) == ("PAUSE", date(2026, 3, 2))


def test_after_a_late_stage_the_next_keeps_its_distance() -> None:
    assert following(["REMINDER_1"], date(2026, 4, 1)) == ("REMINDER_2", date(2026, 4, 8))
    assert following(["REMINDER_1", "REMINDER_2"], date(2026, 4, 8)) == ("FINAL_NOTICE", date(2026, 4, 18))


def test_the_first_of_other_stages_comes_no_sooner_than_a_day_after_the_last_action() -> None:
    assert following(["REMINDER_1"], date(2026, 3, 1), (stage("CALL", 5),)) == ("CALL", date(2026, 3, 2))


def test_what_was_taken_is_not_taken_again_wherever_it_stands() -> None:
    stages = (stage("CALL", 1), stage("REMINDER_1", 5), stage("LETTER", 9))

    assert following(["REMINDER_1"], date(2026, 2, 5), stages)[0] == "CALL"
    assert following(["REMINDER_1", "CALL"], date(2026, 2, 5), stages) == ("LETTER", date(2026, 2, 9))


def test_nothing_is_next_when_all_was_taken() -> None:
    assert next_step(DEFAULT_STAGES, [one.code for one in DEFAULT_STAGES], due_on=DUE, acted_on=DUE) is None


@given(
    days=st.lists(st.integers(1, 730), min_size=1, max_size=20, unique=True),
    looked=st.lists(st.integers(0, 40), min_size=60, max_size=60),
)
def test_whenever_the_worker_looks_each_stage_is_taken_once_in_order_and_two_never_on_one_day(
    days: list[int], looked: list[int]
) -> None:
    stages = checked_stages([stage(f"S{i}", n) for i, n in enumerate(sorted(days))], argument="stages")
    today, acted_on, taken = DUE, None, list[tuple[str, date]]()
    for pause in looked:
        today += timedelta(days=pause)
        step = next_step(stages, {code for code, _ in taken}, due_on=DUE, acted_on=acted_on)
        if step is not None and step.on <= today:
            taken.append((step.stage.code, today))
            acted_on = today

    assert [code for code, _ in taken] == [one.code for one in stages][: len(taken)]
    assert len({day for _, day in taken}) == len(taken)
    assert all((day - DUE).days >= one.days_after_due for (_, day), one in zip(taken, stages, strict=False))


@pytest.mark.parametrize(
    ("stages", "told"),
    [
        ([], "There are 0 stages; a case follows 1 to 20."),
        ([stage(f"S{i}", i + 1) for i in range(21)], "There are 21 stages; a case follows 1 to 20."),
        ([stage("A", 5), stage("B", 5)], "Stage B comes 5 days after due, and A before it 5: put them in order"),
        ([stage("A", 5), stage("B", 4)], "Stage B comes 4 days after due, and A before it 5: put them in order"),
        ([stage("A", 5), stage("a", 6)], "The code a stands there twice"),
        ([stage("", 5)], "'' is no code of a stage"),
        ([stage("1st", 5)], "'1st' is no code of a stage"),
        ([stage("A B", 5)], "'A B' is no code of a stage"),
        ([stage("A" * 41, 5)], f"{'A' * 41!r} is no code of a stage"),
        ([stage("A", 0)], "Stage A is 0 days after due; there are 1 to 730."),
        ([stage("A", 731)], "Stage A is 731 days after due; there are 1 to 730."),
    ],
)
def test_stages_that_cannot_be_followed_are_refused_with_the_reason(stages: list[Stage], told: str) -> None:
    with pytest.raises(BadInput) as refused:
        checked_stages(stages, argument="customStages")

    assert str(refused.value).startswith(told)
    assert refused.value.argument == "customStages"


def test_the_default_stages_can_be_followed_and_are_kept_and_read_as_they_are() -> None:
    assert checked_stages(DEFAULT_STAGES, argument="stages") == DEFAULT_STAGES
    assert [Stage.read(one.kept()) for one in DEFAULT_STAGES] == list(DEFAULT_STAGES)


@pytest.mark.parametrize(
    ("path", "until", "frozen"),
    [
        ("FREEZE", None, True),
        ("FREEZE", date(2026, 2, 2), True),
        ("FREEZE", date(2026, 2, 1), False),
        ("CUSTOM", None, False),
        (None, None, False),
    ],
)
def test_a_freeze_ends_on_the_day_it_is_until(path: str | None, until: date | None, frozen: bool) -> None:
    assert is_frozen(path, until, today=date(2026, 2, 1)) is frozen


@pytest.mark.parametrize(
    ("settled", "frozen", "following_on", "status"),
    [
        (True, True, DUE, Status.RESOLVED),
        (False, True, DUE, Status.FROZEN),
        (False, False, None, Status.EXHAUSTED),
        (False, False, DUE, Status.OPEN),
    ],
)
def test_where_a_case_stands_follows_from_its_facts(
    settled: bool, frozen: bool, following_on: date | None, status: Status
) -> None:
    assert status_of(is_settled=settled, is_frozen=frozen, next_action_on=following_on) is status
