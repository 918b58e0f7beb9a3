"""Five calls about a payment, made in given orders and three times each, and the state in which that leaves the books."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from procedures.take_in_event import receive_event, take_in_events
from providers.webhooks import Event
from tests.books import NOW
from tests.movements.counter import PAID_AT, Counter

DAY = timedelta(days=1)
State = tuple[str, int, str, str]
THE_STATE: State = (
    "PARTIALLY_REFUNDED", 20_002, "CHARGE DISPUTE REFUND REFUND REVERSAL", "1510 0, 1580 79998, 2611 -16000, 3001 -63998",
)  # fmt: skip


async def tried(counter: Counter, orders: Sequence[Sequence[int]]) -> set[State]:
    """The states in which these orders of the five calls end, each for a payment of its own.

    A call is made twice before it is looked after, and the first one again when everything has been booked.
    """
    made = [happened(counter, f"sb_{number}") for number in range(len(orders))]
    for (_, events), order in zip(made, orders, strict=True):
        for place, which in enumerate(order):
            at = NOW + timedelta(seconds=place)
            assert [await received(counter, events[which], at) for _ in range(2)] == [True, False]
    await all_taken_in(counter)
    for _, events in made:
        assert [await received(counter, event, NOW + DAY) for event in events] == [False] * len(events)
    await all_taken_in(counter)
    return {state(counter, payment) for payment, _ in made}


def happened(counter: Counter, reference: str) -> tuple[UUID, Sequence[Event]]:
    """A payment that is pending here; there it succeeded, was refunded twice in part, disputed, and the dispute won."""
    gateway = counter.gateway
    payment = counter.paid(reference, 100_000, fee=1_900, outcome="PENDING")
    refunds = [
        gateway.refund(key=f"{reference} {n}", payment=reference, cents=10_001, currency="SEK") for n in range(2)
    ]
    dispute = gateway.dispute(reference, fee_cents=15_000, at=PAID_AT + timedelta(hours=30))
    gateway.win(dispute, at=PAID_AT + timedelta(hours=40))
    subjects = [("payment", reference), *(("refund", made.id) for made in refunds), *[("dispute", dispute)] * 2]
    return payment, [
        Event(id=f"{reference}-{n}", kind=kind, subject=subject) for n, (kind, subject) in enumerate(subjects)
    ]


async def received(counter: Counter, event: Event, at: datetime) -> bool:
    return await receive_event("sandbox", event, at=at, books=counter.desk.books, jobs=counter.desk.jobs)


async def all_taken_in(counter: Counter) -> None:
    """Look after the calls for a day, as often as they ask for it."""
    while (due := counter.one("select min(due_at) from provider_event where due_at < %s", NOW + DAY)[0]) is not None:
        await take_in_events(at=due, books=counter.desk.books, registry=counter.registry, jobs=counter.desk.jobs)


def state(counter: Counter, payment: UUID) -> tuple[str, int, str, str]:
    """The payment's status and what was refunded of it, the kinds of its journals, and what they leave on the accounts of
    its invoice."""
    status, refunded = counter.one("select status, refunded_cents from payment where id = %s", payment)
    [kinds] = counter.one(
        "select string_agg(kind, ' ' order by kind) from journal where payment_id = %s and kind <> 'FEE'", payment
    )
    [balances] = counter.one(
        "select string_agg(format('%%s %%s', account, cents), ', ' order by account)"
        "  from (select e.account, sum(e.amount_cents) as cents"
        "          from journal j join accounting_entry e on e.journal_id = j.id"
        "         where j.invoice_id = (select invoice_id from payment where id = %s) group by e.account"
        "        having sum(e.amount_cents) <> 0 or e.account = '1510') sums",
        payment,
    )
    return status, refunded, kinds, balances
