"""What matching is told of the transfers that wait."""

from typing import Any

import psycopg

from billing.matching import SignalKind, suggestions
from storage.engine import Database
from storage.inbox import waiting_with_candidates
from tests.books import LittleBooks


async def test_a_transfer_to_a_tenants_own_bankgiro_speaks_for_that_tenant(
    database: Database, runtime: psycopg.Connection[Any]
) -> None:
    little = LittleBooks(runtime)
    club, other = little.tenant(bankgiro="5805-6201"), little.tenant("Åby Boule")
    invoice, _ = (little.invoice(one, 50_000, issuer_type="TENANT") for one in (club, other))
    little.transfer(50_000, payee="BG 5805-6201")

    async with database.read_pool() as pool, pool.connection() as connection:
        [(transfer, candidates)] = [found async for found in waiting_with_candidates(connection)]

    assert transfer.payee == "BG 5805-6201"
    best = suggestions(transfer, candidates, 5)[0]
    assert best.invoice_id == invoice
    said = [signal.evidence for signal in best.signals if signal.kind is SignalKind.TENANT]
    assert said == ["Paid to BG 5805-6201, the bankgiro of Björkens Boule."]
