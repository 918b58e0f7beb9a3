"""Assigning transfers, undoing it, parking them, and using the credit that is left."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from billing.allocation import (
    Allocation,
    AllocationMismatch,
    CreditExceeded,
    CurrencyMismatch,
    InvoiceNotPayable,
    TransferNotUnmatched,
)
from billing.refusals import BadInput, NotFound
from procedures.apply_credit import apply
from procedures.assign_transfer import assign
from procedures.books import Books, Order
from procedures.ignore_transfer import ignore, restore
from procedures.unassign_transfer import NothingToUndo, PaymentRefunded, unassign
from tests.books import LittleBooks


def everything(little: LittleBooks) -> Any:
    """What a refusal must leave as it was."""
    tables = ("payment", "journal", "accounting_entry", "audit_event")
    counts = [little.one(f"select count(*) from {table}")[0] for table in tables]
    statuses = little.one("select array_agg(status order by id) from bank_transfer")[0]
    paid = little.one("select array_agg(paid_cents order by id) from invoice")[0]
    return counts, statuses, paid


async def test_the_whole_transfer_pays_the_invoice(little: LittleBooks, books: Books, order: Order) -> None:
    tenant = little.tenant()
    invoice, transfer = little.invoice(tenant, 125_000), little.transfer(125_000)

    done = await assign(transfer, to=invoice, order=order, books=books)

    assert little.one("select status, outstanding_cents from invoice where id = %s", invoice) == ("PAID", 0)
    assert little.one("select status from bank_transfer where id = %s", transfer) == ("ASSIGNED",)
    payment = little.one("select method, amount_cents, allocated_cents, credited_cents, status from payment")
    assert payment == ("BANKGIRO", 125_000, 125_000, 0, "SUCCEEDED")
    assert (len(done.payment_ids), len(done.journal_ids)) == (1, 1)
    assert {account: little.balance(account) for account in ("1930", "2999", "1510", "2420")} == {
        "1930": 125_000,
        "2999": 0,
        "1510": 0,
        "2420": 0,
    }
    event = little.one("select actor, action, subject_id, reason from audit_event")
    assert event == ("finance@example.org", "transfer.assigned", transfer, "Phoned the club")


async def test_a_surplus_becomes_the_tenants_credit(little: LittleBooks, books: Books, order: Order) -> None:
    tenant = little.tenant()
    invoice, transfer = little.invoice(tenant, 100_000), little.transfer(130_000)

    await assign(transfer, to=invoice, order=order, books=books)

    assert little.one("select allocated_cents, credited_cents from payment") == (100_000, 30_000)
    assert little.balance("2420") == -30_000


async def test_a_short_payment_leaves_the_rest_outstanding(little: LittleBooks, books: Books, order: Order) -> None:
    invoice, transfer = little.invoice(little.tenant(), 100_000), little.transfer(99_000)

    await assign(transfer, to=invoice, order=order, books=books)

    assert little.one("select status, outstanding_cents from invoice") == ("PARTIALLY_PAID", 1_000)


async def test_money_for_a_tenants_invoice_is_owed_to_the_tenant(
    little: LittleBooks, books: Books, order: Order
) -> None:
    tenant = little.tenant()
    invoice = little.invoice(tenant, 40_000, issuer_type="TENANT")

    done = await assign(little.transfer(40_000), to=invoice, order=order, books=books)

    assert len(done.journal_ids) == 2
    assert (little.balance("2899"), little.balance("1510")) == (-40_000, 0)
    assert (little.balance("1689", book=tenant), little.balance("1510", book=tenant)) == (40_000, 0)


async def test_allocations_pay_several_invoices_and_a_credit(little: LittleBooks, books: Books, order: Order) -> None:
    tenant, other = little.tenant(), little.tenant("Granens Boule")
    first, second = little.invoice(tenant, 50_000), little.invoice(other, 30_000)
    parts = [
        Allocation(cents=50_000, invoice_id=first),
        Allocation(cents=20_000, invoice_id=second),
        Allocation(cents=5_000, tenant_id=other),
    ]

    await assign(little.transfer(75_000), to=parts, order=order, books=books)

    statuses = little.one("select array_agg(status order by total_cents desc) from invoice")[0]
    assert statuses == ["PAID", "PARTIALLY_PAID"]
    assert little.balance("2420") == -5_000
    assert little.balance("2999") == 0


async def test_what_cannot_be_assigned_is_refused_and_changes_nothing(
    little: LittleBooks, books: Books, order: Order
) -> None:
    tenant = little.tenant()
    open_, void = little.invoice(tenant, 10_000), little.invoice(tenant, 20_000)
    paid = little.invoice(tenant, 30_000)
    await assign(little.transfer(30_000), to=paid, order=order, books=books)
    little.connection.execute("update invoice set declared_status = 'VOID' where id = %s", [void])
    euros = little.invoice(tenant, 10_000, currency="EUR")
    transfer, deduction = little.transfer(10_000), little.transfer(-500)
    before = everything(little)

    cases: list[tuple[Any, Any, type[Exception]]] = [
        (uuid4(), open_, NotFound),
        (transfer, uuid4(), NotFound),
        (transfer, [Allocation(cents=10_000, tenant_id=uuid4())], NotFound),
        (transfer, void, InvoiceNotPayable),
        (transfer, paid, InvoiceNotPayable),
        (transfer, euros, CurrencyMismatch),
        (deduction, open_, AllocationMismatch),
        (transfer, [], BadInput),
        (transfer, [Allocation(cents=9_999, invoice_id=open_)], AllocationMismatch),
        (transfer, [Allocation(cents=0, invoice_id=open_), Allocation(cents=10_000, tenant_id=tenant)], AllocationMismatch),
        (transfer, [Allocation(cents=5_000, invoice_id=open_)] * 2, BadInput),
    ]  # fmt: skip
    for subject, to, refusal in cases:
        with pytest.raises(refusal):
            await assign(subject, to=to, order=order, books=books)
        assert everything(little) == before, refusal


async def test_an_allocation_beyond_what_is_outstanding_is_refused(
    little: LittleBooks, books: Books, order: Order
) -> None:
    tenant = little.tenant()
    invoice, transfer = little.invoice(tenant, 8_000), little.transfer(10_000)
    parts = [Allocation(cents=9_000, invoice_id=invoice), Allocation(cents=1_000, tenant_id=tenant)]

    with pytest.raises(AllocationMismatch, match=r"only 80\.00 SEK is outstanding"):
        await assign(transfer, to=parts, order=order, books=books)

    assert little.one("select status from bank_transfer") == ("UNMATCHED",)


async def test_of_two_people_on_one_transfer_exactly_one_wins(little: LittleBooks, books: Books, order: Order) -> None:
    tenant = little.tenant()
    for _ in range(50):
        transfer = little.transfer(10_000)
        first, second = little.invoice(tenant, 10_000), little.invoice(tenant, 10_000)
        outcomes = await asyncio.gather(
            *(assign(transfer, to=invoice, order=order, books=books) for invoice in (first, second, first, second)),
            return_exceptions=True,
        )
        assert [type(outcome) for outcome in outcomes].count(TransferNotUnmatched) == 3
        paid = little.one("select count(*) from invoice where id = any(%s) and status = 'PAID'", [first, second])
        assert paid == (1,)
    assert little.balance("2999") == 0


async def test_two_transfers_for_one_invoice_never_overpay_it(little: LittleBooks, books: Books, order: Order) -> None:
    invoice = little.invoice(little.tenant(), 10_000)
    transfers = [little.transfer(10_000) for _ in range(4)]

    outcomes = await asyncio.gather(
        *(assign(transfer, to=invoice, order=order, books=books) for transfer in transfers), return_exceptions=True
    )

    assert [type(outcome) for outcome in outcomes].count(InvoiceNotPayable) == 3
    assert little.one("select paid_cents from invoice") == (10_000,)


async def test_unassigning_puts_everything_back_with_counter_journals(
    little: LittleBooks, books: Books, order: Order
) -> None:
    tenant = little.tenant()
    invoice, transfer = little.invoice(tenant, 40_000, issuer_type="TENANT"), little.transfer(50_000)
    before = {account: little.balance(account) for account in ("1930", "2999", "1510", "2899", "2420")}
    await assign(transfer, to=invoice, order=order, books=books)

    done = await unassign(transfer, order=order, books=books)

    assert {account: little.balance(account) for account in before} == before
    assert little.balance("1689", book=tenant) == 0
    assert len(done.journal_ids) == 2
    assert little.one("select status, paid_cents from invoice") == ("OPEN", 0)
    assert little.one("select status, allocated_cents, credited_cents from payment") == ("FAILED", 0, 0)
    assert little.one("select status from bank_transfer") == ("UNMATCHED",)
    assert little.one("select sum(amount_eur_cents)::int from accounting_entry where account = '2999'")[0] == -4_444
    await assign(transfer, to=invoice, order=order, books=books)
    assert little.one("select status from invoice") == ("PAID",)


async def test_what_was_refunded_or_used_cannot_be_unassigned(little: LittleBooks, books: Books, order: Order) -> None:
    tenant = little.tenant()
    first, second = little.invoice(tenant, 10_000), little.invoice(tenant, 3_000)
    transfer = little.transfer(13_000)
    with pytest.raises(NothingToUndo):
        await unassign(transfer, order=order, books=books)
    await assign(transfer, to=first, order=order, books=books)
    await apply(tenant_id=tenant, invoice_id=second, cents=3_000, order=order, books=books)

    with pytest.raises(CreditExceeded):
        await unassign(transfer, order=order, books=books)

    little.connection.execute(
        "insert into refund (payment_id, amount_cents, surplus_cents, tax_cents, status, actor, reason, created_at, due_at)"
        " select id, 100, 0, 20, 'PENDING', 'a', 'b', now(), now() from payment where bank_transfer_id = %s",
        [transfer],
    )
    with pytest.raises(PaymentRefunded):
        await unassign(transfer, order=order, books=books)
    assert little.one("select status from bank_transfer") == ("ASSIGNED",)


async def test_credit_pays_an_invoice_up_to_what_there_is(little: LittleBooks, books: Books, order: Order) -> None:
    tenant, other = little.tenant(), little.tenant("Granens Boule")
    invoice = little.invoice(tenant, 20_000)
    credit = [Allocation(cents=15_000, tenant_id=tenant)]
    await assign(little.transfer(15_000), to=credit, order=order, books=books)
    before = everything(little)

    for cents, whose, refusal in [
        (15_001, tenant, CreditExceeded),
        (20_001, tenant, AllocationMismatch),
        (0, tenant, BadInput),
        (-5, tenant, BadInput),
        (100, other, BadInput),
        (100, uuid4(), BadInput),
    ]:
        with pytest.raises(refusal):
            await apply(tenant_id=whose, invoice_id=invoice, cents=cents, order=order, books=books)
        assert everything(little) == before

    await apply(tenant_id=tenant, invoice_id=invoice, cents=15_000, order=order, books=books)
    assert little.one("select status, outstanding_cents from invoice") == ("PARTIALLY_PAID", 5_000)
    assert (little.balance("2420"), little.balance("1510")) == (0, 5_000)


async def test_what_credit_cannot_pay_is_not_said_to_be_for_credit(
    little: LittleBooks, books: Books, order: Order
) -> None:
    tenant = little.tenant()
    invoice, void = little.invoice(tenant, 20_000), little.invoice(tenant, 20_000, declared_status="VOID")
    before = everything(little)

    with pytest.raises(AllocationMismatch) as beyond:
        await apply(tenant_id=tenant, invoice_id=invoice, cents=20_001, order=order, books=books)
    with pytest.raises(InvoiceNotPayable) as not_payable:
        await apply(tenant_id=tenant, invoice_id=void, cents=100, order=order, books=books)

    assert str(beyond.value) == "200.01 SEK is allocated to invoice F-2, but only 200.00 SEK is outstanding."
    assert str(not_payable.value) == "Invoice F-3 is VOID: nothing can be paid on it."
    assert everything(little) == before


async def test_a_transfer_for_an_invoice_that_takes_nothing_is_better_credit(
    little: LittleBooks, books: Books, order: Order
) -> None:
    void = little.invoice(little.tenant(), 20_000, declared_status="VOID")

    with pytest.raises(InvoiceNotPayable) as refusal:
        await assign(little.transfer(20_000), to=void, order=order, books=books)

    assert str(refusal.value) == "Invoice F-2 is VOID: nothing can be paid on it. Use the tenant's credit instead."


async def test_credit_is_spent_once_however_many_ask(little: LittleBooks, books: Books, order: Order) -> None:
    tenant = little.tenant()
    await assign(little.transfer(10_000), to=[Allocation(cents=10_000, tenant_id=tenant)], order=order, books=books)
    invoices = [little.invoice(tenant, 6_000) for _ in range(4)]

    outcomes = await asyncio.gather(
        *(apply(tenant_id=tenant, invoice_id=i, cents=6_000, order=order, books=books) for i in invoices),
        return_exceptions=True,
    )

    assert [type(outcome) for outcome in outcomes].count(CreditExceeded) == 3
    assert little.balance("2420") == -4_000


async def test_a_parked_transfer_leaves_the_inbox_and_comes_back(
    little: LittleBooks, books: Books, order: Order
) -> None:
    invoice, transfer = little.invoice(little.tenant(), 10_000), little.transfer(10_000)

    await ignore(transfer, order=order, books=books)

    assert little.one("select status, ignored_reason from bank_transfer") == ("IGNORED", "Phoned the club")
    assert little.one("select count(*) from unmatched_bank_transfer") == (0,)
    with pytest.raises(TransferNotUnmatched):
        await assign(transfer, to=invoice, order=order, books=books)
    with pytest.raises(TransferNotUnmatched):
        await ignore(transfer, order=order, books=books)
    await restore(transfer, order=order, books=books)
    assert little.one("select status, ignored_reason from bank_transfer") == ("UNMATCHED", None)
    with pytest.raises(TransferNotUnmatched):
        await restore(transfer, order=order, books=books)
    assert little.balance("2999") == -10_000
