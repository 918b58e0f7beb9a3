"""Changing the plan: what is charged or credited for the rest of the period, what is planned, and what MRR does."""

import asyncio
from datetime import date
from uuid import UUID

import pytest

from billing.fx import FxRateMissing
from billing.refusals import BadInput, NotFound, Refusal
from billing.subscriptions import SubscriptionChanged, SubscriptionState
from procedures.apply_credit import apply
from procedures.change_plan import PlanChange, change
from tests.books import TODAY
from tests.subscriptions.desk import Desk


@pytest.fixture
def club(desk: Desk) -> UUID:
    """A monthly subscription at 490 SEK, 11 of 30 days of its period left on TODAY."""
    desk.plan("club", 49_000)
    desk.plan("plus", 99_000)
    return desk.little.subscription(desk.little.tenant(), desk.plans["club"])


async def test_an_upgrade_charges_the_difference_for_the_days_that_are_left(desk: Desk, club: UUID) -> None:
    changed = await desk.change(club, "plus")

    assert desk.rows("select id, number, ocr, total_cents, tax_cents, status, due_on::text, subscription_id from invoice") == [
        (changed.invoice_id, "PR-2026-1", "2026177", 22_916, 4_583, "OPEN", "2026-12-20", club)
    ]  # fmt: skip
    assert desk.rows("select description, net_cents, vat_rate, vat_cents from invoice_line order by ordinal") == [
        ("Club, unused 2026-11-20 to 2026-12-01", -17_967, 25, -4_492),
        ("Plus, 2026-11-20 to 2026-12-01", 36_300, 25, 9_075),
    ]
    assert {account: desk.little.balance(account) for account in ("1510", "2611", "3001", "2420")} == {
        "1510": 22_916, "2611": -4_583, "3001": -18_333, "2420": 0,
    }  # fmt: skip


async def test_a_downgrade_takes_revenue_and_vat_back_as_the_tenants_credit(desk: Desk, club: UUID) -> None:
    changed = await desk.change(club, "club", 19_000)

    assert changed.invoice_id is None
    assert desk.rows("select id, credited_cents from plan_history where credited_cents <> 0") == [
        (changed.entry_id, 13_750)
    ]
    assert {account: desk.little.balance(account) for account in ("1510", "2611", "3001", "2420")} == {
        "1510": 0, "2611": 2_750, "3001": 11_000, "2420": -13_750,
    }  # fmt: skip
    assert desk.rows("select kind, subject_id, tenant_id is not null from journal") == [
        ("PRORATION_CREDIT", changed.entry_id, True)
    ]


async def test_vat_that_was_given_back_counts_again_when_the_credit_pays(desk: Desk, club: UUID) -> None:
    flows = """
        select p.code, f.gross_cents, f.vat_cents, f.platform_fee_cents
          from revenue_flow f join plan p on p.id = f.plan_id join journal j on j.id = f.journal_id
         order by j.recorded_at"""

    await desk.change(club, "club", 19_000)
    given_back = desk.rows(flows)
    back = await desk.change(club, "plus", 49_000)
    assert back.invoice_id is not None
    [(tenant,)] = desk.rows("select tenant_id from subscription")
    await apply(tenant_id=tenant, invoice_id=back.invoice_id, cents=13_750, order=desk.order(TODAY), books=desk.books)

    assert given_back == [("club", 0, -244, 0)]
    assert desk.rows(flows) == [*given_back, ("plus", 0, 244, 1_222)]


async def test_a_change_of_plan_moves_mrr_from_one_plan_to_the_other(desk: Desk, club: UUID) -> None:
    await desk.change(club, "plus")

    assert desk.movements() == [
        ("EXPANSION", "2026-11-20", "club", -4_356, -1, 0),
        ("EXPANSION", "2026-11-20", "plus", 8_800, 1, 0),
    ]
    assert desk.log(club)[1:] == [("PLAN_CHANGED", "2026-11-20", 99_000)]
    assert desk.standing(club) == ("ACTIVE", "2026-11-01", "2026-12-01", 2)


async def test_what_is_only_a_newer_rate_is_told_apart(desk: Desk, club: UUID) -> None:
    desk.little.connection.execute("insert into fx_rate values ('SEK', '2026-11-20', 10)")

    await desk.change(club, "club", 59_000)

    assert desk.movements() == [
        ("FX", "2026-11-20", "club", 544, 0, 0),
        ("EXPANSION", "2026-11-20", "club", 1_000, 0, 0),
    ]


async def test_without_proration_nothing_is_settled(desk: Desk, club: UUID) -> None:
    changed = await desk.change(club, "plus", prorate=False)

    assert (changed.invoice_id, desk.rows("select count(*) from invoice")) == (None, [(0,)])
    assert desk.rows("select count(*) from journal") == [(0,)]


async def test_plans_of_different_vat_rates_are_never_set_off_against_each_other(desk: Desk, club: UUID) -> None:
    desk.plan("book", 99_000, vat_rate=6)

    await desk.change(club, "book")

    assert desk.rows("select total_cents, tax_cents from invoice") == [(36_300 + 2_178, 2_178)]
    assert desk.little.balance("2420") == -22_459


async def test_nothing_is_settled_in_a_trial(desk: Desk, club: UUID) -> None:
    trial = {"status": "TRIALING", "trial_ends_on": date(2026, 12, 1), "started_on": date(2026, 11, 1)}
    tried = desk.little.subscription(desk.little.tenant(), desk.plans["club"], **trial)

    await desk.change(tried, "plus")
    assert desk.movements() == []
    assert desk.rows("select count(*) from invoice") == [(0,)]

    await desk.work(date(2026, 12, 1))
    assert desk.log(tried)[-1] == ("TRIAL_ENDED", "2026-12-01", 99_000)
    assert desk.standing(tried)[:3] == ("ACTIVE", "2026-12-01", "2027-01-01")
    assert desk.movements() == [("NEW", "2026-12-01", "plus", 8_800, 1, 1)]


async def test_a_list_price_in_another_currency_is_converted_at_the_rate_of_the_day(desk: Desk, club: UUID) -> None:
    desk.plan("euro", 5_000, currency="EUR")

    await desk.change(club, "euro")

    assert desk.rows("select amount_cents, currency, amount_eur_cents from subscription") == [(56_250, "SEK", 5_000)]


async def test_a_planned_change_comes_on_its_day_once_even_when_the_worker_was_down(desk: Desk, club: UUID) -> None:
    await desk.change(club, "plus", now=False)
    assert desk.rows("select planned_kind, planned_on::text, planned_amount_cents from subscription") == [
        ("PLAN_CHANGE_SCHEDULED", "2026-12-01", 99_000)
    ]
    assert (await desk.work(date(2026, 11, 30)), desk.movements()) == (0, [])

    assert await desk.work(date(2026, 12, 20)) == 1
    assert await desk.work(date(2026, 12, 20)) == 0

    assert desk.log(club)[1:] == [
        ("PLAN_CHANGE_SCHEDULED", "2026-12-01", 99_000),
        ("PLAN_CHANGED", "2026-12-01", 99_000),
    ]
    assert [movement[:4] for movement in desk.movements()] == [
        ("EXPANSION", "2026-12-01", "club", -4_356),
        ("EXPANSION", "2026-12-01", "plus", 8_800),
    ]
    assert desk.standing(club)[1:3] == ("2026-12-01", "2027-01-01")
    assert desk.rows("select planned_kind from subscription") == [(None,)]


async def test_what_is_due_happens_before_what_is_asked_for(desk: Desk, club: UUID) -> None:
    """The worker was down: the change that was planned comes first, on its day, and the new one is settled against it."""
    await desk.change(club, "plus", now=False)

    await desk.change(club, "club", 49_000, on=date(2026, 12, 17))

    assert desk.log(club)[2:] == [("PLAN_CHANGED", "2026-12-01", 99_000), ("PLAN_CHANGED", "2026-12-17", 49_000)]
    assert desk.rows("select credited_cents from plan_history order by ordinal desc limit 1") == [(30_241,)]


async def test_a_new_change_takes_the_place_of_the_planned_one(desk: Desk, club: UUID) -> None:
    await desk.change(club, "plus", now=False)

    await desk.change(club, "club", 59_000, now=False)

    assert [entry[0] for entry in desk.log(club)[1:]] == [
        "PLAN_CHANGE_SCHEDULED", "SCHEDULE_REVOKED", "PLAN_CHANGE_SCHEDULED",
    ]  # fmt: skip
    assert desk.rows("select planned_amount_cents from subscription") == [(59_000,)]


async def refused(desk: Desk, kind: type[Refusal], key: UUID, wanted: PlanChange, **how: int) -> str:
    before = desk.everything()
    with pytest.raises(kind) as refusal:
        await change(key, wanted, order=desk.order(TODAY), books=desk.books, **how)
    assert desk.everything() == before
    return str(refusal.value)


async def test_what_cannot_be_is_refused_and_changes_nothing(desk: Desk, club: UUID) -> None:
    assert await refused(desk, NotFound, club, PlanChange(plan_code="gold")) == "There is no plan gold."
    assert await refused(desk, SubscriptionState, club, PlanChange(plan_code="club")) == (
        "This subscription has that plan at that amount already."
    )
    assert await refused(desk, BadInput, club, PlanChange(plan_code="plus", cents=-1)) == (
        "-0.01 SEK cannot be the price of a plan."
    )
    assert await refused(desk, SubscriptionChanged, club, PlanChange(plan_code="plus"), expected_version=7) == (
        "This subscription was changed meanwhile: it is at version 1, and 7 was expected. Read it again."
    )


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"status": "PAUSED", "paused_on": TODAY}, "it is paused; resume it first."),
        ({"status": "CANCELLED", "cancelled_on": date(2026, 11, 10)}, "it is cancelled since 2026-11-10; start another."),
        ({"planned_kind": "CANCEL_SCHEDULED", "planned_on": date(2026, 12, 1)},
         "it is set to end on 2026-12-01; revoke that first."),
    ],
)  # fmt: skip
async def test_a_subscription_that_does_not_run_on_keeps_its_plan(
    desk: Desk, club: UUID, row: dict[str, object], told: str
) -> None:
    other = desk.little.subscription(desk.little.tenant(), desk.plans["club"], **row)

    assert await refused(desk, SubscriptionState, other, PlanChange(plan_code="plus")) == (
        f"The plan of this subscription cannot be changed: {told}"
    )


async def test_a_price_is_never_locked_without_a_rate(desk: Desk, club: UUID) -> None:
    desk.plan("krone", 9_900, currency="NOK")

    assert "There is no rate of NOK" in await refused(desk, FxRateMissing, club, PlanChange(plan_code="krone"))


async def test_of_two_changes_at_once_one_is_made_and_the_other_told(desk: Desk, club: UUID) -> None:
    wanted = [PlanChange(plan_code="plus"), PlanChange(plan_code="plus", cents=89_000)]

    done = await asyncio.gather(
        *(change(club, one, expected_version=1, order=desk.order(TODAY), books=desk.books) for one in wanted),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in done) == ["Changed", "SubscriptionChanged"]
    assert len(desk.log(club)) == 2


async def test_changes_of_a_tenants_subscriptions_at_once_are_told_one_after_the_other(desk: Desk, club: UUID) -> None:
    [(tenant,)] = desk.rows("select tenant_id from subscription")
    others = [desk.little.subscription(tenant, desk.plans["club"]) for _ in range(3)]

    await asyncio.gather(*(desk.cancel(key) for key in (club, *others)))

    assert sorted(kind for kind, *_ in desk.movements()) == ["CHURN", "CONTRACTION", "CONTRACTION", "CONTRACTION"]
