"""A plugin that raises, hangs, or lists what is none of a ledger's: its provider is not synced, and no other is hindered."""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from billing.money import Money
from procedures.sync_movements import ProviderUnavailable, sync, sync_due
from providers.ledger_lines import LedgerLine, LedgerLines, MovementKind
from providers.offer import Offer
from providers.refunding import NotExecuted
from providers.registry import Registry, _Plugin
from tests.books import NOW
from tests.logs import capturing
from tests.movements.counter import ORDER, PAID_AT, WEEK, Counter, Listing

LINE = LedgerLine(
    reference="tx_1", kind=MovementKind.ADJUSTMENT, amount=Money(100, "SEK"), occurred_at=PAID_AT, description="Reserve"
)


class NotListing:
    """A ledger whose `lines` is an ordinary function, which does this."""

    def __init__(self, does: Callable[[], Any]) -> None:
        self._does = does

    def lines(self, _start: datetime, _end: datetime, /) -> Any:
        return self._does()


class WithoutWindow:
    async def lines(self) -> Any:
        yield LINE


def registry(counter: Counter, ledger: LedgerLines) -> Registry:
    """The ledger's provider before the sandbox."""
    acme = Offer(name="acme", display_name="Acme", version="1", ledger=ledger)
    return Registry([_Plugin(name="acme", version="1", offer=acme), *counter.registry._plugins])


async def synced(counter: Counter, ledger: LedgerLines) -> Any:
    return await sync(
        "acme", WEEK, order=ORDER, books=counter.desk.books, registry=registry(counter, ledger), jobs=counter.desk.jobs
    )


def raising(error: BaseException) -> Callable[[], None]:
    def end() -> None:
        raise error

    return end


@pytest.mark.parametrize(
    ("ledger", "problem"),
    [
        (Listing(LINE, ending=raising(NotExecuted("Acme is closed."))), "Acme is closed."),
        (Listing(LINE, ending=raising(ZeroDivisionError("payer Anna"))), "Its plugin failed with ZeroDivisionError."),
        (Listing(LINE, ending=lambda: asyncio.sleep(60)), "Its plugin failed with TimeoutError."),
        (Listing(ending=raising(SystemExit(0))), "Its plugin failed with SystemExit."),
        (Listing(ending=raising(asyncio.CancelledError())), "Its plugin failed with CancelledError."),
        (NotListing(lambda: 1 // 0), "Its plugin failed with ZeroDivisionError."),
        (NotListing(lambda: sys.exit(0)), "Its plugin failed with SystemExit."),
        (NotListing(list), "Its plugin failed with TypeError."),
        (WithoutWindow(), "Its plugin failed with TypeError."),  # type: ignore[arg-type]
        (Listing("a line"), "What it lists is no line of a ledger."),
        (Listing(replace(LINE, occurred_at=PAID_AT.replace(tzinfo=None))), "What it lists is no line of a ledger."),
        (Listing(replace(LINE, kind="ADJUSTMENT")), "What it lists is no line of a ledger."),  # type: ignore[arg-type]
        (Listing(replace(LINE, amount=100)), "What it lists is no line of a ledger."),  # type: ignore[arg-type]
        (Listing(replace(LINE, reference=None)), "What it lists is no line of a ledger."),  # type: ignore[arg-type]
        (Listing(replace(LINE, payout_reference=7)), "What it lists is no line of a ledger."),  # type: ignore[arg-type]
        (Listing(replace(LINE, subject_aliases=None)), "What it lists is no line of a ledger."),  # type: ignore[arg-type]
        (Listing(replace(LINE, amount=Money(100, None))), "What it lists is no line of a ledger."),  # type: ignore[arg-type]
        (Listing(replace(LINE, amount=Money(100, "SE\0"))), "What it lists is no line of a ledger."),
        (Listing(replace(LINE, amount=Money(100, "\ud800"))), "What it lists is no line of a ledger."),
        (Listing(replace(LINE, occurred_at=datetime.max.replace(tzinfo=UTC))), "What it lists is no line of a ledger."),
        (Listing(replace(LINE, subject_reference=0)), "What it lists is no line of a ledger."),  # type: ignore[arg-type]
    ],
    ids=[
        "closed", "broken", "hanging", "leaving", "cancelled", "no generator", "leaving at once", "a list", "no window",
        "not a line", "naive", "misspelt", "no money", "nameless",
        "a number for a name", "no aliases", "no currency", "NUL for a currency", "half a character", "the end of time",
        "nothing for a name",
    ],
)  # fmt: skip
async def test_a_provider_whose_ledger_cannot_be_read_is_named_and_its_window_is_not_known(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, ledger: LedgerLines, problem: str
) -> None:
    monkeypatch.setattr("procedures.sync_movements.NEXT_SECONDS", 0.05)

    with capturing() as logged, pytest.raises(ProviderUnavailable) as raised:
        await synced(counter, ledger)

    assert raised.value.problem == problem
    assert "Anna" not in logged.text
    assert counter.one("select count(*) from provider_sync") == (0,)


@pytest.mark.parametrize(
    "failing",
    [Listing(ending=raising(ZeroDivisionError())), NotListing(lambda: 1 // 0)],
    ids=["while it lists", "before"],
)
async def test_one_that_fails_hinders_no_other_and_is_asked_again_the_next_time(
    counter: Counter, failing: LedgerLines
) -> None:
    counter.paid("sb_1", fee=1_900)
    broken = registry(counter, failing)
    sound = registry(counter, Listing(LINE))
    known = {"books": counter.desk.books, "jobs": counter.desk.jobs}

    assert await sync_due(at=NOW, registry=broken, **known) == 3
    assert await sync_due(at=NOW, registry=sound, **known) == 1
    assert counter.one("select count(*) from provider_sync") == (2,)


async def test_the_same_line_twice_in_one_answer_is_one(counter: Counter) -> None:
    answer = await synced(counter, Listing(LINE, LINE, replace(LINE, description="again")))

    assert (answer.lines, answer.new) == (3, 1)


async def test_texts_that_no_database_can_keep_are_kept_without_what_it_cannot(counter: Counter) -> None:
    odd = replace(LINE, description="Res\0erve \ud800", subject_aliases=("\0", "a\0b"))

    await synced(counter, Listing(odd))

    assert counter.one("select description, subject_aliases from provider_movement") == ("Reserve ?", ["ab"])


async def test_what_is_an_adjustment_or_of_no_known_kind_is_kept_and_not_booked(counter: Counter) -> None:
    unknown = replace(LINE, reference="tx_2", kind=MovementKind.UNCLASSIFIED)
    deposit = replace(LINE, reference="tx_3", kind=MovementKind.DEPOSIT)

    answer = await synced(counter, Listing(LINE, unknown, deposit))

    assert (answer.new, answer.booked) == (3, 0)
    assert counter.one("select count(*) from journal") == (0,)
