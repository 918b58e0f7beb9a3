"""Dunning as it runs: cases, stages, letters and pauses, with the clock moved by days."""

import asyncio
from datetime import timedelta

import pytest

from billing.dunning import Action, Stage
from procedures.assign_transfer import assign
from procedures.books import Books
from procedures.notify_tenant import notify_all
from procedures.override_dunning import follow, freeze
from procedures.pause_subscription import pause
from procedures.resume_subscription import resume
from procedures.run_dunning import run_dunning
from procedures.run_dunning.stepping import due_cases, step
from procedures.unassign_transfer import unassign
from tests.books import LittleBooks
from tests.procedures.dunning import DUE, DunningDesk


@pytest.fixture
def desk(little: LittleBooks, books: Books) -> DunningDesk:
    return DunningDesk(little=little, books=books)


async def test_a_case_is_opened_the_day_after_the_due_day_and_follows_the_stages(desk: DunningDesk) -> None:
    invoice = desk.invoice()

    assert await desk.run(0) == 0
    assert desk.little.one("select count(*) from dunning_case") == (0,)
    await desk.run_daily(1, 60)

    assert desk.actions(invoice) == [("REMINDER_1", 3), ("REMINDER_2", 10), ("FINAL_NOTICE", 20), ("PAUSE", 30)]
    assert desk.said("opened_on, stage, next_action_on", invoice) == (DUE + timedelta(days=1), "PAUSE", None)
    assert [subject.split(":")[0] for subject in desk.outbox.subjects] == [
        "Påminnelse", "Påminnelse", "Sista påminnelse",
    ]  # fmt: skip


async def test_however_often_it_runs_a_day_a_stage_is_taken_once(desk: DunningDesk) -> None:
    desk.invoice()

    assert [await desk.run(40), await desk.run(40), await desk.run(40)] == [1, 0, 0]
    assert desk.little.one("select count(*) from dunning_action") == (1,)
    assert len(desk.outbox.mails) == 1


async def test_two_workers_at_once_take_each_stage_once(desk: DunningDesk) -> None:
    for _ in range(30):
        desk.invoice()
    desk.today = DUE + timedelta(days=40)
    one = run_dunning(at=desk.at, stages=desk.stages, issuers=desk.issuers, books=desk.books)
    another = run_dunning(at=desk.at, stages=desk.stages, issuers=desk.issuers, books=desk.books)

    taken = await asyncio.gather(one, another)
    taken.append(await desk.run(40))

    assert sum(taken) == 30
    assert desk.little.one("select count(*), count(distinct case_id) from dunning_action") == (30, 30)
    assert desk.little.one("select count(*), count(sent_at) from notice") == (30, 30)


async def test_a_worker_leaves_the_cases_that_another_has_in_hand(desk: DunningDesk) -> None:
    mine, theirs = desk.invoice(), desk.invoice()
    await desk.run(1)
    desk.today = DUE + timedelta(days=3)
    async with desk.books.transaction() as session:
        keys = list(await session.scalars(due_cases(desk.today)))
    with desk.little.connection.transaction():
        desk.little.one("select 1 from dunning_case where id = %s for update", desk.case(theirs))
        stepped = await step(keys, likely={}, pausing=False, order=desk.order, books=desk.books)

    assert (len(keys), stepped.taken) == (2, 1)
    assert (desk.actions(mine), desk.actions(theirs)) == ([("REMINDER_1", 3)], [])


@pytest.mark.parametrize(
    ("email", "sent", "because"), [("a@example.org", 1, None), (None, 0, "The tenant has no mail address.")]
)
async def test_a_reminder_without_an_address_is_taken_and_noted_as_not_delivered(
    desk: DunningDesk, email: str | None, sent: int, because: str | None
) -> None:
    invoice = desk.invoice(email=email)

    await desk.run(3)

    assert desk.actions(invoice) == [("REMINDER_1", 3)]
    assert len(desk.outbox.mails) == sent
    assert desk.little.one("select not_done_because from dunning_action") == (because,)


@pytest.mark.parametrize(
    ("country", "subject", "says"),
    [
        ("SE", "Påminnelse: faktura F-1001 förföll den 1 september 2026",
         "vi saknar 1 250,00 kr för faktura F-1001, som förföll den 1 september 2026. Vänligen betala den med OCR-nummer 1001008."),
        ("NO", "Reminder: invoice F-1001 was due on September 1, 2026",
         "we have not received SEK1,250.00 for invoice F-1001, which was due on September 1, 2026. Please pay it with the reference 1001008."),
    ],
)  # fmt: skip
async def test_a_reminder_says_what_is_missing_in_the_tenants_language(
    desk: DunningDesk, country: str, subject: str, says: str
) -> None:
    tenant = desk.little.tenant("Nordens Boule", email="kassor@example.org", country=country)
    desk.invoice(tenant=tenant, number="F-1001", ocr="1001008")

    await desk.run(3)

    [mail] = desk.outbox.mails
    assert (mail["To"], mail["Subject"]) == ("kassor@example.org", subject)
    assert says in mail.get_content().replace("\xa0", " ")


async def test_a_reminder_of_an_invoice_paid_before_it_left_is_not_sent(desk: DunningDesk) -> None:
    invoice = desk.invoice()
    desk.today = DUE + timedelta(days=3)
    await run_dunning(at=desk.at, stages=desk.stages, issuers=desk.issuers, books=desk.books)

    desk.paid(invoice)
    await notify_all(at=desk.at, books=desk.books, postbox=desk.outbox)

    assert desk.outbox.mails == []
    assert desk.little.one("select sent_at, due_at, withdrawn_because from notice") == (
        None, None, "Nothing was outstanding any more when the mail was to be sent.",
    )  # fmt: skip


async def test_a_paid_invoice_closes_its_case_and_one_unassigned_again_goes_on_where_it_was(desk: DunningDesk) -> None:
    invoice = desk.invoice()
    transfer = desk.little.transfer(125_000)
    await desk.run_daily(1, 10)
    await assign(transfer, to=invoice, order=desk.order, books=desk.books)

    await desk.run_daily(11, 40)
    assert desk.said("stage, closed_on", invoice) == ("REMINDER_2", DUE + timedelta(days=11))

    desk.today = DUE + timedelta(days=41)
    await unassign(transfer, order=desk.order, books=desk.books)
    await desk.run_daily(41, 60)
    assert desk.actions(invoice) == [("REMINDER_1", 3), ("REMINDER_2", 10), ("FINAL_NOTICE", 41), ("PAUSE", 51)]
    assert desk.said("closed_on", invoice) == (None,)


@pytest.mark.parametrize("status", ["VOID", "UNCOLLECTIBLE"])
async def test_a_void_or_uncollectible_invoice_is_not_dunned(desk: DunningDesk, status: str) -> None:
    invoice = desk.invoice()
    await desk.run(3)
    desk.little.connection.execute("update invoice set declared_status = %s where id = %s", [status, invoice])

    await desk.run_daily(4, 40)

    assert desk.actions(invoice) == [("REMINDER_1", 3)]


async def test_tenants_own_invoices_are_dunned_where_the_settings_say_so(desk: DunningDesk) -> None:
    ours, theirs = desk.invoice(), desk.invoice(issuer_type="TENANT", number="T-7", customer_name="Anna Test")
    await desk.run(3)
    assert (desk.actions(ours), desk.little.one("select count(*) from dunning_case")) == ([("REMINDER_1", 3)], (1,))

    desk.issuers = ("PLATFORM", "TENANT")
    await desk.run(4)

    assert desk.actions(theirs) == [("REMINDER_1", 4)]
    assert "er faktura T-7 till Anna Test" in desk.outbox.mails[-1].get_content()


async def test_without_stages_no_case_is_opened_and_those_that_are_go_on(desk: DunningDesk) -> None:
    before = desk.invoice()
    await desk.run(3)
    desk.stages = ()
    desk.invoice()

    await desk.run(10)

    assert desk.actions(before) == [("REMINDER_1", 3), ("REMINDER_2", 10)]
    assert desk.little.one("select count(*) from dunning_case") == (1,)


async def test_a_case_keeps_the_stages_that_held_when_it_was_opened(desk: DunningDesk) -> None:
    invoice = desk.invoice()
    await desk.run(3)
    desk.stages = (Stage(code="COLLECT", days_after_due=5, action=Action.HAND_OVER),)

    await desk.run_daily(4, 12)

    assert desk.actions(invoice) == [("REMINDER_1", 3), ("REMINDER_2", 10)]


async def test_while_a_likely_payment_waits_in_the_inbox_the_stage_waits_too(desk: DunningDesk) -> None:
    invoice = desk.invoice(ocr="1001008", number="1001")
    other = desk.invoice(99_000)
    transfer = desk.little.transfer(125_000, booked_on=DUE + timedelta(days=2), message="1001008")
    await desk.run_daily(1, 8)
    assert (desk.actions(invoice), desk.actions(other)) == ([], [("REMINDER_1", 3)])
    assert desk.said("waiting_because", invoice) == (
        "A likely payment waits in the inbox: 1\xa0250.00 SEK of 2026-09-03 (score 0.98).",
    )

    desk.little.connection.execute("update bank_transfer set status = 'IGNORED' where id = %s", [transfer])
    await desk.run(9)
    assert desk.actions(invoice) == [("REMINDER_1", 9)]
    assert desk.said("waiting_because", invoice) == (None,)


async def test_a_pause_by_dunning_ends_when_the_invoice_is_paid(desk: DunningDesk) -> None:
    tenant = desk.little.tenant(email="kassor@example.org")
    subscription = desk.little.subscription(tenant, desk.little.plan())
    first = desk.invoice(tenant=tenant, subscription_id=subscription)
    second = desk.invoice(tenant=tenant, subscription_id=subscription)

    def status() -> str:
        return str(desk.little.one("select status from subscription where id = %s", subscription)[0])

    await desk.run_daily(1, 30)
    assert status() == "PAUSED"
    desk.paid(first)
    await desk.run(31)
    assert status() == "PAUSED"
    desk.paid(second)
    await desk.run(32)
    assert status() == "ACTIVE"
    assert desk.little.one("select count(*) from dunning_case where paused_entry_id is not null") == (0,)


async def test_a_pause_that_somebody_lifted_and_made_anew_is_theirs(desk: DunningDesk) -> None:
    tenant = desk.little.tenant(email="kassor@example.org")
    subscription = desk.little.subscription(tenant, desk.little.plan())
    invoice = desk.invoice(tenant=tenant, subscription_id=subscription)
    await desk.run_daily(1, 30)
    desk.today = DUE + timedelta(days=31)
    await resume(subscription, order=desk.order, books=desk.books)
    await pause(subscription, until=DUE + timedelta(days=90), order=desk.order, books=desk.books)

    desk.paid(invoice)
    await desk.run(32)

    assert desk.little.one("select status from subscription where id = %s", subscription) == ("PAUSED",)
    assert desk.little.one(
        "select details::jsonb -> 'resumed' from audit_event where action = 'dunning.pause_ended'"
    ) == (False,)


async def test_a_pause_that_cannot_be_is_taken_and_noted_as_not_done(desk: DunningDesk) -> None:
    tenant = desk.little.tenant(email="kassor@example.org")
    subscription = desk.little.subscription(tenant, desk.little.plan())
    first = desk.invoice(tenant=tenant, subscription_id=subscription)
    second = desk.invoice(tenant=tenant, subscription_id=subscription)
    without = desk.invoice()

    await desk.run_daily(1, 31)

    why = (
        "select a.not_done_because from dunning_action a join dunning_case c on c.id = a.case_id"
        " where a.stage = 'PAUSE' and c.invoice_id = %s"
    )
    assert desk.little.one(why, first) == (None,)
    assert desk.little.one(why, second) == ("The subscription is not active.",)
    assert desk.little.one(why, without) == ("The invoice belongs to no subscription.",)
    paused = "select count(*) from audit_event where action = 'subscription.paused'"
    assert desk.little.one(paused) == (1,)


async def test_a_frozen_case_waits_until_its_day_and_then_goes_on_without_replaying(desk: DunningDesk) -> None:
    invoice = desk.invoice()
    await desk.run(3)
    await freeze(
        desk.case(invoice), until=DUE + timedelta(days=25), expected_version=1, order=desk.order, books=desk.books
    )

    await desk.run_daily(4, 60)

    assert desk.actions(invoice) == [("REMINDER_1", 3), ("REMINDER_2", 25), ("FINAL_NOTICE", 35), ("PAUSE", 45)]
    assert desk.said("override_path, override_until, version", invoice) == (None, None, 3)
    versions = "select array_agg(override_version order by id) from dunning_action"
    assert desk.little.one(versions) == ([1, 3, 3, 3],)


async def test_a_reminder_queued_before_a_freeze_is_not_sent_after_it(desk: DunningDesk) -> None:
    invoice = desk.invoice()
    desk.today = DUE + timedelta(days=3)
    await run_dunning(at=desk.at, stages=desk.stages, issuers=desk.issuers, books=desk.books)
    await freeze(desk.case(invoice), until=None, expected_version=None, order=desk.order, books=desk.books)

    await notify_all(at=desk.at, books=desk.books, postbox=desk.outbox)

    assert desk.outbox.mails == []


async def test_a_year_of_daily_runs_takes_each_stage_of_each_case_once(desk: DunningDesk) -> None:
    plain, custom, frozen, paid = (desk.invoice() for _ in range(4))
    stages = (
        Stage(code="CALL", days_after_due=100, action=Action.HAND_OVER),
        Stage(code="COLLECT", days_after_due=200, action=Action.HAND_OVER),
    )
    for day in range(1, 366):
        await desk.run(day)
        if day == 5:
            await follow(desk.case(custom), stages=stages, expected_version=1, order=desk.order, books=desk.books)
            await freeze(desk.case(frozen), until=None, expected_version=1, order=desk.order, books=desk.books)
        if day == 15:
            desk.paid(paid)

    assert desk.actions(plain) == [("REMINDER_1", 3), ("REMINDER_2", 10), ("FINAL_NOTICE", 20), ("PAUSE", 30)]
    assert desk.actions(custom) == [("REMINDER_1", 3), ("CALL", 100), ("COLLECT", 200)]
    assert desk.actions(frozen) == [("REMINDER_1", 3)]
    assert desk.actions(paid) == [("REMINDER_1", 3), ("REMINDER_2", 10)]
    assert desk.little.one("select count(*) from audit_event where action = 'dunning.stage_taken'") == (10,)
    assert len(desk.outbox.mails) == 7
