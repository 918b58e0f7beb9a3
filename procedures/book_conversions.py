"""Booking that a provider settles in another currency than the payer's: what was booked moves to where the money is.

Each leg on the clearing account and each line of the provider's moves once. A line whose amount in the payer's currency is not
the one that is booked moves nothing: the reconciliation shows both.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from billing.conversions import Held, converted
from billing.journals import MovementRef
from procedures.book_movements import BATCH, Lines
from procedures.books import Books, Order, sign
from storage.journals import post_many
from storage.movements import one_at_a_time
from storage.rates import every_rate

# The fee that came with a payment is a leg of the payment's own journal, in the payer's currency: the line of the fee that was
# taken off its charge takes its place, whatever its amount.
UNCONVERTED: Final = """
with told as (
    select * from provider_movement
     where provider = :provider and occurred_on between :first and :last and presented_currency is not null
       and (cast(:references as text[]) is null or reference = any(:references))),
settled as (
    select * from told where kind in ('CHARGE', 'REFUND', 'DISPUTE') and amount_cents <> 0
    union all
    select fee.* from told join provider_movement fee
        on (fee.provider, fee.reference, fee.kind) = (told.provider, told.reference, 'FEE')
     where told.kind = 'CHARGE' and fee.amount_cents < 0)
select distinct on (entry.id) entry.id as entry_id, entry.amount_cents as held_cents, entry.currency as held_currency,
       coalesce(undone.occurred_on, journal.occurred_on) as rated_on, payment.tenant_id, payment.id as payment_id,
       journal.refund_id, settled.id, settled.amount_cents as cents, settled.currency, settled.occurred_on, settled.provider,
       coalesce(settled.subject_reference, settled.reference) as reference
  from settled
  join payment on payment.provider = settled.provider and payment.provider_reference = any(settled.payment_references)
              and payment.bank_transfer_id is null
  join journal on journal.payment_id = payment.id and journal.book_id is null and journal.currency <> settled.currency
  left join journal undone on undone.id = journal.reverses_id
  left join refund on refund.id = journal.refund_id
  join accounting_entry entry on entry.journal_id = journal.id and entry.account = '1580'
 where not exists (select from journal done where done.subject_id = settled.id and done.kind = 'CONVERSION_IN')
   and not exists (select from journal done where done.subject_id = entry.id and done.kind = 'CONVERSION_OUT')
   and case settled.kind
       when 'FEE' then journal.kind = 'CHARGE' and entry.amount_cents < 0
       else (entry.amount_cents, entry.currency) = (settled.presented_cents, settled.presented_currency)
        and coalesce(undone.kind, journal.kind) = settled.kind
        and (undone.id is null) = (settled.kind = 'CHARGE' or settled.amount_cents < 0) end
   and case settled.kind
       when 'REFUND' then refund.provider_reference = any(settled.subject_reference || settled.subject_aliases)
                       or replace(refund.id::text, '-', '') = any(settled.subject_aliases)
       when 'DISPUTE' then coalesce(undone.provider_reference, journal.provider_reference) = settled.subject_reference
       else true end
 order by entry.id, settled.occurred_at, settled.id
 limit :batch"""


async def book_conversions(lines: Lines, told_by: tuple[str, UUID], *, order: Order, books: Books) -> int:
    """Move what these lines settle and nobody has moved yet, a batch a transaction; gives how many.

    `told_by`: as for `book_movements`.

    Raises: FxRateMissing.
    """
    booked = 0
    while True:
        async with books.transaction() as session:
            await one_at_a_time(session, lines.provider)
            batch = await _unconverted(session, lines)
            if not batch:
                return booked
            rates = await every_rate(session)
            await post_many(session, [p for row in batch for p in converted(_held(row), _settled(row), rates)], rates)
            details: dict[str, object] = {"provider": lines.provider, "converted": len(batch)}
            await sign(session, order.done("provider.movements_converted", *told_by, details))
        booked += len(batch)


async def _unconverted(session: AsyncSession, lines: Lines) -> Sequence[Row[Any]]:
    """What is to be moved, by which line; a line moves one leg."""
    within = {
        "provider": lines.provider, "first": lines.first, "last": lines.last, "batch": BATCH,
        "references": None if lines.references is None else list(lines.references),
    }  # fmt: skip
    found = (await session.execute(text(UNCONVERTED), within)).all()
    return list({row.id: row for row in reversed(found)}.values())


def _held(row: Row[Any]) -> Held:
    return Held(
        entry_id=row.entry_id,
        cents=row.held_cents,
        currency=row.held_currency,
        rated_on=row.rated_on,
        tenant_id=row.tenant_id,
        payment_id=row.payment_id,
        refund_id=row.refund_id,
    )


def _settled(row: Row[Any]) -> MovementRef:
    return MovementRef(
        id=row.id,
        cents=row.cents,
        currency=row.currency,
        occurred_on=row.occurred_on,
        provider=row.provider,
        reference=row.reference,
    )
