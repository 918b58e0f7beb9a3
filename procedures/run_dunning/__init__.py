"""Run dunning: open and close cases, and take the stages that are due, at most one a case and day.

What is due stands in the cases. Any number of workers run at the same time, and as often as they like; each batch of cases
is one transaction, so that a stage is taken once, with its mail or pause, wherever a process dies.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from billing.dunning import Stage
from procedures.books import Books, Order
from procedures.run_dunning.keeping import keep_cases
from procedures.run_dunning.likely import likely_payments
from procedures.run_dunning.pausing import end_pauses
from procedures.run_dunning.stepping import due_cases, step
from procedures.stopping import Stopped, never, until

ACTOR: Final = "system:dunning"
REASON: Final = "The invoice is overdue"
PAID: Final = "The invoice is settled"
BATCH: Final = 500


async def run_dunning(
    *, at: datetime, stages: Sequence[Stage], issuers: Sequence[str], books: Books, stopped: Stopped = never
) -> int:
    """Do all that is due on the business day of `at`; gives how many stages were taken.

    `stages`: what new cases follow; with none of them no case is opened. `issuers`: whose invoices are dunned.
    """
    order, today, taken = Order(actor=ACTOR, reason=REASON, at=at), books.day(at), 0
    await keep_cases(stages=stages, issuers=issuers, today=today, order=order, books=books)
    async with books.transaction() as session:
        due = list(await session.scalars(due_cases(today)))
    likely = await likely_payments(books) if due else {}
    apart: list[UUID] = []
    for start in until(stopped, range(0, len(due), BATCH)):
        keys = due[start : start + BATCH]
        stepped = await step(keys, likely=likely, pausing=False, order=order, books=books)
        taken += stepped.taken
        apart += stepped.apart
    for key in until(stopped, apart):
        taken += (await step([key], likely=likely, pausing=True, order=order, books=books)).taken
    return taken


async def end_dunning_pauses(*, at: datetime, books: Books, stopped: Stopped = never) -> int:
    """Resume the subscriptions that dunning paused and whose invoice is settled; gives how many."""
    return await end_pauses(order=Order(actor=ACTOR, reason=PAID, at=at), books=books, stopped=stopped)
