"""What was done about overdue invoices in the last two weeks, and what people took into their own hands."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from io import BytesIO
from typing import Any, Final
from uuid import UUID

import psycopg
from sqlalchemy import select, text

from billing.dunning import DEFAULT_STAGES, Action, Stage
from graphql_api.demo.bank_files import Transfer, bgmax
from procedures.books import Books, Order
from procedures.notify_tenant import notify_all
from procedures.override_dunning import follow, freeze
from procedures.receive_transfers import receive
from procedures.run_dunning import run_dunning
from providers.registry import Registry
from storage.dunning import DunningCase
from storage.engine import Database
from storage.invoices import Invoice

ASKED: Final = """
select i.ocr, i.outstanding_cents, t.name, replace(coalesce(t.bankgiro, ''), '-', '')
  from dunning_case c join invoice i on i.id = c.invoice_id join tenant t on t.id = i.tenant_id
 where c.acted_on <= %s and c.override_path is null and i.outstanding_cents > 0 and i.currency = 'SEK' and i.ocr is not null
 order by i.due_on desc, i.id limit 2"""
LEFT: Final = text("""
update notice set sent_at = :at, due_at = null, attempts = 1
 where due_at <= :at and kind <> 'REFUND'
   and not exists (select from dunning_action a join dunning_case c on c.id = a.case_id
                    where a.id = notice.subject_id and c.override_path = 'FREEZE')""")
PHONED: Final = (
    Stage(code="PHONE_CALL", days_after_due=60, action=Action.HAND_OVER),
    Stage(code="FINAL_NOTICE", days_after_due=90, action=Action.FINAL_NOTICE),
)


class Nowhere:
    """Takes the mails of a made-up past: they reach nobody."""

    async def hand_over(self, mail: EmailMessage, *, key: UUID) -> None:
        """Let it go."""


async def dun_before_payments(books: Books, *, now: datetime, actor: str) -> None:
    """Two weeks ago, when the payments of these weeks were not there yet. The oldest case was frozen before its letter left."""
    then = now - timedelta(days=15)
    await _run(books, then)
    order = Order(actor=actor, reason="The treasurer pays when she is back", at=then)
    for case in await _oldest(books, 1):
        until = books.day(now) + timedelta(days=14)
        await freeze(case, until=until, expected_version=1, order=order, books=books)
    await _send(books, then)


async def dun_after_payments(database: Database, books: Books, *, now: datetime, order: Order) -> None:
    """Last week, yesterday and today. One has paid and one nearly; the oldest of the others follows stages of its own."""
    with database.connect() as connection:
        _pay_late(connection, books=books, order=order)
    for days in (8, 1, 0):
        await _run(books, now - timedelta(days=days))
        await _send(books, now - timedelta(days=days))
    agreed = replace(order, reason="We phone this club first")
    for case in await _oldest(books, 1):
        await follow(case, stages=PHONED, expected_version=1, order=agreed, books=books)


def _pay_late(connection: psycopg.Connection[Any], *, books: Books, order: Order) -> None:
    """On a day without other payments, the youngest of those asked two weeks ago paid; the next left the check digit out."""
    today = books.day(order.at)
    asked = connection.execute(ASKED, [today - timedelta(days=15)]).fetchall()
    day = today - timedelta(days=9)
    late = [_payment(*one, on=day) for one in asked]
    late[1:] = [replace(one, reference=one.reference[:-1], is_ocr=False) for one in late[1:]]
    if not late:
        return
    receive(
        connection,
        BytesIO(bgmax(late)),
        file_name=f"{day}-bgmax.txt",
        registry=Registry.load(settings={}),
        provider=None,
        actor=order.actor,
        reason=order.reason,
        now=order.at,
        zone=books.zone,
    )


def _payment(ocr: str, cents: int, name: str, bankgiro: str, *, on: date) -> Transfer:
    return Transfer(cents=cents, currency="SEK", booked_on=on, reference=ocr, is_ocr=True, name=name, bankgiro=bankgiro)


async def _run(books: Books, at: datetime) -> None:
    await run_dunning(at=at, stages=DEFAULT_STAGES, issuers=("PLATFORM",), books=books)


async def _send(books: Books, at: datetime) -> None:
    """The letters have left, all at once: however many they are, no demo waits for them. Those of frozen cases are withdrawn."""
    async with books.transaction() as session:
        await session.execute(LEFT, {"at": at})
    await notify_all(at=at, books=books, postbox=Nowhere())


async def _oldest(books: Books, count: int) -> list[UUID]:
    """The cases whose invoices have been due for longest, of those that follow the usual stages."""
    unpaid = select(DunningCase.id).join(Invoice, Invoice.id == DunningCase.invoice_id)
    plain = (DunningCase.override_path.is_(None), DunningCase.waiting_because.is_(None))
    unpaid = unpaid.where(Invoice.outstanding_cents > 0, *plain).order_by(Invoice.due_on, DunningCase.id).limit(count)
    async with books.transaction() as session:
        return list(await session.scalars(unpaid))
