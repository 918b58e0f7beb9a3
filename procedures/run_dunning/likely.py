"""The payments that are probably there already: transfers in the inbox that are as good as certain to pay an invoice."""

from asyncio import sleep
from uuid import UUID

import psycopg

from billing.dunning import LIKELY_SCORE
from billing.matching import suggestions
from procedures.books import Books
from storage.inbox import waiting_with_candidates


async def likely_payments(books: Books) -> dict[UUID, str]:
    """For each invoice that such a transfer may pay, why dunning had better wait: a sentence without names."""
    because: dict[UUID, str] = {}
    async with books.transaction() as session:
        connection = (await (await session.connection()).get_raw_connection()).driver_connection
        assert isinstance(connection, psycopg.AsyncConnection), connection
        async for transfer, candidates in waiting_with_candidates(connection):
            await sleep(0)  # whatever else this process does has its turn
            for one in suggestions(transfer, candidates):
                if one.score >= LIKELY_SCORE:
                    because[one.invoice_id] = (
                        f"A likely payment waits in the inbox: {transfer.amount} of {transfer.booked_on} "
                        f"(score {one.score})."
                    )
    return because
