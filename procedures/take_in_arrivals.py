"""Payouts that were on the bank account before their line was known: their transfers leave the inbox.

What is told of a payout is judged as when the file arrives (`receive_transfers/gateway_payouts.py`); the order in which the bank
and the provider report makes no difference. A transfer that a person has assigned, parked or sent back stays as it is.
"""

from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing.journals import payout_arrived, reversal
from procedures.books import Books, Order, sign
from procedures.receive_transfers.gateway_payouts import ArrivedPayout, on_their_way, paired
from procedures.rows import locked, posted
from storage.accounting import Journal
from storage.journals import post
from storage.movements import one_at_a_time
from storage.rates import rates_for
from storage.transfers import BankTransfer

WAITING: Final = """
    select t.id as place, t.booked_on, t.counterparty_name, t.message, t.refs, t.amount_cents as cents, t.currency
      from bank_transfer t
     where t.status = 'UNMATCHED'"""


async def take_in_arrivals(provider: str, *, order: Order, books: Books) -> int:
    """Take the provider's payouts out of the inbox; gives how many.

    Raises: FxRateMissing.
    """
    async with books.transaction() as session:
        found = await session.execute(
            text(on_their_way(WAITING, which="m.provider = :provider")), {"provider": provider}
        )
    done = 0
    for arrival in paired(ArrivedPayout(*row) for row in found):
        async with books.transaction() as session:
            await one_at_a_time(session, provider)
            done += await _take_in(session, arrival, order)
    return done


async def _take_in(session: AsyncSession, arrival: ArrivedPayout, order: Order) -> bool:
    """False where somebody has used the transfer or booked the payout meanwhile."""
    assert isinstance(arrival.place, UUID)
    transfer = await locked(session, BankTransfer, arrival.place, what="bank transfer")
    there = await posted(session, Journal.kind == "PAYOUT_ARRIVAL", Journal.subject_id == arrival.movement_id)
    if transfer.status != "UNMATCHED" or there:
        return False
    receipt = await posted(session, Journal.kind == "RECEIPT", Journal.subject_id == transfer.id)
    payout = arrival.movement
    undone = [reversal(posting, journal_id=key, on=transfer.booked_on) for key, posting in receipt]
    here = [replace(posting, bank_transfer_id=transfer.id) for posting in payout_arrived(payout)]
    await post(session, [*undone, *here], await rates_for(session, transfer.currency, transfer.booked_on))
    transfer.status = "MATCHED"
    details: dict[str, object] = {"status": ["UNMATCHED", "MATCHED"], "provider": payout.provider, "payout": payout.id}
    await sign(session, order.done("transfer.payout_arrived", "bank_transfer", transfer.id, details))
    return True
