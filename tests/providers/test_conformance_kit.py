"""The kit finds what it is there to find: the sandbox, spoilt in one way after the other, fails by name."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from _pytest.outcomes import Failed, Skipped
from sandbox_provider.calls import SandboxWebhooks, signed
from sandbox_provider.gateway import Gateway
from sandbox_provider.ledger import SandboxLedger
from sandbox_provider.plugin import SandboxRefunds

from providers import Event, LedgerLine, Money, RefundOrder, RefundOutcome, RefundState
from providers.conformance import ProviderConformance, Trial
from tests.providers.bank_files import Paid, PaidIn, bgmax, camt054

BEHAVIOURS = [name for name in dir(ProviderConformance) if name.startswith("test_")]


@pytest.fixture
def suite(tmp_path: Path) -> ProviderConformance:
    """The kit on a sandbox in a file of its own."""
    file = str(tmp_path / "gateway.jsonl")
    gateway = Gateway()
    gateway.configure(file=file)

    async def payment(amount: Money) -> str:
        return gateway.charge(amount.cents, amount.currency, fee_cents=175)

    async def decline() -> tuple[str, Money]:
        return gateway.charge(10_000, "EUR"), Money(402, "EUR")

    def sign(body: bytes, at: datetime) -> Mapping[str, str]:
        return signed("secret", body, str(int(at.timestamp())))

    def refund_call(refund: str) -> bytes:
        return json.dumps({"id": uuid4().hex, "kind": "refund", "subject": refund}).encode()

    class Suite(ProviderConformance):
        @asynccontextmanager
        async def trial(self) -> AsyncIterator[Trial]:
            yield Trial(
                provider="sandbox",
                settings={"BILLING_SANDBOX_FILE": file, "BILLING_SANDBOX_WEBHOOK_SECRET": "secret"},
                payment=payment,
                decline=decline,
                sign=sign,
                refund_call=refund_call,
            )

    return Suite()


def failed(suite: ProviderConformance) -> set[str]:
    """The behaviours that it does not show."""
    found = set()
    for name in BEHAVIOURS:
        try:
            getattr(suite, name)()
        except Skipped:
            assert "bank" in name or "file" in name or "deposit" in name, name
        except (Exception, Failed):  # noqa: BLE001 - whatever a spoilt plugin comes to
            found.add(name.removeprefix("test_"))
    return found


def test_the_kit_knows_thirty_behaviours() -> None:
    assert len(BEHAVIOURS) >= 30


class TestBankgirot(ProviderConformance):
    @asynccontextmanager
    async def trial(self) -> AsyncIterator[Trial]:
        deposits = [PaidIn(payments=[Paid(cents=100), Paid(cents=250)]), PaidIn(payments=[Paid(cents=300)], serial=2)]
        yield Trial(provider="bankgirot", settlement_file=bgmax(*deposits))


class TestBankgirotCamt(TestBankgirot):
    @asynccontextmanager
    async def trial(self) -> AsyncIterator[Trial]:
        yield Trial(provider="bankgirot", settlement_file=camt054(PaidIn(payments=[Paid(cents=100), Paid(cents=250)])))


def test_the_sandbox_shows_all_of_them(suite: ProviderConformance) -> None:
    assert failed(suite) == set()


# ---------------------------------------------------------------- spoilt in one way each

REFUND, FIND, LINES, VERIFY = SandboxRefunds.refund, SandboxRefunds.find, SandboxLedger.lines, SandboxWebhooks.verify


async def with_a_new_key_each_time(self: SandboxRefunds, order: RefundOrder, /) -> RefundOutcome:
    return await REFUND(self, replace(order, key=uuid4().hex))


async def pending_though_it_is_settled(self: SandboxRefunds, order: RefundOrder, /) -> RefundOutcome:
    outcome = await REFUND(self, order)
    return replace(outcome, state=RefundState.PENDING) if outcome.state is RefundState.SUCCEEDED else outcome


async def declines_without_a_reason(self: SandboxRefunds, order: RefundOrder, /) -> RefundOutcome:
    return replace(await REFUND(self, order), failure_reason=None)


async def takes_the_key_for_the_amount_too(self: SandboxRefunds, order: RefundOrder, /) -> RefundOutcome:
    return await REFUND(self, replace(order, key=f"{order.key}-{order.amount.cents}"))


async def finds_by_payment(self: SandboxRefunds, order: RefundOrder, /) -> RefundOutcome | None:
    return await FIND(self, order) or RefundOutcome(state=RefundState.SUCCEEDED, provider_reference="another")


async def finds_nothing(self: SandboxRefunds, order: RefundOrder, /) -> RefundOutcome | None:
    return None


def spoils_lines(spoil: Callable[[list[LedgerLine]], list[LedgerLine]]) -> Callable[..., AsyncIterator[LedgerLine]]:
    async def lines(self: SandboxLedger, start: datetime, end: datetime, /) -> AsyncIterator[LedgerLine]:
        for line in spoil([line async for line in LINES(self, start, end)]):
            yield line

    return lines


async def window_closed_at_both_ends(
    self: SandboxLedger, start: datetime, end: datetime, /
) -> AsyncIterator[LedgerLine]:
    async for line in LINES(self, start, end + timedelta(microseconds=1)):
        yield line


def trusts_everybody(self: SandboxWebhooks, headers: Mapping[str, str], body: bytes, /, *, now: datetime) -> Event:
    said = json.loads(body)
    return Event(id=said["id"], kind=said["kind"], subject=said["subject"])


def takes_calls_from_the_future(
    self: SandboxWebhooks, headers: Mapping[str, str], body: bytes, /, *, now: datetime
) -> Event:
    stamp = int({k.lower(): v for k, v in headers.items()}.get("sandbox-signature", "0").partition(".")[0] or 0)
    return VERIFY(self, headers, body, now=max(now, datetime.fromtimestamp(min(stamp, 2**31), now.tzinfo)))


def names_calls_anew(self: SandboxWebhooks, headers: Mapping[str, str], body: bytes, /, *, now: datetime) -> Event:
    return replace(VERIFY(self, headers, body, now=now), id=uuid4().hex)


def lets_json_errors_out(self: SandboxWebhooks, headers: Mapping[str, str], body: bytes, /, *, now: datetime) -> Event:
    json.loads(body)
    return VERIFY(self, headers, body, now=now)


async def tells_nothing(self: SandboxWebhooks, event: Event, /) -> tuple[()]:
    return ()


MUTANTS: list[tuple[type, str, Any, str]] = [
    (SandboxRefunds, "refund", with_a_new_key_each_time, "a_key_sends_money_once_however_often_it_is_repeated"),
    (SandboxRefunds, "refund", with_a_new_key_each_time, "an_order_is_found_by_its_key"),
    (SandboxRefunds, "refund", pending_though_it_is_settled, "a_refund_succeeds_at_once_or_is_pending_first_as_it_was_announced"),
    (SandboxRefunds, "refund", declines_without_a_reason, "a_decline_is_told_with_its_reason"),
    (SandboxRefunds, "refund", takes_the_key_for_the_amount_too, "a_key_that_comes_again_with_another_amount_sends_nothing"),
    (SandboxRefunds, "find", finds_by_payment, "an_order_that_was_never_sent_is_not_found"),
    (SandboxRefunds, "find", finds_by_payment, "what_was_declined_is_not_found_as_anything_else"),
    (SandboxRefunds, "find", finds_nothing, "an_order_is_found_by_its_key"),
    (SandboxRefunds, "key_ttl", timedelta(minutes=1), "keys_are_kept_for_an_hour_at_least"),
    (Gateway, "_refuse", lambda *_: None, "more_than_was_paid_is_declined_and_moves_nothing"),
    (Gateway, "_refuse", lambda *_: None, "parts_add_up_to_the_whole_and_not_beyond"),
    (SandboxLedger, "lines", spoils_lines(lambda lines: lines[:3]), "all_pages_are_listed"),
    (SandboxLedger, "lines", spoils_lines(lambda lines: lines * 2), "a_line_is_told_from_every_other_by_its_reference_and_kind"),
    (SandboxLedger, "lines", spoils_lines(lambda lines: [replace(line, amount=-line.amount) for line in lines]), "a_payment_and_its_refund_are_each_listed_once_and_signed_from_our_side"),
    (SandboxLedger, "lines", spoils_lines(lambda lines: [replace(line, occurred_at=line.occurred_at.replace(tzinfo=None)) for line in lines]), "instants_say_their_offset"),
    (SandboxLedger, "lines", spoils_lines(lambda lines: [replace(line, subject_aliases=()) for line in lines]), "a_refund_says_by_its_order_that_it_is_ours_and_which_payment_it_gives_back"),
    (SandboxLedger, "lines", spoils_lines(lambda lines: [replace(line, payment_references=()) for line in lines]), "a_refund_says_by_its_order_that_it_is_ours_and_which_payment_it_gives_back"),
    (SandboxLedger, "lines", window_closed_at_both_ends, "windows_that_follow_one_another_share_no_line_and_lose_none"),
    (SandboxWebhooks, "verify", trusts_everybody, "a_call_whose_bytes_were_changed_is_refused"),
    (SandboxWebhooks, "verify", trusts_everybody, "a_call_without_a_whole_signature_is_refused"),
    (SandboxWebhooks, "verify", takes_calls_from_the_future, "a_call_is_good_for_five_minutes_before_and_after_its_instant"),
    (SandboxWebhooks, "verify", names_calls_anew, "a_genuine_call_is_taken_and_named_the_same_each_time_it_comes"),
    (SandboxWebhooks, "verify", lets_json_errors_out, "a_signed_call_that_is_no_event_is_refused"),
    (SandboxWebhooks, "facts", tells_nothing, "the_facts_of_a_refund_are_what_the_provider_says_by_now"),
]  # fmt: skip


@pytest.mark.parametrize(("owner", "name", "spoilt", "behaviour"), MUTANTS)
def test_a_plugin_that_is_spoilt_fails_the_behaviour_that_it_lacks(  # noqa: PLR0917 - one row of the table
    suite: ProviderConformance, monkeypatch: pytest.MonkeyPatch, owner: type, name: str, spoilt: Any, behaviour: str
) -> None:
    monkeypatch.setattr(owner, name, spoilt)
    with pytest.raises((Exception, Failed)):
        getattr(suite, f"test_{behaviour}")()
