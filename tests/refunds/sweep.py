"""The sweep: one refund stopped at each place under each fault, then a replay, a rival and the completer, and an audit."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from billing.refusals import Refusal
from procedures import refund_payment
from tests.refunds.crashing import Killed, StoppingJobs, Stops, stopping
from tests.refunds.desk import ACTOR, Desk
from tests.refunds.gateway import Fault

PAID, ASKED, RIVALS = 100_000, 60_000, 60_000
RIVAL = "rival@example.org"
FAULTS = (
    Fault.NONE, Fault.DROPPED, Fault.REPLY_LOST, Fault.LATE, Fault.CUT, Fault.ERROR_500, Fault.CONFLICT, Fault.THROTTLED,
    Fault.DECLINED, Fault.DUPLICATED,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """Stopped at the `stop`th place (None: never) by a kill or a pause, while the first call meets `fault`."""

    stop: int | None
    fault: Fault
    paused: bool = False

    def __str__(self) -> str:
        return f"{'pause' if self.paused else 'kill'} at {self.stop} with {self.fault.name}"


async def places(desk: Desk, fault: Fault) -> list[str]:
    """The places that a refund passes under a fault."""
    stops = Stops()
    await _first(desk, desk.paid(PAID), stops, fault)
    return stops.passed


async def combinations(desk: Desk, *, thorough: bool = False) -> list[Combination]:
    """Kills at every place, and pauses before every statement, without a fault; and under every fault, kills at what is
    done from the call on. `thorough`: at every place under every fault, readings and what comes before the call too."""
    found = []
    for fault in FAULTS:
        passed = await places(desk, fault)
        stops = list(range(len(passed)))
        if fault is Fault.NONE:
            found += [Combination(stop=i, fault=fault, paused=True) for i in stops if passed[i].startswith("before")]
        if fault is Fault.NONE and not thorough:  # a reading leaves nothing behind
            stops = [i for i in stops if "SELECT" not in passed[i]]
        elif not thorough:
            call = passed.index("before the call")
            stops = [i for i in stops if i >= call and "SELECT" not in passed[i]]
        found += [Combination(stop=i, fault=fault) for i in stops]
    await _drained(desk)
    return found


async def _drained(desk: Desk) -> None:
    """What counting left behind is finished before the counts begin."""
    desk.gateway.faults = []
    for _ in range(2):
        await desk.complete()


async def tried(desk: Desk, combination: Combination) -> list[str]:
    """Carry a combination out to its end; gives what is wrong then."""
    payment = desk.paid(PAID)
    desk.gateway.sent.clear()
    desk.gateway.amounts.clear()
    stops = Stops(at=combination.stop)
    wrong: list[str] = []
    if combination.paused:
        rival = _Rival(desk, payment)
        stops.pausing = rival.started
        wrong += await _first(desk, payment, stops, combination.fault)
        wrong += await rival.ended()
    else:
        wrong += await _first(desk, payment, stops, combination.fault)
    wrong += _unattended(desk, payment)
    desk.gateway.faults = []
    wrong += await _afterwards(desk, payment, combination)
    await _drained(desk)
    return [f"{combination}: {one}" for one in (*wrong, *_audited(desk, payment))]


class _Rival:
    """Somebody else who asks for more than is left, as soon as the first is paused; the first goes on meanwhile."""

    def __init__(self, desk: Desk, payment: UUID) -> None:
        self._desk, self._payment = desk, payment
        self._task: asyncio.Task[list[str]] | None = None

    async def started(self) -> None:
        self._task = asyncio.create_task(_ask(self._desk, self._payment, RIVALS, actor=RIVAL))
        await asyncio.wait([self._task], timeout=0.04)

    async def ended(self) -> list[str]:
        return [] if self._task is None else await self._task


async def _first(desk: Desk, payment: UUID, stops: Stops, fault: Fault) -> list[str]:
    """The refund that is stopped. Its token is kept for the replay."""
    request = await desk.request(payment, ASKED, notify_tenant=True)
    desk.gateway.faults = [fault]
    desk.gateway.around = stops.passing
    jobs = StoppingJobs(stops)

    async def run() -> list[str]:
        stops.watched = asyncio.current_task()
        try:
            await refund_payment.execute(
                request, order=desk.order(), books=desk.books, registry=desk.registry, jobs=jobs
            )
            await stops.passing("after the last commit")
        except Killed:
            return []
        except Refusal as refusal:
            return [] if stops.pausing else [f"the first was refused: {refusal}"]
        except Exception as error:  # noqa: BLE001 - whatever it is, it is wrong
            return [f"the first broke: {type(error).__name__}: {error}"]
        return []

    with stopping(desk.books.engine, stops):
        wrong = await asyncio.create_task(run())
    desk.gateway.around = None
    desk.replayed = request
    return wrong


async def _afterwards(desk: Desk, payment: UUID, combination: Combination) -> list[str]:
    """The first asks again with the same token, and a rival asks for what is not left."""
    return [
        *await _again(desk, payment),
        *(await _ask(desk, payment, RIVALS, actor=RIVAL) if combination.fault is not Fault.DECLINED else []),
    ]


async def _again(desk: Desk, payment: UUID) -> list[str]:
    before = _live(desk, payment)
    assert desk.replayed is not None
    try:
        done = await refund_payment.execute(
            desk.replayed, order=desk.order(), books=desk.books, registry=desk.registry, jobs=desk.jobs
        )
    except Refusal as refusal:
        return [] if not before else [f"the replay was refused: {refusal}"]
    except Exception as error:  # noqa: BLE001 - whatever it is, it is wrong
        return [f"the replay broke: {type(error).__name__}: {error}"]
    if before and (not done.replayed or done.refund_id not in before):
        return ["the replay made another refund"]
    return []


async def _ask(desk: Desk, payment: UUID, cents: int, *, actor: str) -> list[str]:
    try:
        request = await desk.request(payment, cents, actor=actor)
        await desk.execute(request, actor=actor)
    except Refusal:
        return []
    except Exception as error:  # noqa: BLE001 - whatever it is, it is wrong
        return [f"{actor} broke: {type(error).__name__}: {error}"]
    return []


def _live(desk: Desk, payment: UUID) -> list[UUID]:
    """The first's refunds that did not fail."""
    [keys] = desk.little.one(
        "select coalesce(array_agg(id), '{}') from refund where payment_id = %s and actor = %s and status <> 'FAILED'",
        payment, ACTOR,
    )  # fmt: skip
    return list(keys)


def _unattended(desk: Desk, payment: UUID) -> list[str]:
    """What was committed and waits has its job: nothing depends on what ran after the commit."""
    [count] = desk.little.one(
        "select count(*) from refund r where payment_id = %s and status = 'PENDING' and not exists (select from"
        " procrastinate_jobs j where j.task_name = 'complete_refunds' and j.scheduled_at = r.due_at)",
        payment,
    )
    [notices] = desk.little.one(
        "select count(*) from notice n join refund r on r.id = n.subject_id where r.payment_id = %s and not exists"
        " (select from procrastinate_jobs j where j.args ->> 'notice_id' = n.id::text)",
        payment,
    )
    return ["a commit without its job"] if count or notices else []


def _audited(desk: Desk, payment: UUID) -> Iterator[str]:
    """Books and gateway agree, and no more went back than was paid."""
    sent = sum(desk.gateway.amounts.values())
    succeeded, pending, refunds, notices, wanted = desk.little.one(
        """
        select coalesce(sum(amount_cents) filter (where status = 'SUCCEEDED'), 0)::bigint,
               count(*) filter (where status = 'PENDING'), count(*) filter (where status <> 'FAILED'),
               (select count(*) from notice n join refund k on k.id = n.subject_id where k.payment_id = %s),
               count(*) filter (where status = 'SUCCEEDED' and notify_tenant)
          from refund where payment_id = %s""",
        payment, payment,
    )  # fmt: skip
    [booked] = desk.little.one(
        "select coalesce(-sum(amount_cents), 0)::bigint from accounting_entry e join journal j on j.id = e.journal_id"
        " where j.payment_id = %s and e.account = '1580' and j.kind in ('REFUND', 'REVERSAL')",
        payment,
    )
    if not sent == succeeded == booked:
        yield f"the gateway sent {sent}, refunds say {succeeded}, the ledger says {booked}"
    if sent > PAID or refunds > 1:
        yield f"{refunds} refunds of {sent} in all for a payment of {PAID}"
    if pending:
        yield "a refund is pending for ever"
    if notices != wanted:
        yield f"{notices} notices instead of {wanted}"
