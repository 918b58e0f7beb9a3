"""Opening, closing and thawing cases: one statement each, however many there are."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

import orjson
from sqlalchemy import text

from billing.dunning import Stage
from procedures.books import Books, Order
from storage.audit import Done, record_all

ONE_AT_A_TIME: Final = 0x6475_6E6E  # the advisory lock's key
ALONE: Final = text("select pg_try_advisory_xact_lock(:key)")

OPEN: Final = text("""
insert into dunning_case (invoice_id, opened_on, default_stages, next_action_on)
select i.id, :today, cast(:stages as jsonb), i.due_on + :days
  from invoice i
 where i.outstanding_cents > 0 and i.due_on < :today and i.issuer_type = any(cast(:issuers as text[]))
   and not exists (select from dunning_case c where c.invoice_id = i.id)
on conflict (invoice_id) do nothing""")

# Rows that somebody works on are left for the next time: whoever opens and closes never waits, and never blocks.
CLOSE: Final = text("""
update dunning_case set closed_on = :today, waiting_because = null
 where id in (select c.id from dunning_case c join invoice i on i.id = c.invoice_id
               where c.closed_on is null and i.outstanding_cents = 0 for update of c skip locked)""")
REOPEN: Final = text("""
update dunning_case set closed_on = null
 where id in (select c.id from dunning_case c join invoice i on i.id = c.invoice_id
               where c.closed_on is not null and i.outstanding_cents > 0 and i.due_on < :today for update of c skip locked)""")
THAW: Final = text("""
update dunning_case
   set override_path = case when override_custom_stages is not null then 'CUSTOM' end, override_until = null,
       override_reason = null, version = version + 1
 where id in (select id from dunning_case
               where override_path = 'FREEZE' and override_until <= :today and closed_on is null for update skip locked)
returning id, version""")


async def keep_cases(
    *, stages: Sequence[Stage], issuers: Sequence[str], today: date, order: Order, books: Books
) -> None:
    """Close what is settled, reopen what no longer is, end freezes that are over, open a case for what is overdue.

    One worker at a time; another one that comes meanwhile has nothing to do. Without `stages` no case is opened.
    """
    async with books.transaction() as session:
        if not (await session.execute(ALONE, {"key": ONE_AT_A_TIME})).scalar_one():
            return
        await session.execute(CLOSE, {"today": today})
        await session.execute(REOPEN, {"today": today})
        thawed = (await session.execute(THAW, {"today": today})).all()
        if stages:
            await session.execute(OPEN, _opening(stages, issuers, today))
        await record_all(session, [_thawed(case_id, version, order) for case_id, version in thawed])


def _opening(stages: Sequence[Stage], issuers: Sequence[str], today: date) -> dict[str, object]:
    return {
        "today": today,
        "stages": orjson.dumps([stage.kept() for stage in stages]).decode(),
        "days": stages[0].days_after_due,
        "issuers": list(issuers),
    }


def _thawed(case_id: UUID, version: int, order: Order) -> Done:
    return order.done("dunning.freeze_ended", "dunning_case", case_id, {"version": [version - 1, version]})
