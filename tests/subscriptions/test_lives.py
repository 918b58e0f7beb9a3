"""Pauses, trials, cancellations and the worker's daily round: what each does, and what it refuses."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from billing.refusals import BadInput, NotFound, Refusal
from billing.subscriptions import SubscriptionState, TrialExtensionLimit
from procedures.extend_trial import extend
from procedures.pause_subscription import pause_within
from procedures.resume_subscription import resume_within
from tests.books import TODAY
from tests.subscriptions.desk import Desk

DAY = timedelta(days=1)


@pytest.fixture
def tenant(desk: Desk) -> UUID:
    desk.plan("club", 49_000)
    desk.plan("year", 490_000, interval="YEAR")
    return desk.little.tenant()


@pytest.fixture
def club(desk: Desk, tenant: UUID) -> UUID:
    return desk.little.subscription(tenant, desk.plans["club"])


@pytest.fixture
def trial(desk: Desk, tenant: UUID) -> UUID:
    return desk.little.subscription(
        tenant, desk.plans["club"], status="TRIALING", started_on=date(2026, 11, 1), trial_ends_on=date(2026, 12, 1)
    )


async def test_a_paused_period_is_not_lost_and_the_pause_ends_by_itself(desk: Desk, club: UUID) -> None:
    await desk.pause(club, date(2027, 1, 19))
    assert desk.movements() == [("PAUSED", "2026-11-20", "club", -4_356, -1, -1)]
    assert desk.rows("select status, paused_on::text, paused_until::text from subscription") == [
        ("PAUSED", "2026-11-20", "2027-01-19")
    ]
    assert await desk.work(date(2027, 1, 18)) == 0

    assert await desk.work(date(2027, 1, 19)) == 1

    assert desk.log(club)[1:] == [("PAUSED", "2026-11-20", 49_000), ("RESUMED", "2027-01-19", 49_000)]
    assert desk.standing(club)[:3] == ("ACTIVE", "2026-11-01", "2027-01-30")
    assert desk.movements()[1:] == [("RESUMED", "2027-01-19", "club", 4_356, 1, 1)]


async def test_a_planned_change_moves_with_the_end_of_a_period_that_was_paused(desk: Desk, club: UUID) -> None:
    await desk.change(club, "club", 59_000, now=False)
    await desk.pause(club, date(2026, 12, 20))

    await desk.resume(club, on=date(2026, 12, 10))

    assert desk.rows("select planned_on::text, current_period_end::text from subscription") == [
        ("2026-12-21", "2026-12-21")
    ]


async def test_a_cancellation_locks_its_impact_and_takes_effect_at_the_end_of_the_period(
    desk: Desk, club: UUID
) -> None:
    await desk.cancel(club, now=False, why="TOO_EXPENSIVE")
    assert desk.movements() == []
    await desk.work(date(2026, 12, 1))

    assert desk.rows(
        "select requested_on::text, cancelled_on::text, mode, reason, amount_cents, currency, amount_eur_cents, mrr_eur_cents"
        " from subscription_cancellation"
    ) == [("2026-11-20", "2026-12-01", "PERIOD_END", "TOO_EXPENSIVE", 49_000, "SEK", 4_356, 4_356)]
    assert desk.movements() == [("CHURN", "2026-12-01", "club", -4_356, -1, -1)]
    assert desk.log(club)[1:] == [("CANCEL_SCHEDULED", "2026-12-01", 49_000), ("CANCELLED", "2026-12-01", 49_000)]
    assert desk.rows("select status, cancelled_on::text, planned_kind from subscription") == [
        ("CANCELLED", "2026-12-01", None)
    ]


async def test_who_is_set_to_end_can_stay_and_be_set_to_end_again(desk: Desk, club: UUID) -> None:
    await desk.cancel(club, now=False)
    await desk.revoke(club)
    await desk.cancel(club, now=False, why="CLOSED_DOWN")

    await desk.work(date(2026, 12, 1))

    assert desk.rows("select reason from churn") == [("CLOSED_DOWN",)]


async def test_what_is_set_to_end_can_end_at_once(desk: Desk, club: UUID) -> None:
    await desk.cancel(club, now=False)

    await desk.cancel(club, why="PAYMENT_FAILED")

    assert [kind for kind, *_ in desk.log(club)] == ["STARTED", "CANCEL_SCHEDULED", "SCHEDULE_REVOKED", "CANCELLED"]
    assert desk.rows("select reason, cancelled_on::text from churn") == [("PAYMENT_FAILED", "2026-11-20")]


async def test_a_trial_ends_on_its_day_and_then_counts(desk: Desk, trial: UUID) -> None:
    await desk.extend(trial, 30)

    assert await desk.work(date(2026, 12, 30)) == 0
    assert await desk.work(date(2027, 2, 5)) == 1

    assert desk.log(trial)[1:] == [("TRIAL_EXTENDED", "2026-11-20", 49_000), ("TRIAL_ENDED", "2026-12-31", 49_000)]
    assert desk.standing(trial)[:3] == ("ACTIVE", "2027-01-31", "2027-02-28")
    assert desk.movements() == [("NEW", "2026-12-31", "club", 4_356, 1, 1)]


async def test_a_subscription_is_past_due_while_an_invoice_of_it_is_overdue(
    desk: Desk, tenant: UUID, club: UUID
) -> None:
    invoice = desk.little.invoice(tenant, 50_000, subscription_id=club, due_on=date(2026, 11, 25))
    await desk.work(date(2026, 11, 25))
    assert desk.standing(club)[0] == "ACTIVE"
    await desk.work(date(2026, 11, 26))
    assert desk.standing(club)[0] == "PAST_DUE"
    assert desk.movements() == []

    desk.little.paid(tenant, invoice, 50_000)
    await desk.work(date(2026, 11, 28))

    assert [entry[:2] for entry in desk.log(club)[1:]] == [("PAST_DUE", "2026-11-26"), ("RECOVERED", "2026-11-28")]


async def test_periods_keep_their_anchor_over_short_months(desk: Desk, tenant: UUID) -> None:
    key = desk.little.subscription(
        tenant,
        desk.plans["club"],
        started_on=date(2026, 10, 31),
        current_period_start=date(2026, 10, 31),
        current_period_end=date(2026, 11, 30),
    )
    ends = []
    for day in (date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1), date(2027, 3, 1)):
        await desk.work(day)
        ends.append(desk.standing(key)[2])

    assert ends == ["2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31"]


async def test_a_year_of_silence_is_made_up_for_at_once(desk: Desk, club: UUID) -> None:
    await desk.change(club, "year", now=False)

    await desk.work(date(2028, 1, 15))

    assert desk.standing(club)[1:3] == ("2027-12-01", "2028-12-01")
    assert [movement[:4] for movement in desk.movements()] == [
        ("CONTRACTION", "2026-12-01", "club", -4_356), ("CONTRACTION", "2026-12-01", "year", 3_630),
    ]  # fmt: skip


async def test_dunning_pauses_and_resumes_within_its_own_transaction(desk: Desk, club: UUID) -> None:
    order = desk.order(TODAY)
    async with desk.books.transaction() as session:
        assert await pause_within(session, club, order=order, today=TODAY)
        assert not await pause_within(session, club, order=order, today=TODAY)
    assert desk.rows("select status, paused_until from subscription") == [("PAUSED", None)]
    assert await desk.work(TODAY + 400 * DAY) == 0

    async with desk.books.transaction() as session:
        assert await resume_within(session, club, order=order, today=TODAY + DAY)
        assert not await resume_within(session, club, order=order, today=TODAY + DAY)
    assert desk.standing(club)[:3] == ("ACTIVE", "2026-11-01", "2026-12-02")


async def refused(desk: Desk, kind: type[Refusal], verb: str, *given: object, **how: object) -> str:
    before = desk.everything()
    with pytest.raises(kind) as refusal:
        await getattr(desk, verb)(*given, **how)
    assert desk.everything() == before
    return str(refusal.value)


async def test_what_a_pause_cannot_be_is_refused(desk: Desk, club: UUID, trial: UUID) -> None:
    for until in (TODAY - DAY, TODAY, date(2027, 11, 21)):
        assert await refused(desk, BadInput, "pause", club, until) == (
            f"A pause ends on a day from 2026-11-21 to 2027-11-20, not on {until}."
        )
    assert await refused(desk, SubscriptionState, "pause", trial, TODAY + DAY) == (
        "Only an active subscription can be paused; this one is trialing: extend its trial instead."
    )
    assert await refused(desk, SubscriptionState, "resume", club) == (
        "Only a paused subscription can be resumed; this one is active."
    )
    await desk.pause(club, date(2027, 11, 20))
    assert await refused(desk, SubscriptionState, "pause", club, TODAY + DAY) == (
        "Only an active subscription can be paused; this one is paused: since 2026-11-20."
    )
    assert await refused(desk, SubscriptionState, "cancel", club, now=False) == (
        "This subscription is paused: resume it first, or cancel it now."
    )


async def test_nothing_is_cancelled_twice(desk: Desk, club: UUID) -> None:
    await desk.cancel(club, now=False)
    assert await refused(desk, SubscriptionState, "cancel", club, now=False) == (
        "This subscription is set to end on 2026-12-01 already."
    )
    await desk.cancel(club)
    for now in (True, False):
        assert await refused(desk, SubscriptionState, "cancel", club, now=now) == (
            "This subscription is cancelled since 2026-11-20 already."
        )
    assert await refused(desk, SubscriptionState, "revoke", club) == "Nothing is planned for this subscription."


async def test_a_trial_is_extended_by_30_days_in_all(desk: Desk, club: UUID, trial: UUID) -> None:
    assert await refused(desk, BadInput, "extend", trial, 0) == "A trial is extended by at least one day, not by 0."
    assert "31 were asked for, 0 were given before, and 30 are left." in await refused(
        desk, TrialExtensionLimit, "extend", trial, 31
    )
    await desk.extend(trial, 20)
    assert "11 were asked for, 20 were given before, and 10 are left." in await refused(
        desk, TrialExtensionLimit, "extend", trial, 11
    )
    await extend(trial, 11, days_max=40, order=desk.order(TODAY), books=desk.books)
    assert await refused(desk, SubscriptionState, "extend", club, 5) == (
        "Only a trial that goes on can be extended; this subscription is active."
    )


async def test_a_subscription_that_is_not_there_is_told(desk: Desk, tenant: UUID) -> None:
    assert await refused(desk, NotFound, "cancel", tenant) == f"There is no subscription {tenant}."
