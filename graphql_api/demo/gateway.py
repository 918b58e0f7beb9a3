"""The demo's card payments as their gateway, the sandbox, knows them: what it reports, what it pays out, and what arrives.

Two things differ there from the books, for the reconciliation to find: of the newest payment that is older than three days
the gateway kept 2.50 more than the books say, and six days ago it took a payment (`UNKNOWN`) of which the books know nothing.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from graphql_api.demo.bank_files import Transfer, camt054
from graphql_api.settings import GATEWAY_FILE
from procedures.books import Books, Order
from procedures.sync_movements import Window, sync
from providers.registry import ProviderUnknown, Registry
from storage.jobs import Jobs

GATEWAY: Final = "sandbox"
REMEMBERED: Final = 100_000
"""So many of the newest payments the gateway remembers."""

UNKNOWN: Final = "sb_pay_unbooked"
UNKNOWN_CENTS, UNKNOWN_FEE_CENTS, FEE_MORE_CENTS = 189_000, 2_796, 250
DAY: Final = timedelta(days=1)

CHARGES = """
select 'charge' as record, provider_reference as id, amount_cents as cents, currency, coalesce(fee_cents, 0) as fee_cents,
       paid_at as at
  from payment where provider = %s and outcome = 'SUCCEEDED' order by paid_at desc, id limit %s"""
REFUNDS = """
select 'refund' as record, r.provider_reference as id, replace(r.id::text, '-', '') as key, p.provider_reference as payment,
       r.amount_cents as cents, p.currency, r.settled_at as at
  from refund r join payment p on p.id = r.payment_id
 where p.provider = %s and r.status = 'SUCCEEDED' and p.provider_reference = any(%s)"""
PAID_OUT = """
select -amount_cents, currency, occurred_on, payout_reference from provider_movement
 where provider = %s and kind = 'PAYOUT' and occurred_on < %s order by occurred_on, currency"""


def tell_gateway(connection: psycopg.Connection[Any], file: Path, *, now: datetime) -> datetime | None:
    """Write what happened into the gateway's own file, unless there is one; gives when it began."""
    if file.exists() and file.stat().st_size:
        return None
    with connection.cursor(row_factory=dict_row) as reading:
        charges = reading.execute(CHARGES, [GATEWAY, REMEMBERED]).fetchall()
        refunds = reading.execute(REFUNDS, [GATEWAY, [charge["id"] for charge in charges]]).fetchall()
    records = sorted([*_as_kept_there(charges, now), *refunds], key=lambda record: record["at"])
    with file.open("w", encoding="utf-8") as lines:
        for record in records:
            lines.write(json.dumps(record | {"at": record["at"].isoformat()}) + "\n")
    return min((record["at"] for record in records), default=None)


def _as_kept_there(charges: list[dict[str, Any]], now: datetime) -> Iterator[dict[str, Any]]:
    """With what differs from the books. `charges`: the newest first."""
    settled = next(charge for charge in charges if charge["at"] < now - 3 * DAY)
    settled["fee_cents"] += FEE_MORE_CENTS
    yield from charges
    amount = {"cents": UNKNOWN_CENTS, "currency": "SEK", "fee_cents": UNKNOWN_FEE_CENTS}
    yield {"record": "charge", "id": UNKNOWN, **amount, "at": now - 6 * DAY}


async def sync_gateway(books: Books, file: Path, *, since: datetime, now: datetime, actor: str) -> None:
    """Take in what the gateway reports; nothing where its plugin is not installed."""
    registry = Registry.load(settings={GATEWAY_FILE: str(file)})
    order = Order(actor=actor, reason="Demo", at=now)
    try:
        await sync(GATEWAY, Window(start=since, end=now), order=order, books=books, registry=registry, jobs=Jobs())
    except ProviderUnknown:
        return


def payouts_arriving(connection: psycopg.Connection[Any], *, today: date) -> bytes:
    """The bank file that tells of the payouts on our accounts, two days after each was sent."""
    sent = connection.execute(PAID_OUT, [GATEWAY, today - 2 * DAY]).fetchall()
    return camt054(
        [
            Transfer(
                cents=cents,
                currency=currency,
                booked_on=on + 2 * DAY,
                text=f"SANDBOX {payout}",
                name="Sandbox Payments",
            )
            for cents, currency, on, payout in sent
        ]
    )
