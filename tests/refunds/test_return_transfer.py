"""Transfers sent back to their payers: ordered once, out of the inbox at once, booked when the bank says so."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from billing.allocation import TransferNotUnmatched
from billing.fx import FxRateMissing
from billing.refusals import BadInput, NotFound, Refusal
from procedures import return_transfer
from procedures.assign_transfer import assign
from procedures.ignore_transfer import ignore
from providers.refunding import PayerAccount, PayerAccountNeeded
from providers.registry import ProviderNotConfigured, Registry
from tests.books import TODAY
from tests.providers.bank_files import camt, entry, notification, transaction
from tests.refunds.bank import PAYER, Bank
from tests.refunds.desk import Desk
from tests.refunds.gateway import Fault, registry_of


@pytest.fixture
def bank(desk: Desk, tmp_path: Path) -> Bank:
    return Bank.beside(desk, tmp_path)


def standing(bank: Bank, transfer: Any) -> tuple[str, str, str | None]:
    """The transfer's status, its latest return's, and the problem that it has."""
    found: tuple[str, str, str | None] = bank.desk.little.one(
        "select t.status, r.status, r.problem from bank_transfer t join transfer_return r on r.bank_transfer_id = t.id"
        " where t.id = %s order by r.created_at desc, r.id desc",
        transfer,
    )
    return found


async def refused(bank: Bank, kind: type[Refusal], asked: Any) -> Refusal:
    """The refusal; nothing was changed and nothing ordered."""

    def everything() -> Any:
        tables = ("transfer_return", "journal", "audit_event")
        counts = [bank.desk.little.one(f"select count(*) from {table}")[0] for table in tables]
        return counts, bank.desk.little.one("select array_agg(status order by id) from bank_transfer"), bank.orders

    before = everything()
    with pytest.raises(kind) as refusal:
        await asked
    assert everything() == before
    return refusal.value


async def test_a_transfer_leaves_the_inbox_at_once_and_the_books_when_the_bank_confirms(bank: Bank) -> None:
    transfer = bank.paid_in(80_000)

    done = await bank.send_back(transfer)

    [(key, cents)] = bank.orders.items()
    assert (done.transfer_id, done.journal_ids, cents) == (transfer, [], 80_000)
    assert standing(bank, transfer) == ("RETURNED", "PENDING", None)
    assert bank.desk.little.one("select count(*) from unmatched_bank_transfer") == (0,)
    assert bank.balances("1930", "2999") == [80_000, -80_000]
    assert bank.desk.broken() == []

    await bank.report(bank.debited(key, 80_000, day=TODAY + timedelta(days=1)))

    assert standing(bank, transfer) == ("RETURNED", "SUCCEEDED", None)
    assert bank.balances("1930", "2999") == [0, 0]
    booked = "select booked_on, provider_reference, bank_transfer_id from journal where kind = 'RETURN'"
    assert bank.desk.little.one(booked) == (TODAY + timedelta(days=1), "D1", transfer)
    [actions] = bank.desk.little.one(
        "select array_agg(actor || ' ' || action order by seq) from audit_event where subject_type = 'bank_transfer'"
    )
    assert actions == [
        "finance@example.org transfer.return_ordered",
        "finance@example.org transfer.return_accepted",
        "system:bank transfer.returned",
    ]
    assert bank.desk.broken() == []


@pytest.mark.parametrize(
    ("amount", "status", "balances"), [("800.00", "SUCCEEDED", [0, 0]), ("799.00", "PENDING", [100, -100])]
)
async def test_a_return_whose_debit_came_without_its_order_is_settled_once_a_file_names_it(
    bank: Bank, amount: str, status: str, balances: list[int]
) -> None:
    transfer = bank.paid_in(80_000)
    await bank.send_back(transfer)
    [key] = bank.orders
    paid = transaction(amount, end_to_end_id=key, servicer_reference="P1")
    bare, itemised = (entry(amount, *parts, side="DBIT", servicer_reference="E1", day=TODAY) for parts in ((), (paid,)))

    await bank.report(camt(notification(bare, id="S1"), message="053"))
    for number in ("N1", "N2"):
        await bank.report(camt(notification(itemised, id=number)))

    assert standing(bank, transfer)[:2] == ("RETURNED", status)
    assert bank.balances("1930", "2999") == balances
    assert len(bank.outcomes()) == 1
    assert bank.desk.broken() == []


async def test_a_return_that_the_bank_refuses_is_in_the_inbox_again_with_the_reason(bank: Bank) -> None:
    transfer = bank.paid_in(80_000)
    await bank.send_back(transfer)
    [key] = bank.orders

    await bank.report(bank.refused(key))

    why = "The bank refused it: the account is closed (AC04)."
    assert standing(bank, transfer) == ("UNMATCHED", "FAILED", why)
    assert bank.balances("1930", "2999") == [80_000, -80_000]
    assert bank.desk.broken() == []

    await bank.send_back(transfer, to=PayerAccount(iban="SE35 5000 0000 0549 1000 0003"))
    assert len(bank.orders) == 2
    assert standing(bank, transfer) == ("RETURNED", "PENDING", None)


@pytest.mark.parametrize("credit_first", [False, True])
async def test_a_return_that_comes_back_is_undone_and_both_transfers_are_right(bank: Bank, credit_first: bool) -> None:
    transfer = bank.paid_in(80_000)
    await bank.send_back(transfer)
    [key] = bank.orders
    files = [bank.debited(key, 80_000), bank.brought_back(key, 80_000)]

    for content in reversed(files) if credit_first else files:
        await bank.report(content)
        assert bank.desk.broken() == []

    assert standing(bank, transfer) == (
        "UNMATCHED", "FAILED", "The bank sent it back on 2026-11-20. Returned: the account is closed (AC04).",
    )  # fmt: skip
    assert bank.balances("1930", "2999") == [80_000, -80_000]
    assert bank.desk.little.one("select count(*) from unmatched_bank_transfer") == (1,)


async def test_a_debit_of_another_amount_leaves_the_return_pending_and_says_why(bank: Bank) -> None:
    transfer = bank.paid_in(80_000)
    await bank.send_back(transfer)
    [key] = bank.orders

    await bank.report(bank.debited(key, 8_000))

    assert standing(bank, transfer) == (
        "RETURNED", "PENDING", "The bank debited 80.00 SEK, not 800.00 SEK.",
    )  # fmt: skip
    assert bank.balances("1930", "2999") == [72_000, -72_000]
    assert bank.desk.broken() == []


async def test_of_two_people_one_sends_it_back_and_the_other_learns_so(bank: Bank) -> None:
    transfer = bank.paid_in()

    done = await asyncio.gather(
        *(bank.send_back(transfer, actor=f"{number}@example.org") for number in range(10)), return_exceptions=True
    )

    assert sum(not isinstance(one, BaseException) for one in done) == 1
    assert {type(one) for one in done if isinstance(one, BaseException)} == {TransferNotUnmatched}
    assert list(bank.orders.values()) == [125_000]
    assert bank.desk.broken() == []


async def test_somebody_who_assigns_it_meanwhile_and_somebody_who_sends_it_back_never_both_win(bank: Bank) -> None:
    club = bank.desk.little.tenant()
    for _ in range(12):
        transfer, invoice = bank.paid_in(), bank.desk.little.invoice(club)
        before = len(bank.orders)
        done = await asyncio.gather(
            bank.send_back(transfer),
            assign(transfer, to=invoice, order=bank.desk.order("b@example.org"), books=bank.desk.books),
            return_exceptions=True,
        )
        assert [type(one) for one in done].count(TransferNotUnmatched) == 1
        assert len(bank.orders) - before == (0 if isinstance(done[0], TransferNotUnmatched) else 1)
    assert bank.desk.broken() == []


async def test_only_what_is_in_the_inbox_goes_back(bank: Bank) -> None:
    ignored, returned, deduction = bank.paid_in(), bank.paid_in(), bank.paid_in(-500)
    await ignore(ignored, order=bank.desk.order(), books=bank.desk.books)
    await bank.send_back(returned)

    await refused(bank, TransferNotUnmatched, bank.send_back(ignored))
    await refused(bank, TransferNotUnmatched, bank.send_back(returned))
    await refused(bank, BadInput, bank.send_back(deduction))
    await refused(bank, NotFound, bank.send_back(uuid4()))


async def test_an_account_is_asked_for_where_the_file_names_none(bank: Bank) -> None:
    for written in (None, "58411009823", "BG 991-2347"):
        transfer = bank.paid_in(counterparty_account=written)
        await refused(bank, PayerAccountNeeded, bank.send_back(transfer))
    await refused(bank, BadInput, bank.send_back(transfer, to=replace(PAYER, bankgiro="991-2347")))

    await bank.send_back(transfer, to=PayerAccount(bankgiro="991-2346"))

    [kept] = bank.desk.little.one("select payer_account from transfer_return")
    assert {name: value for name, value in kept.items() if value} == {"bankgiro": "9912346", "name": "Björkens BK"}


async def test_without_an_outbox_nothing_is_ordered(bank: Bank) -> None:
    bank.desk.registry = Registry.load(settings={})

    refusal = await refused(bank, ProviderNotConfigured, bank.send_back(bank.paid_in()))

    assert "Not set: BILLING_BANKGIROT_DEBTOR_BIC" in str(refusal)


async def test_what_could_not_be_booked_is_not_ordered(bank: Bank) -> None:
    transfer = bank.paid_in()
    with bank.database.connect_as_owner(autocommit=True) as owner:
        owner.execute("alter table fx_rate disable trigger append_only")
        owner.execute("delete from fx_rate")

    await refused(bank, FxRateMissing, bank.send_back(transfer))


async def test_a_provider_that_sends_at_once_is_booked_at_once(bank: Bank) -> None:
    bank.desk.registry = registry_of(bank.desk.gateway, name="bankgirot")
    transfer = bank.paid_in(80_000)

    done = await bank.send_back(transfer)

    assert standing(bank, transfer) == ("RETURNED", "SUCCEEDED", None)
    assert bank.desk.little.one("select array_agg(id) from journal where kind = 'RETURN'") == (done.journal_ids,)
    assert bank.balances("1930", "2999") == [0, 0]
    assert bank.desk.broken() == []


async def test_a_provider_that_declines_leaves_the_transfer_in_the_inbox(bank: Bank) -> None:
    bank.desk.registry, bank.desk.gateway.faults = registry_of(bank.desk.gateway, name="bankgirot"), [Fault.DECLINED]
    transfer = bank.paid_in()

    await bank.send_back(transfer)

    assert standing(bank, transfer) == ("UNMATCHED", "FAILED", "The card was closed.")
    assert bank.desk.broken() == []


@pytest.mark.parametrize("fault", [Fault.DROPPED, Fault.REPLY_LOST, Fault.THROTTLED, Fault.CUT])
async def test_whatever_happens_to_the_call_the_money_leaves_once(bank: Bank, fault: Fault) -> None:
    bank.desk.registry, bank.desk.gateway.faults = registry_of(bank.desk.gateway, name="bankgirot"), [fault]
    transfer = bank.paid_in()

    await bank.send_back(transfer)
    assert standing(bank, transfer)[:2] == ("RETURNED", "PENDING")
    assert standing(bank, transfer)[2] is not None
    for _ in range(3):
        bank.desk.at += timedelta(minutes=5)
        await bank.complete()

    assert list(bank.desk.gateway.amounts.values()) == [125_000]
    assert standing(bank, transfer) == ("RETURNED", "SUCCEEDED", None)
    assert bank.desk.broken() == []


@pytest.mark.parametrize("dies", ["before the file", "after the file"])
async def test_a_process_that_dies_around_the_call_leaves_the_return_to_the_worker(
    bank: Bank, monkeypatch: pytest.MonkeyPatch, dies: str
) -> None:
    class Died(BaseException):
        pass

    real = return_transfer.attempt

    async def dying(*args: Any) -> Any:
        if dies == "after the file":
            await real(*args)
        raise Died

    transfer = bank.paid_in()
    with monkeypatch.context() as patch:
        patch.setattr(return_transfer, "attempt", dying)
        with pytest.raises(Died):
            await bank.send_back(transfer)
    assert standing(bank, transfer) == ("RETURNED", "PENDING", None)
    assert await bank.complete() == 0
    bank.desk.at += timedelta(minutes=5)

    assert await bank.complete() == 1

    assert list(bank.orders.values()) == [125_000]
    assert bank.desk.little.one("select accepted_at is not null, attempts from transfer_return") == (True, 2)
    assert bank.desk.broken() == []


async def test_a_return_that_waits_is_asked_after_and_never_ordered_again(bank: Bank) -> None:
    await bank.send_back(bank.paid_in())
    for file in bank.outbox.glob("*.xml"):
        file.unlink()

    for _ in range(3):
        bank.desk.at += timedelta(hours=2)
        assert await bank.complete() == 1

    assert bank.orders == {}
