"""A refund and a return by bank, stopped at every place of ordering and of settling: sent once, booked once, undone whole."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import pytest

from procedures import (
    complete_refunds,
    complete_returns,
    refund_payment,
    return_transfer,
    settle_refund,
    settle_reports,
    settle_return,
)
from providers.refunding import RefundOrder
from tests.database import roomy_memory
from tests.refunds.bank_sweep import (
    Combination,
    Make,
    Moment,
    OrderedRefund,
    OrderedReturn,
    Window,
    combinations,
    tried,
)
from tests.refunds.desk import Desk

COMBINATIONS_MIN = 150


@pytest.fixture
async def window(desk: Desk) -> AsyncIterator[Window]:
    with TemporaryDirectory(dir=roomy_memory()) as folder:
        made = Window.over(Path(folder))
        desk.registry = made.registry
        yield made


@pytest.mark.timeout(200)
@pytest.mark.parametrize("make", [OrderedRefund.of, OrderedReturn.of], ids=["refund", "return"])
async def test_wherever_it_is_stopped_money_leaves_the_bank_once_and_is_booked_once(
    desk: Desk, window: Window, make: Make
) -> None:
    every = await combinations(make, desk, window)

    wrong = [one for combination in every for one in await tried(make, desk, window, combination)]

    assert wrong == []
    assert len(every) >= COMBINATIONS_MIN
    assert desk.broken() == []


def a_report_is_settled_without_its_lock(patch: pytest.MonkeyPatch) -> None:
    async def read(session: Any, table: Any, key: Any, *, what: str) -> Any:
        return await session.get_one(table, key)

    patch.setattr(settle_reports, "locked", read)
    patch.setattr(settle_refund, "locked", read)
    patch.setattr(settle_return, "locked", read)


def a_report_is_marked_in_a_transaction_of_its_own(patch: pytest.MonkeyPatch) -> None:
    real = settle_reports._judged

    async def marked(session: Any, report_id: Any, **facts: Any) -> Any:
        report = await real(session, report_id, **facts)
        await session.commit()
        return report

    patch.setattr(settle_reports, "_judged", marked)


def an_order_is_written_with_a_new_key_each_time(patch: pytest.MonkeyPatch) -> None:
    def renamed(order: RefundOrder) -> RefundOrder:
        return replace(order, key=uuid4().hex)

    for module in (refund_payment, complete_refunds, return_transfer, complete_returns):
        real = module.provider_order  # type: ignore[attr-defined]
        patch.setattr(module, "provider_order", lambda *of, real=real: renamed(real(*of)))


def what_comes_back_stays_in_the_inbox(patch: pytest.MonkeyPatch) -> None:
    async def left(*_: Any) -> bool:
        return True

    patch.setattr(settle_reports, "_brought_back", left)


@pytest.mark.parametrize(
    "mutant",
    [
        a_report_is_settled_without_its_lock,
        a_report_is_marked_in_a_transaction_of_its_own,
        an_order_is_written_with_a_new_key_each_time,
        what_comes_back_stays_in_the_inbox,
    ],
    ids=lambda mutant: mutant.__name__,
)
@pytest.mark.parametrize("make", [OrderedRefund.of, OrderedReturn.of], ids=["refund", "return"])
async def test_the_sweep_finds(
    desk: Desk,
    window: Window,
    monkeypatch: pytest.MonkeyPatch,
    make: Make,
    mutant: Callable[[pytest.MonkeyPatch], None],
) -> None:
    every = await combinations(make, desk, window)
    mutant(monkeypatch)

    found: list[str] = []
    for combination in _telling_first(every):
        try:
            found = await tried(make, desk, window, combination)
        except Exception as broke:  # noqa: BLE001 - the database refuses it: that is found, too
            found = [str(broke)]
        if found:
            break

    assert found, f"the sweep does not see {mutant.__name__}"


def _telling_first(every: list[Combination]) -> Iterator[Combination]:
    """A pause and a kill of each moment in turn, the latest first: the sweep need not be walked to its end."""
    kinds: dict[tuple[Moment, bool], list[Combination]] = {}
    for one in sorted(every, key=lambda one: -(one.stop or 0)):
        kinds.setdefault((one.moment, one.paused), []).append(one)
    for turn in zip_longest(*kinds.values()):
        yield from filter(None, turn)
