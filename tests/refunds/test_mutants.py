"""The sweep is worth something: each way of getting refunds wrong that has cost others money is found by it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import zip_longest
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from procedures import complete_refunds, refund_call, refund_payment, settle_refund
from procedures.refund_call import Attempt
from procedures.settle_refund import Unknown
from providers.plugin_code import PluginFailed
from providers.refunding import RefundOrder, RefundOutcome, RefundState
from storage.jobs import Jobs
from storage.payments import Payment
from storage.refunds import Refund
from tests.refunds.crashing import StoppingJobs
from tests.refunds.desk import Desk
from tests.refunds.gateway import Fault
from tests.refunds.sweep import Combination, combinations, tried

Patch = pytest.MonkeyPatch
Owner = psycopg.Connection[Any]
STRIDE = 5


def a_new_key_per_try(patch: Patch, owner: Owner) -> None:
    real = refund_call.provider_order

    def renamed(payment: Payment, refund: Refund) -> RefundOrder:
        order = real(payment, refund)
        return RefundOrder(
            key=uuid4().hex,
            payment_reference=order.payment_reference,
            amount=order.amount,
            reason=order.reason,
            ordered_at=order.ordered_at,
        )

    patch.setattr(refund_payment, "provider_order", renamed)
    patch.setattr(complete_refunds, "provider_order", renamed)


def a_time_out_read_as_failure(patch: Patch, owner: Owner) -> None:
    def failed(_this: Attempt, error: PluginFailed, *, key_ttl: timedelta) -> RefundOutcome:
        return RefundOutcome(state=RefundState.FAILED, failure_reason=str(error))

    patch.setattr(refund_call, "unknown", failed)


def no_lock(patch: Patch, owner: Owner) -> None:
    async def read(session: Any, table: Any, key: Any, *, what: str) -> Any:
        return await session.get_one(table, key)

    patch.setattr(refund_payment, "locked", read)
    patch.setattr(settle_refund, "locked", read)


def no_unique_key(patch: Patch, owner: Owner) -> None:
    async def never(*_: Any, **__: Any) -> None:
        return None

    owner.execute("drop index refund_once_key")
    patch.setattr(refund_payment, "earlier_refund", never)


def the_amount_freed_on_unknown(patch: Patch, owner: Owner) -> None:
    async def freed(session: Any, refund: Refund, learnt: Unknown, order: Any, jobs: Jobs) -> None:
        refund.status, refund.due_at = "FAILED", None

    patch.setattr(settle_refund, "_wait", freed)


def the_job_deferred_after_the_commit(patch: Patch, owner: Owner) -> None:
    """The procedure's own process does it, when everything else is done."""
    real, later = Jobs.defer, []

    async def remembered(self: StoppingJobs, session: Any, name: str, **arguments: Any) -> None:
        later.append((name, arguments))

    execute = refund_payment.execute

    async def then_deferred(*args: Any, books: Any, jobs: Jobs, **more: Any) -> Any:
        later.clear()
        done = await execute(*args, books=books, jobs=jobs, **more)
        async with books.transaction() as session:
            for name, arguments in later:
                await real(jobs, session, name, **arguments)
        return done

    patch.setattr(StoppingJobs, "defer", remembered)
    patch.setattr(refund_payment, "execute", then_deferred)


MUTANTS: list[Callable[[Patch, Owner], None]] = [
    a_new_key_per_try, a_time_out_read_as_failure, no_lock, no_unique_key, the_amount_freed_on_unknown,
    the_job_deferred_after_the_commit,
]  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
async def test_the_sweep_finds(
    desk: Desk, owner: Owner, monkeypatch: pytest.MonkeyPatch, mutant: Callable[[Patch, Owner], None]
) -> None:
    every = await combinations(desk)
    mutant(monkeypatch, owner)

    found = []
    for combination in _telling_first(every):
        found = await tried(desk, combination)
        if found:
            break

    assert found, f"the sweep does not see {mutant.__name__}"


def _telling_first(every: list[Combination]) -> Iterator[Combination]:
    """A pause, a kill under a fault and a plain kill in turn: the sweep needs not be walked to its end."""
    pauses = [one for one in every if one.paused]
    faulted = [one for one in every if one.fault not in (Fault.NONE, Fault.DUPLICATED)]
    plain = [one for one in every if not one.paused and one.fault in (Fault.NONE, Fault.DUPLICATED)]
    for turn in zip_longest(*map(_far_apart, (pauses, faulted, plain))):
        yield from filter(None, turn)


def _far_apart(kind: list[Combination]) -> list[Combination]:
    """The latest first, and then one that is not its neighbour: neighbours mostly tell the same."""
    latest_first = sorted(kind, key=lambda one: -(one.stop or 0))
    return [one for start in range(STRIDE) for one in latest_first[start::STRIDE]]
