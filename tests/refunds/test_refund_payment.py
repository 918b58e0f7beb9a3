"""Refunds as finance people order them: what moves, what is refused, and what a retry does."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from billing.allocation import CreditExceeded
from billing.refunds import PaymentNotRefundable, RefundExceedsBalance, RefundNotOpen, StalePreview
from billing.refusals import BadInput, NotFound, Refusal
from procedures.apply_credit import apply
from procedures.assign_transfer import assign
from procedures.resolve_refund import resolve
from procedures.settle_refund import reverse, take_in
from providers.refunding import PayerAccount, PayerAccountNeeded, RefundOutcome, RefundState
from providers.registry import ProviderNotConfigured, ProviderUnknown
from tests.refunds.desk import Desk
from tests.refunds.gateway import Fault, registry_of

OTHER = "other@example.org"


def everything(desk: Desk) -> Any:
    """What a refusal must leave as it was."""
    tables = ("refund", "refund_event", "journal", "accounting_entry", "audit_event", "notice", "procrastinate_jobs")
    counts = [desk.little.one(f"select count(*) from {table}")[0] for table in tables]
    return counts, desk.little.one("select array_agg((refunded_cents, pending_refund_cents)::text) from payment")


async def refused(desk: Desk, kind: type[Refusal], asked: Any) -> Refusal:
    """The refusal; nothing was changed and nobody called."""
    before, calls = everything(desk), list(desk.gateway.calls)
    with pytest.raises(kind) as refusal:
        await asked
    assert (everything(desk), desk.gateway.calls) == (before, calls)
    return refusal.value


async def test_a_refund_takes_back_revenue_and_vat_and_gets_a_credit_note(desk: Desk) -> None:
    payment = desk.paid(125_000)

    done = await desk.refund(payment, 50_000)

    assert not done.replayed
    assert desk.row(done.refund_id) == ("SUCCEEDED", False, 1, "CN-2026-000001")
    balances = {account: desk.little.balance(account) for account in ("1580", "3001", "2611", "1510", "2420")}
    assert balances == {"1580": 75_000, "3001": -60_000, "2611": -15_000, "1510": 0, "2420": 0}
    assert desk.little.one("select status, refunded_cents from payment") == ("PARTIALLY_REFUNDED", 50_000)
    assert desk.little.one("select status, refunded_cents from invoice") == ("PARTIALLY_REFUNDED", 50_000)
    actions = desk.little.one("select array_agg(action order by seq) from audit_event")[0]
    assert actions == ["refund.ordered", "refund.succeeded"]
    assert desk.broken() == []


async def test_a_duplicate_charges_refund_touches_the_tenants_credit_only(desk: Desk) -> None:
    tenant = desk.little.tenant()
    desk.paid(125_000, tenant=tenant)
    duplicate = desk.paid(125_000, tenant=tenant, invoice_cents=0)
    revenue = (desk.little.balance("3001"), desk.little.balance("2611"))

    done = await desk.refund(duplicate, 125_000)

    assert (desk.little.balance("3001"), desk.little.balance("2611")) == revenue
    assert (desk.little.balance("2420"), desk.little.balance("1580")) == (0, 125_000)
    assert desk.row(done.refund_id)[3] is None
    assert desk.little.one("select status from invoice") == ("PAID",)
    assert desk.broken() == []


async def test_a_surplus_goes_back_first_and_only_as_far_as_its_credit_is_left(desk: Desk) -> None:
    tenant = desk.little.tenant()
    payment = desk.paid(130_000, credited=30_000, tenant=tenant)
    other = desk.little.invoice(tenant, 10_000)
    await apply(tenant_id=tenant, invoice_id=other, cents=10_000, order=desk.order(), books=desk.books)

    shown = await desk.preview(payment)
    assert (shown.terms.amount.cents, shown.terms.surplus_cents) == (120_000, 20_000)
    await refused(desk, CreditExceeded, desk.preview(payment, 120_001))
    await refused(desk, RefundExceedsBalance, desk.preview(payment, 130_001))

    done = await desk.refund(payment, 50_000)
    assert desk.little.one("select surplus_cents, tax_cents from refund") == (20_000, 6_000)
    assert desk.row(done.refund_id)[3] == "CN-2026-000001"
    assert desk.little.balance("2420") == 0
    assert desk.broken() == []


async def test_credit_that_is_on_its_way_back_cannot_be_used(desk: Desk) -> None:
    tenant = desk.little.tenant()
    payment = desk.paid(30_000, invoice_cents=0, tenant=tenant)
    desk.gateway.faults = [Fault.DROPPED]
    await desk.refund(payment, 25_000)
    invoice = desk.little.invoice(tenant, 10_000)

    with pytest.raises(CreditExceeded):
        await apply(tenant_id=tenant, invoice_id=invoice, cents=5_001, order=desk.order(), books=desk.books)
    await desk.complete()

    assert desk.little.balance("2420") == -5_000
    assert desk.broken() == []


async def test_a_tenants_invoice_is_taken_back_in_both_books(desk: Desk) -> None:
    tenant = desk.little.tenant()
    payment = desk.paid(40_000, issuer_type="TENANT", tenant=tenant)

    await desk.refund(payment, 40_000)

    assert (desk.little.balance("2899"), desk.little.balance("1580")) == (0, 0)
    assert (desk.little.balance("1689", book=tenant), desk.little.balance("3001", book=tenant)) == (0, 0)
    assert desk.little.one("select status from invoice") == ("REFUNDED",)
    assert desk.broken() == []


async def test_a_replay_returns_the_first_refund_whatever_its_token(desk: Desk) -> None:
    request = await desk.request(desk.paid(125_000), 50_000)
    first = await desk.execute(request)
    desk.at += timedelta(days=30)

    for token in (request.preview_token, "nonsense"):
        again = await desk.execute(replace(request, preview_token=token))
        assert (again.replayed, again.refund_id) == (True, first.refund_id)
    assert [call for call, _ in desk.gateway.calls] == ["refund"]


async def test_a_second_intended_refund_needs_a_key_and_a_fresh_preview(desk: Desk) -> None:
    payment = desk.paid(125_000)
    request = await desk.request(payment, 50_000)
    first = await desk.execute(request)

    await refused(desk, StalePreview, desk.execute(replace(request, idempotency_key="second")))
    shown = await desk.preview(payment, 50_000)
    second = await desk.execute(replace(request, idempotency_key="second", preview_token=shown.token))

    assert shown.already_done == [first.refund_id]
    assert not second.replayed
    assert second.refund_id != first.refund_id
    assert desk.little.one("select refunded_cents from payment") == (100_000,)


async def test_after_a_decline_the_amount_is_free_and_a_fresh_preview_opens_a_new_attempt(desk: Desk) -> None:
    payment = desk.paid(125_000)
    request = await desk.request(payment, 50_000)
    desk.gateway.faults = [Fault.DECLINED]

    declined = await desk.execute(request)

    assert desk.row(declined.refund_id)[0] == "FAILED"
    assert desk.little.one("select failure_reason from refund") == ("The card was closed.",)
    assert desk.little.one("select refundable_cents from payment") == (125_000,)
    assert desk.little.balance("1580") == 125_000
    await refused(desk, StalePreview, desk.execute(request))
    assert desk.row((await desk.refund(payment, 50_000)).refund_id)[0] == "SUCCEEDED"
    assert desk.broken() == []


async def test_a_token_serves_the_refund_it_was_made_for_and_no_other(desk: Desk) -> None:
    payment, other = desk.paid(125_000), desk.paid(125_000)
    request = await desk.request(payment, 50_000)

    for stale in (replace(request, payment_id=other), replace(request, amount_cents=49_999)):
        await refused(desk, StalePreview, desk.execute(stale))
    await refused(desk, StalePreview, desk.execute(request, actor=OTHER))
    body, signature = request.preview_token.split(".")
    for forged in ("", "x", "a.b.c", f"{body}.{signature[::-1]}", f"{body[:-4]}AAAA.{signature}", "ö.ö", "a." * 9_000):
        await refused(desk, BadInput, desk.execute(replace(request, preview_token=forged)))
    desk.at += timedelta(minutes=15)
    await refused(desk, StalePreview, desk.execute(request))


async def test_figures_that_moved_since_the_preview_are_shown_again_first(desk: Desk) -> None:
    payment = desk.paid(125_000)
    request = await desk.request(payment, 50_000)
    await desk.refund(payment, 10_000, actor=OTHER)

    await refused(desk, StalePreview, desk.execute(request))


@pytest.mark.parametrize("cents", [0, -1, -(2**63) + 1])
async def test_an_amount_that_is_none_is_refused(desk: Desk, cents: int) -> None:
    payment = desk.paid(125_000)
    await refused(desk, BadInput, desk.preview(payment, cents))
    await refused(desk, BadInput, desk.execute(replace(await desk.request(payment, 1), amount_cents=cents)))


async def test_more_than_is_left_is_refused(desk: Desk) -> None:
    payment = desk.paid(125_000)
    await refused(desk, RefundExceedsBalance, desk.preview(payment, 125_001))
    await refused(desk, RefundExceedsBalance, desk.preview(payment, 2**63 - 1))
    await desk.refund(payment, 125_000)
    await refused(desk, RefundExceedsBalance, desk.preview(payment))


async def test_what_no_provider_can_send_back_is_refused_by_its_fact(desk: Desk) -> None:
    for values, kind in (
        ({"outcome": "PENDING"}, PaymentNotRefundable),
        ({"outcome": "FAILED"}, PaymentNotRefundable),
        ({"outcome": "FAILED", "undone_at": desk.at}, PaymentNotRefundable),
        ({"provider": "credit"}, PaymentNotRefundable),
        ({"provider": "listing"}, PaymentNotRefundable),
        ({"provider": "gone"}, ProviderUnknown),
        ({"provider": "unset"}, ProviderNotConfigured),
    ):
        payment = desk.paid(10_000, **values)  # type: ignore[arg-type]
        await refused(desk, kind, desk.preview(payment))  # type: ignore[type-abstract]
    await refused(desk, NotFound, desk.preview(uuid4()))


@pytest.mark.parametrize(
    ("fee_cents", "said"), [(250, ["The fee of 2.50 SEK is not given back."]), (0, []), (None, [])]
)
async def test_a_preview_says_that_the_fee_is_not_given_back(
    desk: Desk, fee_cents: int | None, said: list[str]
) -> None:
    payment = desk.paid(10_000, fee_cents=fee_cents)
    assert [warning for warning in (await desk.preview(payment, 100)).warnings if "fee" in warning] == said


async def test_a_payment_of_which_nothing_is_left_says_so(desk: Desk) -> None:
    payment = desk.paid(10_000)
    await desk.refund(payment, 10_000)

    with pytest.raises(RefundExceedsBalance, match="Nothing is left on this payment"):
        await desk.preview(payment)
    with pytest.raises(RefundExceedsBalance, match=r"0\.01 SEK was asked back, but only 0\.00 SEK is left"):
        await desk.preview(payment, 1)


async def test_a_key_that_is_none_is_refused(desk: Desk) -> None:
    for key in ("", "  ", "x" * 256):
        await refused(desk, BadInput, desk.request(desk.paid(), 100, idempotency_key=key))


async def test_an_account_is_asked_for_where_the_provider_cannot_know_it(desk: Desk) -> None:
    desk.gateway.needs_payer_account = True
    payment = desk.paid(125_000)
    request = await desk.request(payment, 50_000)

    assert "The payer's account is not known: name it in payerAccount." in (await desk.preview(payment)).warnings
    await refused(desk, PayerAccountNeeded, desk.execute(request))
    for wrong in (
        PayerAccount(),
        PayerAccount(iban="SE35 5000 0000 0549 1000 0004"),
        PayerAccount(bankgiro="991-2347"),
        PayerAccount(bankgiro="99"),
        PayerAccount(plusgiro="482-2"),
        PayerAccount(clearing="8327-8", account="12"),
        PayerAccount(clearing="5000"),
        PayerAccount(bankgiro="991-2346", plusgiro="482-1"),
        PayerAccount(bankgiro="991-2346", name=" "),
    ):
        await refused(desk, BadInput, desk.execute(replace(request, payer_account=wrong)))
    done = await desk.execute(replace(request, payer_account=PayerAccount(bankgiro="991-2346", name="Björkens BK")))

    assert desk.row(done.refund_id)[0] == "SUCCEEDED"
    [kept] = desk.little.one("select payer_account from refund")
    assert {name: value for name, value in kept.items() if value} == {"bankgiro": "9912346", "name": "Björkens BK"}


@pytest.mark.parametrize(
    ("written", "account"),
    [
        ("BG 991-2346", PayerAccount(bankgiro="9912346", name="Björkens BK")),
        ("PG 4105468-5", PayerAccount(plusgiro="41054685", name="Björkens BK")),
        ("SE35 5000 0000 0549 1000 0003", PayerAccount(iban="SE3550000000054910000003", name="Björkens BK")),
    ],
)
async def test_a_bank_payment_goes_back_to_the_account_its_file_names(
    desk: Desk, written: str, account: PayerAccount
) -> None:
    desk.registry, desk.gateway.needs_payer_account = registry_of(desk.gateway, name="bankgirot"), True
    invoice = desk.little.invoice(desk.little.tenant(), 125_000)
    transfer = desk.little.transfer(130_000, counterparty_account=written, counterparty_name="Björkens BK")
    [payment] = (await assign(transfer, to=invoice, order=desk.order(), books=desk.books)).payment_ids

    await desk.refund(payment, 130_000)

    assert [order.payer_account for order in desk.gateway.orders] == [account]
    assert [desk.little.balance(each) for each in ("1930", "2420", "3001", "2611", "2999")] == [0, 0, 0, 0, 0]
    assert desk.broken() == []


async def test_two_hundred_identical_calls_at_once_return_one_refund(desk: Desk) -> None:
    request = await desk.request(desk.paid(125_000), 50_000)

    done = await asyncio.gather(*(desk.execute(request) for _ in range(200)))

    assert len({one.refund_id for one in done}) == 1
    assert sum(not one.replayed for one in done) == 1
    assert [call for call, _ in desk.gateway.calls] == ["refund"]


async def test_fifty_people_who_each_ask_for_sixty_percent_never_get_more_than_was_paid(desk: Desk) -> None:
    payment = desk.paid(100_000)
    requests = [(await desk.request(payment, 60_000, actor=f"{n}@example.org"), f"{n}@example.org") for n in range(50)]

    done = await asyncio.gather(*(desk.execute(one, actor=actor) for one, actor in requests), return_exceptions=True)

    assert sum(not isinstance(one, BaseException) for one in done) == 1
    assert {type(one) for one in done if isinstance(one, BaseException)} <= {StalePreview, RefundExceedsBalance}
    assert list(desk.gateway.amounts.values()) == [60_000]
    assert desk.broken() == []


async def test_a_refund_that_settles_later_is_asked_after_and_never_ordered_again(desk: Desk) -> None:
    desk.gateway.settles_immediately = False
    done = await desk.refund(desk.paid(125_000), 50_000, notify_tenant=True)
    assert (desk.row(done.refund_id)[0], done.notification_queued) == ("PENDING", False)

    for _ in range(3):
        await desk.complete(after=timedelta(hours=2))
    [key] = desk.gateway.sent
    desk.gateway.sent[key] = RefundOutcome(state=RefundState.SUCCEEDED, provider_reference="re_1")
    await desk.complete(after=timedelta(days=40))

    assert [call for call, _ in desk.gateway.calls] == ["refund", "find", "find", "find", "find"]
    assert desk.row(done.refund_id)[0] == "SUCCEEDED"
    assert desk.little.one("select count(*) from notice") == (1,)
    assert desk.broken() == []


async def test_when_its_key_is_worn_out_it_is_looked_up_only_and_then_put_before_a_person(desk: Desk) -> None:
    desk.gateway.faults = [Fault.DROPPED] * 3
    done = await desk.refund(desk.paid(125_000), 50_000)
    await desk.complete(after=timedelta(hours=23))
    assert [call for call, _ in desk.gateway.calls] == ["find"]
    await desk.complete(after=timedelta(days=2))

    assert desk.row(done.refund_id)[:2] == ("PENDING", True)
    assert desk.little.one("select pending_refund_cents from payment") == (50_000,)
    assert await desk.complete(after=timedelta(days=1)) == 0
    await resolve(
        done.refund_id, succeeded=True, provider_reference="re_9", order=desk.order(), books=desk.books, jobs=desk.jobs
    )
    assert desk.row(done.refund_id)[:2] == ("SUCCEEDED", False)
    with pytest.raises(RefundNotOpen):
        await resolve(
            done.refund_id,
            succeeded=False,
            provider_reference=None,
            order=desk.order(),
            books=desk.books,
            jobs=desk.jobs,
        )
    assert desk.broken() == []


async def test_a_refund_that_comes_back_is_reversed_and_its_number_stays_taken(desk: Desk) -> None:
    payment = desk.paid(125_000)
    first = await desk.refund(payment, 33_333)
    balances = [desk.little.balance(account) for account in ("1580", "3001", "2611")]
    second = await desk.refund(payment, 50_001)

    failed = RefundOutcome(state=RefundState.FAILED, failure_reason="The account is closed.")
    for _ in range(3):
        await take_in(second.refund_id, failed, order=desk.order(), books=desk.books, jobs=desk.jobs)
    await reverse(second.refund_id, "again", order=desk.order(), books=desk.books)

    assert desk.row(second.refund_id) == ("FAILED", False, 1, "CN-2026-000002")
    assert [desk.little.balance(account) for account in ("1580", "3001", "2611")] == balances
    assert desk.little.one("select refunded_cents, status from invoice") == (33_333, "PARTIALLY_REFUNDED")
    await desk.refund(payment, 91_667)
    assert [desk.little.balance(account) for account in ("1580", "3001", "2611")] == [0, 0, 0]
    assert desk.row(first.refund_id)[3] == "CN-2026-000001"
    assert desk.broken() == []


async def test_a_provider_that_did_send_what_it_said_had_failed_is_put_before_a_person(desk: Desk) -> None:
    desk.gateway.faults = [Fault.DECLINED]
    done = await desk.refund(desk.paid(125_000), 50_000)

    sent = RefundOutcome(state=RefundState.SUCCEEDED, provider_reference="re_7")
    for _ in range(2):
        await take_in(done.refund_id, sent, order=desk.order(), books=desk.books, jobs=desk.jobs)

    assert desk.row(done.refund_id)[:2] == ("FAILED", True)
    assert desk.little.one("select count(*) from refund_event where kind = 'CONTRADICTED'") == (1,)


async def test_credit_notes_have_no_gaps_whatever_fails(desk: Desk) -> None:
    payments = [desk.paid(10_000) for _ in range(12)]
    requests = [await desk.request(payment, 5_000) for payment in payments]
    desk.gateway.faults = [Fault.NONE, Fault.DECLINED, Fault.DROPPED, Fault.REPLY_LOST] * 3

    await asyncio.gather(*(desk.execute(request) for request in requests))
    await desk.complete()

    notes = desk.little.one(
        "select array_agg(credit_note order by credit_note) from refund where credit_note is not null"
    )
    assert notes[0] == [f"CN-2026-{number:06}" for number in range(1, 10)]
    assert desk.broken() == []
