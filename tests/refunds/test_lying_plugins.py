"""A provider's plugin that answers nonsense to a refund: nobody knows what happened, nothing is booked, nothing is lost."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from providers.refunding import NotExecuted, PayerAccountNeeded, RefundOrder, RefundOutcome, RefundState
from tests.refunds.desk import Desk

SENT = RefundOutcome(state=RefundState.SUCCEEDED, provider_reference="re_1")


def odd(**values: Any) -> RefundOutcome:
    return RefundOutcome(**{"state": RefundState.SUCCEEDED, **values})


def answering(desk: Desk, monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    """The gateway carries orders out, and answers this."""
    carried_out = desk.gateway.refund

    async def refund(order: RefundOrder) -> Any:
        await carried_out(order)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    monkeypatch.setattr(desk.gateway, "refund", refund)


@pytest.mark.parametrize(
    "answer",
    [
        None, "SUCCEEDED", {"state": "SUCCEEDED"}, odd(state="SUCCEEDED"), odd(provider_reference=7), SystemExit(1),
        asyncio.CancelledError(), BaseException(),
    ],
    ids=[
        "nothing", "a word", "a mapping", "a misspelt state", "a number for a name", "an end of the process",
        "a cancellation of its own", "no exception of the usual kind",
    ],
)  # fmt: skip
async def test_an_answer_that_is_none_is_unknown_and_the_provider_is_asked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    answering(desk, monkeypatch, answer)
    done = await desk.refund(desk.paid(125_000), 50_000)

    assert desk.row(done.refund_id)[0] == "PENDING"
    assert desk.little.one("select pending_refund_cents from payment") == (50_000,)
    assert desk.little.balance("3001") == -100_000

    await desk.complete()

    assert desk.row(done.refund_id)[0] == "SUCCEEDED"
    assert len(desk.gateway.sent) == 1
    assert desk.broken() == []


@pytest.mark.parametrize(
    ("said", "status"), [(NotExecuted("busy\0"), "PENDING"), (PayerAccountNeeded("who\0"), "FAILED")]
)
async def test_what_it_says_is_kept_without_what_no_database_can_keep(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, said: Exception, status: str
) -> None:
    async def refund(_order: RefundOrder) -> Any:
        raise said

    monkeypatch.setattr(desk.gateway, "refund", refund)
    done = await desk.refund(desk.paid(125_000), 50_000)

    assert desk.row(done.refund_id)[0] == status
    [(notes,)] = desk.little.connection.execute("select string_agg(note, ' ') from refund_event").fetchall()
    assert str(said).removesuffix("\0") in notes


async def test_a_cancellation_that_was_asked_for_ends_the_call(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    called = asyncio.Event()

    async def refund(_order: RefundOrder) -> Any:
        called.set()
        await asyncio.sleep(60)

    monkeypatch.setattr(desk.gateway, "refund", refund)
    asking = asyncio.create_task(desk.refund(desk.paid(125_000), 50_000))
    await called.wait()
    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asking
    assert desk.little.one("select status, attempts, due_at is not null from refund") == ("PENDING", 1, True)


async def test_an_answer_to_the_look_up_that_is_none_is_unknown_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(desk, monkeypatch, None)
    done = await desk.refund(desk.paid(125_000), 50_000)

    async def find(_order: RefundOrder) -> Any:
        return odd(provider_reference=b"re_1")

    with monkeypatch.context() as patched:
        patched.setattr(desk.gateway, "find", find)
        await desk.complete()
        assert desk.row(done.refund_id)[:3] == ("PENDING", False, 2)
    await desk.complete(after=timedelta(hours=1))

    assert desk.row(done.refund_id)[0] == "SUCCEEDED"
    assert desk.broken() == []


async def test_texts_that_no_database_can_keep_are_kept_without_what_it_cannot(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(desk, monkeypatch, odd(provider_reference="re\0_1\ud800"))
    done = await desk.refund(desk.paid(125_000), 50_000)

    assert desk.row(done.refund_id)[0] == "SUCCEEDED"
    assert desk.little.one("select provider_reference from refund") == ("re_1?",)

    answering(desk, monkeypatch, RefundOutcome(state=RefundState.FAILED, failure_reason="No\0!"))
    await desk.refund(desk.paid(125_000), 50_000)

    assert desk.little.one("select failure_reason from refund where status = 'FAILED'") == ("No!",)
    assert desk.broken() == []
