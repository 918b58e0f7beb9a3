"""Payouts that were on the bank account before their line was known: their transfers leave the inbox.

What is told of a payout is judged as when the file arrives (`receive_transfers/gateway_payouts.py`); the order in which the bank
and the provider report makes no difference. A transfer that a person has assigned, parked or sent back stays as it is.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing.journals import MovementRef, payout_arrived, reversal
from procedures.books import Books, Order, sign
from procedures.receive_transfers.gateway_payouts import ArrivedPayout, paired
from procedures.rows import locked, posted
from storage.accounting import Journal
from storage.journals import post
from storage.movements import one_at_a_time
from storage.rates import rates_for
from storage.transfers import BankTransfer

WAITING: Final = """
select dense_rank() over (order by t.booked_on, t.id) as place, t.booked_on,
       concat_ws(' ', t.counterparty_name, t.message, said.text) as text, m.id as movement_id, m.provider,
       coalesce(m.payout_reference, m.subject_reference, m.reference) as payout, m.occurred_on, t.amount_cents as cents,
       t.currency, t.id as transfer_id
  from provider_movement m
  join bank_transfer t on t.status = 'UNMATCHED' and (t.amount_cents, t.currency) = (-m.amount_cents, m.currency)
                      and t.booked_on between m.occurred_on - 1 and m.occurred_on + 14
  cross join lateral (select string_agg(ref->>'text', ' ') as text from jsonb_array_elements(t.refs) ref) said
 where m.provider = :provider and m.kind = 'PAYOUT' and m.amount_cents < 0
   and exists (select from journal j where j.subject_id = m.id and j.kind = 'PAYOUT')
   and not exists (select from journal j where j.subject_id = m.id and j.kind = 'PAYOUT_ARRIVAL')
   and not exists (select from provider_movement back
                    where back.provider = m.provider and back.kind = 'PAYOUT' and back.amount_cents > 0
                      and back.subject_reference = m.subject_reference)
 order by t.booked_on, t.id, m.occurred_on, m.id"""


async def take_in_arrivals(provider: str, *, order: Order, books: Books) -> int:
    """Take the provider's payouts out of the inbox; gives how many.

    Raises: FxRateMissing.
    """
    async with books.transaction() as session:
        transfers, arrived = await _arrived(session, provider)
    done = 0
    for arrival in arrived:
        async with books.transaction() as session:
            await one_at_a_time(session, provider)
            done += await _take_in(session, transfers[arrival.place], arrival, order)
    return done


async def _arrived(session: AsyncSession, provider: str) -> tuple[dict[int, UUID], Sequence[ArrivedPayout]]:
    """The transfers by their places, and the payouts that they are."""
    found = (await session.execute(text(WAITING), {"provider": provider})).all()
    possible = [ArrivedPayout(*row[: len(ArrivedPayout._fields)]) for row in found]
    return {row.place: row.transfer_id for row in found}, paired(possible)


async def _take_in(session: AsyncSession, transfer_id: UUID, arrival: ArrivedPayout, order: Order) -> bool:
    """False where somebody has used the transfer or booked the payout meanwhile."""
    transfer = await locked(session, BankTransfer, transfer_id, what="bank transfer")
    there = await posted(session, Journal.kind == "PAYOUT_ARRIVAL", Journal.subject_id == arrival.movement_id)
    if transfer.status != "UNMATCHED" or there:
        return False
    receipt = await posted(session, Journal.kind == "RECEIPT", Journal.subject_id == transfer.id)
    payout = MovementRef(
        id=arrival.movement_id,
        cents=-arrival.cents,
        currency=arrival.currency,
        occurred_on=arrival.booked_on,
        provider=arrival.provider,
        reference=arrival.payout,
    )
    undone = [reversal(posting, journal_id=key, on=transfer.booked_on) for key, posting in receipt]
    here = [replace(posting, bank_transfer_id=transfer.id) for posting in payout_arrived(payout)]
    await post(session, [*undone, *here], await rates_for(session, transfer.currency, transfer.booked_on))
    transfer.status = "MATCHED"
    details: dict[str, object] = {"status": ["UNMATCHED", "MATCHED"], "provider": payout.provider, "payout": payout.id}
    await sign(session, order.done("transfer.payout_arrived", "bank_transfer", transfer.id, details))
    return True
