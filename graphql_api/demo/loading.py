"""Load the demo the way an installation loads its own data: the import, the bank files, a person who tidies the inbox."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from billing.periods import business_day
from billing.refusals import ErrorCode, Refusal
from graphql_api.demo.dunning import dun_after_payments, dun_before_payments
from graphql_api.demo.folder import write_demo
from graphql_api.demo.gateway import payouts_arriving, sync_gateway, tell_gateway
from graphql_api.demo.returning import try_to_return
from graphql_api.demo.scale import Scale
from graphql_api.demo.subscribing import change_subscriptions
from procedures.assign_transfer import assign
from procedures.books import Books, Order
from procedures.ignore_transfer import ignore
from procedures.import_books import ImportReport, Progress, import_books
from procedures.receive_transfers import Received, receive
from providers.registry import Registry
from storage.engine import Database

OF_DEMO = "select exists (select from tenant where external_id = 'demo-00000')"
IN_USE = "select exists (select from tenant) or exists (select from journal) or exists (select from plan)"

NOBODYS = "select id from bank_transfer where status = 'UNMATCHED' and ocr_text like 'ORDER%'"
TOLD = """
    select t.id, i.id from bank_transfer t
      join invoice i on t.ocr_text = 'Faktura ' || i.number and i.outstanding_cents = t.amount_cents
     where t.status = 'UNMATCHED' and t.booked_on < %s order by t.booked_on, t.id limit 1"""


class BooksInUse(Refusal):
    """There are books in the database that are not the demo's."""

    code = ErrorCode.CONFLICT

    def __init__(self) -> None:
        super().__init__(
            "These books are in use: the demo is only loaded into empty ones. Set BILLING_DATA_DIR to another."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What the demo brought."""

    imported: ImportReport
    received: Sequence[Received]


def load_demo(
    database: Database,
    *,
    scale: Scale,
    now: datetime,
    zone: ZoneInfo,
    actor: str,
    registry: Registry,
    progress: Progress,
    gateway_file: Path | None = None,
) -> Loaded | None:
    """Load the demo as it looks on the day of `now`; None where it is loaded already.

    `gateway_file`: where the sandbox keeps what it knows; without it, it forgets once the demo is loaded.

    Raises: BooksInUse.
    """
    today = business_day(now, zone)
    with TemporaryDirectory(prefix="billing-demo-") as made, database.connect_to_load() as connection:
        if _is_true(connection, OF_DEMO):
            return None
        if _is_true(connection, IN_USE):
            raise BooksInUse
        connection.commit()
        folder = Path(made)
        write_demo(folder, scale=scale, today=today)
        imported = import_books(
            connection, folder / "books", now=now, zone=zone, actor=actor, reason="Demo", progress=progress
        )
        connection.commit()
        asyncio.run(_dun(database, now=now, zone=zone, actor=actor))
        received = [
            _receive(connection, file, now=now, zone=zone, actor=actor, registry=registry, progress=progress)
            for file in sorted((folder / "bank").iterdir())
        ]
        gateway = gateway_file or folder / "gateway.jsonl"
        since = tell_gateway(connection, gateway, now=now)
        connection.commit()
        if since is not None:
            asyncio.run(_sync(database, gateway, since=since, now=now, zone=zone, actor=actor))
            arriving = folder / f"{today}-payouts.xml"
            arriving.write_bytes(payouts_arriving(connection, today=today))
            received.append(
                _receive(connection, arriving, now=now, zone=zone, actor=actor, registry=registry, progress=progress)
            )
    asyncio.run(_tidy(database, now=now, zone=zone, actor=actor))
    return Loaded(imported=imported, received=received)


def _receive(
    connection: psycopg.Connection[Any],
    file: Path,
    *,
    now: datetime,
    zone: ZoneInfo,
    actor: str,
    registry: Registry,
    progress: Progress,
) -> Received:
    with file.open("rb") as source:
        return receive(
            connection,
            source,
            file_name=file.name,
            registry=registry,
            provider=None,
            actor=actor,
            reason="Demo",
            now=now,
            zone=zone,
            progress=progress,
        )


async def _dun(database: Database, *, now: datetime, zone: ZoneInfo, actor: str) -> None:
    engine = database.engine(connections_max=1)
    try:
        await dun_before_payments(Books(engine=engine, zone=zone), now=now, actor=actor)
    finally:
        await engine.dispose()


async def _sync(database: Database, file: Path, *, since: datetime, now: datetime, zone: ZoneInfo, actor: str) -> None:
    engine = database.engine(connections_max=1)
    try:
        await sync_gateway(Books(engine=engine, zone=zone), file, since=since, now=now, actor=actor)
    finally:
        await engine.dispose()


async def _tidy(database: Database, *, now: datetime, zone: ZoneInfo, actor: str) -> None:
    """Somebody parked what is nobody's payment, assigned what the payer said in words, and tried to send one back."""
    yesterday = business_day(now, zone) - timedelta(days=1)
    with database.connect() as connection:
        nobodys: list[tuple[UUID]] = connection.execute(NOBODYS).fetchall()
        told: list[tuple[UUID, UUID]] = connection.execute(TOLD, [yesterday]).fetchall()
    engine = database.engine(connections_max=1)
    try:
        books = Books(engine=engine, zone=zone)
        await change_subscriptions(books, at=Order(actor=actor, reason="Demo", at=now))
        for (transfer_id,) in nobodys:
            await ignore(
                transfer_id, order=Order(actor=actor, reason="An order of another company", at=now), books=books
            )
        for transfer_id, invoice_id in told:
            order = Order(actor=actor, reason="The number is in the text", at=now)
            await assign(transfer_id, to=invoice_id, order=order, books=books)
        await try_to_return(database, books, now=now, actor=actor)
        await dun_after_payments(database, books, now=now, order=Order(actor=actor, reason="Demo", at=now))
    finally:
        await engine.dispose()


def _is_true(connection: psycopg.Connection[Any], query: str) -> bool:
    found = connection.execute(query.encode()).fetchone()
    return bool(found and found[0])
