"""The sweep over a provider that settles later: ordering and settling a refund or a return by bank, stopped at each place.

The bank takes every file out of the outbox as soon as it is there, pays it once, and tells of it when it is asked to.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from uuid_utils.compat import uuid7

from billing.refusals import Refusal
from procedures import refund_payment
from procedures.complete_returns import complete_returns
from procedures.return_transfer import send_back
from procedures.settle_reports import settle_reports
from providers.bankgirot.payouts import Payouts
from providers.offer import Offer
from providers.refunding import NotExecuted, PayerAccount, RefundOrder, RefundOutcome
from providers.registry import Registry, _Plugin
from storage.jobs import Jobs
from tests.books import NOW, TODAY
from tests.providers.bank_orders import settings
from tests.refunds.crashing import Killed, StoppingJobs, Stops, stopping
from tests.refunds.desk import Desk

CENTS = 60_000
PAYER = PayerAccount(bankgiro="9912346", name="Björkens BK")
RIVAL = "rival@example.org"


class Fault(Enum):
    """What happens to one order on its way into the outbox."""

    NONE = "none"
    DROPPED = "it never gets there"
    NOT_WRITTEN = "the disk is full"
    REPLY_LOST = "put out, the process does not learn it"
    TORN = "put out and fetched, before it was remembered"


class Moment(Enum):
    """What is stopped."""

    ORDER = "the order"
    PAID = "settling its debit"
    REFUSED = "settling its refusal"
    BROUGHT_BACK = "settling its coming back"


CAME_BACK = """
select coalesce(sum(e.amount_cents), 0)::bigint
  from payout_report r join journal j on j.bank_transfer_id = r.bank_transfer_id
  join accounting_entry e on e.journal_id = j.id and e.account = '1930'
 where r.order_id = %s"""
REPORTS = {Moment.PAID: "PAID", Moment.REFUSED: "REJECTED", Moment.BROUGHT_BACK: "RETURNED"}


@dataclass(kw_only=True)
class Window:
    """The provider's payouts, with a bank that fetches and pays at once: `paid` is what it paid, by key."""

    payouts: Payouts
    folder: Path
    faults: list[Fault] = field(default_factory=list)
    paid: dict[str, bytes] = field(default_factory=dict)
    around: Callable[[str], Awaitable[None]] | None = None
    settles_immediately = False
    needs_payer_account = True
    key_ttl = Payouts.key_ttl

    @classmethod
    def over(cls, folder: Path) -> "Window":
        payouts = Payouts()
        prefix = "BILLING_BANKGIROT_"
        payouts.configure({name.removeprefix(prefix).lower(): value for name, value in settings(folder).items()})
        return cls(payouts=payouts, folder=folder)

    @property
    def registry(self) -> Registry:
        offer = Offer(name="bankgirot", display_name="Bank", version="1", refunds=self)
        return Registry([_Plugin(name="bankgirot", version="1", offer=offer)])

    async def refund(self, order: RefundOrder, /) -> RefundOutcome:
        await self._passing("before the call")
        fault = self.faults.pop(0) if self.faults else Fault.NONE
        if fault is Fault.DROPPED:
            raise TimeoutError
        if fault is Fault.NOT_WRITTEN:
            raise NotExecuted("The outbox cannot be written to: No space left on device.")
        outcome = await self.payouts.refund(order)
        self._fetch()
        if fault is Fault.TORN:
            (self.folder / "sent" / f"{order.key}.xml").unlink()
        await self._passing("after the call")
        if fault in (Fault.REPLY_LOST, Fault.TORN):
            raise TimeoutError
        return outcome

    async def find(self, order: RefundOrder, /) -> RefundOutcome | None:
        await self._passing("before the look-up")
        return await self.payouts.find(order)

    def _fetch(self) -> None:
        """The bank knows a message that it had before, and pays it once; it must be the very same."""
        for path in self.folder.glob("*.xml"):
            content = path.read_bytes()
            assert self.paid.setdefault(path.stem, content) == content
            path.unlink()

    async def _passing(self, where: str) -> None:
        if self.around is not None:
            await self.around(where)


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """Stopped at the `stop`th place of a moment by a kill or a pause, where the order meets `fault`."""

    moment: Moment
    stop: int | None
    fault: Fault = Fault.NONE
    paused: bool = False

    def __str__(self) -> str:
        return f"{'pause' if self.paused else 'kill'} at {self.stop} of {self.moment.value} with {self.fault.value}"


@dataclass(kw_only=True)
class Ordered:
    """One thing that is sent back, however often it is asked for. `subject`: its payment or transfer."""

    ORDERS: ClassVar[str]
    BOOKED: ClassVar[str]

    desk: Desk
    window: Window
    subject: UUID

    async def ask(self, jobs: Jobs, /, *, actor: str = "finance@example.org") -> None:
        raise NotImplementedError

    def order_id(self) -> UUID | None:
        """The order that did not fail, or the last one."""
        found = self.desk.little.one(self.ORDERS, self.subject)
        return None if found is None else UUID(str(found[0]))

    async def complete(self) -> None:
        await self.desk.complete()
        await complete_returns(at=self.desk.at, books=self.desk.books, registry=self.desk.registry)

    def wrong(self, *, left: int) -> Iterator[str]:
        """What is wrong in the end, where `left` cents must have left the account for good."""
        booked, waiting, pending = self.desk.little.one(self.BOOKED, *([self.subject] * 3))
        [came] = self.desk.little.one(CAME_BACK, self.order_id())
        booked -= came
        if booked != left:
            yield f"{booked} are booked out, {left} have left"
        if waiting:
            yield f"{waiting} orders still wait"
        if pending > 1:
            yield f"{pending} orders that did not fail"


@dataclass(kw_only=True)
class OrderedRefund(Ordered):
    """A refund of a payment by bank."""

    request: refund_payment.RefundRequest

    ORDERS = "select id from refund where payment_id = %s order by status = 'FAILED', id desc"
    BOOKED = """
    select (select coalesce(-sum(amount_cents), 0)::bigint from accounting_entry e join journal j on j.id = e.journal_id
             where j.payment_id = %s and e.account = '1930'),
           (select count(*) from refund where payment_id = %s and status = 'PENDING'),
           (select count(*) from refund where payment_id = %s and status <> 'FAILED')"""

    @classmethod
    async def of(cls, desk: Desk, window: Window) -> "OrderedRefund":
        payment = desk.paid(CENTS, provider="bankgirot", method="BANKGIRO")
        request = await desk.request(payment, CENTS, payer_account=PAYER)
        return cls(desk=desk, window=window, subject=payment, request=request)

    async def ask(self, jobs: Jobs, /, *, actor: str = "finance@example.org") -> None:
        await refund_payment.execute(
            self.request, order=self.desk.order(actor), books=self.desk.books, registry=self.desk.registry, jobs=jobs
        )


@dataclass(kw_only=True)
class OrderedReturn(Ordered):
    """A transfer on its way back to its payer."""

    ORDERS = "select id from transfer_return where bank_transfer_id = %s order by status = 'FAILED', id desc"
    BOOKED = """
    select (select coalesce(-sum(amount_cents), 0)::bigint from accounting_entry e join journal j on j.id = e.journal_id
             where j.bank_transfer_id = %s and e.account = '1930' and j.kind <> 'RECEIPT'),
           (select count(*) from transfer_return where bank_transfer_id = %s and status = 'PENDING'),
           (select count(*) from transfer_return where bank_transfer_id = %s and status <> 'FAILED')"""

    @classmethod
    async def of(cls, desk: Desk, window: Window) -> "OrderedReturn":
        return cls(desk=desk, window=window, subject=desk.little.transfer(CENTS))

    async def ask(self, _jobs: Jobs, /, *, actor: str = "finance@example.org") -> None:
        await send_back(
            self.subject, to=PAYER, order=self.desk.order(actor), books=self.desk.books, registry=self.desk.registry
        )


Make = Callable[[Desk, Window], Awaitable[Ordered]]


async def combinations(make: Make, desk: Desk, window: Window) -> list[Combination]:
    """Kills at every place of every moment and pauses before every statement of it; ordering also under each fault."""
    found = []
    for moment in Moment:
        for fault in Fault if moment is Moment.ORDER else (Fault.NONE,):
            stops = Stops()
            await _walk(make, desk, window, Combination(moment=moment, stop=None, fault=fault), stops)
            places = range(len(stops.passed))
            if fault is Fault.NONE:
                pauses = [place for place in places if stops.passed[place].startswith("before")]
                found += [Combination(moment=moment, stop=place, paused=True) for place in pauses]
            else:  # up to the call it is the same
                places = range(stops.passed.index("before the call"), len(places))
            kills = [
                place for place in places if "SELECT" not in stops.passed[place]
            ]  # a reading leaves nothing behind
            found += [Combination(moment=moment, stop=place, fault=fault) for place in kills]
    return found


async def tried(make: Make, desk: Desk, window: Window, combination: Combination) -> list[str]:
    """Carry a combination out to its end; gives what is wrong then."""
    return [f"{combination}: {one}" for one in await _walk(make, desk, window, combination, Stops(at=combination.stop))]


async def _walk(make: Make, desk: Desk, window: Window, combination: Combination, stops: Stops) -> list[str]:
    """Order, and settle what the bank tells, up to the moment that is stopped; then everybody tries again."""
    window.paid.clear()
    ordered, moment, jobs = await make(desk, window), combination.moment, StoppingJobs(stops)
    if moment is Moment.ORDER:
        window.faults, window.around = [combination.fault], stops.passing
        wrong = await _stopped(desk, stops, combination, lambda: ordered.ask(jobs), lambda: _refusable(ordered, RIVAL))
        window.faults, window.around = [], None
        wrong += await _refusable(ordered, "finance@example.org")
        await ordered.complete()
        await _tell(ordered, "PAID")
        await _settle(desk)
        return [*wrong, *ordered.wrong(left=CENTS), *_paid_once(window)]
    await ordered.ask(Jobs())
    if moment is Moment.BROUGHT_BACK:
        await _tell(ordered, "PAID")
        await _settle(desk)
    await _tell(ordered, REPORTS[moment])
    wrong = await _stopped(desk, stops, combination, lambda: _settle(desk, jobs), lambda: _settled_by_a_rival(desk))
    await _settle(desk)
    return [*wrong, *ordered.wrong(left=CENTS if moment is Moment.PAID else 0)]


async def _stopped(
    desk: Desk,
    stops: Stops,
    combination: Combination,
    work: Callable[[], Awaitable[object]],
    rival: Callable[[], Awaitable[list[str]]],
) -> list[str]:
    """Do the work, stopped as the combination says; a rival gets to work where it is paused."""
    rivals: list[asyncio.Task[list[str]]] = []

    async def let_the_rival_work() -> None:
        rivals.append(asyncio.ensure_future(rival()))
        await asyncio.wait(rivals, timeout=0.02)

    async def run() -> list[str]:
        stops.watched = asyncio.current_task()
        try:
            await work()
            await stops.passing("after the last commit")
        except Killed:
            return []
        except Refusal as refusal:
            return [] if combination.paused else [f"it was refused: {refusal}"]
        return []

    stops.pausing = let_the_rival_work if combination.paused else None
    with stopping(desk.books.engine, stops):
        wrong = await asyncio.create_task(run())
    return wrong + [one for task in rivals for one in await task]


async def _refusable(ordered: Ordered, actor: str) -> list[str]:
    """Somebody asks for the same; that it is refused is right."""
    with suppress(Refusal):
        await ordered.ask(Jobs(), actor=actor)
    return []


async def _settled_by_a_rival(desk: Desk) -> list[str]:
    await _settle(desk)
    return []


async def _settle(desk: Desk, jobs: Jobs | None = None) -> None:
    await settle_reports(at=desk.at, books=desk.books, jobs=jobs or desk.jobs)


async def _tell(ordered: Ordered, kind: str) -> None:
    """What the transaction of a bank's file writes down."""
    little, order_id = ordered.desk.little, ordered.order_id()
    transfer = little.transfer(CENTS, booked_on=TODAY) if kind == "RETURNED" else None
    file_id = uuid7()
    little._insert(
        "bank_file", id=file_id, provider="bankgirot", format="pain.002.001.03", file_name="report.xml", imported_at=NOW,
        sha256=file_id.hex, imported_by="cli:test", transfer_count=0, matched_count=0, unmatched_count=0, warnings=[],
    )  # fmt: skip
    moved: dict[str, Any] = {} if kind == "REJECTED" else {"amount_cents": CENTS, "currency": "SEK", "booked_on": TODAY}
    little._insert(
        "payout_report", id=uuid7(), bank_file_id=file_id, order_id=order_id, kind=kind, reference="D1", said="Said.",
        bank_transfer_id=transfer, **moved,
    )  # fmt: skip


def _paid_once(window: Window) -> list[str]:
    return [] if len(window.paid) == 1 else [f"the bank paid {len(window.paid)} orders"]
