"""Refunds by bank: ordered in a file, settled by the bank's files, whatever order they come in."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from billing.refusals import NotFound
from procedures import settle_reports
from procedures.assign_transfer import assign
from procedures.unassign_transfer import BroughtBack, unassign
from providers.bankgirot.outbox import Outbox
from tests.books import TODAY
from tests.providers.bank_files import camt, entry, notification, transaction
from tests.refunds.bank import PAYER, Bank
from tests.refunds.desk import Desk


@pytest.fixture
def bank(desk: Desk, tmp_path: Path) -> Bank:
    return Bank.beside(desk, tmp_path)


async def test_a_refund_is_pending_until_its_debit_is_booked(bank: Bank) -> None:
    payment = await bank.paid_invoice()

    done = await bank.desk.refund(payment, 50_000, notify_tenant=True)

    assert bank.orders == {done.refund_id.hex: 50_000}
    assert bank.desk.row(done.refund_id)[:2] == ("PENDING", False)
    assert bank.balances("1930", "3001", "2611") == [125_000, -100_000, -25_000]
    assert bank.desk.broken() == []

    taken = await bank.report(bank.debited(done.refund_id.hex, 50_000, day=TODAY))

    assert bank.desk.row(done.refund_id) == ("SUCCEEDED", False, 1, "CN-2026-000001")
    assert bank.balances("1930", "3001", "2611", "2999") == [75_000, -60_000, -15_000, 0]
    said = f"Debit D1 of 2026-11-20, -500.00 SEK, carries out refund {done.refund_id}, which is confirmed."
    assert taken.warnings[0] == said
    assert bank.desk.little.one(
        "select booked_on, provider_reference from journal where kind = 'REFUND'"
    ) == (TODAY, "D1")  # fmt: skip
    assert bank.desk.little.one("select count(*) from notice") == (1,)
    assert bank.outcomes() == [("PAID", "SETTLED")]
    assert bank.desk.broken() == []


async def test_a_debit_of_another_day_is_booked_on_that_day(bank: Bank) -> None:
    done = await bank.desk.refund(await bank.paid_invoice(), 50_000)
    bank.desk.at += timedelta(days=6)

    await bank.report(bank.debited(done.refund_id.hex, 50_000, day=TODAY + timedelta(days=3)))

    assert bank.desk.little.one("select booked_on from journal where kind = 'REFUND'") == (TODAY + timedelta(days=3),)


@pytest.mark.parametrize(
    ("currency", "account", "warnings"),
    [
        ("SEK", "BG 991-2346", []),
        ("EUR", "SE4550000000058398257466", []),
        ("EUR", "BG 991-2346",
         ["It could not be sent. 1\N{NO-BREAK SPACE}250.00 EUR can only be paid to an IBAN: this account takes SEK."]),
    ],
)  # fmt: skip
async def test_a_preview_warns_of_what_no_payment_file_carries(
    bank: Bank, currency: str, account: str, warnings: list[str]
) -> None:
    little = bank.desk.little
    invoice = little.invoice(little.tenant(), 125_000, currency=currency)
    transfer = bank.paid_in(currency=currency, counterparty_account=account)
    paid = (await assign(transfer, to=invoice, order=bank.desk.order(), books=bank.desk.books)).payment_ids[0]

    told = (await bank.desk.preview(paid)).warnings
    done = await bank.desk.refund(paid, 125_000)

    assert [warning for warning in told if "sent" in warning] == warnings
    assert bank.desk.row(done.refund_id)[0] == ("FAILED" if warnings else "PENDING")
    assert len(bank.orders) == (0 if warnings else 1)


async def test_a_refusal_frees_the_amount_and_tells_the_banks_reason_in_words(bank: Bank) -> None:
    payment = await bank.paid_invoice()
    done = await bank.desk.refund(payment, 50_000)

    taken = await bank.report(bank.refused(done.refund_id.hex))

    why = "The bank refused it: the account is closed (AC04)."
    assert bank.desk.little.one("select status, failure_reason from refund") == ("FAILED", why)
    assert bank.desk.little.one("select refundable_cents from payment") == (125_000,)
    assert taken.warnings == (f"Of refund {done.refund_id}: {why}",)
    assert bank.balances("1930", "3001") == [125_000, -100_000]
    assert bank.desk.broken() == []
    assert bank.desk.row((await bank.desk.refund(payment, 50_000, payer_account=PAYER)).refund_id)[0] == "PENDING"


async def test_the_banks_word_that_it_has_an_order_settles_nothing(bank: Bank) -> None:
    done = await bank.desk.refund(await bank.paid_invoice(), 50_000)

    await bank.report(bank.refused(done.refund_id.hex, status="ACSC"))

    assert bank.desk.row(done.refund_id)[0] == "PENDING"
    assert bank.outcomes() == [("ACCEPTED", "SETTLED")]


async def test_a_repetition_that_the_bank_refuses_leaves_the_refund_pending(bank: Bank) -> None:
    done = await bank.desk.refund(await bank.paid_invoice(), 50_000)

    await bank.report(bank.refused(done.refund_id.hex, reason="AM05"))

    assert bank.desk.row(done.refund_id)[0] == "PENDING"
    assert bank.outcomes() == []


async def test_the_same_debit_in_other_files_is_booked_once(bank: Bank) -> None:
    done = await bank.desk.refund(await bank.paid_invoice(), 50_000)
    key = done.refund_id.hex
    for reference in ("SAME", "SAME", "BY ANOTHER NAME"):
        await bank.report(bank.debited(key, 50_000, reference=reference))
        await bank.settle()

    assert bank.balances("1930", "2999") == [75_000, 0]
    assert bank.outcomes() == [("PAID", "SETTLED")]
    assert bank.desk.broken() == []


async def test_a_debit_that_came_without_its_order_is_the_orders_once_a_file_names_it(bank: Bank) -> None:
    done = await bank.desk.refund(await bank.paid_invoice(), 50_000)
    order, others = (
        transaction(amount, end_to_end_id=key, servicer_reference=f"P{amount}")
        for amount, key in (("500.00", done.refund_id.hex), ("20.00", "SALARY"))
    )
    bare, itemised = (
        entry("520.00", *parts, side="DBIT", servicer_reference="E1", day=TODAY) for parts in ((), (order, others))
    )
    await bank.report(camt(notification(bare, id="S1"), message="053"))
    assert bank.desk.row(done.refund_id)[0] == "PENDING"
    assert bank.balances("1930", "2999") == [73_000, 52_000]

    taken = await bank.report(camt(notification(itemised)))
    again = await bank.report(camt(notification(itemised, id="N2")))

    assert list(taken.warnings[:3]) == [
        "Debit E1 of 2026-11-20, -520.00 SEK, was booked as unmatched: that is undone, it names an order of ours.",
        "Debit P20.00 of 2026-11-20, -20.00 SEK (PMNT/RCDT/ATXN), is booked as unmatched: nothing here ordered it.",
        f"Debit P500.00 of 2026-11-20, -500.00 SEK, carries out refund {done.refund_id}, which is confirmed.",
    ]
    assert [warning.endswith("is known and was not booked again.") for warning in again.warnings[:2]] == [True, True]
    assert bank.desk.row(done.refund_id)[0] == "SUCCEEDED"
    assert bank.balances("1930", "2999") == [73_000, 2_000]
    assert bank.outcomes() == [("PAID", "SETTLED")]
    assert bank.desk.broken() == []


@pytest.mark.parametrize("items", [("20.00", "500.00"), ("500.00", "20.00"), ("X500.00", "X20.00")], ids="+".join)
async def test_an_entry_that_was_itemised_without_its_orders_is_not_booked_anew(
    bank: Bank, items: tuple[str, str]
) -> None:
    done = await bank.desk.refund(await bank.paid_invoice(), 50_000)
    named = (
        transaction(amount, end_to_end_id=key, servicer_reference=f"P{amount}")
        for amount, key in (("500.00", done.refund_id.hex), ("20.00", "SALARY"))
    )
    nameless = (
        transaction(item.lstrip("X"), servicer_reference=item if item.startswith("X") else None) for item in items
    )
    first, second = (
        entry("520.00", *parts, side="DBIT", servicer_reference="E1", day=TODAY) for parts in (nameless, named)
    )
    await bank.report(camt(notification(first)))

    taken = await bank.report(camt(notification(second, id="N2")))

    assert bank.balances("1930", "2999") == [73_000, 52_000]
    assert bank.desk.row(done.refund_id)[0] == "PENDING"
    [told] = [warning for warning in taken.warnings if warning.endswith("resolve it by hand.")]
    assert told == (
        "Debit P500.00 of 2026-11-20, -500.00 SEK, is known and was not booked again. It names an order of ours that is"
        " pending, but was booked as unmatched with others of its entry: resolve it by hand."
    )
    assert bank.desk.broken() == []


async def test_a_debit_that_carried_an_order_out_is_known_where_a_statement_gives_no_details(bank: Bank) -> None:
    done = await bank.desk.refund(await bank.paid_invoice(), 50_000)
    paid = transaction("500.00", end_to_end_id=done.refund_id.hex, servicer_reference="P1")
    itemised, bare = (
        entry("500.00", *parts, side="DBIT", servicer_reference="E1", day=TODAY) for parts in ((paid,), ())
    )
    await bank.report(camt(notification(itemised)))

    taken = await bank.report(camt(notification(bare, id="S1"), message="053"))

    assert taken.warnings[0] == "Debit E1 of 2026-11-20, -500.00 SEK, is known and was not booked again."
    assert bank.balances("1930", "2999") == [75_000, 0]
    assert bank.outcomes() == [("PAID", "SETTLED")]
    assert bank.desk.broken() == []


async def test_a_second_debit_of_one_order_is_nobodys_and_told(bank: Bank) -> None:
    """The bank has paid twice: its mistake shows in the account, and is not hidden by ours."""
    done = await bank.desk.refund(await bank.paid_invoice(), 50_000)
    await bank.report(bank.debited(done.refund_id.hex, 50_000))

    taken = await bank.report(bank.debited(done.refund_id.hex, 50_000, day=TODAY + timedelta(days=1)))

    assert taken.warnings[0].endswith("which is SUCCEEDED already: it is booked as unmatched, ask the bank.")
    assert bank.balances("1930", "2999") == [25_000, 50_000]
    assert bank.outcomes() == [("PAID", "SETTLED"), ("PAID", "CONTRADICTED")]
    assert bank.desk.broken() == []


async def test_a_debit_of_another_amount_settles_nothing_and_puts_the_refund_before_a_person(bank: Bank) -> None:
    done = await bank.desk.refund(await bank.paid_invoice(), 50_000)

    taken = await bank.report(bank.debited(done.refund_id.hex, 5_000))

    assert "which is of another amount: it is booked as unmatched, ask the bank." in taken.warnings[0]
    assert bank.desk.row(done.refund_id)[:2] == ("PENDING", True)
    assert bank.balances("1930", "2999") == [120_000, 5_000]
    assert bank.desk.broken() == []


async def test_a_debit_after_a_refusal_is_nobodys_and_puts_the_refund_before_a_person(bank: Bank) -> None:
    done = await bank.desk.refund(await bank.paid_invoice(), 50_000)
    await bank.report(bank.refused(done.refund_id.hex))

    await bank.report(bank.debited(done.refund_id.hex, 50_000))

    assert bank.desk.row(done.refund_id)[:2] == ("FAILED", True)
    assert bank.balances("1930", "2999") == [75_000, 50_000]
    assert bank.desk.broken() == []


async def test_a_refusal_after_the_debit_changes_nothing(bank: Bank) -> None:
    done = await bank.desk.refund(await bank.paid_invoice(), 50_000)
    await bank.report(bank.debited(done.refund_id.hex, 50_000))

    taken = await bank.report(bank.refused(done.refund_id.hex))

    assert taken.warnings[0].endswith("But its debit is booked: ask the bank.")
    assert bank.desk.row(done.refund_id)[0] == "SUCCEEDED"
    assert bank.outcomes() == [("PAID", "SETTLED"), ("REJECTED", "CONTRADICTED")]


@pytest.mark.parametrize("credit_first", [False, True])
async def test_a_refund_that_the_bank_brings_back_is_reversed_once_both_are_booked(
    bank: Bank, credit_first: bool
) -> None:
    payment = await bank.paid_invoice()
    done = await bank.desk.refund(payment, 50_000)
    files = [bank.debited(done.refund_id.hex, 50_000), bank.brought_back(done.refund_id.hex, 50_000)]

    for content in reversed(files) if credit_first else files:
        await bank.report(content)
        assert bank.desk.broken() == []

    assert bank.desk.little.one("select status, failure_reason from refund") == (
        "FAILED",
        "The bank sent it back on 2026-11-20. Returned: the account is closed (AC04).",
    )
    assert bank.balances("1930", "3001", "2611", "2999") == [125_000, -100_000, -25_000, 0]
    back, status = bank.desk.little.one("select id, status from bank_transfer where left(message, 8) = 'Returned'")
    assert status == "MATCHED"
    with pytest.raises(BroughtBack):
        await unassign(back, order=bank.desk.order(), books=bank.desk.books)
    assert bank.desk.little.one("select refundable_cents, status from payment") == (125_000, "SUCCEEDED")
    assert await bank.settle() == 0


async def test_what_somebody_used_meanwhile_is_not_taken_from_them(bank: Bank) -> None:
    """The payment that brings money back was assigned before the debit came."""
    done = await bank.desk.refund(await bank.paid_invoice(), 50_000)
    await bank.report(bank.brought_back(done.refund_id.hex, 50_000))
    bank.desk.little.connection.execute("update bank_transfer set status = 'IGNORED' where status = 'UNMATCHED'")

    await bank.report(bank.debited(done.refund_id.hex, 50_000))

    assert bank.desk.row(done.refund_id)[0] == "SUCCEEDED"
    assert ("RETURNED", "PASSED_OVER") in bank.outcomes()
    assert bank.balances("1930", "2999") == [125_000, -50_000]
    assert bank.desk.broken() == []


async def test_an_order_that_is_none_of_ours_is_told_and_its_debit_is_nobodys(bank: Bank) -> None:
    for key in ("REFUND-1", "0199aabbccdd7eef8001122334455667", "x" * 35):
        await bank.report(bank.debited(key, 700))
    taken = await bank.report(bank.refused("REFUND-1"))

    assert taken.warnings == (
        "Of an order REFUND-1, which is none of ours: The bank refused it: the account is closed (AC04).",
    )
    assert bank.balances("1930", "2999") == [-2_100, 2_100]
    assert bank.outcomes() == []
    assert bank.desk.broken() == []


async def test_a_process_that_dies_between_a_file_and_its_refunds_leaves_them_to_the_worker(bank: Bank) -> None:
    done = await bank.desk.refund(await bank.paid_invoice(), 50_000)
    content = bank.debited(done.refund_id.hex, 50_000)
    real, bank.settle = bank.settle, _nothing  # type: ignore[method-assign,assignment]
    await bank.report(content)
    assert bank.outcomes() == [("PAID", None)]
    assert bank.desk.broken() == []

    assert await real() == 1
    assert bank.desk.row(done.refund_id)[0] == "SUCCEEDED"
    assert await real() == 0


async def test_a_report_that_cannot_be_settled_keeps_no_other_from_it(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = await bank.desk.refund(await bank.paid_invoice(), 50_000)
    other = await bank.desk.refund(await bank.paid_invoice(), 60_000)
    real = settle_reports.settle_locked

    async def refusing(session: Any, payment: Any, refund: Any, *args: Any, **more: Any) -> None:
        if refund.id == stuck.refund_id:
            raise NotFound("rate", key="SEK")
        await real(session, payment, refund, *args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(settle_reports, "settle_locked", refusing)
        await bank.report(bank.debited(stuck.refund_id.hex, 50_000))
        await bank.report(bank.debited(other.refund_id.hex, 60_000))
    assert [bank.desk.row(one.refund_id)[0] for one in (stuck, other)] == ["PENDING", "SUCCEEDED"]

    assert await bank.settle() == 1
    assert bank.desk.row(stuck.refund_id)[0] == "SUCCEEDED"
    assert bank.desk.broken() == []


async def _nothing(**_: object) -> None:
    return None


async def test_a_refund_whose_file_the_bank_fetched_is_never_written_again(bank: Bank) -> None:
    done = await bank.desk.refund(await bank.paid_invoice(), 50_000)
    [file] = bank.outbox.glob("*.xml")
    file.unlink()

    for _ in range(3):
        await bank.desk.complete(after=timedelta(hours=2))

    assert list(bank.outbox.glob("*.xml")) == []
    assert bank.desk.row(done.refund_id)[:2] == ("PENDING", False)
    assert Outbox(bank.outbox).found(done.refund_id.hex) is not None


async def test_a_refund_waits_while_the_outbox_is_gone(bank: Bank) -> None:
    payment = await bank.paid_invoice()
    bank.outbox.rename(bank.outbox.with_name("moved"))
    done = await bank.desk.refund(payment, 50_000)
    assert bank.desk.row(done.refund_id)[:2] == ("PENDING", False)

    bank.outbox.mkdir()
    await bank.desk.complete()

    assert bank.orders == {done.refund_id.hex: 50_000}
